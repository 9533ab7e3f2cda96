// Gradio's named endpoints, called through its queue.

export class Busy extends Error {}

/** Call an endpoint; `onPart` gets every value it yields, the last one is returned. */
export async function call(name, args, onPart = () => {}) {
  const joined = await fetch(`gradio_api/call/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ data: args }),
  });
  if (joined.status === 503 || joined.status === 429) throw new Busy(name);
  if (!joined.ok) throw new Error(`${name}: ${joined.status}`);
  const { event_id: eventId } = await joined.json();
  const response = await fetch(`gradio_api/call/${name}/${eventId}`);
  let last;
  for await (const { event, data } of events(response.body)) {
    if (event === "error") throw new Error(data?.error ?? name);
    if ((event === "generating" || event === "complete") && data?.length) {
      last = data[0];
      onPart(last);
    }
  }
  if (last === undefined) throw new Error(`${name}: no answer`);
  return last;
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
