/**
 * ICMPv4 (RFC 792) and ICMPv6 (RFC 4443 §2.1); echo has the same shape in both.
 *   +0  type:8 | code:8 | checksum:16
 *   +4  identifier:16   | sequence number:16     (echo and echo reply)
 *   +4  unused:8 | length:8 | MTU:16             (ICMPv4 errors; the pointer's octet is the first)
 *   +4  length:8 | unused:24, or MTU:32, or pointer:32                          (ICMPv6 errors)
 * Behind the eight bytes of an error lies the packet that it is about; "length" tells how much of it there
 * is where an extension follows (RFC 4884 §4).
 * After `fits()` no accessor reads outside [at, end).
 */
import { fold, sumBytes } from "./checksum.js";

export const ECHO_HEADER_LEN = 8;
/** Of an error, before the packet that it quotes. */
export const ERROR_HEADER_LEN = 8;
/** Longest errors with their IP headers (RFC 1812 §4.3.2.3, RFC 4443 §2.4). */
export const MAX_ERROR4_LEN = 576;
export const MAX_ERROR6_LEN = 1280;

export const OFF_CHECKSUM = 2;
export const OFF_IDENTIFIER = 4;

const OFF_REST = 4;
const OFF_LENGTH4 = 5;
const OFF_MTU4 = 6;

export const V4_ECHO_REPLY = 0;
export const V4_ECHO = 8;
export const V6_ECHO = 128;
export const V6_ECHO_REPLY = 129;

export const V4_UNREACHABLE = 3;
/** Code of `V4_UNREACHABLE`. */
export const V4_FRAGMENTATION_NEEDED = 4;
export const V4_SOURCE_QUENCH = 4;
export const V4_REDIRECT = 5;
export const V4_TIME_EXCEEDED = 11;
export const V4_PARAMETER_PROBLEM = 12;
export const V6_UNREACHABLE = 1;
export const V6_TOO_BIG = 2;
export const V6_TIME_EXCEEDED = 3;
export const V6_PARAMETER_PROBLEM = 4;

/** Unit of the length field, bytes (RFC 4884 §4). */
export const V4_LENGTH_UNIT = 4;
export const V6_LENGTH_UNIT = 8;

/** ICMPv6 types below this are errors (RFC 4443 §2.1). */
const V6_FIRST_INFORMATIONAL = 128;
const V6_REDIRECT = 137;

/** ICMPv4 types that ask or answer, so that an error about them is allowed (RFC 1122 §3.2.2). */
const V4_QUERIES: readonly number[] = [V4_ECHO_REPLY, V4_ECHO, 9, 10, 13, 14, 15, 16, 17, 18];

/** True for an ICMPv4 type that an ICMP error may be about; everything unknown counts as an error. */
export function isQuery4(messageType: number): boolean {
  return V4_QUERIES.includes(messageType);
}

/** True for an ICMPv6 type that an ICMP error may be about: no error and no redirect (RFC 4443 §2.4). */
export function isInformational6(messageType: number): boolean {
  return messageType >= V6_FIRST_INFORMATIONAL && messageType !== V6_REDIRECT;
}

/** True for the ICMPv4 types that quote a packet (RFC 1122 §3.2.2). */
export function isError4(messageType: number): boolean {
  switch (messageType) {
    case V4_UNREACHABLE:
    case V4_SOURCE_QUENCH:
    case V4_REDIRECT:
    case V4_TIME_EXCEEDED:
    case V4_PARAMETER_PROBLEM:
      return true;
    default:
      return false;
  }
}

/** True for the ICMPv6 types that quote a packet (RFC 4443 §2.1). */
export function isError6(messageType: number): boolean {
  return messageType < V6_FIRST_INFORMATIONAL;
}

/** True for the ICMPv4 errors that may carry an extension (RFC 4884 §4). */
export function mayExtend4(messageType: number): boolean {
  return (
    messageType === V4_UNREACHABLE ||
    messageType === V4_TIME_EXCEEDED ||
    messageType === V4_PARAMETER_PROBLEM
  );
}

/** True for the ICMPv6 errors that may carry an extension (RFC 4884 §4). */
export function mayExtend6(messageType: number): boolean {
  return messageType === V6_UNREACHABLE || messageType === V6_TIME_EXCEEDED;
}

/** True when [at, end) holds the first eight bytes, that every ICMP message has. */
export function fits(_frame: DataView, at: number, end: number): boolean {
  return end - at >= ECHO_HEADER_LEN;
}

export function type(frame: DataView, at: number): number {
  return frame.getUint8(at);
}

export function code(frame: DataView, at: number): number {
  return frame.getUint8(at + 1);
}

export function identifier(frame: DataView, at: number): number {
  return frame.getUint16(at + OFF_IDENTIFIER);
}

/** Bytes of quoted packet before the extension, of an ICMPv4 error that may carry one; 0 where it has none. */
export function quotedLen4(frame: DataView, at: number): number {
  return frame.getUint8(at + OFF_LENGTH4) * V4_LENGTH_UNIT;
}

/** Likewise of an ICMPv6 error. */
export function quotedLen6(frame: DataView, at: number): number {
  return frame.getUint8(at + OFF_REST) * V6_LENGTH_UNIT;
}

/** Of "fragmentation needed", bytes; 0 where the router names none (RFC 1191 §4). */
export function mtu4(frame: DataView, at: number): number {
  return frame.getUint16(at + OFF_MTU4);
}

/** Of "packet too big", bytes, unsigned 32-bit. */
export function mtu6(frame: DataView, at: number): number {
  return frame.getUint32(at + OFF_REST);
}

export function pointer4(frame: DataView, at: number): number {
  return frame.getUint8(at + OFF_REST);
}

/** Unsigned 32-bit. */
export function pointer6(frame: DataView, at: number): number {
  return frame.getUint32(at + OFF_REST);
}

/** True when the checksum of the message in [at, end) is right; `pseudoSum` is 0 for ICMPv4. */
export function checksumGood(frame: DataView, at: number, end: number, pseudoSum: number): boolean {
  return fold(pseudoSum + sumBytes(frame, at, end)) === 0xffff;
}

/** Writes the first eight bytes, but for the checksum; `rest` is the second word. */
export function writeHeader(
  frame: DataView,
  at: number,
  messageType: number,
  messageCode: number,
  rest: number,
): void {
  frame.setUint8(at, messageType);
  frame.setUint8(at + 1, messageCode);
  frame.setUint16(at + OFF_CHECKSUM, 0);
  frame.setUint32(at + OFF_REST, rest);
}

/** Computes and writes the checksum of the message in [at, end); `pseudoSum` is 0 for ICMPv4. */
export function writeChecksum(frame: DataView, at: number, end: number, pseudoSum: number): void {
  frame.setUint16(at + OFF_CHECKSUM, 0);
  const checksum = ~fold(pseudoSum + sumBytes(frame, at, end)) & 0xffff;
  frame.setUint16(at + OFF_CHECKSUM, checksum);
}
