// Which letters are asked, and the reader's own: sent, checked before use, removed.
import { announce, byId, capital, closable, make } from "./dom.js";
import { Filter } from "./filter.js";
import { confirmed } from "./kept.js";
import { call, Failure, visitor } from "./server.js";

export class Letters {
  constructor(page) {
    this.page = page;
    this.dialog = byId("kv-letters");
    closable(this.dialog);
    this.filter = new Filter(page);
    byId("kv-scope").addEventListener("click", () => this.open());
    const file = byId("kv-file");
    file.accept = page.suffixes.join(",");
    file.addEventListener("change", () => file.files.length && this.read(file.files[0]));
    const zone = byId("kv-upload");
    zone.hidden = page.uploads === "off";
    for (const name of ["dragover", "drop"]) zone.addEventListener(name, (event) => event.preventDefault());
    zone.addEventListener("dragover", () => zone.classList.add("kv-over"));
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("kv-over"));
    zone.addEventListener("drop", (event) => event.dataTransfer.files.length && this.read(event.dataTransfer.files[0]));
    byId("kv-check-use").addEventListener("click", () => this.use());
    byId("kv-check-leave").addEventListener("click", () => this.leave());
  }

  t(key, values) {
    return this.page.t(key, values);
  }

  get limits() {
    const kinds = this.page.suffixes.map((one) => one.slice(1).toUpperCase()).sort();
    const formats = new Intl.ListFormat(this.page.language, { type: "disjunction" }).format(kinds);
    return { formats, megabytes: this.page.megabytes };
  }

  open() {
    this.say("");
    this.list();
    this.dialog.showModal();
  }

  /** Put the page's language, and what is chosen, on everything here. */
  label() {
    const { letters, chosen } = this.page;
    const only = letters.find((one) => one.id === (chosen[0] ?? letters[0]?.id));
    const all = letters.length > 1 && !chosen.length;
    const name = all && this.filter.found ? this.t("some_letters", { count: this.filter.found.ids.length }) : all ? this.t("all_letters") : chosen.length > 1 ? this.t("some_letters", { count: chosen.length }) : only ? capital(only.name[this.page.language]) : "";
    byId("kv-scope").replaceChildren(`${this.t("asking")}: `, make("strong", {}, name));
    byId("kv-scope").hidden = letters.length < 2 && this.page.uploads === "off";
    if (this.page.uploads !== "off") byId("kv-upload-help").textContent = this.t(`upload_help_${this.page.uploads}`, this.limits);
    this.filter.label();
    if (this.dialog.open) this.list();
  }

  list() {
    const { letters, chosen } = this.page;
    const rows = letters.filter((one) => this.filter.holds(one)).map((one) => this.row(one, chosen.includes(one.id)));
    if (letters.length > 1) rows.unshift(this.row({ id: "", name: { nl: this.t("all_letters"), en: this.t("all_letters") }, title: "" }, !chosen.length));
    byId("kv-letters-list").replaceChildren(...rows);
  }

  row(letter, checked) {
    const alone = this.page.letters.length === 1;
    const box = make("input", { type: "checkbox", value: letter.id, checked: checked || alone, disabled: alone, onchange: () => this.choose(letter.id, box.checked) });
    const name = capital(letter.name[this.page.language]);
    const item = make("li", {}, make("label", {}, box, make("span", {}, make("strong", {}, name), letter.title && make("span", { lang: "nl" }, letter.title))));
    if (letter.own) {
      const remove = make("button", { type: "button", class: "kv-quiet kv-delete", "aria-label": this.t("delete_of", { title: name }),
        onclick: () => confirmed(remove, this.t("delete_sure"), () => this.remove(letter.id)) }, this.t("delete"));
      item.append(remove);
    }
    return item;
  }

  /** No letter chosen means all of them. */
  choose(id, wanted) {
    const others = this.page.chosen.filter((one) => one !== id);
    this.page.choose(id === "" ? [] : wanted ? [...others, id] : others);
    byId("kv-letters-list").querySelector(`input[value="${CSS.escape(id)}"]`).focus();
  }

  async remove(id) {
    try {
      await call("page_remove", [id, visitor()]);
      await this.page.refresh();
      if (this.page.reader.shown === id) await this.page.reader.show(this.page.letters[0].id);
    } catch (error) {
      this.fail(error);
    }
    this.dialog.querySelector("input").focus();
  }

  /** Send a file, and show the letter that it would become. */
  async read(file) {
    byId("kv-file").value = "";
    try {
      if (file.size > this.page.megabytes * 1e6) throw new Failure("file_large");
      this.say("upload_sending", 0);
      this.sent = [file.name, await toBase64(file)];
      const preview = await call("page_read", [...this.sent, visitor()], undefined, (share) =>
        this.say(share < 1 ? "upload_sending" : "upload_reading", share < 1 ? share : undefined));
      this.dialog.close();
      this.check(preview);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Show a letter as it was understood, to be looked at before it is used. */
  check(preview) {
    const { reader } = this.page;
    this.before = reader.shown ?? this.before;
    reader.preview(preview);
    const facts = [["fact_title", preview.title], ["fact_letter", capital(preview.name[this.page.language])], ["fact_sender", preview.sender],
      ["fact_addressee", preview.addressee], ["fact_signed", preview.signed], ["fact_parts", this.t("fact_counts", preview.counts)]];
    byId("kv-check-facts").replaceChildren(...facts.filter(([, value]) => value).flatMap(([key, value]) => [make("dt", {}, this.t(key)), make("dd", {}, value)]));
    byId("kv-check").hidden = false;
    byId("kv-check-status").textContent = "";
    this.busy(false);
    reader.open();
    byId("kv-check-use").focus();
    announce(this.t("check"));
  }

  async use() {
    this.busy(true);
    byId("kv-check-status").textContent = this.t("upload_adding");
    try {
      const id = await call("page_add", [...this.sent, visitor()]);
      await this.page.refresh();
      byId("kv-check").hidden = true;
      await this.page.choose([id]);
      this.page.reader.close();
      byId("kv-question").focus();
      announce(this.t("upload_done"));
    } catch (error) {
      this.busy(false);
      byId("kv-check-status").textContent = this.explain(error);
    }
  }

  leave() {
    byId("kv-check").hidden = true;
    this.page.reader.show(this.before);
    this.page.reader.close();
    byId("kv-scope").focus();
  }

  busy(working) {
    for (const id of ["kv-check-use", "kv-check-leave"]) byId(id).disabled = working;
    byId("kv-check-bar").hidden = !working;
  }

  say(key, share) {
    const bar = byId("kv-upload-bar");
    bar.hidden = !key;
    if (share === undefined) bar.removeAttribute("value");
    else bar.value = share;
    byId("kv-upload-status").textContent = key && this.t(key);
    byId("kv-upload-status").classList.remove("kv-wrong");
  }

  fail(error) {
    this.say("");
    byId("kv-upload-status").textContent = this.explain(error);
    byId("kv-upload-status").classList.add("kv-wrong");
  }

  explain(error) {
    const text = this.t(error.key ?? "failed", this.limits);
    return error.key === "file_unreadable" ? `${text} (${error.message})` : text;
  }
}

function toBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.slice(reader.result.indexOf(",") + 1)));
    reader.addEventListener("error", () => reject(new Failure("failed", file.name)));
    reader.readAsDataURL(file);
  });
}
