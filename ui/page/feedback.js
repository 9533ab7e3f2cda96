// What the reader thinks of an answer, and why.
import { make } from "./dom.js";
import { call, visitor } from "./server.js";

const UP = "M7 10v9H3.5v-9zM7 18.2c1.3.9 2.6 1.3 4 1.3h4.2c1 0 1.8-.6 2-1.6l1.3-5.6c.3-1.3-.6-2.3-1.9-2.3h-4l.7-3.8c.2-1.1-.6-2.2-1.8-2.2L7 10";

/** Two thumbs; pressing one asks for the reason. */
export function thumbs(record, t, longest) {
  const place = make("div", { class: "kv-judge", role: "group", "aria-label": t("judge") });
  const buttons = [["right", true], ["wrong", false]].map(([name, right]) =>
    make("button", { type: "button", class: `kv-thumb kv-thumb-${name}`, "aria-label": t(name), title: t(name), "aria-pressed": "false",
      onclick: (event) => {
        for (const one of buttons) one.setAttribute("aria-pressed", String(one === event.currentTarget));
        ask(right);
      } }, thumb()));
  place.append(...buttons);
  const ask = (right) => {
    place.querySelector("form, p")?.remove();
    const reason = make("input", { maxlength: longest, "aria-label": t("judge_reason"), placeholder: t("judge_reason") });
    place.append(make("form", { onsubmit: async (event) => {
      event.preventDefault();
      const said = await send(record, right, reason.value);
      place.replaceChildren(...buttons, make("p", { role: "status", class: "kv-help" }, t(said)));
    } }, reason, make("button", { class: "kv-quiet" }, t("judge_send"))));
    reason.focus();
  };
  return place;
}

async function send(record, right, reason) {
  try {
    await call("page_feedback", [record.conversation, record.message, right, reason, visitor()]);
    return "judge_thanks";
  } catch (error) {
    return error.key ?? "failed";
  }
}

function thumb() {
  const image = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  image.setAttribute("viewBox", "0 0 22 22");
  image.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", UP);
  image.append(path);
  return image;
}
