// Gradio's named endpoints, called through its queue.
import { keep, stored } from "./dom.js";

/** What went wrong, by the key of the text that says so; `message` is the server's own, in English. */
export class Failure extends Error {
  constructor(key, message = "") {
    super(message);
    this.key = key;
  }
}

let token;

/** Tell the server whose conversations and letters these are: a secret that this browser made up. */
export function visitor() {
  token ??= stored(localStorage, "kv-visitor");
  if (token) return token;
  token = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  keep(localStorage, "kv-visitor", token);
  return token;
}

/** Call an endpoint; `onPart` gets every value it yields, `onSent` the share that was sent; the last value is returned. */
export async function call(name, args, onPart = () => {}, onSent = () => {}) {
  const joined = await post(`gradio_api/call/${name}`, JSON.stringify({ data: args }), onSent);
  if (joined.status === 503 || joined.status === 429) throw new Failure("busy");
  if (joined.status === 413) throw new Failure("file_large");
  if (joined.status !== 200) throw new Failure("failed", `${name}: ${joined.status}`);
  const response = await fetch(`gradio_api/call/${name}/${JSON.parse(joined.text).event_id}`);
  let last;
  for await (const { event, data } of events(response.body)) {
    if (event === "error") throw new Failure(data?.title && data.title !== "Error" ? data.title : "failed", data?.error);
    if ((event === "generating" || event === "complete") && data?.length) {
      last = data[0];
      onPart(last);
    }
  }
  if (last === undefined) throw new Failure("failed", `${name}: no answer`);
  return last;
}

/** Unlike fetch, this tells how much has been sent. */
function post(url, body, onSent) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Content-Type", "application/json");
    request.upload.addEventListener("progress", ({ loaded, total }) => onSent(loaded / total));
    request.addEventListener("load", () => resolve({ status: request.status, text: request.responseText }));
    request.addEventListener("error", () => reject(new Failure("failed", url)));
    request.send(body);
  });
}

async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value;
    const blocks = buffer.split("\n\n");
    buffer = blocks.pop();
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event && data) yield { event, data: JSON.parse(data) };
    }
  }
}
