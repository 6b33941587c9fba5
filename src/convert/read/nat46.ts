/**
 * Commands for nat46's /proc/net/nat46/control: `add`, `config`, `insert` and `del` with pairs such as `local.style MAP`.
 * A rule of a device has a local and a remote side; with MAP here and RFC 6052 there it is a CE, the other way round
 * a BR. nat46 translates only, so all of it is MAP-T; its style MAP0 is the draft's interface identifier.
 */
import type { Findings } from "../../map/findings.js";
import { type Line, linesOf } from "../lines.js";
import { type ForeignDomain, type ForeignRule, leftOut, type Reader, type Role } from "../model.js";
import { DMR_STYLE } from "../nat46-style.js";
import { readWhole } from "../numbers.js";

type Side = "local" | "remote";

/** One rule of a device: what was said of its two sides, by parameter. */
interface Pair {
  readonly place: string;
  readonly sides: Readonly<Record<Side, Map<string, string>>>;
}

interface Device {
  readonly name: string;
  readonly place: string;
  readonly pairs: Pair[];
}

const PARAMETERS: ReadonlySet<string> = new Set([
  "v4",
  "v6",
  "style",
  "ea-len",
  "psid-offset",
  "fmr-flag",
]);

export const readNat46: Reader = (text, findings) => {
  const devices = new Map<string, Device>();
  for (const line of linesOf(text)) readCommand(line, devices, findings);
  return [...devices.values()].flatMap((device) => domainOf(device, findings));
};

function readCommand(line: Line, devices: Map<string, Device>, findings: Findings): void {
  const { place } = line;
  const end = line.words.findIndex((word) => word.startsWith(">"));
  const words = (end < 0 ? line.words : line.words.slice(0, end)).flatMap((word) =>
    word.split(/\s+/),
  );
  const [verb = "", name = "", ...rest] = words[0] === "echo" ? words.slice(1) : words;
  const device = devices.get(name) ?? { name, place, pairs: [] };
  if (verb === "del") devices.delete(name);
  else if (verb === "add") devices.set(name, device);
  else if (verb === "config" || verb === "insert") {
    devices.set(name, device);
    // `config` is about the last rule of the device, `insert` puts one before all others.
    const last = verb === "config" ? device.pairs.at(-1) : undefined;
    const pair = last ?? newPair(place);
    if (last === undefined) device.pairs.unshift(pair);
    readPairs(rest, pair, place, findings);
  } else leftOut(findings, place, `"${verb}" is no command of nat46`);
}

function newPair(place: string): Pair {
  return { place, sides: { local: new Map(), remote: new Map() } };
}

function readPairs(words: readonly string[], pair: Pair, place: string, findings: Findings): void {
  for (let i = 0; i < words.length; i += 2) {
    const [word = "", value] = [words[i], words[i + 1]];
    const match = /^(local|remote)\.(.+)$/.exec(word);
    const parameter = match?.[2] ?? "";
    if (match === null || !PARAMETERS.has(parameter) || value === undefined) {
      leftOut(findings, place, `"${word}${value === undefined ? "" : ` ${value}`}"`);
    } else pair.sides[match[1] === "local" ? "local" : "remote"].set(parameter, value);
  }
}

const MAP_STYLES: ReadonlySet<string> = new Set(["MAP", "MAP0"]);

function domainOf(device: Device, findings: Findings): ForeignDomain[] {
  const rules: ForeignRule[] = [];
  const found: { role: Role | null; dmr: string | undefined } = { role: null, dmr: undefined };
  // The rule that `config` is about comes first, and those that were put before it follow.
  for (const pair of [...device.pairs].reverse()) {
    const isBr = styleOf(pair, "local") === DMR_STYLE;
    const own = isBr ? "remote" : "local";
    const other = isBr ? "local" : "remote";
    const name = rules.length === 0 ? device.name : `${device.name}-${rules.length + 1}`;
    if (styleOf(pair, other) === DMR_STYLE) {
      found.role = isBr ? "br" : "ce";
      found.dmr = pair.sides[other].get("v6");
    } else if (MAP_STYLES.has(styleOf(pair, "remote"))) {
      addRule(rules, ruleOf(pair, "remote", name, true, findings));
    }
    addRule(rules, ruleOf(pair, own, name, false, findings));
  }
  if (rules.length === 0) return [];
  const { role, dmr } = found;
  return [{ name: device.name, mode: "map-t", role, rules, dmr, place: device.place }];
}

/** The same side stands in several pairs, where there are forwarding rules. */
function addRule(rules: ForeignRule[], rule: ForeignRule | null): void {
  if (rule === null) return;
  const index = rules.findIndex(({ ipv6, ipv4 }) => ipv6 === rule.ipv6 && ipv4 === rule.ipv4);
  const known = rules[index];
  if (known === undefined) rules.push(rule);
  else if (rule.forwarding) rules[index] = { ...known, forwarding: true };
}

function styleOf(pair: Pair, side: Side): string {
  return (pair.sides[side].get("style") ?? "NONE").toUpperCase();
}

function ruleOf(
  pair: Pair,
  side: Side,
  name: string,
  isForwarding: boolean,
  findings: Findings,
): ForeignRule | null {
  const { place } = pair;
  const values = pair.sides[side];
  const style = styleOf(pair, side);
  const [ipv4, ipv6] = [values.get("v4"), values.get("v6")];
  if (ipv4 === undefined || ipv6 === undefined) {
    // An inserted forwarding rule says nothing of the other side.
    if (values.size > 0) findings.error("import-incomplete", place, `${side} needs v4 and v6`);
    return null;
  }
  const whole = (key: string): number | undefined =>
    readWhole(values.get(key), key, place, findings);
  if (style === "NONE") {
    const isHost = ipv4.endsWith("/32") && ipv6.endsWith("/128");
    if (isHost) return { name, ipv4, ipv6, eaLen: 0, place };
    leftOut(findings, place, `${side}.style NONE maps nothing but a /32 to a /128`);
    return null;
  }
  if (!MAP_STYLES.has(style)) {
    if (style !== DMR_STYLE) {
      findings.error("import-syntax", place, `${side}.style "${style}" is no style of nat46`);
    }
    return null;
  }
  return {
    name,
    ipv6,
    ipv4,
    eaLen: whole("ea-len") ?? 0,
    // nat46 starts from 0 (RFC 7597 §5.1 from 6).
    psidOffset: whole("psid-offset") ?? 0,
    iid: style === "MAP0" ? "draft-03" : undefined,
    forwarding: isForwarding || whole("fmr-flag") === 1 ? true : undefined,
    place,
  };
}
