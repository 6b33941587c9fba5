/**
 * Interface identifiers of a CE, in every form that is seen (RFC 7597 §6). Cold code.
 *   rfc7597    0:16 | IPv4:32 | PSID:16
 *   draft-03   0:8 | IPv4:32 | PSID:16 | 0:8
 * The PSID stands at the right end of its field; one vendor's guide puts it at the left end, 0xac as 0xac00.
 */
import type { Ce } from "./ce.js";
import { maskOf6, maskWords } from "./prefix.js";
import type { Iid, Rule, Words6 } from "./types.js";

/** IPv4 and PSID fields of an identifier; where the prefix is longer than 64 bits it may have overwritten them. */
export function readIid(iid: Iid, address: Words6): { iidIpv4: number; iidPsid: number } {
  const [, , high, low] = address;
  return iid === "draft-03"
    ? { iidIpv4: ((high << 8) | (low >>> 24)) >>> 0, iidPsid: (low >>> 8) & 0xffff }
    : { iidIpv4: ((high << 16) | (low >>> 16)) >>> 0, iidPsid: low & 0xffff };
}

/** Inverse of `readIid()`: the last two words of an address. */
export function iidWords(iid: Iid, addr4: number, psidField: number): readonly [number, number] {
  return iid === "draft-03"
    ? [addr4 >>> 8, ((addr4 << 24) | (psidField << 8)) >>> 0]
    : [addr4 >>> 16, ((addr4 << 16) | psidField) >>> 0];
}

/** The PSID at the wrong, left end of its field. */
export function rightPadded(rule: Rule, psid: number | null): number {
  return (psid ?? 0) * 2 ** (16 - rule.psidLen);
}

/** The address of a CE in every form; they coincide where the PSID is 0, or where the prefix overwrites all of it. */
export interface AddressForms {
  readonly rfc7597: Words6;
  readonly draft03: Words6;
  /** Never written by mapd, and dropped: for recognition only. */
  readonly rightPadded: Words6;
  readonly rightPaddedDraft03: Words6;
}

export function addressForms(rule: Rule, ce: Ce): AddressForms {
  const padded = rightPadded(rule, ce.psid);
  return {
    rfc7597: withIid(ce, "rfc7597", ce.psid ?? 0),
    draft03: withIid(ce, "draft-03", ce.psid ?? 0),
    rightPadded: withIid(ce, "rfc7597", padded),
    rightPaddedDraft03: withIid(ce, "draft-03", padded),
  };
}

/** Prefix bits win where the end-user prefix is longer than 64. */
function withIid({ endUserPrefix, ipv4 }: Ce, iid: Iid, psidField: number): Words6 {
  const { address, len } = endUserPrefix;
  const taken = maskOf6(Math.max(64, len));
  const [high, low] = iidWords(iid, ipv4.address, psidField);
  const [prefix0, prefix1, prefix2, prefix3] = maskWords(address, taken);
  return [
    prefix0,
    prefix1,
    (prefix2 | (high & ~taken[2])) >>> 0,
    (prefix3 | (low & ~taken[3])) >>> 0,
  ];
}
