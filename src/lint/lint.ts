/** Everything that is wrong, or probably not meant, with rules and with the domain around them: each with its fix. */
import { insideCustomer } from "../convert/inside.js";
import {
  checkDmr,
  checkDomainRules,
  checkEndUserPrefix,
  checkRule,
  checkRuleSet,
  type RuleInput,
  selectBmr,
} from "../map/check.js";
import { error, pathOf, warning } from "../map/diagnostic.js";
import { formatIpv6Prefix } from "../map/prefix.js";
import type { Diagnostic, Ipv6Prefix, Rule, Words6 } from "../map/types.js";
import { formatIpv6 } from "../wire/address.js";
import { advise, type PlacedRule } from "./advise.js";
import { lintCode } from "./codes.js";

/** A finding with what to do about it. */
export interface Lint extends Diagnostic {
  readonly fix: string;
}

export interface LintInput {
  readonly rules: readonly { readonly input: RuleInput; readonly path: string }[];
  /** What is known of the domain; without it the rules alone are judged. */
  readonly domain?: LintedDomain | undefined;
}

export interface LintedDomain {
  /** `domains[0]`; empty for a domain alone. */
  readonly path: string;
  /** null: nobody said. */
  readonly mode: "map-e" | "map-t" | null;
  readonly dmr: Ipv6Prefix | null;
  readonly brAddresses: readonly Words6[];
  readonly endUserPrefix: Ipv6Prefix | null;
  /** A CE's largest packets of both sides, bytes, where they are known. */
  readonly mtu?: { readonly ipv6: number; readonly ipv4: number } | undefined;
}

/** IPv6 takes this much more than IPv4: a header for a header (RFC 7599), or one more (RFC 7597). */
const OVERHEAD = { "map-t": 20, "map-e": 40 } as const;

/** Rules of one domain, as somebody typed them; never throws. */
export function lintRules({ rules, domain }: LintInput): readonly Lint[] {
  const found: Diagnostic[] = [];
  const sound = rules.flatMap(({ input, path }): PlacedRule[] => {
    const checked = checkRule(input, path);
    found.push(...checked.diagnostics);
    return checked.ok ? [{ rule: checked.value, path }] : [];
  });
  found.push(...placed(checkRuleSet(sound.map(({ rule }) => rule)), sound), ...advise(sound));
  if (domain !== undefined) found.push(...lintDomain(domain, sound));
  return found.map(withFix);
}

/** The finding with the fix of the table. */
export function withFix(diagnostic: Diagnostic): Lint {
  return { ...diagnostic, fix: lintCode(diagnostic.code)?.fix ?? "" };
}

/** Findings about a set name the rule; here its place is known. */
function placed(found: readonly Diagnostic[], rules: readonly PlacedRule[]): Diagnostic[] {
  const places = new Map(rules.map(({ rule, path }) => [rule.name, path]));
  return found.map((diagnostic) => {
    const name = [...places.keys()]
      .filter((one) => `${diagnostic.path}.`.startsWith(`rules.${one}.`))
      .sort((one, other) => other.length - one.length)[0];
    if (name === undefined) return diagnostic;
    const key = diagnostic.path.slice(`rules.${name}`.length + 1);
    const place = places.get(name) ?? "";
    return { ...diagnostic, path: key === "" ? place : pathOf(place, key) };
  });
}

function lintDomain(domain: LintedDomain, rules: readonly PlacedRule[]): Diagnostic[] {
  const { path, mode, dmr, brAddresses, endUserPrefix } = domain;
  const found: Diagnostic[] = [];
  const at = (key: string): string => pathOf(path, key);
  const all = rules.map(({ rule }) => rule);
  if (dmr !== null) found.push(...checkDmr(dmr, at("dmr-ipv6-prefix")).diagnostics);
  if (mode !== null) {
    const fits = checkDomainRules(all, mode, dmr, at("dmr-ipv6-prefix"));
    found.push(...placed(fits, rules));
  }
  if (mode === "map-t" && dmr === null) {
    found.push(warning("dmr-missing", path, "MAP-T needs a DMR prefix", "RFC 7599 §5.1"));
  }
  if (mode === "map-e" && brAddresses.length === 0) {
    found.push(warning("br-missing", path, "MAP-E needs the address of a BR", "RFC 7597 §7"));
  }
  found.push(...insideRules(domain, all), ...lintMtu(domain));
  if (endUserPrefix !== null) found.push(...lintEndUserPrefix(endUserPrefix, rules, at));
  return found;
}

function lintMtu({ path, mode, mtu }: LintedDomain): readonly Diagnostic[] {
  if (mtu === undefined || mode === null) return [];
  const fits = mtu.ipv6 - OVERHEAD[mode];
  if (mtu.ipv4 <= fits) return [];
  const message = `IPv4 packets above ${fits} bytes do not fit into ${mtu.ipv6} bytes of IPv6 and will need fragmentation`;
  const rfc = mode === "map-t" ? "RFC 7599 §10.1" : "RFC 7597 §8.3.1";
  return [warning("mtu-above-path", pathOf(path, "mtu.ipv4"), message, rfc)];
}

/** The provider's own addresses in a customer's prefix. */
function insideRules(
  { path, dmr, brAddresses }: LintedDomain,
  rules: readonly Rule[],
): Diagnostic[] {
  const own = [
    ...brAddresses.map((address) => {
      const what = `the BR address ${formatIpv6(address)}`;
      return { key: "br-ipv6-addr", what, prefix: { address, len: 128 } };
    }),
    ...(dmr === null
      ? []
      : [{ key: "dmr-ipv6-prefix", what: `the DMR ${formatIpv6Prefix(dmr)}`, prefix: dmr }]),
  ];
  return own.flatMap(({ key, what, prefix }) =>
    rules.flatMap((rule) => {
      const message = insideCustomer(rule, prefix, what);
      const at = pathOf(path, key);
      if (message === null) return [];
      return [warning("inside-customer-prefix", at, message, "RFC 7597 §5")];
    }),
  );
}

function lintEndUserPrefix(
  prefix: Ipv6Prefix,
  rules: readonly PlacedRule[],
  at: (key: string) => string,
): readonly Diagnostic[] {
  const path = at("end-user-ipv6-prefix");
  const all = rules.map(({ rule }) => rule);
  const found = all[selectBmr(all, prefix)];
  return found === undefined ? [unmatched(prefix, path)] : checkEndUserPrefix(found, prefix, path);
}

/** The error that no rule is the delegated prefix's. */
export function unmatched(prefix: Ipv6Prefix, path: string): Diagnostic {
  const message = `no rule covers ${formatIpv6Prefix(prefix)}: a rule is missing, or the service is no MAP (DS-Lite has the same kind of prefixes)`;
  return error("end-user-prefix-outside-rule", path, message, "RFC 7597 §5.2");
}
