/** IPv4 and IPv6 prefixes: text, masks, containment. Cold code. */
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../wire/address.js";
import type { Checked, Diagnostic, Ipv4Prefix, Ipv6Prefix, Words6 } from "./types.js";

export const IPV4_BITS = 32;
export const IPV6_BITS = 128;

const LENGTH = /^(?:0|[1-9][0-9]{0,2})$/;

/** Mask of the first `len` bits of a word; 0..32. A shift by 32 is a shift by 0 in JavaScript, hence the branch. */
export function maskOf(len: number): number {
  return len <= 0 ? 0 : (0xffffffff << (IPV4_BITS - Math.min(len, IPV4_BITS))) >>> 0;
}

/** The same as the packet path has addresses, signed; the branch as above. */
export function signedMaskOf(len: number): number {
  return len <= 0 ? 0 : -1 << (IPV4_BITS - Math.min(len, IPV4_BITS));
}

/** Mask of the first `len` bits of an IPv6 address, 0..128. */
export function maskOf6(len: number): Words6 {
  return [maskOf(len), maskOf(len - 32), maskOf(len - 64), maskOf(len - 96)];
}

/** The bits of `words` that `mask` keeps. */
export function maskWords(words: Words6, mask: Words6): Words6 {
  return [
    (words[0] & mask[0]) >>> 0,
    (words[1] & mask[1]) >>> 0,
    (words[2] & mask[2]) >>> 0,
    (words[3] & mask[3]) >>> 0,
  ];
}

export function sameWords(one: Words6, other: Words6): boolean {
  return one[0] === other[0] && one[1] === other[1] && one[2] === other[2] && one[3] === other[3];
}

/** The prefix with the bits beyond its length cleared. */
export function canonicalIpv4(prefix: Ipv4Prefix): Ipv4Prefix {
  return { address: (prefix.address & maskOf(prefix.len)) >>> 0, len: prefix.len };
}

/** The prefix with the bits beyond its length cleared. */
export function canonicalIpv6(prefix: Ipv6Prefix): Ipv6Prefix {
  return { address: maskWords(prefix.address, maskOf6(prefix.len)), len: prefix.len };
}

export function containsIpv4(prefix: Ipv4Prefix, address: number): boolean {
  return ((address ^ prefix.address) & maskOf(prefix.len)) === 0;
}

export function containsIpv6(prefix: Ipv6Prefix, address: Words6): boolean {
  return sameWords(
    maskWords(address, maskOf6(prefix.len)),
    maskWords(prefix.address, maskOf6(prefix.len)),
  );
}

/** True where every address of `inner` is in `outer`, too. */
export function coversIpv4Prefix(outer: Ipv4Prefix, inner: Ipv4Prefix): boolean {
  return inner.len >= outer.len && containsIpv4(outer, inner.address);
}

/** True where every address of `inner` is in `outer`, too. */
export function coversIpv6Prefix(outer: Ipv6Prefix, inner: Ipv6Prefix): boolean {
  return inner.len >= outer.len && containsIpv6(outer, inner.address);
}

export function formatIpv4Prefix(prefix: Ipv4Prefix): string {
  return `${formatIpv4(prefix.address)}/${prefix.len}`;
}

export function formatIpv6Prefix(prefix: Ipv6Prefix): string {
  return `${formatIpv6(prefix.address)}/${prefix.len}`;
}

/** Reads `ADDRESS/LEN`, 0..32; null where it is not that. Bits beyond the length are kept: see `checkIpv4Prefix()`. */
export function parseIpv4Prefix(text: string): Ipv4Prefix | null {
  const parts = splitPrefix(text);
  const address = parts === null ? null : parseIpv4(parts.address);
  if (parts === null || address === null || parts.len > IPV4_BITS) return null;
  return { address, len: parts.len };
}

/** Reads `ADDRESS/LEN`, 0..128; null where it is not that. Bits beyond the length are kept: see `checkIpv6Prefix()`. */
export function parseIpv6Prefix(text: string): Ipv6Prefix | null {
  const parts = splitPrefix(text);
  const address = parts === null ? null : parseIpv6(parts.address);
  if (parts === null || address === null || parts.len > IPV6_BITS) return null;
  return { address, len: parts.len };
}

/** Reads an IPv4 prefix that somebody typed and says what is wrong with it, the corrected prefix included. */
export function checkIpv4Prefix(text: string, path: string): Checked<Ipv4Prefix> {
  const parts = splitPrefix(text);
  const address = parts === null ? null : parseIpv4(parts.address);
  if (parts === null || address === null) {
    return refuse(
      path,
      "ipv4-prefix-syntax",
      `"${text}" is not an IPv4 prefix such as 192.0.2.0/24`,
    );
  }
  if (parts.len > IPV4_BITS) {
    return refuse(path, "ipv4-prefix-len", `IPv4 prefix length ${parts.len} is not in 0..32`);
  }
  const prefix = { address, len: parts.len };
  const diagnostic = ipv4HostBits(prefix, path);
  return diagnostic === null
    ? { ok: true, value: prefix, diagnostics: [] }
    : { ok: false, diagnostics: [diagnostic] };
}

/** Reads an IPv6 prefix that somebody typed and says what is wrong with it, the corrected prefix included. */
export function checkIpv6Prefix(text: string, path: string): Checked<Ipv6Prefix> {
  const parts = splitPrefix(text);
  const address = parts === null ? null : parseIpv6(parts.address);
  if (parts === null || address === null) {
    return refuse(
      path,
      "ipv6-prefix-syntax",
      `"${text}" is not an IPv6 prefix such as 2001:db8::/40`,
    );
  }
  if (parts.len > IPV6_BITS) {
    return refuse(path, "ipv6-prefix-len", `IPv6 prefix length ${parts.len} is not in 0..128`);
  }
  const prefix = { address, len: parts.len };
  const diagnostic = ipv6HostBits(prefix, path);
  return diagnostic === null
    ? { ok: true, value: prefix, diagnostics: [] }
    : { ok: false, diagnostics: [diagnostic] };
}

/** The error about bits beyond the length, or null. The length must be in range. */
export function ipv4HostBits(prefix: Ipv4Prefix, path: string): Diagnostic | null {
  const right = canonicalIpv4(prefix);
  return right.address === prefix.address
    ? null
    : hostBits("ipv4", formatIpv4Prefix(prefix), formatIpv4Prefix(right), path);
}

/** The error about bits beyond the length, or null. The length must be in range. */
export function ipv6HostBits(prefix: Ipv6Prefix, path: string): Diagnostic | null {
  const right = canonicalIpv6(prefix);
  return sameWords(right.address, prefix.address)
    ? null
    : hostBits("ipv6", formatIpv6Prefix(prefix), formatIpv6Prefix(right), path);
}

function hostBits(family: "ipv4" | "ipv6", given: string, right: string, path: string): Diagnostic {
  const message = `${given} has bits set beyond its length; write ${right}, or the length that was meant`;
  return {
    code: `${family}-host-bits`,
    severity: "error",
    path,
    message,
    rfc: family === "ipv4" ? "RFC 4632 §3.1" : "RFC 4291 §2.3",
  };
}

function refuse(path: string, code: string, message: string): Checked<never> {
  return { ok: false, diagnostics: [{ code, severity: "error", path, message, rfc: "" }] };
}

function splitPrefix(text: string): { address: string; len: number } | null {
  const slash = text.indexOf("/");
  const len = text.slice(slash + 1);
  if (slash < 0 || !LENGTH.test(len)) return null;
  return { address: text.slice(0, slash), len: Number(len) };
}
