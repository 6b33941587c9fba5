import { formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Rule } from "../../src/map/types.js";

/** `2001:db8::/40 192.0.2.0/24 16 6`, the form that mapctl reads. */
export function ruleText({ ipv6, ipv4, eaLen, psidOffset }: Rule): string {
  return `${formatIpv6Prefix(ipv6)} ${formatIpv4Prefix(ipv4)} ${eaLen} ${psidOffset}`;
}

/** 0x34, with as many digits as `bits` need. */
export function hex(value: number, bits: number): string {
  return `0x${value.toString(16).padStart(Math.max(1, Math.ceil(bits / 4)), "0")}`;
}

export function binary(value: number, bits: number): string {
  return bits === 0 ? "" : value.toString(2).padStart(bits, "0");
}
