// The conversation that is open: asking, showing, saving and resuming it.
import { announce, byId, keep, make, scrollTo, stored } from "./dom.js";
import { call, visitor } from "./server.js";

const OPEN = "kv-conversation";

export class Talk {
  /** `page` tells the language, the letters to ask and the longest question. */
  constructor(page, answers) {
    this.page = page;
    this.answers = answers;
    this.turns = [];
    this.id = stored(sessionStorage, OPEN) ?? "";
  }

  /** Take over what the server kept of this conversation. */
  take(records) {
    this.turns = records.map((record) => ({ question: record.question, letters: lettersOf(record), record: { ...record, conversation: this.id } }));
    this.render();
    const last = byId("kv-turns").lastElementChild;
    if (last) scrollTo(last, "start");
  }

  open(id, records) {
    this.id = id;
    keep(sessionStorage, OPEN, id);
    this.page.reader.unmark();
    this.take(records);
  }

  restart() {
    if (this.asking) return;
    this.open("", []);
    byId("kv-question").focus();
  }

  render() {
    byId("kv-turns").replaceChildren(...this.turns.map((turn) => this.answers.render(turn, () => this.send(turn))));
    byId("kv-opening").hidden = this.turns.length > 0;
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
    this.page.reader.showCited(new Set(this.turns.flatMap((turn) => (turn.record?.citations ?? []).map((one) => one.paragraph_id))));
  }

  ask(text) {
    const question = text.trim();
    if (!question || this.asking) return;
    const turn = { question, letters: this.page.lettersDialog.filter.scope(this.page.chosen) };
    if ([...question].length > this.page.longest) turn.error = "too_long";
    else this.page.prefill("");
    this.turns.push(turn);
    byId("kv-opening").hidden = true;
    if (turn.error) scrollTo(this.renderTurn(turn), "end");
    else this.send(turn);
  }

  async send(turn) {
    this.asking = true;
    Object.assign(turn, { error: null, partial: "", record: null });
    scrollTo(this.renderTurn(turn), "start");
    try {
      const record = await call("page_ask", [turn.question, this.id, turn.letters, visitor()], (part) => {
        if (part.partial === undefined) return;
        turn.partial = part.partial;
        this.renderTurn(turn);
      });
      turn.record = record;
      this.id = record.conversation;
      keep(sessionStorage, OPEN, this.id);
    } catch (error) {
      turn.error = error.key ?? "failed";
    }
    this.asking = false;
    scrollTo(this.renderTurn(turn), "start");
    this.showCited();
  }

  /** Save the conversation as a file. */
  async save(kind) {
    byId("kv-export").open = false;
    try {
      const file = await call("page_export", [this.id, this.page.language, kind, visitor()]);
      const bytes = Uint8Array.from(atob(file.content), (one) => one.charCodeAt(0));
      const link = make("a", { href: URL.createObjectURL(new Blob([bytes], { type: file.type })), download: `${this.page.t("export_file")}.${kind}` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (error) {
      announce(this.page.t(error.key ?? "failed"));
    }
  }
}

/** The letters that an answer shows, since those that were asked are not kept. */
function lettersOf(record) {
  return [...new Set([...record.citations, ...record.nearest].filter((one) => !one.gone).map((one) => one.letter))];
}
