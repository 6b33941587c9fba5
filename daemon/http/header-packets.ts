/**
 * Traced packets without what people say to each other: who may look at sessions sees here who speaks to whom and what
 * became of it, but nothing of what is inside. That is mapctl's to show, to those who may change things.
 */
import { layersOf } from "../../src/explain/layers.js";

/** A document of mapd.trace/1 with each packet's bytes ending where its last header does. */
export function withoutPayload(document: object): object {
  return Object.fromEntries(
    Object.entries(document).map(([key, value]: [string, unknown]) => {
      return [key, Array.isArray(value) ? value.map(headersOnly) : headersOnly(value)];
    }),
  );
}

/** Anything but a packet stays as it is. */
function headersOnly(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const text: unknown = Reflect.get(value, "bytes");
  if (typeof text !== "string") return value;
  const bytes = Buffer.from(text, "base64");
  // What lies behind the end that a packet states is in no layer, and no header either.
  const ends = layersOf(bytes).map(({ kind, end }) => (kind === "data" ? 0 : end));
  return { ...value, bytes: bytes.toString("base64", 0, Math.max(0, ...ends)) };
}
