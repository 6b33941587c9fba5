/** A rule as it stands in the form: text, whatever was typed. Only `checkDraft()` decides what it means. */
import { checkRule, type RuleInput } from "../../src/map/check.js";
import { error } from "../../src/map/diagnostic.js";
import {
  checkIpv4Prefix,
  checkIpv6Prefix,
  parseIpv4Prefix,
  parseIpv6Prefix,
} from "../../src/map/prefix.js";
import type { Checked, Diagnostic, Rule } from "../../src/map/types.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";

export interface Draft {
  readonly name: string;
  readonly ipv6: string;
  readonly ipv6Len: string;
  readonly ipv4: string;
  readonly ipv4Len: string;
  readonly eaLen: string;
  readonly psidOffset: string;
  /** Of a 1:1 rule; else empty, as are all rules' PSIDs that follow from EA bits. */
  readonly psidLen: string;
  readonly psid: string;
  readonly iid: "rfc7597" | "draft-03";
  readonly forwarding: boolean;
}

/** The fields that hold text. */
export type DraftField = Exclude<keyof Draft, "iid" | "forwarding">;

const NO_EXTRAS = { psidLen: "", psid: "", iid: "rfc7597", forwarding: false } as const;

/** The seven parts that IP_MAP_Calculator and mapctl read. */
export function ruleString(draft: Draft): string {
  const { name, ipv6, ipv6Len, ipv4, ipv4Len, eaLen, psidOffset } = draft;
  return [name, ipv6, ipv6Len, ipv4, ipv4Len, eaLen, psidOffset].join("|");
}

/**
 * Reads `name|v6|len|v4|len|ea|offset`, the comment of a saved line behind it or not, or
 * `V6-PREFIX V4-PREFIX EA-LEN [OFFSET [PSID-LEN [PSID]]]`. Null where the text is neither; what its parts mean is not judged here.
 */
export function draftOfText(text: string): Draft | null {
  return text.includes("|") ? draftOfParts(text) : draftOfWords(text);
}

function draftOfParts(text: string): Draft | null {
  const parts = text
    .replace(/\s+\(.*$/s, "")
    .split("|")
    .map((part) => part.trim());
  const [name = "", ipv6 = "", ipv6Len = "", ipv4 = "", ipv4Len = "", eaLen = "", psidOffset = ""] =
    parts;
  if (parts.length !== 7) return null;
  return { ...NO_EXTRAS, name, ipv6, ipv6Len, ipv4, ipv4Len, eaLen, psidOffset };
}

function draftOfWords(text: string): Draft | null {
  const [first = "", second = "", eaLen, psidOffset = "6", psidLen = "", psid = "", ...rest] = text
    .trim()
    .split(/\s+/);
  const [ipv6 = "", ipv6Len] = first.split("/");
  const [ipv4 = "", ipv4Len] = second.split("/");
  if (eaLen === undefined || ipv6Len === undefined || ipv4Len === undefined || rest.length > 0)
    return null;
  // A PSID length that the EA bits say, too, needs no field; a 1:1 rule's stays, and one that contradicts them.
  const said = (whole(eaLen) ?? 0) + (whole(ipv4Len) ?? 0) - 32;
  const own = eaLen !== "0" && whole(psidLen) === said ? "" : psidLen;
  return {
    ...NO_EXTRAS,
    name: "rule",
    ipv6,
    ipv6Len,
    ipv4,
    ipv4Len,
    eaLen,
    psidOffset,
    psidLen: own,
    psid,
  };
}

export function draftOfRule(rule: Rule): Draft {
  const provisioned = rule.psid !== null;
  return {
    name: rule.name,
    ipv6: formatIpv6(rule.ipv6.address),
    ipv6Len: String(rule.ipv6.len),
    ipv4: formatIpv4(rule.ipv4.address),
    ipv4Len: String(rule.ipv4.len),
    eaLen: String(rule.eaLen),
    psidOffset: String(rule.psidOffset),
    psidLen: provisioned ? String(rule.psidLen) : "",
    psid: provisioned ? String(rule.psid) : "",
    iid: rule.iid,
    forwarding: rule.forwarding,
  };
}

/** Everything that is wrong with the draft at once, or the rule that it is. */
export function checkDraft(draft: Draft): Checked<Rule> {
  const [at6, at4] = [
    `${draft.ipv6.trim()}/${draft.ipv6Len.trim()}`,
    `${draft.ipv4.trim()}/${draft.ipv4Len.trim()}`,
  ];
  const [ipv6, ipv4] = [parseIpv6Prefix(at6), parseIpv4Prefix(at4)];
  const eaLen = whole(draft.eaLen);
  const psidOffset = whole(draft.psidOffset);
  const psidLen = optionalWhole(draft.psidLen);
  const psid = optionalWhole(draft.psid);
  const found: Diagnostic[] = [
    ...checkName(draft.name),
    ...(ipv6 === null ? checkIpv6Prefix(at6, "rule-ipv6-prefix").diagnostics : []),
    ...(ipv4 === null ? checkIpv4Prefix(at4, "rule-ipv4-prefix").diagnostics : []),
    ...(eaLen === null ? [notWhole("ea-len", draft.eaLen, "0..48")] : []),
    ...(psidOffset === null ? [notWhole("psid-offset", draft.psidOffset, "0..15")] : []),
    ...(psidLen === null ? [notWhole("psid-len", draft.psidLen, "0..16")] : []),
    ...(psid === null ? [notWhole("psid", draft.psid, "0..65535")] : []),
  ];
  if (ipv6 === null || ipv4 === null || eaLen === null || psidOffset === null)
    return { ok: false, diagnostics: found };
  if (psidLen === null || psid === null || found.length > 0)
    return { ok: false, diagnostics: found };
  const { name, iid, forwarding } = draft;
  const input: RuleInput = {
    name: name.trim(),
    ipv6,
    ipv4,
    eaLen,
    psidOffset,
    psidLen,
    psid,
    iid,
    forwarding,
  };
  return checkRule(input, "");
}

/** A rule string has bars between its parts, and a saved one a comment behind a blank and a bracket. */
function checkName(name: string): Diagnostic[] {
  if (!/\||\s\(/.test(name)) return [];
  const message = `"${name}" cannot stand in a rule string; use letters, digits, dots, hyphens and underscores`;
  return [error("name-syntax", "name", message)];
}

/** Decimal, or hexadecimal behind 0x; null for anything else. */
export function whole(text: string): number | null {
  const trimmed = text.trim();
  if (!/^(?:\d{1,15}|0x[0-9a-f]{1,12})$/i.test(trimmed)) return null;
  return Number(trimmed);
}

function optionalWhole(text: string): number | undefined | null {
  return text.trim() === "" ? undefined : whole(text);
}

function notWhole(path: string, text: string, range: string): Diagnostic {
  const message =
    text.trim() === ""
      ? `${path} is missing; give a number in ${range}`
      : `"${text}" is not a whole number; give one in ${range}`;
  return error("rule-syntax", path, message);
}
