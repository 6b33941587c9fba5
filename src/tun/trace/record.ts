/**
 * One judged packet as bytes, little-endian:
 *   +0 length:32 | +4 verdict:32 | +8 milliseconds since 1970: float64 | +16 revision:32
 *   +20 rule from:32 | +24 rule to:32 | +28 origin:8 | has input:8 | parts:16 | +32 outputs:32 | parts
 *   part  +0 length:32 | +4 kept:32 | +8 segment length:32 | bytes, padded to 32 bits
 * Outputs are the packets that it became, of which not all need be among the parts.
 */
import { ORIGINS, type Origin } from "../../pipeline/observer.js";
import type { Draft } from "./draft.js";
import type { TraceRing } from "./ring.js";

const HEADER_LEN = 36;
const PART_HEADER_LEN = 12;

/** What the writer knows besides the draft. */
export interface Judged {
  readonly verdict: number;
  readonly timeMs: number;
  /** Of the rules that it was judged by. */
  readonly revision: number;
  /** Indices of the rules of the CEs that it comes from and goes to, -1: none. */
  readonly ruleFrom: number;
  readonly ruleTo: number;
}

export interface TracedPacket {
  /** Bytes of the packet, more than there are of it where it was cut. */
  readonly length: number;
  readonly bytes: Uint8Array;
  /** Payload bytes of each segment of a super-packet, else 0. */
  readonly segmentLen: number;
}

export interface TraceRecord extends Judged {
  readonly origin: Origin;
  /** null for what mapd says of itself. */
  readonly before: TracedPacket | null;
  readonly after: readonly TracedPacket[];
  /** Packets that it became, those included that are not in `after`. */
  readonly outputs: number;
}

/** Writes a draft, its parts cut to `snapLen`; false where the ring has no room for it. */
export function writeRecord(
  ring: TraceRing,
  draft: Draft,
  snapLen: number,
  { verdict, timeMs, revision, ruleFrom, ruleTo }: Judged,
): boolean {
  let len = HEADER_LEN;
  for (let i = 0; i < draft.count; i++) {
    len += PART_HEADER_LEN + padded(Math.min(draft.kepts[i]!, snapLen));
  }
  const start = ring.reserve(len);
  if (start < 0) return false;
  const { data, bytes } = ring;
  data.setInt32(start + 4, verdict, true);
  data.setFloat64(start + 8, timeMs, true);
  data.setUint32(start + 16, revision, true);
  data.setInt32(start + 20, ruleFrom, true);
  data.setInt32(start + 24, ruleTo, true);
  data.setUint8(start + 28, draft.origin);
  data.setUint8(start + 29, draft.hasInput ? 1 : 0);
  data.setUint16(start + 30, draft.count, true);
  data.setUint32(start + 32, draft.outputs, true);
  let at = start + HEADER_LEN;
  for (let i = 0; i < draft.count; i++) {
    const kept = Math.min(draft.kepts[i]!, snapLen);
    data.setUint32(at, draft.lens[i]!, true);
    data.setUint32(at + 4, kept, true);
    data.setUint32(at + 8, draft.segmentLens[i]!, true);
    const from = draft.ats[i]!;
    bytes.set(draft.memory.subarray(from, from + kept), at + PART_HEADER_LEN);
    at += PART_HEADER_LEN + padded(kept);
  }
  ring.commit();
  return true;
}

/** `record` is what `TraceRing.take()` gives; the packets are views of it. */
export function readRecord(record: Uint8Array<ArrayBuffer>): TraceRecord {
  const data = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const parts: TracedPacket[] = [];
  let at = HEADER_LEN;
  for (let i = 0; i < data.getUint16(30, true); i++) {
    const kept = data.getUint32(at + 4, true);
    const from = at + PART_HEADER_LEN;
    parts.push({
      length: data.getUint32(at, true),
      bytes: record.subarray(from, from + kept),
      segmentLen: data.getUint32(at + 8, true),
    });
    at = from + padded(kept);
  }
  const hasInput = data.getUint8(29) === 1;
  return {
    verdict: data.getInt32(4, true),
    timeMs: data.getFloat64(8, true),
    revision: data.getUint32(16, true),
    ruleFrom: data.getInt32(20, true),
    ruleTo: data.getInt32(24, true),
    origin: ORIGINS[data.getUint8(28)] ?? "device",
    before: hasInput ? (parts[0] ?? null) : null,
    after: hasInput ? parts.slice(1) : parts,
    outputs: data.getUint32(32, true),
  };
}

function padded(len: number): number {
  return (len + 3) & ~3;
}
