// The page: its language and theme, the conversation, and what ties it to the letter.
import { Answers } from "./answers.js";
import { announce, byId, make, scrollTo } from "./dom.js";
import { Reader } from "./letter.js";
import { Busy, call } from "./server.js";

const KEPT_TURNS = 50;

class Page {
  constructor(data) {
    Object.assign(this, data);
    this.language = stored(localStorage, "kv-language") ?? (navigator.language.toLowerCase().startsWith("nl") ? "nl" : "en");
    this.turns = JSON.parse(stored(sessionStorage, "kv-turns") ?? "[]");
    this.chosen = this.letters.length === 1 ? this.letters[0].id : "";
    const t = (key, values) => this.t(key, values);
    this.reader = new Reader(this.letters, t);
    this.answers = new Answers(this.reader, t);
    this.reader.onAsk = (start) => this.prefill(start);
    this.setTheme(stored(localStorage, "kv-theme"));
    this.listen();
    this.setLanguage(this.language);
    this.followLink();
    byId("kv").classList.add("kv-ready");
  }

  t(key, values = {}) {
    return this.texts[this.language][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  listen() {
    const field = byId("kv-question");
    byId("kv-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask(field.value);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.ask(field.value);
      }
    });
    field.addEventListener("input", () => fit(field));
    byId("kv-new").addEventListener("click", () => this.restart());
    for (const button of document.querySelectorAll("[data-export]"))
      button.addEventListener("click", () => this.save(button.dataset.export));
    byId("kv-language").addEventListener("click", () => {
      keep(localStorage, "kv-language", this.language === "nl" ? "en" : "nl");
      this.setLanguage(this.language === "nl" ? "en" : "nl");
    });
    byId("kv-theme").addEventListener("click", () => {
      const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
      keep(localStorage, "kv-theme", theme);
      this.setTheme(theme);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.setTheme(stored(localStorage, "kv-theme")));
  }

  setTheme(theme) {
    const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  }

  setLanguage(language) {
    this.language = language;
    document.documentElement.lang = language;
    for (const element of document.querySelectorAll("[data-t]")) element.textContent = this.t(element.dataset.t);
    for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", this.t(element.dataset.tLabel));
    for (const element of document.querySelectorAll("[data-t-placeholder]")) element.placeholder = this.t(element.dataset.tPlaceholder);
    byId("kv-language").lang = language === "nl" ? "en" : "nl";
    this.reader.label();
    this.renderOpening();
    this.renderTurns();
  }

  renderOpening() {
    const letter = this.letters.find((one) => one.id === this.chosen) ?? this.letters[0];
    byId("kv-opening").hidden = this.turns.length > 0;
    if (!letter) return;
    const examples = letter.examples[this.language].map((question) =>
      make("li", {}, make("button", { type: "button", class: "kv-example", onclick: () => this.ask(question) }, question)));
    byId("kv-opening").replaceChildren(
      make("h2", {}, this.t("hello")),
      make("p", { class: "kv-what" }, this.t("what")),
      this.scope(letter),
      make("h3", { class: "kv-small" }, this.t("examples")),
      make("ul", { class: "kv-examples" }, ...examples),
      make("h3", { class: "kv-small" }, this.t("limits_title")),
      make("p", { class: "kv-limits" }, this.t("limits"), " ", this.t("private")));
  }

  /** Which letter is asked; a choice when there are several. */
  scope(letter) {
    const head = make("span", { class: "kv-small" }, this.t("asking"));
    if (this.letters.length === 1)
      return make("div", { class: "kv-scope" }, head, make("strong", {}, capital(letter.name[this.language])),
        make("span", { lang: "nl" }, letter.title));
    const options = [["", this.t("all_letters")], ...this.letters.map((one) => [one.id, `${capital(one.name[this.language])} · ${one.title}`])];
    const select = make("select", { "aria-label": this.t("asking"), onchange: (event) => {
      this.chosen = event.target.value;
      if (this.chosen) this.reader.show(this.chosen);
      this.renderOpening();
    } }, ...options.map(([id, name]) => make("option", { value: id, selected: id === this.chosen }, name)));
    return make("div", { class: "kv-scope" }, head, select);
  }

  renderTurns() {
    byId("kv-turns").replaceChildren(...this.turns.map((turn) => this.answers.render(turn, () => this.send(turn))));
    this.showCited();
  }

  renderTurn(turn) {
    const at = this.turns.indexOf(turn);
    const element = this.answers.render(turn, () => this.send(turn));
    const before = byId("kv-turns").children[at];
    if (before) before.replaceWith(element);
    else byId("kv-turns").append(element);
    return element;
  }

  showCited() {
    byId("kv-new").hidden = !this.turns.length;
    byId("kv-export").hidden = !this.turns.some((turn) => turn.record);
    this.reader.showCited(new Set(this.turns.flatMap((turn) => (turn.record?.citations ?? []).map((one) => one.paragraph_id))));
  }

  prefill(text) {
    const field = byId("kv-question");
    field.value = text;
    field.focus();
    field.setSelectionRange(text.length, text.length);
    fit(field);
  }

  ask(text) {
    const question = text.trim();
    if (!question || this.asking) return;
    const turn = { question, letters: this.chosen ? [this.chosen] : [] };
    if ([...question].length > this.longest) turn.error = "too_long";
    else this.prefill("");
    this.turns.push(turn);
    byId("kv-opening").hidden = true;
    if (turn.error) scrollTo(this.renderTurn(turn), "end");
    else this.send(turn);
  }

  async send(turn) {
    this.asking = true;
    Object.assign(turn, { error: null, partial: "", record: null });
    scrollTo(this.renderTurn(turn), "start");
    const earlier = this.turns.slice(0, this.turns.indexOf(turn)).filter((one) => one.record).slice(-KEPT_TURNS);
    const history = earlier.map((one) => ({ question: one.question, paragraph_ids: one.record.citations.map((citation) => citation.paragraph_id) }));
    try {
      const record = await call("ask", [turn.question, history, turn.letters], (part) => {
        if (part.partial === undefined) return;
        turn.partial = part.partial;
        this.renderTurn(turn);
      });
      turn.record = { ...record, asked: turn.letters };
    } catch (error) {
      turn.error = error instanceof Busy ? "busy" : "failed";
    }
    this.asking = false;
    scrollTo(this.renderTurn(turn), "start");
    this.showCited();
    keep(sessionStorage, "kv-turns", JSON.stringify(this.turns.filter((one) => one.record).slice(-KEPT_TURNS)));
  }

  restart() {
    if (this.asking) return;
    this.turns = [];
    sessionStorage.removeItem("kv-turns");
    this.renderOpening();
    this.renderTurns();
    byId("kv-question").focus();
  }

  /** Save the conversation; the server asks its questions again, so that the file holds nothing but its own answers. */
  async save(kind) {
    byId("kv-export").open = false;
    const turns = this.turns.filter((turn) => turn.record).slice(-KEPT_TURNS);
    try {
      const file = await call("export", [turns.map(({ question, letters }) => ({ question, letters })), this.language, kind]);
      const bytes = Uint8Array.from(atob(file.content), (one) => one.charCodeAt(0));
      const link = make("a", { href: URL.createObjectURL(new Blob([bytes], { type: file.type })), download: `${this.t("export_file")}.${kind}` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (error) {
      announce(this.t(error instanceof Busy ? "busy" : "failed"));
    }
  }

  /** Open the letter where a permanent link points: ?letter=…&p=… */
  followLink() {
    const wanted = new URLSearchParams(location.search);
    const letter = this.letters.find((one) => one.id === wanted.get("letter"));
    if (!letter) return;
    if (wanted.get("p")) this.reader.goTo({ letter: letter.id, paragraph_id: `${letter.id}/${wanted.get("p")}` });
    else this.reader.show(letter.id).then(() => this.reader.open());
  }
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

function fit(field) {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
}

function stored(storage, key) {
  try {
    return storage.getItem(key);
  } catch {
    return null; // storage may be switched off
  }
}

function keep(storage, key, value) {
  try {
    storage.setItem(key, value);
  } catch {
    // full or switched off: the page works without
  }
}

/** Gradio draws the frame when it is ready; then the page takes over. */
function start() {
  const data = byId("kv-data");
  if (!data) return false;
  const { texts, letters, longest } = JSON.parse(data.textContent);
  data.remove();
  new Page({ texts, letters, longest });
  return true;
}

if (!start()) {
  new MutationObserver((_, observer) => start() && observer.disconnect()).observe(document, { childList: true, subtree: true });
}
