/**
 * OpenWrt's /etc/config/network, and what `uci show network` prints: sections with `proto map` are CEs. Defaults are
 * those of its script map.sh.
 */
import type { Findings } from "../../map/findings.js";
import { type Line, linesOf } from "../lines.js";
import { type ForeignDomain, leftOut, type Reader, type ReadOptions } from "../model.js";
import { readWhole } from "../numbers.js";
import { ceDomain, type MapcalcRule, readMapcalcRule } from "./mapcalc.js";

interface Section {
  readonly name: string;
  readonly place: string;
  readonly options: Map<string, string>;
  readonly places: Map<string, string>;
}

export const readUci: Reader = (text, findings, options) => {
  const sections = sectionsOf(linesOf(text), findings);
  const others: string[] = [];
  const domains = sections.flatMap((section): ForeignDomain[] => {
    const proto = section.options.get("proto");
    if (proto === "map") return readSection(section, findings, options);
    if (proto === "dslite") {
      leftOut(findings, section.place, `"${section.name}" is DS-Lite, which is not MAP`);
    } else others.push(section.name);
    return [];
  });
  if (others.length > 0) {
    leftOut(findings, "", `sections that are not about MAP: ${others.join(", ")}`);
  }
  return domains;
};

function sectionsOf(lines: readonly Line[], findings: Findings): readonly Section[] {
  const sections = new Map<string, Section>();
  const open = (name: string, place: string): Section => {
    const known = sections.get(name);
    if (known !== undefined) return known;
    const made = { name, place, options: new Map<string, string>(), places: new Map() };
    sections.set(name, made);
    return made;
  };
  let current: Section | null = null;
  for (const { words, place } of lines) {
    // `uci set network.map.mtu=1460`; whatever else is asked of uci says nothing.
    const isCommand = words[0] === "uci";
    if (isCommand && words[1] !== "set" && words[1] !== "add_list") continue;
    const [word = "", key = "", ...rest] = isCommand ? words.slice(2) : words;
    const shown = /^network\.([^.=]+)(?:\.([^=]+))?=(.*)$/.exec(word);
    if (word === "config") {
      current = open(rest[0] ?? `${key}-${sections.size}`, place);
    } else if ((word === "option" || word === "list") && current !== null) {
      put(current, key, rest.join(" "), place);
    } else if (shown !== null) {
      const section = open(shown[1] ?? "", place);
      // A list stands on one line, item by item.
      const value = [shown[3] ?? "", ...words.slice(words.indexOf(word) + 1)].join(" ");
      if (shown[2] !== undefined) put(section, shown[2], value, place);
    } else if (word !== "package") {
      const known = word === "option" || word === "list";
      const what = known ? "stands in no section" : "is none of config, option and list";
      findings.error("import-syntax", place, `"${word}" ${what}`);
    }
  }
  return [...sections.values()];
}

/** Values of a list are one text, as in the shell script that reads them. */
function put({ options, places }: Section, key: string, value: string, place: string): void {
  const before = options.get(key);
  options.set(key, before === undefined ? value : `${before} ${value}`);
  places.set(key, place);
}

/** What a rule is made of where `rule` does not give it whole, and the key of mapcalc. */
const RULE_OPTIONS: readonly (readonly [string, string])[] = [
  ["type", "type"],
  ["ip6prefix", "ipv6prefix"],
  ["ip6prefixlen", "prefix6len"],
  ["ipaddr", "ipv4prefix"],
  ["ip4prefixlen", "prefix4len"],
  ["psid", "psid"],
  ["psidlen", "psidlen"],
  ["offset", "offset"],
  ["ealen", "ealen"],
];

const TAKEN: ReadonlySet<string> = new Set([
  ...RULE_OPTIONS.map(([option]) => option),
  "proto",
  "rule",
  "peeraddr",
  "legacymap",
  "mtu",
]);

function readSection(section: Section, findings: Findings, options: ReadOptions): ForeignDomain[] {
  const { name, place } = section;
  const type = section.options.get("type") ?? "map-e";
  const isLegacy = ["1", "on", "true", "yes"].includes(section.options.get("legacymap") ?? "0");
  const texts = ruleTexts(section, type);
  const rules = texts.flatMap((text, index): MapcalcRule[] => {
    const own = texts.length === 1 ? name : `${name}-${index + 1}`;
    const at = section.places.get("rule") ?? place;
    const context = { name: own, place: at, findings, isLegacy, options };
    const rule = readMapcalcRule(text, context);
    return rule === null ? [] : [rule];
  });
  for (const [option, at] of section.places) {
    if (TAKEN.has(option)) continue;
    leftOut(findings, at, `option ${option} of "${name}" has no counterpart in mapd`);
  }
  if (!["map-e", "map-t", "lw4o6"].includes(type)) {
    findings.error("import-syntax", place, `type "${type}" is none of map-e, map-t and lw4o6`);
  }
  const mode = type === "map-t" ? "map-t" : "map-e";
  return [{ ...ceDomain(name, mode, rules), settings: mtuOf(section, findings), place }];
}

function ruleTexts({ options }: Section, type: string): readonly string[] {
  const whole = options.get("rule");
  if (whole !== undefined) return whole.split(/\s+/).map((rule) => withType(rule, type));
  const parts = RULE_OPTIONS.flatMap(([option, key]) => {
    const value = options.get(option);
    return value === undefined ? [] : [`${key}=${value}`];
  });
  const peer = options.get("peeraddr");
  if (peer !== undefined) parts.push(`${type === "map-t" ? "dmr" : "br"}=${peer}`);
  return [withType(parts.join(","), type)];
}

/** map.sh goes by the section's type, whatever the rule says. */
function withType(rule: string, type: string): string {
  const rest = rule.split(",").filter((part) => !part.startsWith("type="));
  return [`type=${type}`, ...rest].join(",");
}

/** OpenWrt's `mtu` is that of the tunnel device: the largest IPv4 packet. */
function mtuOf({ options, places }: Section, findings: Findings): Record<string, unknown> {
  const mtu = readWhole(options.get("mtu"), "mtu", places.get("mtu") ?? "", findings);
  return mtu === undefined ? {} : { mtu: { ipv4: mtu } };
}
