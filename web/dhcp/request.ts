/** What the DHCPv6 server is to send for a rule, out of the page's inputs. */
import { encode, type S46Request } from "../../src/dhcp/encode.js";
import { checkDmr } from "../../src/map/check.js";
import { error } from "../../src/map/diagnostic.js";
import { checkIpv6Prefix, parseIpv6Prefix } from "../../src/map/prefix.js";
import type { Checked, Ipv6Prefix, Rule, Words6 } from "../../src/map/types.js";
import { parseIpv6 } from "../../src/wire/address.js";
import type { Inputs } from "../state/model.js";

export interface Encoded {
  readonly request: S46Request;
  readonly bytes: Uint8Array;
}

type Peer = Pick<Inputs, "mode" | "dmr" | "br">;

/** The container of the rule, with `portParams` as in `S46Request`. Warnings are what a client will meet. */
export function encodeInputs(rule: Rule, peer: Peer, portParams = true): Checked<Encoded> {
  const request = requestOf(rule, peer, portParams);
  if (!request.ok) return request;
  const encoded = encode(request.value);
  if (!encoded.ok) return encoded;
  const value = { request: request.value, bytes: encoded.value };
  return { ok: true, value, diagnostics: [...request.diagnostics, ...encoded.diagnostics] };
}

function requestOf(rule: Rule, { mode, dmr, br }: Peer, portParams: boolean): Checked<S46Request> {
  const none = { mode, rules: [rule], dmr: null, brAddresses: [], portParams };
  if (mode === "map-t") {
    const prefix = readDmr(dmr);
    return prefix.ok ? { ...prefix, value: { ...none, dmr: prefix.value } } : prefix;
  }
  const address = readBr(br);
  return address.ok ? { ...address, value: { ...none, brAddresses: [address.value] } } : address;
}

/** Refuses what no DMR can be: IPv4, a bare address, a length that RFC 6052 cannot embed behind. */
export function readDmr(text: string): Checked<Ipv6Prefix> {
  const prefix = parseIpv6Prefix(text.trim());
  return prefix === null ? checkIpv6Prefix(text.trim(), "dmr") : checkDmr(prefix, "dmr");
}

export function readBr(text: string): Checked<Words6> {
  const address = parseIpv6(text.trim());
  if (address !== null) return { ok: true, value: address, diagnostics: [] };
  const message = `"${text}" is not an IPv6 address such as 2001:db8:ffff::1; a BR address has no length`;
  return { ok: false, diagnostics: [error("br-syntax", "br", message, "RFC 7598 §4.2")] };
}

export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
