/**
 * Rules as OpenWrt's mapcalc takes them and odhcp6c gives them: `type=map-e,ealen=16,ipv6prefix=...,br=...`, several
 * apart by white space. Their PSID is left-justified, and means nothing unless a PSID length above 0 stands beside it.
 */

import type { Findings } from "../../map/findings.js";
import { parseIpv6Prefix } from "../../map/prefix.js";
import {
  type ForeignDomain,
  type ForeignRule,
  leftOut,
  type Mode,
  type Reader,
  type ReadOptions,
} from "../model.js";
import { readWhole, rightJustified } from "../numbers.js";

const KEYS: ReadonlySet<string> = new Set([
  "type",
  "fmr",
  "ealen",
  "prefix4len",
  "prefix6len",
  "ipv4prefix",
  "ipv6prefix",
  "offset",
  "psidlen",
  "psid",
  "br",
  "dmr",
]);

export interface MapcalcRule {
  readonly mode: Mode;
  readonly rule: ForeignRule;
  readonly brAddresses: readonly string[];
  readonly dmr: string | undefined;
}

export interface MapcalcContext {
  readonly name: string;
  readonly place: string;
  readonly findings: Findings;
  /** OpenWrt's `legacymap`: the identifier of the draft, and its default offset 4. */
  readonly isLegacy: boolean;
  readonly options: ReadOptions;
}

/** `VARIABLE='rules'` of odhcp6c's environment, or rules alone. */
const ASSIGNMENT = /^(?:export\s+)?[A-Z0-9_]+=/;

export const readMapcalc: Reader = (text, findings, options) => {
  const found: MapcalcRule[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    const place = `line ${index + 1}`;
    const rules = line.replace(ASSIGNMENT, "").replace(/["']/g, " ");
    for (const word of rules.split(/\s+/).filter((one) => one.includes("="))) {
      const name = `rule-${found.length + 1}`;
      const context = { name, place, findings, isLegacy: false, options };
      const rule = readMapcalcRule(word, context);
      if (rule !== null) found.push(rule);
    }
  });
  const [first] = found;
  if (first === undefined) return [];
  const own = found.filter(({ mode }) => mode === first.mode);
  for (const { mode, rule } of found.filter((one) => !own.includes(one))) {
    leftOut(findings, rule.place, `${mode} is offered, too, but a CE has one mode: ${first.mode}`);
  }
  return [ceDomain(first.mode, first.mode, own)];
};

/** A CE with these rules; addresses of BRs are kept once. */
export function ceDomain(name: string, mode: Mode, rules: readonly MapcalcRule[]): ForeignDomain {
  const brAddresses = [...new Set(rules.flatMap((rule) => rule.brAddresses))];
  return {
    name,
    mode,
    role: "ce",
    rules: rules.map(({ rule }) => rule),
    dmr: rules.find(({ dmr }) => dmr !== undefined)?.dmr,
    brAddresses: brAddresses.length > 0 ? brAddresses : undefined,
    place: rules[0]?.rule.place ?? "",
  };
}

/** null where a number in it is none; the reason is in `findings`. */
export function readMapcalcRule(text: string, context: MapcalcContext): MapcalcRule | null {
  const { name, place, findings, isLegacy } = context;
  const values = new Map<string, string>();
  const brAddresses: string[] = [];
  for (const part of text.split(",").filter((one) => one !== "")) {
    const equals = part.indexOf("=");
    const key = equals < 0 ? part : part.slice(0, equals);
    const value = equals < 0 ? "" : part.slice(equals + 1);
    if (key === "br" && value !== "") brAddresses.push(value);
    else if (KEYS.has(key)) values.set(key, value);
    else leftOut(findings, place, `mapcalc does not know the key "${key}"`);
  }
  const whole = (key: string): number | undefined =>
    readWhole(values.get(key), key, place, findings);
  const dmr = values.get("dmr");
  const type = values.get("type") ?? (dmr === undefined ? "map-e" : "map-t");
  const lens = { v4: whole("prefix4len") ?? 32, v6: whole("prefix6len") };
  const ipv6 = values.get("ipv6prefix");
  if (ipv6 === undefined || lens.v6 === undefined) {
    findings.error("import-incomplete", place, "a rule needs ipv6prefix and prefix6len");
    return null;
  }
  const psid = psidOf({ ealen: whole("ealen"), psidlen: whole("psidlen"), psid: whole("psid") });
  const rule: ForeignRule = {
    name,
    ipv6: `${ipv6}/${lens.v6}`,
    ipv4: `${values.get("ipv4prefix") ?? "0.0.0.0"}/${lens.v4}`,
    ...lengthsOf({ ...psid, type, context, ipv4Len: lens.v4, ipv6Len: lens.v6 }),
    psidOffset: whole("offset") ?? (type === "lw4o6" ? 0 : isLegacy ? 4 : undefined),
    iid: isLegacy ? "draft-03" : undefined,
    forwarding: values.has("fmr") ? true : undefined,
    place,
  };
  return { mode: type === "map-t" ? "map-t" : "map-e", rule, brAddresses, dmr };
}

interface Lengths {
  readonly ealen: number | undefined;
  readonly psidlen: number | undefined;
  readonly psid: number | undefined;
}

/** mapcalc ignores both where the length is 0, and odhcp6c writes them so. */
function psidOf({ ealen, psidlen, psid }: Lengths): Lengths {
  return psidlen === undefined || psidlen === 0
    ? { ealen, psidlen: undefined, psid: undefined }
    : { ealen, psidlen, psid };
}

interface LengthsInput extends Lengths {
  readonly type: string;
  readonly context: MapcalcContext;
  readonly ipv4Len: number;
  readonly ipv6Len: number;
}

type RuleLengths = Pick<ForeignRule, "eaLen" | "psidLen" | "psid">;

/** EA and PSID lengths by the rules of mapcalc, as far as they can be ours. */
function lengthsOf(input: LengthsInput): RuleLengths {
  const { psidlen, psid, type, context, ipv4Len } = input;
  const { place, findings } = context;
  if (psidlen === undefined) return { eaLen: eaLenOf(input) };
  if (psidlen > 16) return { eaLen: eaLenOf(input), psidLen: psidlen };
  const value = psid === undefined ? undefined : rightJustified(psid, psidlen, place, findings);
  const isWhole = ipv4Len === 32;
  // A provisioned PSID of one address is a 1:1 rule (RFC 7597 §5.2), as every lw4o6 rule with a PSID is.
  const isOneToOne =
    value !== undefined && isWhole && (type === "lw4o6" || (input.ealen ?? 0) === 0);
  if (isOneToOne) return { eaLen: 0, psidLen: psidlen, psid: value };
  const eaLen = input.ealen ?? (type === "lw4o6" ? psidlen : eaLenOf(input));
  if (value !== undefined) {
    const message = `psid ${value} is one CE's own; mapd takes it from the end-user prefix, which must hold the same`;
    findings.warning("psid-from-prefix", place, message, "RFC 7598 §4.5");
  }
  return { eaLen, psidLen: psidlen };
}

/** Without `ealen`, the EA bits are what the delegated prefix has more than the rule's. */
function eaLenOf({ ealen, context, ipv6Len }: LengthsInput): number | null {
  if (ealen !== undefined) return ealen;
  const given = context.options.endUserPrefix;
  const prefix = given === undefined ? null : parseIpv6Prefix(given);
  return prefix === null ? null : Math.max(0, prefix.len - ipv6Len);
}
