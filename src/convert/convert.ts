/** One program's text in another program's words, without a configuration of ours between them. */
import { checkDmr, checkRule, checkRuleSet, selectBmr } from "../map/check.js";
import { Findings } from "../map/findings.js";
import type { Diagnostic, Rule } from "../map/types.js";
import { type ImportOptions, readDomains } from "./assemble.js";
import type { ImportFormat } from "./detect.js";
import { EXPORT_FORMATS, RULE_FORMATS } from "./formats.js";
import type { ForeignDomain, ForeignRule } from "./model.js";
import { NameTable } from "./names.js";
import { changedSettings, settingsOf } from "./settings.js";
import { ipv4PrefixAt, ipv6At, ipv6PrefixAt, placeOf, ruleInputOf } from "./typed.js";
import { type ExportedDomain, type RuleHolder, written } from "./write/export.js";

export interface Conversion {
  /** Empty where something in the source is wrong, and where the target has words for nothing of it. */
  readonly text: string;
  readonly ok: boolean;
  /** What the source says that nobody reads, and what the target has no words for. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `target` is a key of `EXPORT_FORMATS`. */
export function convertText(
  text: string,
  from: ImportFormat,
  target: string,
  options: ImportOptions,
): Conversion {
  const findings = new Findings();
  const rulesOnly = Object.hasOwn(RULE_FORMATS, target);
  const read = readDomains(text, from, { ...options, rulesOnly }, findings);
  const domains = typedDomains(read, findings);
  if (findings.failed) return { text: "", ok: false, diagnostics: findings.list };
  const writeRules = RULE_FORMATS[target];
  const writeDomains = EXPORT_FORMATS[target];
  const own =
    writeRules !== undefined
      ? written(writeRules, domains, findings)
      : writeDomains && written(writeDomains, domains.filter(hasMode), findings);
  return { text: own ?? "", ok: !findings.failed, diagnostics: findings.list };
}

function hasMode(domain: RuleHolder): domain is ExportedDomain {
  return domain.mode !== null;
}

/** Domains of values, each rule under a name of its own; everything that is wrong with them goes to `findings`. */
export function typedDomains(
  read: readonly ForeignDomain[],
  findings: Findings,
): readonly RuleHolder[] {
  const names = new NameTable();
  const known = new Map<string, Rule | null>();
  const ruleOf = (rule: ForeignRule): Rule[] => {
    const key = JSON.stringify({ ...rule, place: "" });
    if (!known.has(key)) known.set(key, typedRule(rule, names.take("rule", rule.name), findings));
    return [known.get(key) ?? []].flat();
  };
  return read.map((domain, index) => {
    const rules = domain.rules.flatMap(ruleOf);
    findings.add(...checkRuleSet(rules));
    return typedDomain(domain, index, rules, names.take("domain", domain.name), findings);
  });
}

function typedRule(rule: ForeignRule, name: string, findings: Findings): Rule | null {
  const input = ruleInputOf(rule, findings);
  if (input === null) return null;
  if (name !== rule.name) {
    findings.warning("renamed", rule.place, `the rule "${rule.name}" is named "${name}" here`);
  }
  const checked = checkRule({ ...input, name }, rule.place);
  findings.add(...checked.diagnostics);
  return checked.ok ? checked.value : null;
}

function typedDomain(
  domain: ForeignDomain,
  index: number,
  rules: readonly Rule[],
  name: string,
  findings: Findings,
): RuleHolder {
  const { mode, place } = domain;
  const role = domain.role ?? "br";
  const at = (key: string): string => placeOf(place, key);
  const dmrAt = at("dmr-ipv6-prefix");
  const dmr = domain.dmr === undefined ? null : ipv6PrefixAt(domain.dmr, dmrAt, findings);
  if (dmr !== null) findings.add(...checkDmr(dmr, dmrAt).diagnostics);
  const brAddresses = (domain.brAddresses ?? []).flatMap((text) => {
    const address = ipv6At(text, at("br-ipv6-addr"), findings);
    return address === null ? [] : [address];
  });
  const endUserText = domain.endUserPrefix;
  const endUserPrefix =
    endUserText === undefined
      ? null
      : ipv6PrefixAt(endUserText, at("end-user-ipv6-prefix"), findings);
  const localPrefixes = domain.localPrefixes?.flatMap((text) => {
    const prefix = ipv4PrefixAt(text, at("local-ipv4-prefixes"), findings);
    return prefix === null ? [] : [prefix];
  });
  const own = endUserPrefix === null ? -1 : selectBmr(rules, endUserPrefix);
  const only = rules.length === 1 ? rules[0] : undefined;
  const settings = settingsOf(domain);
  return {
    path: place === "" ? `domains[${index}]` : place,
    name,
    mode,
    role,
    device: `${mode === "map-e" ? "mape" : "mapt"}${index}`,
    rules,
    basicRule: role === "ce" ? (rules[own] ?? only ?? null) : null,
    dmr,
    brAddresses,
    endUserPrefix,
    localPrefixes: localPrefixes ?? null,
    settings,
    changed: [
      ...changedSettings(domain),
      ...(endUserPrefix === null ? [] : ["end-user-ipv6-prefix"]),
      ...(localPrefixes === undefined ? [] : ["local-ipv4-prefixes"]),
    ],
  };
}
