/** Rules as the DHCPv6 options that tell them to CEs (RFC 7598 §4, §5). */
import { error, hasError } from "../map/diagnostic.js";
import { canonicalIpv6 } from "../map/prefix.js";
import type { Checked, Diagnostic, Ipv6Prefix, Rule, Words6 } from "../map/types.js";
import { decode } from "./decode.js";
import {
  containerCode,
  FLAG_FMR,
  OPTION_BIND,
  OPTION_BR,
  OPTION_DMR,
  OPTION_PORTPARAMS,
  OPTION_RULE,
  type SoftwireMode,
} from "./options.js";
import { fieldOfPsid } from "./portparams.js";

export interface S46Request {
  readonly mode: SoftwireMode;
  /** Their `forwarding` is the F flag. For lw4o6 the bindings: 1:1 rules of whole IPv4 addresses, at most one. */
  readonly rules: readonly Rule[];
  /** MAP-T. */
  readonly dmr: Ipv6Prefix | null;
  /** MAP-E and lw4o6. */
  readonly brAddresses: readonly Words6[];
  /** False leaves option 93 out of rules that it would repeat the default of; true writes it wherever addresses are shared. */
  readonly portParams?: boolean;
}

/** The container option, its header included. Warnings are those of `decode()`: what a client will meet. */
export function encode(request: S46Request): Checked<Uint8Array> {
  const refusals = checkRequest(request);
  if (refusals.length > 0) return { ok: false, diagnostics: refusals };
  const { mode, rules, dmr, brAddresses, portParams = true } = request;
  const body = [
    ...rules.flatMap((rule) => (mode === "lw4o6" ? binding(rule) : ruleOption(rule, portParams))),
    ...(dmr === null ? [] : option(OPTION_DMR, prefixField(dmr))),
    ...brAddresses.flatMap((address) => option(OPTION_BR, wordsOf(address))),
  ];
  if (body.length > 0xffff) {
    const message = `${rules.length} rules take ${body.length} octets, but an option holds 65535, and a datagram without fragments about 1200; provision fewer rules`;
    return { ok: false, diagnostics: [error("s46-too-long", "rules", message, "RFC 8415 §21.1")] };
  }
  const value = Uint8Array.from(option(containerCode(mode), body));
  const { diagnostics } = decode(value);
  // What a client would discard is not worth sending, such as a DMR that no IPv4 address fits behind.
  return hasError(diagnostics) ? { ok: false, diagnostics } : { ok: true, value, diagnostics };
}

function checkRequest({ mode, rules, dmr, brAddresses }: S46Request): Diagnostic[] {
  const found: Diagnostic[] = [];
  const refuse = (path: string, message: string): void => {
    found.push(error("s46-content", path, message, "RFC 7598 §6"));
  };
  if (rules.length === 0) refuse("rules", "give at least one rule");
  if (mode === "map-t" && dmr === null) refuse("dmr", "MAP-T needs the DMR prefix");
  if (mode !== "map-t" && dmr !== null) refuse("dmr", "only MAP-T has a DMR; leave it out");
  if (mode === "map-t" && brAddresses.length > 0) refuse("br", "MAP-T has no BR address");
  if (mode !== "map-t" && brAddresses.length === 0) refuse("br", `${mode} needs a BR address`);
  if (mode !== "lw4o6") return found;
  if (rules.length > 1) refuse("rules", "lw4o6 has one binding for a subscriber");
  const isBinding = rules.every(({ eaLen, ipv4 }) => eaLen === 0 && ipv4.len === 32);
  if (!isBinding) refuse("rules", "a binding is a 1:1 rule: EA length 0, a whole IPv4 address");
  return found;
}

function ruleOption(rule: Rule, isAlways: boolean): number[] {
  const { forwarding, eaLen, ipv4, ipv6 } = rule;
  const flags = forwarding ? FLAG_FMR : 0;
  const fixed = [flags, eaLen, ipv4.len, ...wordOf(ipv4.address)];
  return option(OPTION_RULE, [...fixed, ...prefixField(ipv6), ...portParamsOf(rule, isAlways)]);
}

function binding(rule: Rule): number[] {
  const fixed = [...wordOf(rule.ipv4.address), ...prefixField(rule.ipv6)];
  return option(OPTION_BIND, [...fixed, ...portParamsOf(rule, true)]);
}

const DEFAULT_OFFSET = 6;

/** Nothing for an address that is not shared: it has no port set. */
function portParamsOf({ psidLen, psidOffset, psid }: Rule, isAlways: boolean): number[] {
  if (psidLen === 0) return [];
  if (!isAlways && psid === null && psidOffset === DEFAULT_OFFSET) return [];
  // An explicit PSID is a 1:1 rule's; otherwise it comes from the EA bits, and length 0 says so.
  const len = psid === null ? 0 : psidLen;
  const field = psid === null ? 0 : fieldOfPsid(psid, psidLen);
  return option(OPTION_PORTPARAMS, [psidOffset, len, field >>> 8, field & 0xff]);
}

function prefixField(prefix: Ipv6Prefix): number[] {
  const octets = wordsOf(canonicalIpv6(prefix).address).slice(0, Math.ceil(prefix.len / 8));
  return [prefix.len, ...octets];
}

function option(code: number, body: readonly number[]): number[] {
  return [code >>> 8, code & 0xff, body.length >>> 8, body.length & 0xff, ...body];
}

function wordsOf(words: Words6): number[] {
  return words.flatMap(wordOf);
}

function wordOf(word: number): number[] {
  return [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];
}
