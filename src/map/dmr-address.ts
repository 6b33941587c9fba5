/** One IPv4 address behind a DMR prefix, both ways, for people (RFC 6052 §2.2). The packet path has Dmr itself. */
import { formatIpv4, formatIpv6 } from "../wire/address.js";
import { checkDmr } from "./check.js";
import { error, warning } from "./diagnostic.js";
import { DMR_LENGTHS, Dmr } from "./dmr.js";
import { canonicalIpv6, formatIpv6Prefix, sameWords } from "./prefix.js";
import type { Checked, Diagnostic, Ipv6Prefix, Words6 } from "./types.js";

export interface DmrAddress {
  readonly prefix: Ipv6Prefix;
  readonly ipv4: number;
  readonly ipv6: Words6;
  /** Bits of the IPv6 address that hold the IPv4 address; bits 64..71, the u octet, are left out. */
  readonly bits: readonly (readonly [number, number])[];
}

/** Refuses a prefix that `checkDmr()` refuses, and an address that must not stand behind 64:ff9b::/96. */
export function embedIpv4(prefix: Ipv6Prefix, addr4: number): Checked<DmrAddress> {
  const checked = checkDmr(prefix, "dmr-ipv6-prefix");
  if (!checked.ok) return checked;
  const words = new Uint32Array(4);
  if (new Dmr(prefix).embed(addr4, words) < 0) return nonGlobal(addr4);
  return { ...checked, value: addressOf(prefix, addr4, words) };
}

/** Refuses also an address that is not behind the prefix; bits that should be zero are warnings. */
export function extractIpv4(prefix: Ipv6Prefix, address: Words6): Checked<DmrAddress> {
  const checked = checkDmr(prefix, "dmr-ipv6-prefix");
  if (!checked.ok) return checked;
  const dmr = new Dmr(prefix);
  const words = Uint32Array.from(address);
  if (!dmr.matches(words)) {
    const message = `${formatIpv6(address)} is not behind ${formatIpv6Prefix(prefix)}`;
    return refuse(error("address-outside-dmr", "address", message, "RFC 7599 §5.1"));
  }
  const addr4 = dmr.extract(words) >>> 0;
  if (!dmr.admits(addr4)) return nonGlobal(addr4);
  const value = addressOf(prefix, addr4, words);
  return { ok: true, value, diagnostics: [...checked.diagnostics, ...strayBits(dmr, value)] };
}

/** The address behind the same leading bits at each of the six lengths that leave a sound prefix. */
export function embedAtEachLength(address: Words6, addr4: number): readonly DmrAddress[] {
  return DMR_LENGTHS.flatMap((len) => {
    const embedded = embedIpv4(canonicalIpv6({ address, len }), addr4);
    return embedded.ok ? [embedded.value] : [];
  });
}

/** Where the 32 bits lie behind a prefix of this length. */
function bitsBehind(len: number): readonly (readonly [number, number])[] {
  if (len === 96) return [[96, 127]];
  const before = 64 - len;
  const behind = [72, 72 + 31 - before] as const;
  if (before === 0) return [behind];
  return before === 32 ? [[32, 63]] : [[len, 63], behind];
}

function addressOf(prefix: Ipv6Prefix, ipv4: number, words: Uint32Array): DmrAddress {
  const ipv6: Words6 = [words[0]!, words[1]!, words[2]!, words[3]!];
  return { prefix, ipv4, ipv6, bits: bitsBehind(prefix.len) };
}

/** The u octet and the suffix are zero when written, and not looked at when read. */
function strayBits(dmr: Dmr, { ipv4, ipv6 }: DmrAddress): Diagnostic[] {
  const right = new Uint32Array(4);
  dmr.embed(ipv4, right);
  const [w0, w1, w2, w3] = right;
  const expected: Words6 = [w0!, w1!, w2!, w3!];
  if (sameWords(expected, ipv6)) return [];
  const message = `${formatIpv6(ipv6)} has bits set in its u octet (64..71) or behind the IPv4 address, which are ignored; written it is ${formatIpv6(expected)}`;
  return [warning("dmr-stray-bits", "address", message, "RFC 6052 §2.2")];
}

function nonGlobal(addr4: number): Checked<never> {
  const message = `${formatIpv4(addr4)} is not global and must not stand behind 64:ff9b::/96; use a prefix of your own`;
  return refuse(error("non-global-ipv4", "address", message, "RFC 6052 §3.1"));
}

function refuse(diagnostic: Diagnostic): Checked<never> {
  return { ok: false, diagnostics: [diagnostic] };
}
