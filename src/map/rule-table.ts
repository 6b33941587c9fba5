/**
 * All rules of a domain in one SharedArrayBuffer, ready for the packet path: what a reload swaps by reference.
 * Longest-prefix match is one hash probe for each prefix length that occurs, longest first, on both sides.
 *
 *   header | directories: groups, IPv4 lengths, IPv6 lengths | filter of IPv4 addresses | records | tables
 *
 * A table is a power of two of slots of two words, at most half of them used, probed linearly; the second word is rule
 * index + 1, or 0 where the slot is free:
 *   IPv4 prefix   one table a length                 key: the prefix
 *   IPv6 prefix   one table a length                 key: hash, checked in the record
 *   group         one table a pair of a and k among  key: hash of address and PSID, checked in the record; one entry
 *                 the 1:1 rules with PSIDs           more with NO_PORT in place of the PSID for each address
 * A rule costs 32 bytes and, in each of its two tables, 16 to 32 more: 65 to 82 measured with 1,000,000 rules.
 */
import {
  DESTINATION_PORT_EXCLUDED,
  IPV4_DESTINATION_NO_RULE,
  NO_PORT_FOR_SHARED_ADDRESS,
  SOURCE_ADDRESS_MISMATCH,
  SOURCE_IID_MISMATCH,
  SOURCE_PORT_EXCLUDED,
  SOURCE_PSID_MISMATCH,
} from "../verdict.js";
import { psidOfPort } from "./port-set.js";
import * as record from "./rule-record.js";
import {
  compileTable,
  HEADER,
  hashIpv4Psid,
  hashIpv6,
  IPV4_ENTRY_WORDS,
  IPV6_ENTRY_WORDS,
  mix,
  NO_PORT,
} from "./table-layout.js";
import type { RuleList } from "./types.js";

const { RECORD_WORDS } = record;

export class RuleTable {
  readonly buffer: SharedArrayBuffer;
  /** Number of rules. */
  readonly size: number;
  readonly #words: Int32Array;
  readonly #groupsAt: number;
  readonly #ipv4At: number;
  readonly #ipv6At: number;
  readonly #ipv6End: number;
  readonly #recordsAt: number;
  readonly #filterAt: number;
  readonly #expectedScratch = new Uint32Array(4);

  private constructor(buffer: SharedArrayBuffer) {
    const words = new Int32Array(buffer);
    this.buffer = buffer;
    this.#words = words;
    this.size = words[HEADER.size]!;
    this.#ipv4At = words[HEADER.ipv4At]!;
    this.#ipv6At = words[HEADER.ipv6At]!;
    this.#recordsAt = words[HEADER.recordsAt]!;
    this.#ipv6End = words[HEADER.ipv6End]!;
    this.#groupsAt = words[HEADER.groupsAt]!;
    this.#filterAt = words[HEADER.filterAt]!;
  }

  /** `rules` have passed `checkRuleSet()`; two that contradict each other throw a RangeError. */
  static compile(rules: RuleList, mode: "map-t" | "map-e"): RuleTable {
    return new RuleTable(compileTable(rules, mode));
  }

  /** The table of another thread: `buffer` is that of a compiled one. */
  static fromBuffer(buffer: SharedArrayBuffer): RuleTable {
    return new RuleTable(buffer);
  }

  /**
   * Index of the rule with the longest IPv4 prefix for the address, or -1. Of 1:1 rules that share an address only the
   * one with the PSID of `port` matches; without a port (`port` < 0) the first of them does (RFC 7599 §8.4).
   */
  lookup4(addr4: number, port: number): number {
    const words = this.#words;
    const half = addr4 >>> 16;
    if ((words[this.#filterAt + (half >>> 5)]! & (1 << (half & 31))) === 0) return -1;
    for (let at = this.#groupsAt; at < this.#ipv4At; at += IPV4_ENTRY_WORDS) {
      const shape = words[at]!;
      const psid = port < 0 ? NO_PORT : psidOfPort(port, shape >>> 5, shape & 0x1f);
      const rule = this.#probeGroup(at, addr4, psid);
      if (rule >= 0) return rule;
    }
    for (let at = this.#ipv4At; at < this.#ipv6At; at += IPV4_ENTRY_WORDS) {
      const rule = this.#probeIpv4(at, addr4 & words[at]!);
      if (rule >= 0) return rule;
    }
    return -1;
  }

  /** Index of the rule with the longest IPv6 prefix for the address, or -1. */
  lookup6(address: Uint32Array): number {
    const words = this.#words;
    for (let at = this.#ipv6At; at < this.#ipv6End; at += IPV6_ENTRY_WORDS) {
      const w0 = address[0]! & words[at]!;
      const w1 = address[1]! & words[at + 1]!;
      const w2 = address[2]! & words[at + 2]!;
      const w3 = address[3]! & words[at + 3]!;
      const table = words[at + 4]!;
      const mask = words[at + 5]!;
      const hash = hashIpv6(w0, w1, w2, w3);
      for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
        const value = words[table + slot * 2 + 1]!;
        if (value === 0) break;
        if (words[table + slot * 2]! !== hash) continue;
        const rule = this.#recordsAt + (value - 1) * RECORD_WORDS;
        if (
          words[rule]! === w0 &&
          words[rule + 1]! === w1 &&
          words[rule + 2]! === w2 &&
          words[rule + 3]! === w3
        ) {
          return value - 1;
        }
      }
    }
    return -1;
  }

  /** True where some rule's IPv4 prefix covers the address, whatever the port. */
  coversIpv4(addr4: number): boolean {
    return this.lookup4(addr4, -1) >= 0;
  }

  /** True where the CEs of the rule share IPv4 addresses, so that a port is needed. */
  isShared(rule: number): boolean {
    return record.isShared(this.#words, this.#recordAt(rule));
  }

  /** True where the rule is a forwarding mapping rule. */
  isForwarding(rule: number): boolean {
    return record.isForwarding(this.#words, this.#recordAt(rule));
  }

  /**
   * Writes the MAP address that serves `addr4`, an address inside the rule, and `port` (-1: the packet has none).
   * Returns 0, or with `out` untouched NO_PORT_FOR_SHARED_ADDRESS, DESTINATION_PORT_EXCLUDED, or, where a 1:1 rule
   * was given another PSID, IPV4_DESTINATION_NO_RULE.
   */
  mapAddress(rule: number, addr4: number, port: number, out: Uint32Array): number {
    const words = this.#words;
    const at = this.#recordAt(rule);
    let psid = 0;
    if (record.isShared(words, at)) {
      if (port < 0) return NO_PORT_FOR_SHARED_ADDRESS;
      if (record.isPortExcluded(words, at, port)) return DESTINATION_PORT_EXCLUDED;
      psid = record.portPsid(words, at, port);
      if (record.hasProvisionedPsid(words, at) && psid !== record.provisionedPsid(words, at)) {
        return IPV4_DESTINATION_NO_RULE;
      }
    }
    record.writeMapAddress(words, at, addr4, psid, out);
    return 0;
  }

  /** The IPv4 address that an IPv6 address inside the rule stands for; in MAP-E, the first of a CE's prefix. */
  embeddedIpv4(rule: number, address: Uint32Array): number {
    return record.readIpv4(this.#words, this.#recordAt(rule), address);
  }

  /**
   * Whether a packet from `addr4` and `port` (-1: none) may come from an IPv6 address inside the rule (RFC 7597 §8.1).
   * Returns 0, or the first that applies: SOURCE_ADDRESS_MISMATCH, NO_PORT_FOR_SHARED_ADDRESS, SOURCE_PORT_EXCLUDED,
   * SOURCE_PSID_MISMATCH, and, as all 128 bits are compared, SOURCE_IID_MISMATCH.
   */
  checkSource(rule: number, address: Uint32Array, addr4: number, port: number): number {
    const words = this.#words;
    const at = this.#recordAt(rule);
    const difference = record.readIpv4(words, at, address) ^ addr4;
    if ((difference & record.ipv4Mask(words, at)) !== 0) return SOURCE_ADDRESS_MISMATCH;
    const psid = record.readPsid(words, at, address);
    if (record.isShared(words, at)) {
      if (port < 0) return NO_PORT_FOR_SHARED_ADDRESS;
      if (record.isPortExcluded(words, at, port)) return SOURCE_PORT_EXCLUDED;
      if (record.portPsid(words, at, port) !== psid) return SOURCE_PSID_MISMATCH;
    }
    const expected = this.#expectedScratch;
    record.writeMapAddress(words, at, addr4, psid, expected);
    const same =
      expected[0]! === address[0]! &&
      expected[1]! === address[1]! &&
      expected[2]! === address[2]! &&
      expected[3]! === address[3]!;
    return same ? 0 : SOURCE_IID_MISMATCH;
  }

  #recordAt(rule: number): number {
    return this.#recordsAt + rule * RECORD_WORDS;
  }

  /** The rule for a prefix in the table of one directory entry, or -1. */
  #probeIpv4(entryAt: number, key: number): number {
    const words = this.#words;
    const table = words[entryAt + 1]!;
    const mask = words[entryAt + 2]!;
    for (let slot = mix(key) & mask; ; slot = (slot + 1) & mask) {
      const value = words[table + slot * 2 + 1]!;
      if (value === 0 || words[table + slot * 2]! === key) return value - 1;
    }
  }

  /** The 1:1 rule for address and PSID in the table of one directory entry, or -1; for NO_PORT, the address's first. */
  #probeGroup(entryAt: number, addr4: number, psid: number): number {
    const words = this.#words;
    const table = words[entryAt + 1]!;
    const mask = words[entryAt + 2]!;
    const hash = hashIpv4Psid(addr4, psid);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const value = words[table + slot * 2 + 1]!;
      if (value === 0) return -1;
      if (words[table + slot * 2]! !== hash) continue;
      const at = this.#recordAt(value - 1);
      if (record.ruleIpv4(words, at) !== (addr4 | 0)) continue;
      if (psid === NO_PORT || record.provisionedPsid(words, at) === psid) return value - 1;
    }
  }
}
