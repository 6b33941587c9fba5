/**
 * VPP's `map add domain`, `map add rule`, `map interface` and `map params`: a border relay. A domain of VPP is a rule of
 * ours; those with one `ip6-src` are one domain. Without them, offset and PSID length are 0 there.
 */
import type { Findings } from "../../map/findings.js";
import { type Line, linesOf, pairsOf } from "../lines.js";
import {
  type ForeignRule,
  groupByPeer,
  leftOut,
  type Mode,
  type PeeredRule,
  type Reader,
} from "../model.js";
import { readWhole } from "../numbers.js";

const DOMAIN_KEYS: ReadonlySet<string> = new Set([
  "ip4-pfx",
  "ip6-pfx",
  "ip6-src",
  "ea-bits-len",
  "psid-offset",
  "psid-len",
  "mtu",
  "tag",
]);
const RULE_KEYS: ReadonlySet<string> = new Set(["index", "psid", "ip6-dst"]);

interface VppDomain {
  readonly row: PeeredRule;
  readonly psidLen: number;
  /** `map add rule`: a domain with EA length 0 has its subscribers there. */
  readonly subscribers: ForeignRule[];
}

interface VppText {
  readonly domains: VppDomain[];
  readonly settings: Record<string, unknown>;
  readonly icmp: Record<string, unknown>;
  readonly interfaces: { readonly mode: Mode; readonly place: string }[];
  others: number;
}

export const readVpp: Reader = (text, findings) => {
  const read: VppText = { domains: [], settings: {}, icmp: {}, interfaces: [], others: 0 };
  for (const { words, place } of linesOf(text)) {
    const start = words.findIndex((word, i) => word === "map" && i < 3);
    if (start < 0) read.others++;
    else readCommand({ words: words.slice(start + 1), place }, read, findings);
  }
  if (read.others > 0) {
    leftOut(findings, "", `lines that are no map commands: ${read.others}`);
  }
  const rows = read.domains.flatMap((domain) => rowsOf(domain, findings));
  for (const { mode, place } of read.interfaces) {
    if (rows.length === 0 || rows.some(({ peering }) => peering.mode === mode)) continue;
    const message = `the interface does ${mode}, but the ip6-src of no domain is right for that`;
    findings.warning("mode-mismatch", place, message);
  }
  const { icmp, settings } = read;
  const all = Object.keys(icmp).length === 0 ? settings : { ...settings, icmp };
  return groupByPeer(rows).map((domain) => {
    return { ...domain, settings: { ...domain.settings, ...all } };
  });
};

function readCommand(line: Line, read: VppText, findings: Findings): void {
  const { words, place } = line;
  const [verb = "", noun = ""] = words;
  const rest = { words: words.slice(2), place };
  if (verb === "add" && noun === "domain") readDomain(rest, read, findings);
  else if (verb === "add" && noun === "rule") readSubscriber(rest, read, findings);
  else if (verb === "params") readParams({ words: words.slice(1), place }, read, findings);
  else if (verb === "interface" && !words.includes("del")) {
    read.interfaces.push({ mode: words.includes("map-t") ? "map-t" : "map-e", place });
  } else leftOut(findings, place, `"map ${verb} ${noun}" is not taken over`);
}

function readDomain({ words, place }: Line, read: VppText, findings: Findings): void {
  const { values, rest } = pairsOf(words, DOMAIN_KEYS);
  const unknown = rest.filter((word) => word !== "map-t");
  if (unknown.length > 0) leftOut(findings, place, `unknown: ${unknown.join(" ")}`);
  const [ipv4, ipv6, source] = [
    values.get("ip4-pfx"),
    values.get("ip6-pfx"),
    values.get("ip6-src"),
  ];
  if (ipv4 === undefined || ipv6 === undefined || source === undefined) {
    findings.error("import-incomplete", place, "a domain needs ip4-pfx, ip6-pfx and ip6-src");
    return;
  }
  const whole = (key: string): number => readWhole(values.get(key), key, place, findings) ?? 0;
  const psidLen = whole("psid-len");
  const rule: ForeignRule = {
    name: values.get("tag") ?? `rule-${read.domains.length}`,
    ipv6,
    ipv4,
    eaLen: whole("ea-bits-len"),
    // Where no address is shared, the offset means nothing, and VPP's is usually 0.
    psidOffset: psidLen > 0 ? whole("psid-offset") : undefined,
    // Said even where it is 0: VPP takes lengths that contradict each other.
    psidLen,
    place,
  };
  const isPrefix = source.includes("/") && !source.endsWith("/128");
  const mode = rest.includes("map-t") || isPrefix ? "map-t" : "map-e";
  const peer = mode === "map-t" ? { dmr: source } : { br: source.replace(/\/128$/, "") };
  const settings = mtuOf(whole("mtu"), place, findings);
  const row = { rule, peering: { mode, role: "br", ...peer, settings } } as const;
  read.domains.push({ row, psidLen, subscribers: [] });
}

/** VPP's `mtu` is that of the IPv6 side; 0 is none. */
function mtuOf(mtu: number, place: string, findings: Findings): Record<string, unknown> {
  if (mtu === 0) return {};
  if (mtu >= 1280) return { mtu: { ipv6: mtu } };
  leftOut(findings, place, `mtu ${mtu} is below 1280, the least that IPv6 has`);
  return {};
}

function readSubscriber({ words, place }: Line, read: VppText, findings: Findings): void {
  const { values, rest } = pairsOf(words, RULE_KEYS);
  if (rest.length > 0) leftOut(findings, place, `unknown: ${rest.join(" ")}`);
  const index = readWhole(values.get("index"), "index", place, findings) ?? -1;
  const psid = readWhole(values.get("psid"), "psid", place, findings);
  const target = values.get("ip6-dst");
  const domain = read.domains[index];
  if (domain === undefined || psid === undefined || target === undefined) {
    const message = "needs the index of a domain above it, psid and ip6-dst";
    findings.error("import-incomplete", place, message);
    return;
  }
  const { rule } = domain.row;
  const name = `${rule.name}-${psid}`;
  domain.subscribers.push({ ...rule, name, ipv6: `${target}/128`, psid, place });
}

/** A domain as our rules: itself, or one 1:1 rule for each of its subscribers. */
function rowsOf({ row, psidLen, subscribers }: VppDomain, findings: Findings): PeeredRule[] {
  if (row.rule.eaLen !== 0 || psidLen === 0) return [row];
  if (subscribers.length === 0) {
    const message =
      "a domain with ea-bits-len 0 and a PSID length has no subscriber (map add rule)";
    findings.error("import-incomplete", row.rule.place, message);
  }
  return subscribers.map((rule) => ({ ...row, rule }));
}

/** `map params ...`, word by word. */
function readParams({ words, place }: Line, read: VppText, findings: Findings): void {
  const [name = "", value = "", extra] = words;
  const isOn = (word: string | undefined): boolean => word === "on" || word === "enable";
  if (name === "fragment") {
    if (value === "inner" || value === "outer") read.settings.fragmentation = value;
    if (words.includes("ignore-df")) {
      leftOut(findings, place, "mapd always honours DF");
    }
  } else if (name === "traffic-class") {
    // VPP reads hexadecimal, with 0x or without.
    const hex = `0x${value.replace(/^0x/i, "")}`;
    const number = value === "copy" ? value : readWhole(hex, "traffic-class", place, findings);
    read.settings["traffic-class"] = number;
  } else if (name === "tcp-mss") {
    read.settings["mss-clamp"] = readWhole(value, "tcp-mss", place, findings);
  } else if (name === "icmp" && value === "source-address" && extra !== undefined) {
    read.icmp["ipv4-sources"] = [extra];
  } else if (name === "icmp-source-address") read.icmp["ipv4-sources"] = [value];
  else if (name === "icmp6" && value === "unreachables") read.icmp.unreachables = isOn(extra);
  else if (name === "security-check") {
    const isOff = words.at(-1) === "off" || words.at(-1) === "disable";
    if (isOff) leftOut(findings, place, "mapd checks the source of every packet, always");
  } else leftOut(findings, place, `"map params ${name}" has no counterpart in mapd`);
}
