/**
 * Jool's MAP-T (its branch "mapt"): the JSON of `jool_mapt file handle`, and `jool_mapt` command lines. Rules of the
 * FMR table make a BR; an instance with an end-user prefix and a BMR is a CE.
 */
import type { Findings } from "../../map/findings.js";
import { type JsonFields, readJson } from "../json-fields.js";
import { type Line, linesOf } from "../lines.js";
import { type ForeignDomain, type ForeignRule, leftOut, type Reader } from "../model.js";
import { readWhole } from "../numbers.js";

export const readJool: Reader = (text, findings) =>
  text.trimStart().startsWith("{") ? readDocument(text, findings) : readCommands(text, findings);

/** RFC 7597 §5.1, and Jool's, too. */
const DEFAULT_OFFSET = 6;

function readDocument(text: string, findings: Findings): ForeignDomain[] {
  const top = readJson(text, findings);
  if (top === undefined) return [];
  top.ignore("comment", "framework");
  const name = top.text("instance") ?? "jool";
  const rules = top.blocks("fmrt").flatMap((entry, index) => {
    return ruleOf(entry, `${name}-${index + 1}`, findings) ?? [];
  });
  const global = top.block("global");
  const bmr = global?.block("bmr");
  const basic = bmr === undefined ? null : ruleOf(bmr, `${name}-bmr`, findings);
  const dmr = global?.text("pool6") ?? global?.text("dmr");
  const endUserPrefix = global?.text("end-user-ipv6-prefix");
  const settings = global === undefined ? {} : settingsOf(global, findings);
  const type = global?.text("map-t-type")?.toUpperCase();
  global?.sayRest();
  top.sayRest();
  const isCe = type === undefined ? basic !== null || endUserPrefix !== undefined : type === "CE";
  return [instance(name, { isCe, basic, rules, dmr, endUserPrefix, settings })];
}

function settingsOf(global: JsonFields, findings: Findings): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  global.ignore("comment");
  const lowest = global.whole("lowest-ipv6-mtu");
  if (lowest !== undefined) settings.mtu = { "lowest-ipv6": lowest };
  const amends = global.flag("amend-udp-checksum-zero");
  if (amends !== undefined) settings["udp-zero-checksum"] = amends ? "compute" : "drop";
  const overrides = global.flag("override-tos");
  const tos = global.whole("tos");
  if (overrides === true && tos !== undefined) settings["traffic-class"] = tos;
  const pool = global.text("rfc6791v4-prefix");
  if (pool?.endsWith("/32") || (pool !== undefined && !pool.includes("/"))) {
    settings.icmp = { "ipv4-sources": [pool.replace("/32", "")] };
  } else if (pool !== undefined) {
    leftOut(findings, "global.rfc6791v4-prefix", "mapd takes addresses, not a prefix");
  }
  if (global.flag("manually-enabled") === false) {
    leftOut(findings, "global.manually-enabled", "the instance is switched off; mapd's is not");
  }
  return settings;
}

interface Instance {
  readonly isCe: boolean;
  readonly basic: ForeignRule | null;
  readonly rules: readonly ForeignRule[];
  readonly dmr: string | undefined;
  readonly endUserPrefix: string | undefined;
  readonly settings?: Record<string, unknown>;
}

function instance(name: string, found: Instance): ForeignDomain {
  const { isCe, basic, dmr, endUserPrefix, settings } = found;
  // On a CE the table holds forwarding rules, its own among them or not; a BR has all its rules there.
  const rules = found.rules.map((rule) => (isCe ? { ...rule, forwarding: true } : rule));
  const own = basic === null ? rules : withBasic(basic, rules);
  const role = isCe ? "ce" : "br";
  return { name, mode: "map-t", role, rules: own, dmr, endUserPrefix, settings, place: "" };
}

function withBasic(basic: ForeignRule, table: readonly ForeignRule[]): readonly ForeignRule[] {
  const others = table.filter((rule) => !isSame(rule, basic));
  const forwards = others.length < table.length;
  return [forwards ? { ...basic, forwarding: true } : basic, ...others];
}

function isSame(one: ForeignRule, other: ForeignRule): boolean {
  return one.ipv6 === other.ipv6 && one.ipv4 === other.ipv4;
}

function ruleOf(entry: JsonFields, name: string, findings: Findings): ForeignRule | null {
  entry.ignore("comment");
  const ipv6 = entry.required("ipv6 prefix", entry.text("ipv6 prefix"));
  const ipv4 = entry.required("ipv4 prefix", entry.text("ipv4 prefix"));
  const eaLen = entry.required("ea-bits length", entry.whole("ea-bits length"));
  const psidOffset = entry.whole("a");
  // k and m follow from the others.
  const psidLen = entry.whole("k");
  entry.ignore("m");
  entry.sayRest();
  if (ipv6 === undefined || ipv4 === undefined || eaLen === undefined) return null;
  if (!ipv6.includes("/") || !ipv4.includes("/")) {
    findings.error("import-syntax", entry.path, "a prefix has a length behind a slash");
    return null;
  }
  return { name, ipv6, ipv4, eaLen, psidOffset, psidLen, place: entry.path };
}

interface Draft {
  readonly name: string;
  readonly rules: ForeignRule[];
  basic: ForeignRule | null;
  dmr: string | undefined;
  endUserPrefix: string | undefined;
}

function readCommands(text: string, findings: Findings): ForeignDomain[] {
  const drafts = new Map<string, Draft>();
  const draftOf = (name: string): Draft => {
    const known = drafts.get(name);
    if (known !== undefined) return known;
    const made: Draft = { name, rules: [], basic: null, dmr: undefined, endUserPrefix: undefined };
    drafts.set(name, made);
    return made;
  };
  for (const { words, place } of linesOf(text)) {
    const start = words.findIndex((word) => word.endsWith("jool_mapt"));
    const isCommand = start >= 0 && !words.some((word) => word.endsWith("modprobe"));
    if (isCommand) readCommand({ words: words.slice(start + 1), place }, draftOf, findings);
    else leftOut(findings, place, `"${words.join(" ")}" says nothing about rules`);
  }
  return [...drafts.values()].map((draft) => {
    const isCe = draft.basic !== null || draft.endUserPrefix !== undefined;
    return instance(draft.name, { ...draft, isCe });
  });
}

function readCommand(line: Line, draftOf: (name: string) => Draft, findings: Findings): void {
  const { place } = line;
  const at = line.words.findIndex((word) => word === "-i" || word === "--instance");
  const given = at < 0 ? undefined : line.words[at + 1];
  const words = at < 0 ? line.words : line.words.filter((_, i) => i !== at && i !== at + 1);
  const [object, verb, ...rest] = words;
  const name = given ?? (object === "instance" ? rest[0] : undefined) ?? "default";
  if (object === "instance" && verb === "add") {
    const dmr = rest.findIndex((word) => word === "--dmr" || word === "--pool6");
    draftOf(name).dmr = dmr < 0 ? undefined : rest[dmr + 1];
  } else if (object === "fmrt" && verb === "add") {
    const draft = draftOf(name);
    const rule = commandRule(rest, `${name}-${draft.rules.length + 1}`, place, findings);
    if (rule !== null) draft.rules.push(rule);
  } else if (object === "global" && verb === "update" && rest[0] === "bmr") {
    draftOf(name).basic = commandRule(rest.slice(1), `${name}-bmr`, place, findings);
  } else if (object === "global" && verb === "update" && rest[0] === "end-user-ipv6-prefix") {
    draftOf(name).endUserPrefix = rest[1];
  } else leftOut(findings, place, `"jool_mapt ${words.join(" ")}" has no counterpart in mapd`);
}

/** `2001:db8:ce::/51 192.0.2.0/24 13 0` */
function commandRule(
  words: readonly string[],
  name: string,
  place: string,
  findings: Findings,
): ForeignRule | null {
  const [ipv6, ipv4, ea, offset] = words;
  const eaLen = readWhole(ea, "EA-bits length", place, findings);
  if (ipv6 === undefined || ipv4 === undefined || eaLen === undefined) {
    findings.error("import-incomplete", place, "a rule is V6-PREFIX V4-PREFIX EA-LENGTH [a]");
    return null;
  }
  const psidOffset = readWhole(offset, "a", place, findings) ?? DEFAULT_OFFSET;
  return { name, ipv6, ipv4, eaLen, psidOffset, place };
}
