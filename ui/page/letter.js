// The letter beside the conversation: go to a paragraph, mark words in it, search it.
import { announce, byId, make, scrollTo, toUnits } from "./dom.js";
import { call, visitor } from "./server.js";

export class Reader {
  /** `shown` is the outline of the letter that the page came with. */
  constructor(shown, t) {
    this.outlines = new Map(shown ? [[shown.id, shown]] : []);
    this.t = t;
    this.sheet = byId("kv-sheet");
    this.shown = this.sheet.querySelector("article")?.dataset.letter;
    this.matches = [];
    this.match = 0;
    byId("kv-find").addEventListener("input", (event) => this.find(event.target.value));
    byId("kv-find").addEventListener("keydown", (event) => event.key === "Enter" && this.nextMatch());
    byId("kv-find-next").addEventListener("click", () => this.nextMatch());
    byId("kv-open-letter").addEventListener("click", () => this.open());
    byId("kv-close-letter").addEventListener("click", () => this.close());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    for (const menu of [byId("kv-contents"), byId("kv-export")]) {
      document.addEventListener("click", (event) => menu.contains(event.target) || (menu.open = false));
      menu.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !menu.open) return;
        event.stopPropagation();
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
    this.sheet.addEventListener("click", (event) => this.onClick(event));
    this.nameOf = () => "";
    this.onAsk = () => {};
    this.onShow = () => {};
    this.label();
  }

  get letter() {
    return this.shown ? this.outlines.get(this.shown) : this.previewed;
  }

  /** Put the page's language on what the letter's frame says. */
  label() {
    for (const button of this.sheet.querySelectorAll(".kv-about")) {
      button.textContent = this.t("about");
      button.hidden = !this.shown;
    }
    byId("kv-letter-name").textContent = this.nameOf(this.letter);
    const items = (this.letter?.headings ?? []).map((heading) =>
      make("li", { class: `kv-level-${heading.level}`, lang: "nl" }, make("a", {
        href: `#${heading.target}`,
        onclick: (event) => {
          event.preventDefault();
          byId("kv-contents").open = false;
          scrollTo(byId(heading.target), "start");
        },
      }, heading.text)));
    byId("kv-contents-list").replaceChildren(...items);
  }

  open() {
    if (!this.slides()) return;
    this.opener = document.activeElement;
    document.body.classList.add("kv-reading");
    byId("kv-close-letter").focus({ preventScroll: true });
  }

  close() {
    if (!document.body.classList.contains("kv-reading")) return;
    document.body.classList.remove("kv-reading");
    this.opener?.focus({ preventScroll: true });
  }

  slides() {
    return matchMedia("(max-width: 899px)").matches;
  }

  /** Show another letter. */
  async show(letterId) {
    if (letterId === this.shown) return;
    try {
      if (!this.outlines.get(letterId)?.html) this.outlines.set(letterId, await call("page_letter", [letterId, visitor()]));
      this.fill(this.outlines.get(letterId).html, letterId);
    } catch (error) {
      announce(this.t(error.key ?? "failed"));
    }
  }

  /** Fetch letters again when they are next shown, since they have gone or may be other ones. */
  forget(gone) {
    for (const id of [...this.outlines.keys()]) if (id !== this.shown && gone(id)) this.outlines.delete(id);
  }

  /** Show a letter that has not been added yet. */
  preview(letter) {
    this.previewed = letter;
    this.fill(letter.html, null);
  }

  fill(html, letterId) {
    this.sheet.innerHTML = html; // escaped by the server, word for word
    this.shown = letterId;
    this.sheet.scrollTop = 0;
    this.label();
    this.onShow();
  }

  /** Scroll to a paragraph and mark the words from `start` to `end`, the decisive ones more strongly. */
  async goTo({ letter, paragraph_id: id, start = 0, end = 0, marks = [] }) {
    await this.show(letter);
    this.unmark();
    const paragraph = this.paragraph(id);
    if (!paragraph) return false;
    this.open();
    paragraph.classList.add("kv-current");
    const text = paragraph.querySelector(".kv-text");
    wrap(text, start, end, "kv-mark");
    for (const [from, to] of marks) wrap(text, start + from, start + to, "kv-mark kv-decisive");
    const first = paragraph.querySelector(".kv-mark") ?? paragraph;
    requestAnimationFrame(() => jump(this.sheet, first));
    return true;
  }

  unmark() {
    this.clear("kv-mark");
    this.sheet.querySelector(".kv-current")?.classList.remove("kv-current");
  }

  paragraph(id) {
    return this.sheet.querySelector(`[data-paragraph="${CSS.escape(id)}"]`);
  }

  /** Show which paragraphs have been cited in this conversation. */
  showCited(ids) {
    for (const paragraph of this.sheet.querySelectorAll("[data-paragraph]")) {
      const cited = ids.has(paragraph.dataset.paragraph);
      paragraph.classList.toggle("kv-cited", cited);
      paragraph.querySelector(".kv-number").title = cited ? this.t("cited") : "";
    }
  }

  find(wanted) {
    this.clear("kv-found");
    this.matches = [];
    const query = fold(wanted.trim());
    if (query.length > 1) {
      for (const text of this.sheet.querySelectorAll(".kv-text, h2, .kv-notes li")) {
        const content = [...plainText(text)].map(fold).join("");
        const starts = [];
        for (let at = content.indexOf(query); at >= 0; at = content.indexOf(query, at + query.length)) starts.push(at);
        for (const at of starts) this.matches.push(wrap(text, at, at + query.length, "kv-found")[0]);
      }
    }
    this.match = -1;
    byId("kv-find-next").hidden = !this.matches.length;
    if (this.matches.length) this.nextMatch();
    else byId("kv-found").value = query.length > 1 ? this.t("found_none") : "";
  }

  nextMatch() {
    if (!this.matches.length) return;
    this.matches[this.match]?.classList.remove("kv-here");
    this.match = (this.match + 1) % this.matches.length;
    const here = this.matches[this.match];
    here.classList.add("kv-here");
    jump(this.sheet, here);
    byId("kv-found").value = this.t("found", { n: this.match + 1, count: this.matches.length });
  }

  clear(className) {
    for (const mark of [...this.sheet.querySelectorAll(`mark.${className}`)]) {
      const parent = mark.parentNode;
      mark.replaceWith(...mark.childNodes);
      parent.normalize();
    }
  }

  onClick(event) {
    const about = event.target.closest(".kv-about");
    if (about) {
      const heading = about.closest("section").querySelector("h2")?.textContent ?? this.t("opening");
      this.close();
      this.onAsk(this.t("about_question", { heading }));
      announce(this.t("about"));
      return;
    }
    const link = event.target.closest('a[href^="#kv-note"]');
    if (!link) return;
    event.preventDefault();
    const target = byId(link.getAttribute("href").slice(1));
    scrollTo(target);
    target.focus({ preventScroll: true });
  }
}

/** Go there at once: who checks a quotation does not want to watch the pages fly by. */
function jump(sheet, element) {
  const [box, frame] = [element.getBoundingClientRect(), sheet.getBoundingClientRect()];
  sheet.scrollTop += box.top - frame.top - Math.max(frame.height / 3 - box.height / 2, 80);
}

/** One character for one character, so that offsets stay: without accents and case. */
function fold(text) {
  return [...text].map((one) => one.normalize("NFD")[0].toLowerCase().slice(0, one.length)).join("");
}

function textNodes(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest("[data-skip]") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
}

function plainText(element) {
  return textNodes(element).map((node) => node.data).join("");
}

/** Wrap characters `start` to `end` of an element's text in marks, leaving footnote marks out. */
function wrap(element, start, end, className) {
  const text = plainText(element);
  const [from, to] = [toUnits(text, start), toUnits(text, end)];
  const marks = [];
  let at = 0;
  for (const node of textNodes(element)) {
    const [left, right] = [Math.max(from - at, 0), Math.min(to - at, node.length)];
    at += node.length;
    if (left >= right) continue;
    const middle = left ? node.splitText(left) : node;
    if (right - left < middle.length) middle.splitText(right - left);
    const mark = make("mark", { class: className });
    middle.replaceWith(mark);
    mark.append(middle);
    marks.push(mark);
  }
  return marks;
}
