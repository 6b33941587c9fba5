/** Texts of any format that is read, judged whole. */
import { readDomains } from "../convert/assemble.js";
import { detectFormat, type ImportFormat } from "../convert/detect.js";
import type { ForeignDomain } from "../convert/model.js";
import { settingsOf } from "../convert/settings.js";
import { ipv6At, ipv6PrefixAt, placeOf, ruleInputOf } from "../convert/typed.js";
import { ceFromEndUserPrefix } from "../map/ce.js";
import { checkRule, type RuleInput, selectBmr } from "../map/check.js";
import { Findings } from "../map/findings.js";
import type { Diagnostic, Ipv6Prefix, Rule } from "../map/types.js";
import type { PlacedRule } from "./advise.js";
import { type Lint, type LintInput, lintRules, withFix } from "./lint.js";

export interface LintOptions {
  /** What a CE was delegated: its rule is looked for, by the longest match. */
  readonly endUserPrefix?: Ipv6Prefix | undefined;
}

export interface LintReport {
  /** Name of the format. */
  readonly format: string;
  /** Rules that the text holds, sound ones or not. */
  readonly ruleCount: number;
  /** The rule of the given prefix, and what its CE gets. */
  readonly match: LintMatch | null;
  readonly diagnostics: readonly Lint[];
}

export interface LintMatch {
  readonly rule: Rule;
  /** Where the rule stands. */
  readonly path: string;
  readonly ipv4: number;
  readonly psid: number | null;
}

/** null where the text is in none of the formats. */
export function lintText(text: string, options: LintOptions): LintReport | null {
  const format = detectFormat(text);
  return format === null ? null : lintFormat(text, format, options);
}

export function lintFormat(text: string, format: ImportFormat, options: LintOptions): LintReport {
  const findings = new Findings();
  const domains = readDomains(text, format, { rulesOnly: true }, findings);
  const inputs = domains.map((domain) => inputOf(domain, options, findings));
  const lints = inputs.flatMap((input) => lintRules(input));
  const { endUserPrefix } = options;
  const match = endUserPrefix === undefined ? null : matchOf(soundRules(inputs), endUserPrefix);
  const own = domains.length > 1 && match !== null;
  // A prefix is one domain's; that the others do not cover it is no fault.
  const kept = lints.filter(({ code }) => !own || code !== "end-user-prefix-outside-rule");
  const ruleCount = domains.reduce((sum, { rules }) => sum + rules.length, 0);
  const diagnostics = [...findings.list.map(withFix), ...untold(kept, findings.list)];
  return { format: format.name, ruleCount, match, diagnostics };
}

/** Readers see some faults, too: what they said of a place, or in the same words, is not said again. */
function untold(found: readonly Lint[], told: readonly Diagnostic[]): readonly Lint[] {
  const known = new Set(told.flatMap(keysOf));
  return found.filter((lint) => keysOf(lint).every((key) => !known.has(key)));
}

function keysOf({ code, path, message }: Diagnostic): readonly string[] {
  return [`${code} at ${path}`, `${code}: ${message}`];
}

function inputOf(domain: ForeignDomain, options: LintOptions, findings: Findings): LintInput {
  const { place, mode } = domain;
  const rules = domain.rules.flatMap((rule) => {
    const input: RuleInput | null = ruleInputOf(rule, findings);
    return input === null ? [] : [{ input, path: rule.place }];
  });
  const prefixOf = (text: string | undefined, key: string): Ipv6Prefix | null =>
    text === undefined ? null : ipv6PrefixAt(text, placeOf(place, key), findings);
  const brAddresses = (domain.brAddresses ?? []).flatMap((text) => {
    const address = ipv6At(text, placeOf(place, "br-ipv6-addr"), findings);
    return address === null ? [] : [address];
  });
  const dmr = prefixOf(domain.dmr, "dmr-ipv6-prefix");
  const written = prefixOf(domain.endUserPrefix, "end-user-ipv6-prefix");
  const endUserPrefix = options.endUserPrefix ?? written;
  const mtu = domain.role === "ce" ? settingsOf(domain).mtu : undefined;
  return { rules, domain: { path: place, mode, dmr, brAddresses, endUserPrefix, mtu } };
}

function soundRules(inputs: readonly LintInput[]): readonly PlacedRule[] {
  return inputs
    .flatMap(({ rules }) => rules)
    .flatMap(({ input, path }) => {
      const checked = checkRule(input, path);
      return checked.ok ? [{ rule: checked.value, path }] : [];
    });
}

/** The longest match for a delegated prefix; null where there is none. */
export function matchOf(rules: readonly PlacedRule[], prefix: Ipv6Prefix): LintMatch | null {
  const all = rules.map(({ rule }) => rule);
  const found = rules[selectBmr(all, prefix)];
  const ce = found === undefined ? null : ceFromEndUserPrefix(found.rule, prefix);
  if (found === undefined || !ce?.ok) return null;
  return { ...found, ipv4: ce.value.ipv4.address, psid: ce.value.psid };
}
