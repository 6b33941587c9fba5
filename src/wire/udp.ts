/**
 * UDP header, RFC 768.
 *   +0  source port:16 | destination port:16
 *   +4  length:16      | checksum:16
 * After `fits()` no accessor reads outside [at, end).
 */
export const HEADER_LEN = 8;
export const OFF_CHECKSUM = 6;

const OFF_LEN = 4;

/** True when [at, end) holds the header and all that its length field announces. */
export function fits(frame: DataView, at: number, end: number): boolean {
  if (end - at < HEADER_LEN) return false;
  const length = len(frame, at);
  return length >= HEADER_LEN && length <= end - at;
}

/** Header and data, bytes. */
export function len(frame: DataView, at: number): number {
  return frame.getUint16(at + OFF_LEN);
}

export function writeLen(frame: DataView, at: number, value: number): void {
  frame.setUint16(at + OFF_LEN, value);
}
