/** Opcodes of PCP (RFC 6887 §19.2) and the bytes that each has behind the header. */
export const ANNOUNCE = 0;
export const MAP = 1;
export const PEER = 2;

const BODY_LENS: ReadonlyMap<number, number> = new Map([
  [ANNOUNCE, 0],
  [MAP, 36],
  [PEER, 56],
]);

/** null for an opcode that is not supported. */
export function bodyLenOf(opcode: number): number | null {
  return BODY_LENS.get(opcode) ?? null;
}
