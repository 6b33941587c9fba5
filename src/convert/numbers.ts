/** Numbers in foreign texts. */
import type { Findings } from "../map/findings.js";

/** Decimal or 0x...; what is no whole number is an error, and undefined. */
export function readWhole(
  text: string | undefined,
  what: string,
  place: string,
  findings: Findings,
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^([0-9]{1,10}|0x[0-9a-f]{1,8})$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isInteger(value)) return value;
  findings.error("import-syntax", place, `${what} "${text}" is not a whole number`);
  return undefined;
}

const PSID_BITS = 16;

/**
 * PSID that is left-justified in 16 bits (RFC 7598 §4.5), as odhcp6c and mapcalc have it: 0x3400 of 8 bits is 0x34.
 * One that has bits beyond its length was probably meant the other way round.
 */
export function rightJustified(
  psid: number,
  psidLen: number,
  place: string,
  findings: Findings,
): number {
  const shift = PSID_BITS - psidLen;
  const value = psid >>> shift;
  if (value << shift !== psid) {
    const message = `psid ${psid} is read as left-justified in 16 bits, which makes it ${value}, but it has bits beyond its ${psidLen}; if ${psid} is meant, write ${psid << shift}`;
    findings.warning("psid-justification", place, message, "RFC 7598 §4.5");
  }
  return value;
}

export function leftJustified(psid: number, psidLen: number): number {
  return psid << (PSID_BITS - psidLen);
}
