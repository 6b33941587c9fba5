/** The document mapd.trace/1: one for each packet that somebody traces. */
import type { Origin } from "../../src/pipeline/observer.js";
import { ABSORBED, FORWARDED } from "../../src/pipeline/packet-io.js";
import type { TracedPacket, TraceRecord } from "../../src/tun/trace/record.js";
import { DROPS } from "../../src/verdict.js";

export type TraceVerdict = "forwarded" | "dropped" | "absorbed" | "held";

export interface PacketDocument {
  /** Bytes of the IP packet. */
  readonly length: number;
  /** Payload bytes of each segment of a super-packet, else null. */
  readonly segmentLength: number | null;
  /** Its first bytes, all where there was no limit, in base64. */
  readonly bytes: string;
}

export interface TraceStarted {
  readonly schema: "mapd.trace/1";
  readonly event: "started";
  readonly domains: readonly string[];
}

export interface TracedDocument {
  readonly schema: "mapd.trace/1";
  readonly event: "packet";
  /** UTC, with microseconds: when it was judged. */
  readonly time: string;
  readonly domain: string;
  /** Of the device. */
  readonly queue: number;
  /** Where the packet comes from that was judged: most from the device; others were made of such. */
  readonly origin: Origin;
  readonly verdict: TraceVerdict;
  /** Of the drop, by the names of docs/drops.md. */
  readonly reason: string | null;
  /** Rules of the CEs that it comes from and goes to; empty where none is concerned. */
  readonly rules: readonly string[];
  /** null for what mapd says of itself. */
  readonly before: PacketDocument | null;
  /** What it became; of a dropped packet, the ICMP error that answers it. */
  readonly after: readonly PacketDocument[];
  /** Packets that it became, those included that are not in `after`. */
  readonly outputs: number;
}

/** Packets that matched, but came quicker than they could be told. They passed all the same. */
export interface TraceLost {
  readonly schema: "mapd.trace/1";
  readonly event: "lost";
  readonly count: number;
}

export type TraceDocument = TraceStarted | TracedDocument | TraceLost;

export const TRACE_SCHEMA = "mapd.trace/1";

export function tracedDocument(
  record: TraceRecord,
  domain: string,
  queue: number,
  rules: readonly string[],
): TracedDocument {
  const { verdict } = record;
  return {
    schema: TRACE_SCHEMA,
    event: "packet",
    time: timeText(record.timeMs),
    domain,
    queue,
    origin: record.origin,
    verdict: verdictName(verdict),
    reason: DROPS.find(({ code }) => code === verdict)?.name ?? null,
    rules,
    before: record.before === null ? null : packetDocument(record.before),
    after: record.after.map(packetDocument),
    outputs: record.outputs,
  };
}

function verdictName(verdict: number): TraceVerdict {
  if (verdict < 0) return "dropped";
  if (verdict === FORWARDED) return "forwarded";
  return verdict === ABSORBED ? "absorbed" : "held";
}

function packetDocument({ length, segmentLen, bytes }: TracedPacket): PacketDocument {
  return {
    length,
    segmentLength: segmentLen === 0 ? null : segmentLen,
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
  };
}

const US_PER_MS = 1000;

function timeText(ms: number): string {
  const us = Math.floor(ms * US_PER_MS);
  const rest = String(us % US_PER_MS).padStart(3, "0");
  return new Date(Math.floor(us / US_PER_MS)).toISOString().replace("Z", `${rest}Z`);
}
