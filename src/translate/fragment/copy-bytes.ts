/** Copies `len` bytes between frames, or towards lower offsets within one. */
export function copyBytes(
  from: DataView,
  fromAt: number,
  to: DataView,
  toAt: number,
  len: number,
): void {
  let i = 0;
  for (; i + 4 <= len; i += 4) to.setUint32(toAt + i, from.getUint32(fromAt + i));
  for (; i < len; i++) to.setUint8(toAt + i, from.getUint8(fromAt + i));
}
