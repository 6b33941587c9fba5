/**
 * A rule as people write it on one line, and as IP_MAP_Calculator saves it:
 *   2001:db8::/40 192.0.2.0/24 16 [OFFSET [PSID-LEN [PSID]]]
 *   name|2001:db8::|40|192.0.2.0|24|16|6 (IPs-256, SHR-256, ...)
 */
import { formatIpv4, formatIpv6 } from "../wire/address.js";
import type { RuleInput } from "./check.js";
import { error } from "./diagnostic.js";
import { checkIpv4Prefix, checkIpv6Prefix, parseIpv4Prefix, parseIpv6Prefix } from "./prefix.js";
import { ruleFacts } from "./rule.js";
import type { Checked, Diagnostic, Rule } from "./types.js";

const SEVEN = 7;
const SPACED = "V6-PREFIX V4-PREFIX EA-LEN [OFFSET [PSID-LEN [PSID]]]";

/** Whole number in decimal or as 0x..., without sign; null where it is none or past 2^53. */
export function parseWhole(text: string): number | null {
  if (!/^([0-9]+|0x[0-9a-f]+)$/i.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** True for a text that is meant as a rule and not as the name of one. */
export function isRuleText(text: string): boolean {
  return /[\s|]/.test(text.trim());
}

/** Reads one rule; `checkRule()` judges it. `name` is that of a rule which brings none. */
export function readRuleText(text: string, name = "rule"): Checked<RuleInput> {
  const line = text.trim().replace(/^["']|["']$/g, "");
  return line.includes("|") ? readSevenParts(line) : readSpaced(line, name);
}

/** Reads a rule a line; empty lines and those that begin with # are none. Findings name the line. */
export function readRuleLines(text: string): Checked<readonly RuleInput[]> {
  const diagnostics: Diagnostic[] = [];
  const rules: RuleInput[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    const read = readRuleText(line, `rule${rules.length + 1}`);
    if (read.ok) rules.push(read.value);
    const place = `line ${index + 1}`;
    for (const one of read.diagnostics) {
      diagnostics.push({ ...one, path: `${place}.${one.path}` });
    }
  });
  if (rules.length === 0 && diagnostics.length === 0) {
    diagnostics.push(error("rule-syntax", "rule", `no rule here; write one a line: ${SPACED}`));
  }
  const isSound = diagnostics.length === 0;
  return isSound ? { ok: true, value: rules, diagnostics } : { ok: false, diagnostics };
}

function readSpaced(text: string, name: string): Checked<RuleInput> {
  const [ipv6 = "", ipv4 = "", ea, offset, psidLen, psid, ...rest] = text.split(/\s+/);
  if (ea === undefined || rest.length > 0) return syntax(`"${text}" is not '${SPACED}'`);
  return assemble({ name, ipv6, ipv4, ea, offset, psidLen, psid });
}

function readSevenParts(text: string): Checked<RuleInput> {
  const parts = text
    // The comment that the list of saved rules adds.
    .replace(/\s+\(.*$/, "")
    .split("|")
    .map((part) => part.trim());
  if (parts.length !== SEVEN) {
    return syntax(`"${text}" has ${parts.length} parts, not name|v6|len|v4|len|ea|offset`);
  }
  const [name = "", v6 = "", v6Len = "", v4 = "", v4Len = "", ea = "", offset] = parts;
  return assemble({ name, ipv6: `${v6}/${v6Len}`, ipv4: `${v4}/${v4Len}`, ea, offset });
}

interface WrittenRule {
  readonly name: string;
  readonly ipv6: string;
  readonly ipv4: string;
  readonly ea: string;
  readonly offset?: string | undefined;
  readonly psidLen?: string | undefined;
  readonly psid?: string | undefined;
}

function assemble(written: WrittenRule): Checked<RuleInput> {
  const at6 = "rule-ipv6-prefix";
  const at4 = "rule-ipv4-prefix";
  const ipv6 = prefixText(parseIpv6Prefix(written.ipv6), checkIpv6Prefix, written.ipv6, at6);
  const ipv4 = prefixText(parseIpv4Prefix(written.ipv4), checkIpv4Prefix, written.ipv4, at4);
  const ea = wholeNumber(written.ea, "ea-len");
  const offset = optionalNumber(written.offset, "psid-offset");
  const psidLen = optionalNumber(written.psidLen, "psid-len");
  const psid = optionalNumber(written.psid, "psid");
  const diagnostics = [ipv6, ipv4, ea, offset, psidLen, psid].flatMap((one) => one.diagnostics);
  if (!ipv6.ok || !ipv4.ok || !ea.ok || !offset.ok || !psidLen.ok || !psid.ok)
    return { ok: false, diagnostics };
  const value = {
    name: written.name,
    ipv6: ipv6.value,
    ipv4: ipv4.value,
    eaLen: ea.value,
    psidOffset: offset.value,
    psidLen: psidLen.value,
    psid: psid.value,
  };
  return { ok: true, value, diagnostics };
}

/** A readable prefix, whose bits `checkRule()` judges together with the numbers, or what is wrong with the text. */
function prefixText<T>(
  parsed: T | null,
  explain: (text: string, path: string) => Checked<T>,
  text: string,
  path: string,
): Checked<T> {
  return parsed === null ? explain(text, path) : { ok: true, value: parsed, diagnostics: [] };
}

function optionalNumber(text: string | undefined, path: string): Checked<number | undefined> {
  return text === undefined
    ? { ok: true, value: undefined, diagnostics: [] }
    : wholeNumber(text, path);
}

function wholeNumber(text: string, path: string): Checked<number> {
  const value = parseWhole(text);
  if (value !== null) return { ok: true, value, diagnostics: [] };
  const found = error("rule-syntax", path, `"${text}" is not a whole number`);
  return { ok: false, diagnostics: [found] };
}

function syntax(message: string): Checked<never> {
  return { ok: false, diagnostics: [error("rule-syntax", "rule", message)] };
}

/** `name|2001:db8::|40|192.0.2.0|24|16|6`, in canonical form; style and PSID of a 1:1 rule have no place in it. */
export function formatRuleString(rule: Rule): string {
  const { name, ipv6, ipv4, eaLen, psidOffset } = rule;
  const v6 = [formatIpv6(ipv6.address), ipv6.len];
  return [name, ...v6, formatIpv4(ipv4.address), ipv4.len, eaLen, psidOffset].join("|");
}

/** The line of the list of saved rules: the string, and its counts as a comment. */
export function formatSavedRule(rule: Rule): string {
  const facts = ruleFacts(rule);
  const counts = [
    `IPs-${facts.addressCount}`,
    `SHR-${facts.sharingRatio}`,
    `USRS-${facts.ceCount}`,
    `PTS-${facts.portsPerCe}`,
    `XPTS-${facts.excludedPorts}`,
  ];
  return `${formatRuleString(rule)} (${counts.join(", ")})`;
}
