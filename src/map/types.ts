/** Value types of the mapping algorithm (RFC 7597 §5): plain, immutable, structured-cloneable. */

/** An IPv6 address as four unsigned 32-bit words, most significant first. */
export type Words6 = readonly [number, number, number, number];

export interface Ipv6Prefix {
  readonly address: Words6;
  /** 0..128; bits of `address` beyond it are zero. */
  readonly len: number;
}

export interface Ipv4Prefix {
  /** Unsigned 32-bit. */
  readonly address: number;
  /** 0..32; bits of `address` beyond it are zero. */
  readonly len: number;
}

/** Interface identifier: RFC 7597 §6, or the one of draft-ietf-softwire-map-03. */
export type Iid = "rfc7597" | "draft-03";

/** A mapping rule that has passed `checkRule()`: its parameters agree with each other. */
export interface Rule {
  readonly name: string;
  readonly ipv6: Ipv6Prefix;
  readonly ipv4: Ipv4Prefix;
  /** EA length o, bits, 0..48. */
  readonly eaLen: number;
  /** PSID offset a, bits, 0..15. */
  readonly psidOffset: number;
  /** PSID length k, bits, 0..16; 0 where the address is not shared. */
  readonly psidLen: number;
  /** Provisioned PSID of a 1:1 rule (EA length 0 with k > 0), else null. */
  readonly psid: number | null;
  readonly iid: Iid;
  /** True where the rule is a forwarding mapping rule, too (mesh). */
  readonly forwarding: boolean;
}

/** Rules in order: an array, or PackedRules, which makes the objects when they are asked for. */
export interface RuleList extends Iterable<Rule> {
  readonly length: number;
  /** `index` from 0; undefined where there is none. */
  at(index: number): Rule | undefined;
  map<T>(of: (rule: Rule, index: number) => T): T[];
  filter(isWanted: (rule: Rule) => boolean): Rule[];
  slice(from: number, to: number): Rule[];
}

/** `shared`: k > 0. `address`: one whole IPv4 address. `prefix`: o + r < 32. */
export type RuleKind = "shared" | "address" | "prefix";

/** One finding about a rule, a prefix or a configuration. */
export interface Diagnostic {
  /** Stable, lower case with hyphens. */
  readonly code: string;
  readonly severity: "error" | "warning";
  /** Where: `rules.metro.ea-len`, or the parameter's name alone. */
  readonly path: string;
  /** What is wrong and what to do. */
  readonly message: string;
  /** `RFC 7597 §5.2`, or empty where no RFC speaks. */
  readonly rfc: string;
}

/** Either a value (with warnings) or the errors that prevent one. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };
