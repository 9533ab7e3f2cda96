// Small helpers: elements are built from text, never from markup.

/** Build an element; `props` are attributes, `on…` are listeners, children are strings or elements. */
export function make(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Split a text at spans and wrap those in <mark class=…>. */
export function marked(text, spans, className) {
  const pieces = [];
  let done = 0;
  for (const [start, end] of spans) {
    if (start < done) continue;
    pieces.push(text.slice(done, start), make("mark", { class: className }, text.slice(start, end)));
    done = end;
  }
  return [...pieces, text.slice(done)];
}

/** Offsets from Python count code points; JavaScript counts UTF-16 units. */
export function toUnits(text, offset) {
  return [...text].slice(0, offset).join("").length;
}

/** Announce something to screen readers. */
export function announce(text) {
  byId("kv-status").textContent = text;
}

/** Scroll smoothly, unless the reader prefers less motion. */
export function scrollTo(element, block = "center") {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ behavior: calm ? "auto" : "smooth", block, inline: "nearest" });
}

export const capital = (text) => text[0].toUpperCase() + text.slice(1);

export function stored(storage, key) {
  try {
    return storage.getItem(key);
  } catch {
    return null; // storage may be switched off
  }
}

export function keep(storage, key, value) {
  try {
    storage.setItem(key, value);
  } catch {
    // full or switched off: the page works without
  }
}

/** Let a dialog be closed by its own button and by a click beside it; Escape does it by itself. */
export function closable(dialog) {
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}
