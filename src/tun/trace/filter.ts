/** Which packets somebody wants to see: a packet is wanted where every term holds, of what it was or of what it became. */
import type { RuleTable } from "../../map/rule-table.js";
import type { Ipv4Prefix, Ipv6Prefix } from "../../map/types.js";
import type { Facts } from "./facts.js";

/** As text: `filter-text.ts`. Of plain data, so that it can be handed to a worker. */
export type FilterTerm =
  | { readonly kind: "net4"; readonly prefix: Ipv4Prefix }
  | { readonly kind: "net6"; readonly prefix: Ipv6Prefix }
  /** Source or destination; the identifier of ICMP echo. */
  | { readonly kind: "port"; readonly port: number }
  /** IPv4's numbering. */
  | { readonly kind: "protocol"; readonly protocol: number }
  /** Dropped, and for that reason. */
  | { readonly kind: "reason"; readonly code: number }
  /** Towards the hosts behind a CE, or from them. */
  | { readonly kind: "direction"; readonly inbound: boolean }
  /** From or to CEs inside the prefix, whichever family the packet has. */
  | { readonly kind: "ce"; readonly prefix: Ipv6Prefix };

/** One packet as a filter sees it. */
export interface Seen {
  readonly verdict: number;
  /** Family, 4 or 6, that it came in with; 0: nobody has sent it. */
  readonly family: number;
  /** What it was, and what it became; the first `count` of them hold. */
  readonly facts: readonly Facts[];
  readonly count: number;
}

/** What terms are judged by besides the packet. */
export interface FilterContext {
  readonly isBr: boolean;
  /** Of the rules in force. */
  readonly table: RuleTable;
}

export class Filter {
  readonly #terms: readonly FilterTerm[];
  readonly #address = new Uint32Array(4);

  constructor(terms: readonly FilterTerm[]) {
    this.#terms = terms;
  }

  /** True where no packet is wanted but dropped ones. */
  get dropsOnly(): boolean {
    return this.#terms.some(({ kind }) => kind === "reason");
  }

  wants(seen: Seen, domain: FilterContext): boolean {
    for (let i = 0; i < this.#terms.length; i++) {
      if (!this.#holds(this.#terms[i]!, seen, domain)) return false;
    }
    return true;
  }

  #holds(term: FilterTerm, seen: Seen, domain: FilterContext): boolean {
    if (term.kind === "reason") return seen.verdict === term.code;
    if (term.kind === "direction") {
      if (seen.family === 0) return false;
      // Hosts behind a CE are on its IPv4 side, and on a BR's IPv6 side.
      const fromHosts = (seen.family === 4) !== domain.isBr;
      return fromHosts !== term.inbound;
    }
    for (let i = 0; i < seen.count; i++) {
      if (this.#holdsOf(term, seen.facts[i]!, domain.table)) return true;
    }
    return false;
  }

  #holdsOf(term: FilterTerm, facts: Facts, table: RuleTable): boolean {
    switch (term.kind) {
      case "net4":
        return (
          facts.isIpv4 &&
          (isIn4(term.prefix, facts.source4) || isIn4(term.prefix, facts.destination4))
        );
      case "net6":
        return (
          facts.isIpv6 &&
          (isIn6(term.prefix, facts.source6) || isIn6(term.prefix, facts.destination6))
        );
      case "port":
        return facts.sourcePort === term.port || facts.destinationPort === term.port;
      case "protocol":
        return facts.protocol === term.protocol;
      case "ce":
        return this.#isOfCe(term.prefix, facts, table);
      default:
        return false;
    }
  }

  /** By its IPv6 addresses, or by the CE that its IPv4 address and port belong to. */
  #isOfCe(prefix: Ipv6Prefix, facts: Facts, table: RuleTable): boolean {
    if (facts.isIpv6) return isIn6(prefix, facts.source6) || isIn6(prefix, facts.destination6);
    if (!facts.isIpv4) return false;
    return (
      this.#servesIn(prefix, facts.source4, facts.sourcePort, table) ||
      this.#servesIn(prefix, facts.destination4, facts.destinationPort, table)
    );
  }

  #servesIn(prefix: Ipv6Prefix, addr4: number, port: number, table: RuleTable): boolean {
    const rule = table.lookup4(addr4, port);
    if (rule < 0 || table.mapAddress(rule, addr4, port, this.#address) < 0) return false;
    return isIn6(prefix, this.#address);
  }
}

function isIn4({ address, len }: Ipv4Prefix, addr4: number): boolean {
  // A shift by 32 is a shift by 0 in JavaScript.
  return len === 0 || (address ^ addr4) >>> (32 - len) === 0;
}

function isIn6({ address, len }: Ipv6Prefix, words: Uint32Array): boolean {
  for (let i = 0, rest = len; rest > 0; i++, rest -= 32) {
    const difference = (address[i]! ^ words[i]!) >>> 0;
    if (difference >>> Math.max(0, 32 - rest) !== 0) return false;
  }
  return true;
}
