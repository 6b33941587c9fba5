/**
 * What the commands of AsterNOS contradict among themselves. Each of these is in the vendor guide's own example: the
 * interfaces and the BR address lie in a customer's prefix, the link has the addresses that the customers share.
 */
import { checkRule } from "../../map/check.js";
import type { Findings } from "../../map/findings.js";
import {
  canonicalIpv4,
  coversIpv4Prefix,
  formatIpv4Prefix,
  parseIpv4Prefix,
  parseIpv6Prefix,
} from "../../map/prefix.js";
import { ruleFacts } from "../../map/rule.js";
import type { Ipv4Prefix, Ipv6Prefix, Rule } from "../../map/types.js";
import { formatIpv4, formatIpv6, parseIpv6 } from "../../wire/address.js";
import { insideCustomer } from "../inside.js";
import type { Line } from "../lines.js";
import type { ForeignDomain, ForeignRule } from "../model.js";

export interface InterfaceAddress {
  /** Of the interface. */
  readonly name: string;
  /** `192.0.2.1/24` */
  readonly text: string;
  readonly place: string;
}

export interface AsternosText {
  readonly rules: readonly ForeignRule[];
  readonly brs: ReadonlyMap<string, { readonly address: string; readonly place: string }>;
  readonly domains: readonly ForeignDomain[];
  readonly addresses: readonly InterfaceAddress[];
  /** `nat64 map-zone-br enable` */
  readonly zones: readonly Line[];
  readonly isEnabled: boolean;
}

export function lintAsternos(text: AsternosText, findings: Findings): void {
  const rules = text.rules.flatMap((rule) => soundRule(rule) ?? []);
  const words = text.addresses.map((one) => parseIpv6(one.text.replace(/\/.*$/, "")));
  const known = words.filter((address) => address !== null);
  for (const { address, place } of text.brs.values()) {
    const own = parseIpv6(address.replace(/\/.*$/, ""));
    if (own === null) continue;
    lintBr(address, known.length > 0 && !holds(known, own), place, findings);
    const what = `the BR address ${formatIpv6(own)}`;
    warnInside({ what, place, prefix: { address: own, len: 128 } }, rules, findings);
  }
  for (const one of text.addresses) lintAddress(one, rules, findings);
  lintSwitches(text, findings);
  lintSides(text, findings);
}

function soundRule({ name, ipv6, ipv4, eaLen, psidLen, psidOffset }: ForeignRule): Rule | null {
  const prefix6 = parseIpv6Prefix(ipv6);
  const prefix4 = parseIpv4Prefix(ipv4);
  if (prefix6 === null || prefix4 === null || eaLen === null) return null;
  const input = { name, ipv6: prefix6, ipv4: prefix4, eaLen, psidLen, psidOffset };
  const checked = checkRule(input, "");
  return checked.ok ? checked.value : null;
}

function holds(list: readonly (readonly number[])[], own: readonly number[]): boolean {
  return list.some((one) => one.join() === own.join());
}

function lintBr(address: string, isNowhere: boolean, place: string, findings: Findings): void {
  if (address.includes("/") && !address.endsWith("/128")) {
    const message = `${address} has a length, but the BR of MAP-E is an address; the length is left out`;
    findings.warning("br-not-an-address", place, message, "RFC 7598 §4.2");
  }
  if (!isNowhere) return;
  const message = `${address} is on none of the interfaces; mapd needs no such address, but routes that bring it here`;
  findings.warning("br-not-configured", place, message);
}

interface Own {
  readonly what: string;
  readonly place: string;
  readonly prefix: Ipv6Prefix;
}

/** Says whose prefix it lies in: host and PSID follow from its EA bits. */
function warnInside(
  { what, place, prefix }: Own,
  rules: readonly Rule[],
  findings: Findings,
): void {
  for (const rule of rules) {
    // An interface's own length may be shorter than the rule's; its address is what counts.
    const message = insideCustomer(rule, { address: prefix.address, len: 128 }, what);
    if (message !== null) findings.warning("inside-customer-prefix", place, message, "RFC 7597 §5");
  }
}

function lintAddress(one: InterfaceAddress, rules: readonly Rule[], findings: Findings): void {
  const { name, text, place } = one;
  const prefix6 = parseIpv6Prefix(text);
  if (prefix6 !== null) {
    warnInside({ what: `${text} of interface ${name}`, place, prefix: prefix6 }, rules, findings);
    return;
  }
  const prefix4 = parseIpv4Prefix(text);
  if (prefix4 === null) {
    findings.error("import-syntax", place, `"${text}" is not an address with a length`);
    return;
  }
  const link = canonicalIpv4(prefix4);
  for (const rule of rules) {
    if (!coversIpv4Prefix(rule.ipv4, link) && !coversIpv4Prefix(link, rule.ipv4)) continue;
    lintLink(one, { prefix: prefix4, link }, rule, findings);
  }
}

function lintLink(
  { name, text, place }: InterfaceAddress,
  { prefix, link }: { readonly prefix: Ipv4Prefix; readonly link: Ipv4Prefix },
  rule: Rule,
  findings: Findings,
): void {
  const shared = formatIpv4Prefix(rule.ipv4);
  const { sharingRatio } = ruleFacts(rule);
  const own = `${formatIpv4(prefix.address)} of interface ${name}`;
  const message = `${own} is one of the addresses of rule "${rule.name}" (${shared}), ${sharingRatio} customers each, and hosts on ${text} ask the link for customers instead of the BR; number the link from elsewhere`;
  findings.warning("link-in-rule-prefix", place, message, "RFC 7597 §5");
  if (link.len > 30) return;
  const first = formatIpv4(link.address);
  const last = formatIpv4((link.address | (0xffffffff >>> link.len)) >>> 0);
  const text4 = `${first} and ${last} are customers' addresses of rule "${rule.name}", but network and broadcast address of ${formatIpv4Prefix(link)} on ${name}`;
  findings.warning("link-edge-addresses", place, text4);
}

/** What the guide switches on in its tables and not in its example, and the other way round. */
function lintSwitches({ isEnabled, zones, domains }: AsternosText, findings: Findings): void {
  if (domains.length > 0 && !isEnabled) {
    findings.warning("map-not-enabled", "", '"map enable" is missing: the device would do no MAP');
  }
  for (const { words, place } of zones) {
    const message = `"${words.join(" ")}" has no counterpart: mapd serves what routes bring to its device, on all interfaces (the vendor's tables do not list the command)`;
    findings.warning("not-imported", place, message);
  }
}

/** A BR alone is half of a service, and no command of this language makes a rule a forwarding rule. */
function lintSides({ domains }: AsternosText, findings: Findings): void {
  const [first] = domains;
  if (first === undefined) return;
  if (domains.every(({ role }) => role !== "ce")) {
    const message =
      "there is no CE domain, so nothing here gives CEs their end-user prefix and local IPv4 prefixes; for a CE import it with --role ce and --end-user-prefix";
    findings.warning("no-ce-side", first.place, message);
  }
  const message =
    "no command makes a rule a forwarding rule; set `forwarding: true` where CEs are to speak to each other directly";
  findings.warning("no-forwarding-rules", first.place, message, "RFC 7597 §5");
}
