/** What a trace says of a packet, in words: a line for a terminal, comments for a capture. */
import { DROPS } from "../drops.js";
import { answerLine, packetLine } from "./packet-line.js";

/** A packet, or its beginning. */
export interface TracePacket {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly segmentLength: number | null;
}

/** One judged packet, as mapd.trace/1 has it, with bytes instead of base64. */
export interface TraceView {
  readonly time: string;
  readonly domain: string;
  readonly origin: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly rules: readonly string[];
  readonly before: TracePacket | null;
  readonly after: readonly TracePacket[];
  readonly outputs: number;
}

/** What was made of a packet that the device gave, and is judged for itself. */
const ORIGIN_TEXTS: Readonly<Record<string, string>> = {
  segment: "segment ",
  reassembled: "whole datagram ",
  resumed: "fragment that waited ",
  written: "on its way out ",
};

const CLOCK_AT = "2026-01-01T".length;

/** `18:30:44.123456 metro-br IP6 ... => IP ...; rule metro` */
export function traceLine(view: TraceView): string {
  const { time, domain, origin, before } = view;
  const clock = time.slice(CLOCK_AT).replace("Z", "");
  const what = before === null ? "mapd" : `${ORIGIN_TEXTS[origin] ?? ""}${lineOf(before)}`;
  return `${clock} ${domain} ${what} => ${resultText(view)}${rulesText(view)}`;
}

function resultText({ verdict, reason, after, outputs }: TraceView): string {
  const [first] = after;
  const more = outputs > 1 ? `, and ${outputs - 1} more` : "";
  const became = first === undefined ? "" : `${lineOf(first)}${more}`;
  const answer =
    first === undefined ? "" : `, answered by ${answerLine(first.bytes, first.length)}`;
  switch (verdict) {
    case "dropped":
      return `dropped: ${reason}${answer}`;
    case "absorbed":
      return `part of another, or cut up: judged by itself${became === "" ? "" : `, ${became}`}`;
    case "held":
      return "held, waits for other fragments";
    default:
      return became;
  }
}

function rulesText({ rules }: TraceView): string {
  return rules.length === 0 ? "" : `; rule ${rules.join(", ")}`;
}

function lineOf({ bytes, length, segmentLength }: TracePacket): string {
  return packetLine(bytes, length, segmentLength);
}

/** For the packet as it was: verdict, with what the reason means, domain and rules. */
export function beforeComment(view: TraceView): string {
  const { verdict, reason, domain, origin } = view;
  const row = DROPS.find(({ name }) => name === reason);
  const why = row === undefined ? "" : `: ${row.name} (${row.help}; ${row.rfc})`;
  const made = ORIGIN_TEXTS[origin];
  const from = made === undefined ? "" : `; ${made.trim()}`;
  return `${verdict}${why}; domain ${domain}${rulesText(view)}${from}`;
}

/** For a packet that it became. */
export function afterComment(view: TraceView): string {
  const { verdict, reason, domain, before } = view;
  if (before === null) return `ICMP error of our own; domain ${domain}`;
  const what = verdict === "dropped" ? `ICMP error of our own; dropped: ${reason}` : verdict;
  return `${what}; domain ${domain}${rulesText(view)}`;
}
