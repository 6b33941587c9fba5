/** The one CE that several facts name together, and what is wrong where they name none or two (RFC 7597 §5.2). Cold code. */
import { formatIpv4, formatIpv6 } from "../wire/address.js";
import {
  type Ce,
  ceFromEndUserPrefix,
  ceFromIndex,
  ceFromIpv4Port,
  ceFromIpv4Psid,
  ceFromIpv6,
} from "./ce.js";
import { error } from "./diagnostic.js";
import { isExcludedPort, psidOfPort } from "./port-set.js";
import { formatIpv4Prefix, formatIpv6Prefix, IPV4_BITS, sameWords } from "./prefix.js";
import { portSetOf, ruleFacts } from "./rule.js";
import type { Checked, Diagnostic, Ipv6Prefix, Rule, Words6 } from "./types.js";

/** Any of these; together they must name one CE, and they may say the same twice. */
export interface CeQuery {
  readonly endUserPrefix?: Ipv6Prefix | undefined;
  /** Any address inside the end-user prefix. */
  readonly ipv6?: Words6 | undefined;
  /** The EA bits as a number. */
  readonly index?: number | undefined;
  /** The same by its other name. */
  readonly ea?: number | undefined;
  readonly ipv4?: number | undefined;
  /** The IPv4 suffix: the address counted from the rule's first. */
  readonly host?: number | undefined;
  readonly psid?: number | undefined;
  /** A port of the CE's set. */
  readonly port?: number | undefined;
}

/** A CE with what named it. */
interface Found {
  readonly what: string;
  readonly checked: Checked<Ce>;
}

export function findCe(rule: Rule, query: CeQuery): Checked<Ce> {
  const found = waysOf(rule, query);
  const diagnostics = found.flatMap(({ checked }) => checked.diagnostics);
  const [first, ...others] = found;
  if (first === undefined) return { ok: false, diagnostics: [incomplete(rule, query)] };
  if (found.some(({ checked }) => !checked.ok) || !first.checked.ok) {
    return { ok: false, diagnostics };
  }
  const ce = first.checked.value;
  const clashes = others.flatMap((other) => clash(first.what, ce, other));
  const misfits = [...clashes, ...partMisfits(rule, ce, query)];
  if (misfits.length > 0) return { ok: false, diagnostics: [...diagnostics, ...misfits] };
  return { ok: true, value: ce, diagnostics };
}

/** Each way in which the query names a CE completely. */
function waysOf(rule: Rule, query: CeQuery): Found[] {
  const { endUserPrefix, ipv6, index, ea, ipv4, host } = query;
  const found: Found[] = [];
  const add = (what: string, checked: Checked<Ce>): number => found.push({ what, checked });
  if (endUserPrefix !== undefined) {
    const what = `end-user prefix ${formatIpv6Prefix(endUserPrefix)}`;
    add(what, ceFromEndUserPrefix(rule, endUserPrefix));
  }
  if (ipv6 !== undefined) add(`address ${formatIpv6(ipv6)}`, ceFromIpv6(rule, ipv6));
  if (index !== undefined) add(`index ${index}`, ceFromIndex(rule, index));
  if (ea !== undefined) add(`EA bits ${ea}`, ceFromIndex(rule, ea));
  if (ipv4 !== undefined && isComplete(rule, query, found)) {
    add(`address ${formatIpv4(ipv4)}`, ceOfAddress(rule, ipv4, query));
  }
  if (host !== undefined && isComplete(rule, query, found)) {
    add(`host ${host}`, ceOfHost(rule, host, query));
  }
  return found;
}

/** An address alone names a CE where it is not shared; beside another way it is checked, not used. */
function isComplete(rule: Rule, { psid, port }: CeQuery, found: readonly Found[]): boolean {
  const isNamed = psid !== undefined || port !== undefined || rule.psid !== null;
  return isNamed || rule.psidLen === 0 || found.length === 0;
}

function ceOfAddress(rule: Rule, addr4: number, { psid, port }: CeQuery): Checked<Ce> {
  if (psid !== undefined) return ceFromIpv4Psid(rule, addr4, psid);
  // A 1:1 rule has one PSID only, so nobody needs to repeat it.
  if (port === undefined || rule.psidLen === 0) return ceFromIpv4Psid(rule, addr4, rule.psid);
  return ceFromIpv4Port(rule, addr4, port);
}

function ceOfHost(rule: Rule, host: number, query: CeQuery): Checked<Ce> {
  const { p } = ruleFacts(rule);
  if (!Number.isInteger(host) || host < 0 || host >= 2 ** p) {
    const message = `host ${host} is not in 0..${2 ** p - 1}; the rule has ${2 ** p} of them`;
    return { ok: false, diagnostics: [error("host-range", "host", message, "RFC 7597 §5.2")] };
  }
  const addr4 = rule.ipv4.address + host * 2 ** (IPV4_BITS - rule.ipv4.len - p);
  return ceOfAddress(rule, addr4, query);
}

function clash(what: string, ce: Ce, other: Found): Diagnostic[] {
  if (!other.checked.ok || sameWords(other.checked.value.mapIpv6, ce.mapIpv6)) return [];
  const message = `${what} is the CE ${nameOf(ce)}, but ${other.what} is ${nameOf(other.checked.value)}; leave one of them out`;
  return [error("facts-disagree", "ce", message, "RFC 7597 §5.2")];
}

function nameOf({ endUserPrefix, ipv4, psid }: Ce): string {
  const share = psid === null ? "" : ` PSID ${psid}`;
  return `${formatIpv6Prefix(endUserPrefix)} (${formatIpv4Prefix(ipv4)}${share})`;
}

/** Address, PSID and port beside another way, held against the CE that it named. */
function partMisfits(rule: Rule, ce: Ce, { ipv4, psid, port }: CeQuery): Diagnostic[] {
  const found: Diagnostic[] = [];
  const misfit = (what: string): void => {
    const message = `${what} is not of the CE ${nameOf(ce)}; leave one of them out`;
    found.push(error("facts-disagree", "ce", message, "RFC 7597 §5.2"));
  };
  const size = 2 ** (IPV4_BITS - ce.ipv4.len);
  if (ipv4 !== undefined && Math.floor((ipv4 - ce.ipv4.address) / size) !== 0) {
    misfit(`address ${formatIpv4(ipv4)}`);
  }
  if (psid !== undefined && psid !== (ce.psid ?? 0)) misfit(`PSID ${psid}`);
  if (port !== undefined && !portSetOf(rule, ce.psid).contains(port)) {
    misfit(`port ${port}${ownerText(rule, port)}`);
  }
  return found;
}

function ownerText({ psidOffset: a, psidLen: k }: Rule, port: number): string {
  if (!Number.isInteger(port) || port < 0 || port > 65535) return ", which is not in 0..65535,";
  if (isExcludedPort(port, a, k)) return ", which no CE has,";
  return `, which PSID ${psidOfPort(port, a, k)} has,`;
}

function incomplete(rule: Rule, { psid, port }: CeQuery): Diagnostic {
  const given = psid !== undefined ? "a PSID" : port !== undefined ? "a port" : "nothing";
  const rest =
    rule.psidLen > 0 && psid === undefined && port === undefined ? " and PSID or port" : "";
  const message = `${given} names no CE; give the end-user prefix, an IPv6 address, the index, or IPv4 address or host${rest}`;
  return error("ce-incomplete", "ce", message, "RFC 7597 §5.2");
}
