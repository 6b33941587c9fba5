/** What sound rules make probable mistakes of: seen by a rule alone, and beside the others of its domain. */
import { pathOf, warning } from "../map/diagnostic.js";
import {
  coversIpv4Prefix,
  coversIpv6Prefix,
  formatIpv4Prefix,
  formatIpv6Prefix,
} from "../map/prefix.js";
import { ruleFacts } from "../map/rule.js";
import type { Diagnostic, Rule } from "../map/types.js";

export interface PlacedRule {
  readonly rule: Rule;
  /** Where it stands: `rules.metro`, `line 3`; empty for a rule alone. */
  readonly path: string;
}

const SUBNET_BITS = 64;

export function advise(rules: readonly PlacedRule[]): readonly Diagnostic[] {
  return [...rules.flatMap(adviseOne), ...adviseOverlaps(rules), ...adviseUneven(rules)];
}

function adviseOne({ rule, path }: PlacedRule): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const { endUserPrefixLen, portsPerCe, kind } = ruleFacts(rule);
  if (rule.eaLen > 0 && endUserPrefixLen === SUBNET_BITS) {
    const message =
      "the end-user prefix is exactly a /64: a CE's LAN shares it with the MAP address, and has no second subnet";
    found.push(warning("no-subnet-bits", pathOf(path, "ea-len"), message, "RFC 7597 §5.2"));
  }
  if (kind === "shared" && rule.psidOffset === 0 && (rule.psid ?? 0) === 0) {
    const message = `the set of PSID 0 begins with port 0, which nobody can use: ${portsPerCe - 1} of ${portsPerCe} ports remain`;
    found.push(warning("port-zero", pathOf(path, "psid-offset"), message, "RFC 7597 §5.1"));
  }
  return found;
}

/** A prefix inside another one: after sorting, the outer one is the nearest before it that covers it. */
function nested<T>(
  sorted: readonly T[],
  covers: (outer: T, inner: T) => boolean,
): readonly (readonly [T, T])[] {
  const open: T[] = [];
  const pairs: (readonly [T, T])[] = [];
  for (const inner of sorted) {
    while (open.length > 0 && !covers(open.at(-1)!, inner)) open.pop();
    const outer = open.at(-1);
    if (outer !== undefined) pairs.push([outer, inner]);
    open.push(inner);
  }
  return pairs;
}

function adviseOverlaps(rules: readonly PlacedRule[]): readonly Diagnostic[] {
  const by6 = [...rules].sort((one, other) => compare6(one.rule, other.rule));
  const by4 = [...rules].sort((one, other) => compare4(one.rule, other.rule));
  const pairs6 = nested(by6, (outer, inner) => coversIpv6Prefix(outer.rule.ipv6, inner.rule.ipv6));
  const pairs4 = nested(by4, (outer, inner) => coversIpv4Prefix(outer.rule.ipv4, inner.rule.ipv4));
  // Equal prefixes are errors of their own.
  const inside6 = pairs6.filter(([outer, inner]) => outer.rule.ipv6.len < inner.rule.ipv6.len);
  const inside4 = pairs4.filter(([outer, inner]) => outer.rule.ipv4.len < inner.rule.ipv4.len);
  return [
    ...inside6.map(([{ rule: outer }, { rule: inner, path }]) => {
      const message = `${formatIpv6Prefix(inner.ipv6)} lies in ${formatIpv6Prefix(outer.ipv6)} of rule "${outer.name}": the longer one wins, and that rule's CEs there have none`;
      const at = pathOf(path, "rule-ipv6-prefix");
      return warning("rule-overlap-ipv6", at, message, "RFC 7597 §5");
    }),
    ...inside4.map(([{ rule: outer }, { rule: inner, path }]) => {
      const message = `${formatIpv4Prefix(inner.ipv4)} lies in ${formatIpv4Prefix(outer.ipv4)} of rule "${outer.name}": the longer one wins`;
      const at = pathOf(path, "rule-ipv4-prefix");
      return warning("rule-overlap-ipv4", at, message, "RFC 7597 §5");
    }),
  ];
}

function compare6({ ipv6: one }: Rule, { ipv6: other }: Rule): number {
  const at = one.address.findIndex((word, index) => word !== other.address[index]);
  const difference = at < 0 ? 0 : one.address[at]! - other.address[at]!;
  return difference || one.len - other.len;
}

function compare4({ ipv4: one }: Rule, { ipv4: other }: Rule): number {
  return one.address - other.address || one.len - other.len;
}

/** Fewer rules have no habit that one of them could break. */
const FEWEST = 4;
const HABIT = 0.75;

/** A rule whose end-user prefix is of another length than nearly all others'. */
function adviseUneven(rules: readonly PlacedRule[]): readonly Diagnostic[] {
  if (rules.length < FEWEST) return [];
  const counts = new Map<number, number>();
  for (const { rule } of rules) {
    const len = ruleFacts(rule).endUserPrefixLen;
    counts.set(len, (counts.get(len) ?? 0) + 1);
  }
  const [usual, count] = [...counts].reduce((one, other) => (other[1] > one[1] ? other : one));
  if (count < rules.length * HABIT) return [];
  return rules.flatMap(({ rule, path }): Diagnostic[] => {
    const len = ruleFacts(rule).endUserPrefixLen;
    if (len === usual) return [];
    const message = `/${rule.ipv6.len} and EA length ${rule.eaLen} make a /${len} of the end-user prefix, but ${count} of ${rules.length} rules here make a /${usual}`;
    return [warning("uneven-end-user-len", pathOf(path, "ea-len"), message, "RFC 7597 §5.2")];
  });
}
