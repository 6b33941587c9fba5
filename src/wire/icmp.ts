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
