/**
 * Cuts packets into fragments and puts them together again, in the most obvious way and without any code of
 * src/: the oracle for everything about fragments. IPv4 without options but where said, IPv6 with the
 * Fragment Header right behind the fixed header but where said.
 */
import { concat } from "./packet-builder.js";
import { slowChecksum } from "./slow-checksum.js";

const FRAGMENT = 44;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function isIpv6(bytes: Uint8Array): boolean {
  return bytes[0]! >> 4 === 6;
}

/** Length of the IPv4 header, or of the IPv6 headers before the fragmentable part (`perFragment` of options). */
function headerLen(bytes: Uint8Array): number {
  return isIpv6(bytes) ? 40 : (bytes[0]! & 0xf) * 4;
}

export interface Cut {
  /** Bytes of the payload, from the transport header on; a multiple of 8 but for hostile packets. */
  readonly start: number;
  readonly end: number;
  /** True unless the cut reaches the end of the payload. */
  readonly more?: boolean;
}

/** One fragment of a whole packet; `payload` stands in for the packet's own bytes where they shall differ. */
export function fragment(
  whole: Uint8Array,
  id: number,
  cut: Cut,
  payload?: Uint8Array,
): Uint8Array {
  const len = headerLen(whole);
  const body = payload ?? whole.slice(len + cut.start, len + cut.end);
  const more = cut.more ?? len + cut.end < whole.length;
  const header = whole.slice(0, len);
  const v = view(header);
  if (!isIpv6(whole)) {
    v.setUint16(2, len + body.length);
    v.setUint16(4, id & 0xffff);
    v.setUint16(6, (v.getUint16(6) & 0x4000) + (more ? 0x2000 : 0) + cut.start / 8);
    v.setUint16(10, 0);
    v.setUint16(10, slowChecksum(header));
    return concat(header, body);
  }
  const extension = new Uint8Array(8);
  const e = view(extension);
  e.setUint8(0, header[6]!);
  e.setUint16(2, cut.start + (more ? 1 : 0));
  e.setUint32(4, id);
  header[6] = FRAGMENT;
  v.setUint16(4, 8 + body.length);
  return concat(header, extension, body);
}

/** Cuts a whole packet before each of `edges`, which are multiples of 8 within its payload, ascending. */
export function fragments(whole: Uint8Array, id: number, edges: readonly number[]): Uint8Array[] {
  const ends = [...edges, whole.length - headerLen(whole)];
  return ends.map((end, i) => fragment(whole, id, { start: i === 0 ? 0 : ends[i - 1]!, end }));
}

export interface Parsed {
  readonly header: Uint8Array;
  /** Next header or protocol. */
  readonly next: number;
  readonly id: number;
  readonly offset: number;
  readonly more: boolean;
  readonly payload: Uint8Array;
}

/** Reads a fragment, or null where the packet is none. */
export function parseFragment(bytes: Uint8Array): Parsed | null {
  const v = view(bytes);
  const len = headerLen(bytes);
  if (!isIpv6(bytes)) {
    const field = v.getUint16(6);
    if ((field & 0x3fff) === 0) return null;
    return {
      header: bytes.slice(0, len),
      next: bytes[9]!,
      id: v.getUint16(4),
      offset: (field & 0x1fff) * 8,
      more: (field & 0x2000) !== 0,
      payload: bytes.slice(len),
    };
  }
  if (bytes[6] !== FRAGMENT) return null;
  const field = v.getUint16(42);
  return {
    header: bytes.slice(0, 40),
    next: bytes[40]!,
    id: v.getUint32(44),
    offset: field & 0xfff8,
    more: (field & 1) === 1,
    payload: bytes.slice(48),
  };
}

/**
 * The fragment or packet that fragments make: payloads put in their places, byte by byte. Throws where they
 * overlap, leave a hole, differ in identification, or where one but the last is no multiple of 8.
 */
export function rejoined(pieces: readonly Uint8Array[]): Uint8Array {
  const parsed = pieces.map((piece) => {
    const fields = parseFragment(piece);
    if (fields === null) throw new Error("not a fragment");
    return fields;
  });
  const sorted = parsed.toSorted((a, b) => a.offset - b.offset);
  const first = sorted[0]!;
  let at = first.offset;
  for (const piece of sorted) {
    if (piece.offset !== at) throw new Error(`hole or overlap at ${at}, ${piece.offset}`);
    if (piece.id !== first.id || piece.next !== first.next) throw new Error("another datagram");
    if (piece !== sorted.at(-1) && (!piece.more || piece.payload.length % 8 !== 0)) {
      throw new Error("last piece in the middle");
    }
    at += piece.payload.length;
  }
  const payload = concat(...sorted.map((piece) => piece.payload));
  const header = first.header.slice();
  const more = sorted.at(-1)!.more;
  const v = view(header);
  if (!isIpv6(header)) {
    v.setUint16(2, header.length + payload.length);
    v.setUint16(6, (v.getUint16(6) & 0x4000) + (more ? 0x2000 : 0) + first.offset / 8);
    v.setUint16(10, 0);
    v.setUint16(10, slowChecksum(header));
    return concat(header, payload);
  }
  if (first.offset === 0 && !more) {
    header[6] = first.next;
    v.setUint16(4, payload.length);
    return concat(header, payload);
  }
  const whole = concat(header, new Uint8Array(8), payload);
  const w = view(whole);
  w.setUint16(4, payload.length + 8);
  w.setUint8(40, first.next);
  w.setUint16(42, first.offset + (more ? 1 : 0));
  w.setUint32(44, first.id);
  return whole;
}
