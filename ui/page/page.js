// The page: its language and theme, which letters are asked, and what ties the conversation to them.
import { Answers } from "./answers.js";
import { announce, byId, capital, keep, make, stored } from "./dom.js";
import { Kept } from "./kept.js";
import { Reader } from "./letter.js";
import { Letters } from "./letters.js";
import { call, visitor } from "./server.js";
import { Talk } from "./talk.js";
import { switchTheme } from "./theme.js";

class Page {
  constructor(data) {
    Object.assign(this, data);
    this.known = new Map();
    this.know(this.letters);
    this.language = stored(localStorage, "kv-language") ?? (navigator.language.toLowerCase().startsWith("nl") ? "nl" : "en");
    this.chosen = [];
    const t = (key, values) => this.t(key, values);
    this.reader = new Reader(this.shown, t);
    this.talk = new Talk(this, new Answers(this, t));
    this.kept = new Kept(this, this.talk);
    this.lettersDialog = new Letters(this);
    this.reader.nameOf = (letter) => this.nameLetter(letter);
    this.reader.onAsk = (start) => this.prefill(start);
    this.reader.onShow = () => {
      this.talk.showCited();
      this.renderOpening();
    };
    this.listen();
    this.setLanguage(this.language);
    byId("kv").classList.add("kv-ready");
    this.resume().then(() => this.followLink());
  }

  t(key, values = {}) {
    return this.texts[this.language][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  /** Remember what is listed of letters, also those that are looked up later. */
  know(entries) {
    for (const entry of entries) this.known.set(entry.id, entry);
  }

  /** The name of the letter that is open, where it could be another. */
  nameLetter(letter) {
    const name = (letter?.name ?? this.known.get(letter?.id)?.name)?.[this.language];
    return name && (this.total > 1 || !this.known.has(letter.id)) ? capital(name) : "";
  }

  /** Who words the answers from now on; nobody where there is no choice. */
  set model(name) {
    byId("kv-model").value = name;
  }

  get model() {
    return this.models.length ? byId("kv-model").value : "";
  }

  /** A model as a reader knows it: "llama3.1 (ollama)". */
  nameModel(name) {
    if (name === "quote") return this.t("model_none");
    const [provider, ...rest] = name.split(":");
    return rest.length ? `${rest.join(":")} (${provider})` : name;
  }

  labelModels() {
    const chosen = this.model;
    byId("kv-model").replaceChildren(...this.models.map((name) => make("option", { value: name }, this.nameModel(name))));
    if (chosen) this.model = chosen;
    byId("kv-wording").hidden = this.models.length < 2;
  }

  listen() {
    const field = byId("kv-question");
    byId("kv-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.talk.ask(field.value);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.talk.ask(field.value);
      }
    });
    field.addEventListener("input", () => fit(field));
    byId("kv-new").addEventListener("click", () => this.talk.restart());
    for (const button of document.querySelectorAll("[data-export]"))
      button.addEventListener("click", () => this.talk.save(button.dataset.export));
    byId("kv-language").addEventListener("click", () => {
      keep(localStorage, "kv-language", this.language === "nl" ? "en" : "nl");
      this.setLanguage(this.language === "nl" ? "en" : "nl");
    });
    byId("kv-theme").addEventListener("click", switchTheme);
    byId("kv-leave").hidden = !this.login;
  }

  setLanguage(language) {
    this.language = language;
    document.documentElement.lang = language;
    for (const element of document.querySelectorAll("[data-t]")) element.textContent = this.t(element.dataset.t);
    for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", this.t(element.dataset.tLabel));
    for (const element of document.querySelectorAll("[data-t-placeholder]")) element.placeholder = this.t(element.dataset.tPlaceholder);
    byId("kv-language").lang = language === "nl" ? "en" : "nl";
    this.reader.label();
    this.labelModels();
    this.lettersDialog.label();
    this.renderOpening();
    this.talk.render();
  }

  renderOpening() {
    const letter = this.known.get(this.chosen[0]) ?? this.letters[0];
    if (!letter) return;
    const asked = this.chosen.length === 1 || this.total === 1
      ? [make("strong", {}, capital(letter.name[this.language])), make("span", { lang: "nl" }, letter.title)]
      : [make("strong", {}, this.chosen.length ? this.t("some_letters", { count: this.chosen.length }) : this.t("all_letters")), make("span", {}, this.t("letters_help"))];
    const examples = (this.reader.outlines.get(letter.id)?.examples[this.language] ?? []).map((question) =>
      make("li", {}, make("button", { type: "button", class: "kv-example", onclick: () => this.talk.ask(question) }, question)));
    byId("kv-opening").replaceChildren(
      make("h2", {}, this.t("hello")),
      make("p", { class: "kv-what" }, this.t(this.worded ? "what_worded" : "what")),
      make("div", { class: "kv-about-letter" }, ...asked),
      ...(examples.length ? [make("h3", { class: "kv-small" }, this.t("examples")), make("ul", { class: "kv-examples" }, ...examples)] : []),
      make("h3", { class: "kv-small" }, this.t("limits_title")),
      make("p", { class: "kv-limits" }, this.t("limits"), " ", this.t(`private_${this.leaves}`)));
  }

  /** Choose the letters to ask, all when none; the first is shown. */
  async choose(ids) {
    this.chosen = ids;
    this.lettersDialog.label();
    this.renderOpening();
    if (ids.length) await this.reader.show(ids[0]);
  }

  /** Fetch the letters as they are now. */
  async refresh(conversation = "") {
    const begun = await call("page_begin", [conversation, visitor(), this.chosen]);
    const named = this.total > 1;
    Object.assign(this, { letters: begun.letters, total: begun.total, leftOff: begun.left_off });
    this.known.clear();
    this.know(this.letters);
    this.chosen = this.chosen.filter((id) => this.known.has(id));
    this.reader.forget((id) => !this.known.has(id));
    this.reader.label();
    this.lettersDialog.label();
    this.renderOpening();
    if (named !== this.total > 1) this.talk.render(); // the sources name their letter, or need not any more
    return begun;
  }

  /** Take up, after a reload, the letters and the conversation of this visitor. */
  async resume() {
    try {
      const { answers, model } = await this.refresh(this.talk.id);
      if (answers.length && !this.talk.turns.length) this.talk.take(answers, model);
    } catch (error) {
      announce(this.t(error.key ?? "failed"));
    }
  }

  prefill(text) {
    const field = byId("kv-question");
    field.value = text;
    field.focus();
    field.setSelectionRange(text.length, text.length);
    fit(field);
  }

  /** Open the letter where a permanent link points: ?letter=…&p=… */
  followLink() {
    const wanted = new URLSearchParams(location.search);
    const letter = wanted.get("letter");
    if (!letter) return;
    if (wanted.get("p")) this.reader.goTo({ letter, paragraph_id: `${letter}/${wanted.get("p")}` });
    else this.reader.show(letter).then(() => this.reader.open());
  }
}

function fit(field) {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
}

new Page(JSON.parse(byId("kv-data").textContent));
