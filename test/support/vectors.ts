/** The vectors of test/vectors/mapping.json, as far as src/ is concerned, and its rules as Rule. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkRule } from "../../src/map/check.js";
import { parseIpv4Prefix, parseIpv6Prefix } from "../../src/map/prefix.js";
import type { Ipv4Prefix, Ipv6Prefix, Rule, Words6 } from "../../src/map/types.js";
import { parseIpv4, parseIpv6 } from "../../src/wire/address.js";

export interface RuleVector {
  readonly id: string;
  readonly rule_ipv6_prefix: string;
  readonly rule_ipv4_prefix: string;
  readonly ea_len: number;
  readonly psid_offset: number;
  readonly psid_len: number;
  readonly m: number;
  readonly p: number;
  readonly q: number;
  readonly kind: string;
  readonly iid: "rfc7597" | "draft03";
  readonly psid?: number;
}

/** Type and code, and what they become: type, code and what is done with the second word, if anything. */
export interface IcmpVector {
  readonly t: number;
  readonly c: number;
  readonly to:
    | readonly [number, number, ("mtu" | "pointer" | { readonly pointer: number })?]
    | null;
}

interface Ranges {
  readonly first_ranges: readonly (readonly [number, number])[];
  readonly last_ranges: readonly (readonly [number, number])[];
  readonly range_count: number;
  readonly port_count: number;
}

export interface CeVector {
  readonly id: string;
  readonly source: string;
  readonly rule: string;
  readonly end_user_prefix: string;
  readonly expect: {
    readonly kind: string;
    readonly ipv4: string;
    readonly ipv4_prefix_len: number;
    readonly psid: number | null;
    readonly psid_len: number;
    readonly psid_offset: number;
    readonly m: number;
    readonly port_count: number;
    readonly map_ipv6: string;
  } & Partial<Ranges>;
}

export interface Dhcpv6Vector {
  readonly id: string;
  /** Options as on the wire. */
  readonly hex: string;
  readonly meaning: string;
  readonly verdict: string;
}

export interface Vectors {
  readonly rules: readonly RuleVector[];
  readonly ce_derivation: readonly CeVector[];
  readonly ipv4_to_ipv6: readonly {
    readonly id: string;
    readonly source: string;
    readonly rule: string;
    readonly ipv4: string;
    readonly port: number;
    readonly psid: number | null;
    readonly ipv6: string;
    readonly forwardable: boolean;
  }[];
  readonly ipv6_to_ipv4: readonly {
    readonly id: string;
    readonly source: string;
    readonly rule: string;
    readonly ipv6: string;
    readonly ipv4: string;
    readonly ipv4_prefix_len: number;
    readonly psid: number | null;
  }[];
  readonly dmr: readonly {
    readonly id: string;
    readonly source: string;
    readonly prefix: string;
    readonly ipv4: string;
    readonly ipv6: string;
    readonly receive_only?: boolean;
  }[];
  readonly gma: readonly ({
    readonly id: string;
    readonly source: string;
    readonly psid_offset: number;
    readonly psid_len: number;
    readonly m: number;
    readonly psid: number;
  } & Ranges)[];
  readonly source_validation: readonly {
    readonly id: string;
    readonly rule: string;
    readonly ipv6_src: string;
    readonly ipv4_src: string;
    readonly src_port: number;
    readonly verdict: string;
    readonly why: string;
    readonly strict_iid_verdict?: string;
  }[];
  readonly longest_match: readonly {
    readonly id: string;
    readonly rules: readonly string[];
    readonly ipv4: string;
    readonly port: number;
    readonly selected: string;
    readonly ipv6?: string;
    readonly map_t?: string;
  }[];
  readonly invalid_rules: readonly {
    readonly id: string;
    readonly why: string;
    readonly rule6?: string;
    readonly rule4?: string;
    readonly ea?: number;
    readonly a?: number;
    readonly psid_len?: number;
    readonly psid?: number;
    readonly enduser?: string;
    readonly dmr?: string;
  }[];
  readonly icmp4to6: readonly IcmpVector[];
  readonly icmp6to4: readonly IcmpVector[];
  /** By the old pointer in decimal; null has no counterpart. */
  readonly pointer4to6: Readonly<Record<string, number | null>>;
  readonly pointer6to4: Readonly<Record<string, number | null>>;
  readonly mtu4to6: readonly {
    readonly icmp4_mtu: number;
    readonly mtu_v6_nexthop: number;
    readonly mtu_v4_nexthop: number;
    readonly icmp6_mtu: number;
  }[];
  readonly mtu4to6_plateau: readonly {
    readonly total_length: number;
    readonly path_mtu: number | null;
  }[];
  readonly mtu6to4: readonly {
    readonly icmp6_mtu: number;
    readonly mtu_v4_nexthop: number;
    readonly mtu_v6_nexthop: number;
    readonly inner_has_fragment_header: boolean;
    readonly icmp4_mtu: number;
  }[];
  readonly dhcpv6: readonly Dhcpv6Vector[];
}

/** Compiled tests run from an output folder, the vectors stay in the source tree. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    if (folder === dirname(folder)) throw new Error("no package.json above the tests");
    folder = dirname(folder);
  }
  return folder;
}

export function loadVectors(): Vectors {
  return JSON.parse(readFileSync(join(packageRoot(), "test/vectors/mapping.json"), "utf8"));
}

export function ruleOfVector(vector: RuleVector): Rule {
  const checked = checkRule(
    {
      name: vector.id,
      ipv6: ipv6Prefix(vector.rule_ipv6_prefix),
      ipv4: ipv4Prefix(vector.rule_ipv4_prefix),
      eaLen: vector.ea_len,
      psidOffset: vector.psid_offset,
      psidLen: vector.psid_len,
      psid: vector.psid,
      iid: vector.iid === "draft03" ? "draft-03" : "rfc7597",
    },
    "",
  );
  if (!checked.ok) throw new Error(`${vector.id}: ${checked.diagnostics[0]?.message}`);
  return checked.value;
}

function required<T>(value: T | null, text: string): T {
  if (value === null) throw new Error(`test data: ${text}`);
  return value;
}

export function ipv4(text: string): number {
  return required(parseIpv4(text), text);
}

export function ipv6(text: string): Words6 {
  return required(parseIpv6(text), text);
}

export function words(text: string): Uint32Array {
  return Uint32Array.from(ipv6(text));
}

export function ipv4Prefix(text: string): Ipv4Prefix {
  return required(parseIpv4Prefix(text), text);
}

export function ipv6Prefix(text: string): Ipv6Prefix {
  return required(parseIpv6Prefix(text), text);
}
