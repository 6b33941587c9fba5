/**
 * Where quote and extension of an ICMP error go after its headers have changed size, RFC 4884 §3 to §5.
 * The extension is opaque: moved whole, or left out whole.
 */
import type { Quote } from "./quote.js";

/** Least length of a quote with an extension behind it, padding included (RFC 4884 §3). */
const MIN_FIELD_LEN = 128;

/**
 * Length of the quote at `quoteAt`, cut or padded so that the extension behind it fits `room` bytes with it:
 * a multiple of `unit`. 0 where there is no extension or no room for one: the error goes without.
 */
export function extendedQuoteLen(
  frame: DataView,
  quote: Quote,
  quoteAt: number,
  room: number,
  unit: number,
): number {
  const extensionLen = quote.extensionEnd - quote.extensionAt;
  if (extensionLen === 0) return 0;
  const most = roundDown(room - extensionLen, unit);
  if (most < MIN_FIELD_LEN) return 0;
  const wanted = Math.max(MIN_FIELD_LEN, roundDown(quote.end - quoteAt + unit - 1, unit));
  const fieldLen = Math.min(wanted, most);
  // Padding may need more room behind the packet than the frame has.
  return quoteAt + fieldLen + extensionLen <= frame.byteLength ? fieldLen : 0;
}

/** Moves the extension behind a quote of `fieldLen` bytes at `quoteAt`, zeros between; returns its end. */
export function moveExtension(
  frame: DataView,
  quote: Quote,
  quoteAt: number,
  fieldLen: number,
): number {
  const { extensionAt, extensionEnd } = quote;
  const to = quoteAt + fieldLen;
  // First the extension: the padding may lie where it was.
  moveBytes(frame, extensionAt, extensionEnd, to);
  for (let at = quote.end; at < to; at++) frame.setUint8(at, 0);
  return to + extensionEnd - extensionAt;
}

/** Copies [from, end) to `to`, which may overlap it. */
function moveBytes(frame: DataView, from: number, end: number, to: number): void {
  const len = end - from;
  if (to <= from) {
    for (let i = 0; i < len; i++) frame.setUint8(to + i, frame.getUint8(from + i));
  } else {
    for (let i = len - 1; i >= 0; i--) frame.setUint8(to + i, frame.getUint8(from + i));
  }
}

function roundDown(value: number, unit: number): number {
  return value - (value % unit);
}
