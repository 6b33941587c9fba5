/** Rules of other programs as drafts of the page, and findings about all of them. */
import { detectFormat, type ImportFormat } from "../../src/convert/detect.js";
import type { ForeignRule } from "../../src/convert/model.js";
import { checkDomainRules, checkRuleSet } from "../../src/map/check.js";
import { Findings } from "../../src/map/findings.js";
import { parseIpv6Prefix } from "../../src/map/prefix.js";
import type { Diagnostic, Rule } from "../../src/map/types.js";
import { checkDraft, type Draft } from "../state/draft.js";

export interface ForeignText {
  readonly format: ImportFormat;
  readonly drafts: readonly Draft[];
  readonly findings: readonly Diagnostic[];
}

/** null where the text is in none of the formats. */
export function readForeign(text: string): ForeignText | null {
  const format = detectFormat(text);
  if (format === null) return null;
  const findings = new Findings();
  const domains = format.read(text, findings, {});
  const drafts: Draft[] = [];
  for (const domain of domains) {
    const rules: Rule[] = [];
    for (const foreign of domain.rules) {
      const draft = draftOfForeign(foreign, domain.endUserPrefix);
      const checked = checkDraft(draft);
      findings.add(...checked.diagnostics.map((one) => at(one, foreign.place)));
      if (checked.ok) rules.push(checked.value);
      drafts.push(draft);
    }
    const dmr = domain.dmr === undefined ? null : parseIpv6Prefix(domain.dmr);
    findings.add(...checkRuleSet(rules));
    if (domain.mode !== null) {
      findings.add(...checkDomainRules(rules, domain.mode, dmr, `${domain.place}.dmr`));
    }
  }
  return { format, drafts, findings: findings.list };
}

function at(finding: Diagnostic, place: string): Diagnostic {
  return { ...finding, path: `${place}: ${finding.path}` };
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
