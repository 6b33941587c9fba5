/** Rules of other programs as drafts of the page, and findings about all of them. */
import { detectFormat, type ImportFormat } from "../../src/convert/detect.js";
import type { ForeignRule } from "../../src/convert/model.js";
import type { Lint } from "../../src/lint/lint.js";
import { lintFormat } from "../../src/lint/text.js";
import { Findings } from "../../src/map/findings.js";
import { parseIpv6Prefix } from "../../src/map/prefix.js";
import type { Draft } from "../state/draft.js";

export interface ForeignText {
  readonly format: ImportFormat;
  readonly drafts: readonly Draft[];
  readonly findings: readonly Lint[];
}

/** null where the text is in none of the formats. */
export function readForeign(text: string): ForeignText | null {
  const format = detectFormat(text);
  if (format === null) return null;
  // What readers have to say the linter says, too, with what to do about it.
  const domains = format.read(text, new Findings(), {});
  const drafts = domains.flatMap(({ rules, endUserPrefix }) =>
    rules.map((rule) => draftOfForeign(rule, endUserPrefix)),
  );
  return { format, drafts, findings: lintFormat(text, format, {}).diagnostics };
}

function draftOfForeign(rule: ForeignRule, endUserPrefix: string | undefined): Draft {
  const [ipv6 = "", ipv6Len = ""] = rule.ipv6.split("/");
  const [ipv4 = "", ipv4Len = ""] = rule.ipv4.split("/");
  const eaLen = rule.eaLen ?? eaLenOf(rule, endUserPrefix);
  const isOneToOne = eaLen === 0 && ipv4Len === "32";
  return {
    name: rule.name === "" ? "imported" : rule.name.replace(/[|\s]+/g, "_"),
    ipv6,
    ipv6Len,
    ipv4,
    ipv4Len,
    eaLen: eaLen === null ? "" : String(eaLen),
    psidOffset: String(rule.psidOffset ?? 6),
    // What follows from the EA bits is shown only where the text contradicts it.
    psidLen: isOneToOne || contradicts(rule, eaLen, ipv4Len) ? String(rule.psidLen ?? "") : "",
    psid: isOneToOne ? String(rule.psid ?? "") : "",
    iid: rule.iid ?? "rfc7597",
    forwarding: rule.forwarding ?? false,
  };
}

function contradicts({ psidLen }: ForeignRule, eaLen: number | null, ipv4Len: string): boolean {
  if (psidLen === undefined || eaLen === null) return false;
  return psidLen !== Math.max(0, eaLen + Number(ipv4Len) - 32);
}

/** A program that takes the EA length from the delegated prefix: the lengths' difference. */
function eaLenOf({ ipv6 }: ForeignRule, endUserPrefix: string | undefined): number | null {
  const [rule, end] = [parseIpv6Prefix(ipv6), parseIpv6Prefix(endUserPrefix ?? "")];
  return rule === null || end === null ? null : end.len - rule.len;
}
