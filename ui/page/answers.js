// A turn of the conversation: the question, the answer with its chips, the evidence.
import { announce, byId, make, marked, toUnits } from "./dom.js";
import { thumbs } from "./feedback.js";
import { call, visitor } from "./server.js";

const STRONG = 0.6;
const FAIR = 0.25;

export class Answers {
  constructor(reader, t, longestReason) {
    this.reader = reader;
    this.t = t;
    this.longestReason = longestReason;
  }

  /** Return the elements of a turn: {question, partial, record, error}. */
  render(turn, retry) {
    const question = make("h2", { class: "kv-asked", dir: "auto" }, turn.question);
    if (turn.error) return make("article", { class: "kv-turn" }, question, this.failure(turn.error, retry));
    if (!turn.record) return make("article", { class: "kv-turn", "aria-busy": "true" }, question, this.pending(turn));
    return make("article", { class: "kv-turn" }, question, this.answer(turn.record, turn.letters));
  }

  failure(key, retry) {
    return make("div", { class: "kv-failure", role: "alert" }, this.t(key),
      make("button", { type: "button", class: "kv-quiet", onclick: retry }, this.t("retry")));
  }

  pending(turn) {
    if (turn.partial) return make("p", { class: "kv-answer" }, turn.partial.replace(/\s*\[\d+\]/g, ""));
    return make("p", { class: "kv-searching" }, make("span", { class: "kv-dots", "aria-hidden": "true" }), this.t("searching"));
  }

  answer(record, letters) {
    const no = !record.citations.length;
    const shown = no ? record.nearest : record.citations;
    const cards = make("div", { class: "kv-cards" });
    const body = make("div", { class: `kv-reply kv-is-${record.status}`, "data-status": record.status });
    if (record.status !== "answered") body.append(make("p", { class: "kv-verdict" }, this.t(record.status)));
    body.append(this.text(record, cards));
    if (no && record.status !== "vague" && shown.length) body.append(make("p", { class: "kv-help" }, this.t(`${record.status}_help`)));
    if (record.standalone_question !== record.question)
      body.append(make("p", { class: "kv-help kv-understood" }, this.t("understood", { question: record.standalone_question })));
    for (const warning of record.warnings)
      body.append(make("p", { class: "kv-warning", lang: record.language }, make("strong", {}, `${this.t("warning")}: `), warning));
    if (shown.length) {
      body.append(make("h3", { class: "kv-small" }, this.t(no ? "nearest" : "sources")));
      cards.append(...shown.map((citation) => this.card(citation, no)));
      body.append(cards);
    }
    if (record.withheld.length) body.append(this.withheld(record));
    const foot = make("div", { class: "kv-foot" });
    if (shown.length) foot.append(this.why(record, letters));
    if (this.canBeJudged(record)) foot.append(thumbs(record, this.t, this.longestReason));
    body.append(foot);
    return body;
  }

  /** What is said of a letter of one's own stays one's own; what was not kept can't be judged. */
  canBeJudged(record) {
    const own = (one) => one.gone || this.reader.letters.find((letter) => letter.id === one.letter)?.own;
    return typeof record.message === "number" && ![...record.citations, ...record.nearest].some(own);
  }

  withheld(record) {
    const sentences = record.withheld.map((one) => make("li", {}, one.sentence ? make("q", {}, one.sentence) : make("span", {}, this.t("not_shown")), make("span", {}, ` (${one.reason})`)));
    const title = this.t(sentences.length === 1 ? "withheld_one" : "withheld_more", { count: sentences.length });
    return make("details", { class: "kv-withheld" }, make("summary", {}, title), make("ul", { lang: record.language }, ...sentences));
  }

  /** The answer's text: what leads in each letter, the quotations with their decisive words, a chip for every [n]. */
  text(record, cards) {
    const paragraph = make("p", { class: "kv-answer", lang: record.language });
    for (const piece of record.answer.split(/(\[\d+\]|(?:^|\n)[^“\n]{0,300}: (?=“))/)) {
      const number = /^\[(\d+)\]$/.exec(piece)?.[1];
      const citation = number && record.citations.find((one) => one.n === Number(number));
      if (citation) paragraph.append(keptTogether(paragraph, this.chip(citation, cards)));
      else if (/^\n?[^“\n]+: $/.test(piece)) paragraph.append(make("span", { class: "kv-lead" }, piece.trim()));
      else paragraph.append(...emphasised(piece, record.citations));
    }
    return paragraph;
  }

  place(citation) {
    const framed = citation.kind === "header" || citation.kind === "signature";
    const name = framed ? `place_${citation.kind}` : citation.section ? "place" : "place_opening";
    return this.t(name, { section: citation.section, paragraph: citation.paragraph });
  }

  chip(citation, cards) {
    const label = this.t("source", { n: citation.n, reference: citation.reference });
    const chip = make("button", { type: "button", class: "kv-chip", "aria-label": label, "data-chip": citation.paragraph_id,
      onclick: () => this.openEvidence(citation, cards) }, String(citation.n));
    const show = () => showTip(chip, citation);
    for (const event of ["mouseenter", "focus"]) chip.addEventListener(event, show);
    for (const event of ["mouseleave", "blur", "click"]) chip.addEventListener(event, hideTip);
    return chip;
  }

  async openEvidence(citation, cards) {
    for (const card of cards.children) card.open = card.dataset.n === String(citation.n);
    if (!citation.gone && (await this.reader.goTo(citation))) announce(`${citation.reference}: ${citation.quote}`);
  }

  card(citation, no) {
    const t = this.t;
    const spans = citation.marks.map((span) => span.map((offset) => toUnits(citation.quote, offset)));
    const quote = make("blockquote", { lang: "nl" }, ...marked(citation.quote, spans, "kv-decisive"));
    const columns = make("div", { class: "kv-columns" }, make("div", {}, make("h4", {}, t("verbatim")), quote));
    if (citation.translation)
      columns.append(make("div", { class: "kv-translation" }, make("h4", {}, t(citation.machine_translated ? "machine_translation" : "translation")), make("p", { lang: "en" }, citation.translation)));
    const hint = no ? make("span", { class: "kv-hint" }, citation.quote) : "";
    const summary = make("summary", {}, make("span", { class: "kv-n", "aria-hidden": no }, no ? "¶" : String(citation.n)),
      make("span", { lang: "nl" }, this.place(citation), hint));
    const card = make("details", { class: "kv-card", "data-n": citation.n }, summary,
      make("p", { class: "kv-reference", lang: "nl" }, citation.reference), columns);
    for (const note of citation.footnotes) card.append(make("p", { class: "kv-note", lang: "nl" }, `${t("note")}: ${note}`));
    card.append(this.actions(citation));
    return card;
  }

  actions(citation) {
    const t = this.t;
    const styles = ["kamerstuk", "apa", "journalist"].map((style) =>
      make("button", { type: "button", class: "kv-quiet", "data-copy": style,
        onclick: (event) => copy(citation.copies[style], event.target, t) }, t(style)));
    const link = permalink(citation);
    const read = citation.gone
      ? make("span", { class: "kv-help" }, t("gone"))
      : make("button", { type: "button", class: "kv-quiet kv-read", onclick: () => this.reader.goTo(citation) }, t("read"));
    return make("div", { class: "kv-actions" }, read,
      make("span", { class: "kv-copy", role: "group", "aria-label": t("copy") }, make("span", {}, t("copy")), ...styles),
      make("a", { class: "kv-quiet kv-link", href: link, onclick: (event) => {
        event.preventDefault();
        history.replaceState(null, "", link);
        copy(link, event.target, t);
      } }, t("link")));
  }

  why(record, letters) {
    const list = make("ol", { class: "kv-ranked" });
    const fill = async () => {
      if (!details.open || list.childElementCount) return;
      try {
        const hits = await call("page_why", [record.standalone_question, letters, visitor()]);
        list.append(...hits.map((hit) => this.ranked(hit)));
      } catch {
        list.append(make("li", {}, this.t("failed")));
      }
    };
    const details = make("details", { class: "kv-why", ontoggle: fill }, make("summary", {}, this.t("why")),
      make("p", { class: "kv-help" }, this.t("why_help")), list);
    return details;
  }

  ranked(hit) {
    const word = hit.score >= STRONG ? "strong" : hit.score >= FAIR ? "fair" : "weak";
    const percent = Math.round(hit.score * 100);
    return make("li", {}, make("button", { type: "button", class: "kv-quiet", lang: "nl", onclick: () => this.reader.goTo(hit) }, this.place(hit)),
      make("span", { class: `kv-fit kv-fit-${word}` }, `${this.t(word)} (${percent}%)`),
      make("span", { class: "kv-excerpt", lang: "nl" }, hit.quote));
  }
}

/** Keep a chip on the line of the word before it. */
function keptTogether(paragraph, chip) {
  const before = paragraph.lastChild;
  if (before?.nodeType !== Node.TEXT_NODE) return chip;
  const [, start, word] = /^(.*?)(\S*)\s*$/s.exec(before.data);
  before.data = start;
  return make("span", { class: "kv-nowrap" }, word, chip);
}

/** Mark the decisive words of every quotation that stands in this piece of the answer. */
function emphasised(piece, citations) {
  for (const citation of citations) {
    const at = piece.indexOf(citation.quote);
    if (at < 0 || !citation.marks.length) continue;
    const spans = citation.marks.map((span) => span.map((offset) => at + toUnits(citation.quote, offset)));
    return marked(piece, spans, "kv-decisive");
  }
  return [piece];
}

export function permalink(citation) {
  const link = new URL(location.href);
  link.search = new URLSearchParams({ letter: citation.letter, p: citation.paragraph_id.split("/").slice(1).join("/") });
  link.hash = "";
  return link.href;
}

async function copy(text, button, t) {
  let message = t("copied");
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    message = t("not_copied");
    const card = button.closest(".kv-card");
    card.querySelector(".kv-fallback")?.remove();
    card.append(make("textarea", { class: "kv-fallback", readonly: true, rows: 3, "aria-label": t("copy") }, text));
    card.querySelector(".kv-fallback").select();
  }
  const before = button.textContent;
  button.textContent = message;
  announce(message);
  setTimeout(() => (button.textContent = before), 1600);
}

function showTip(chip, citation) {
  const tip = byId("kv-tip");
  tip.replaceChildren(make("strong", {}, citation.reference), make("span", {}, `“${citation.quote}”`));
  tip.hidden = false;
  const [box, size] = [chip.getBoundingClientRect(), tip.getBoundingClientRect()];
  tip.style.left = `${Math.max(8, Math.min(box.left - 20, innerWidth - size.width - 8))}px`;
  tip.style.top = `${box.bottom + size.height + 12 > innerHeight ? box.top - size.height - 8 : box.bottom + 8}px`;
  chip.setAttribute("aria-describedby", "kv-tip");
}

function hideTip() {
  byId("kv-tip").hidden = true;
}

