/**
 * ICMPv4 (RFC 792) and ICMPv6 (RFC 4443 §2.1); echo has the same shape in both.
 *   +0  type:8 | code:8 | checksum:16
 *   +4  identifier:16   | sequence number:16     (echo and echo reply)
 * After `fits()` no accessor reads outside [at, end).
 */
export const ECHO_HEADER_LEN = 8;
export const OFF_CHECKSUM = 2;
export const OFF_IDENTIFIER = 4;

export const V4_ECHO_REPLY = 0;
export const V4_ECHO = 8;
export const V6_ECHO = 128;
export const V6_ECHO_REPLY = 129;

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
