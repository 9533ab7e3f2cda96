// The conversations that are kept: the list of them, to open, rename and delete.
import { announce, byId, closable, make } from "./dom.js";
import { call, visitor } from "./server.js";

export class Kept {
  constructor(page, talk) {
    this.page = page;
    this.talk = talk;
    this.dialog = byId("kv-kept");
    byId("kv-open-kept").addEventListener("click", () => {
      this.dialog.showModal();
      this.list();
    });
    byId("kv-kept-new").addEventListener("click", () => {
      this.dialog.close();
      talk.restart();
    });
    closable(this.dialog);
  }

  async list() {
    const place = byId("kv-kept-list");
    try {
      const kept = await call("page_conversations", [visitor()]);
      const none = make("li", { class: "kv-help" }, this.page.t("kept_none"));
      place.replaceChildren(...(kept.length ? kept.map((one) => this.entry(one)) : [none]));
    } catch (error) {
      place.replaceChildren(make("li", { class: "kv-failure" }, this.page.t(error.key ?? "failed")));
    }
  }

  entry(one) {
    const t = (key, values) => this.page.t(key, values);
    const day = new Date(one.changed).toLocaleDateString(this.page.language, { day: "numeric", month: "long", year: "numeric" });
    const count = t(one.turns === 1 ? "kept_turn" : "kept_turns", { count: one.turns });
    const open = make("button", { type: "button", class: "kv-kept-open", onclick: () => this.resume(one.id) },
      make("strong", { dir: "auto" }, one.title), make("span", {}, `${day} · ${count}`));
    const rename = make("button", { type: "button", class: "kv-quiet kv-rename", "aria-label": t("rename_of", { title: one.title }),
      onclick: () => this.edit(item, one) }, t("rename"));
    const remove = make("button", { type: "button", class: "kv-quiet kv-delete", "aria-label": t("delete_of", { title: one.title }),
      onclick: () => confirmed(remove, t("delete_sure"), () => this.erase(one.id)) }, t("delete"));
    const item = make("li", { "aria-current": one.id === this.talk.id && "true" }, open, rename, remove);
    return item;
  }

  async resume(id) {
    try {
      const { answers, model } = await call("page_begin", [id, visitor(), []]);
      this.dialog.close();
      this.talk.open(id, answers, model);
    } catch (error) {
      announce(this.page.t(error.key ?? "failed"));
    }
  }

  edit(item, one) {
    const box = make("input", { value: one.title, maxlength: 80, required: true, "aria-label": this.page.t("rename_label") });
    item.replaceChildren(make("form", { onsubmit: (event) => {
      event.preventDefault();
      this.attempt("page_rename", [one.id, box.value, visitor()]);
    }, onkeydown: (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // leave the name as it was, and the list open
      this.list();
    } }, box, make("button", { class: "kv-quiet" }, this.page.t("rename_done"))));
    box.focus();
    box.select();
  }

  async erase(id) {
    if (id === this.talk.id) this.talk.restart();
    await this.attempt("page_delete", [id, visitor()]);
  }

  /** Do something, and show the list as it is afterwards. */
  async attempt(name, args) {
    try {
      await call(name, args);
    } catch (error) {
      announce(this.page.t(error.key ?? "failed"));
    }
    await this.list();
    (this.dialog.querySelector(".kv-kept-open") ?? byId("kv-kept-new")).focus();
  }
}

/** Ask once more before what can't be undone. */
export function confirmed(button, question, act) {
  if (button.classList.contains("kv-sure")) return act();
  button.classList.add("kv-sure");
  button.removeAttribute("aria-label");
  button.textContent = question;
  return null;
}
