/** Reads mapd's trace as it comes: one document a line. */
import { type TracePacket, type TraceView, traceLine } from "../../src/explain/trace-line.js";
import { type Answer, refusal, request } from "./client.js";
import { isTraced, type TraceDocument, type TracedPacket } from "./documents.js";

export interface TraceEvents {
  onPacket(line: string, document: TraceDocument & { readonly event: "packet" }): void;
  onLost(count: number): void;
}

/** Why it ended: the reader's wish, nobody there any more, or a refusal. */
export type TraceEnd = { readonly kind: "aborted" } | Exclude<Answer<never>, { kind: "document" }>;

/** Resolves when the trace has ended. Never rejects. */
export async function readTrace(
  query: URLSearchParams,
  token: string,
  signal: AbortSignal,
  events: TraceEvents,
): Promise<TraceEnd> {
  const response = await request(`trace?${query}`, token, signal);
  if (signal.aborted) return { kind: "aborted" };
  if (response === null) return { kind: "gone" };
  if (!response.ok || response.body === null) {
    const answer = refusal(response, await response.json().catch(() => null));
    return answer.kind === "document" ? { kind: "gone" } : answer;
  }
  await readLines(response.body, (line) => take(line, events)).catch(() => undefined);
  return signal.aborted ? { kind: "aborted" } : { kind: "gone" };
}

async function readLines(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const lines = (rest + next.value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") onLine(line);
  }
}

function take(line: string, events: TraceEvents): void {
  const document: unknown = JSON.parse(line);
  if (!isTraced(document)) return;
  if (document.event === "lost") events.onLost(document.count);
  if (document.event === "packet") events.onPacket(traceLine(viewOf(document)), document);
}

function viewOf(document: TraceDocument & { readonly event: "packet" }): TraceView {
  const { before, after } = document;
  return {
    ...document,
    before: before === null ? null : packetOf(before),
    after: after.map(packetOf),
  };
}

function packetOf({ bytes, length, segmentLength }: TracedPacket): TracePacket {
  const text = atob(bytes);
  return { bytes: Uint8Array.from(text, (one) => one.charCodeAt(0)), length, segmentLength };
}
