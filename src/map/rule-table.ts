/**
 * All rules of a domain in one SharedArrayBuffer, ready for the packet path: what a reload swaps by reference. The layout is
 * drawn in table-layout.ts. Longest-prefix match is one hash probe for each prefix length that occurs about the address,
 * longest first, on both sides; mostly that is one length, and a lookup waits for one line of memory. A rule costs 107 to 213
 * bytes: 134 measured with 1,000,000 rules. A lookup names the rule by the place of its record, a number that only this table
 * knows; `indexOf()` says which of the list it is.
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
import { type Allocate, compileTable } from "./compile-table.js";
import * as record from "./rule-record.js";
import { hashIpv4, hashIpv6, IPV4_ENTRY_WORDS, IPV6_ENTRY_WORDS } from "./table-layout.js";
import { TableView } from "./table-view.js";
import type { RuleList } from "./types.js";

export class RuleTable extends TableView {
  readonly buffer: SharedArrayBuffer;
  readonly #expectedScratch = new Uint32Array(4);

  private constructor(buffer: SharedArrayBuffer) {
    super(buffer);
    this.buffer = buffer;
  }

  /** `rules` have passed `checkRuleSet()`; two that contradict each other throw a RangeError. */
  static compile(rules: RuleList, mode: "map-t" | "map-e", allocate?: Allocate): RuleTable {
    return new RuleTable(compileTable(rules, mode, allocate));
  }

  /** The table of another thread: `buffer` is that of a compiled one. */
  static fromBuffer(buffer: SharedArrayBuffer): RuleTable {
    return new RuleTable(buffer);
  }

  /**
   * The rule with the longest IPv4 prefix for the address, or -1. Of 1:1 rules that share an address only the
   * one with the PSID of `port` matches; without a port (`port` < 0) the first of them does (RFC 7599 §8.4).
   */
  lookup4(addr4: number, port: number): number {
    const words = this.words;
    const list = this.list4(addr4);
    const end = words[list + 1]!;
    for (let at = words[list]!; at < end; at += IPV4_ENTRY_WORDS) {
      const rule = this.#probe4(at, addr4 & words[at]!, port);
      if (rule >= 0) return rule;
    }
    return -1;
  }

  /** The rule with the longest IPv6 prefix for the address, or -1. */
  lookup6(address: Uint32Array): number {
    const words = this.words;
    const list = this.list6(address);
    const end = words[list + 1]!;
    for (let at = words[list]!; at < end; at += IPV6_ENTRY_WORDS) {
      const rule = this.#probe6(at, address);
      if (rule >= 0) return rule;
    }
    return -1;
  }

  /** Which of the list a rule is; -1 of -1. */
  indexOf(rule: number): number {
    return rule < 0 ? -1 : record.indexOf(this.words, rule);
  }

  /** True where some rule's IPv4 prefix covers the address, whatever the port. */
  coversIpv4(addr4: number): boolean {
    return this.lookup4(addr4, -1) >= 0;
  }

  /** True where the CEs of the rule share IPv4 addresses, so that a port is needed. */
  isShared(rule: number): boolean {
    return record.isShared(record.shapeOf(this.words, rule));
  }

  /** True where the rule is a forwarding mapping rule. */
  isForwarding(rule: number): boolean {
    return record.isForwarding(this.words, rule);
  }

  /**
   * Writes the MAP address that serves `addr4`, an address inside the rule, and `port` (-1: the packet has none).
   * Returns 0, or with `out` untouched NO_PORT_FOR_SHARED_ADDRESS, DESTINATION_PORT_EXCLUDED, or, where a 1:1 rule
   * was given another PSID, IPV4_DESTINATION_NO_RULE.
   */
  mapAddress(rule: number, addr4: number, port: number, out: Uint32Array): number {
    const words = this.words;
    const shape = record.shapeOf(words, rule);
    let psid = 0;
    if (record.isShared(shape)) {
      if (port < 0) return NO_PORT_FOR_SHARED_ADDRESS;
      if (record.isPortExcluded(shape, port)) return DESTINATION_PORT_EXCLUDED;
      psid = record.portPsid(shape, port);
      if (record.hasProvisionedPsid(shape) && psid !== record.provisionedPsid(words, rule)) {
        return IPV4_DESTINATION_NO_RULE;
      }
    }
    record.writeMapAddress(words, rule, addr4, psid, out);
    return 0;
  }

  /** The IPv4 address that an IPv6 address inside the rule stands for; in MAP-E, the first of a CE's prefix. */
  embeddedIpv4(rule: number, address: Uint32Array): number {
    return record.readIpv4(this.words, rule, address);
  }

  /**
   * Whether a packet from `addr4` and `port` (-1: none) may come from an IPv6 address inside the rule (RFC 7597 §8.1).
   * Returns 0, or the first that applies: SOURCE_ADDRESS_MISMATCH, NO_PORT_FOR_SHARED_ADDRESS, SOURCE_PORT_EXCLUDED,
   * SOURCE_PSID_MISMATCH, and, as all 128 bits are compared, SOURCE_IID_MISMATCH.
   */
  checkSource(rule: number, address: Uint32Array, addr4: number, port: number): number {
    const words = this.words;
    const difference = record.readIpv4(words, rule, address) ^ addr4;
    if ((difference & record.ipv4Mask(words, rule)) !== 0) return SOURCE_ADDRESS_MISMATCH;
    return this.checkEmbedded(rule, address, addr4, port);
  }

  /** As `checkSource()`, where `addr4` is what `embeddedIpv4()` gave. */
  checkEmbedded(rule: number, address: Uint32Array, addr4: number, port: number): number {
    const words = this.words;
    const shape = record.shapeOf(words, rule);
    const psid = record.readPsid(words, rule, address);
    if (record.isShared(shape)) {
      if (port < 0) return NO_PORT_FOR_SHARED_ADDRESS;
      if (record.isPortExcluded(shape, port)) return SOURCE_PORT_EXCLUDED;
      if (record.portPsid(shape, port) !== psid) return SOURCE_PSID_MISMATCH;
    }
    const expected = this.#expectedScratch;
    record.writeMapAddress(words, rule, addr4, psid, expected);
    const same =
      expected[0]! === address[0]! &&
      expected[1]! === address[1]! &&
      expected[2]! === address[2]! &&
      expected[3]! === address[3]!;
    return same ? 0 : SOURCE_IID_MISMATCH;
  }

  /** The rule that has `key` in the form of the entry at `at`, or -1. */
  #probe4(entryAt: number, key: number, port: number): number {
    const words = this.words;
    const form = words[entryAt + 1]!;
    const formMask = words[entryAt + 2]!;
    const psid = record.wantedPsid(form, port);
    const psidMask = record.wantedPsidMask(form, psid);
    for (let at = this.home4(hashIpv4(key, form, psid)); ; ) {
      const isKey = record.hasIpv4(words, at, key, form, formMask);
      if (isKey && record.hasPsid(words, at, psid, psidMask)) return at;
      if (record.isFree(words, at)) return -1;
      at = this.next4(at);
    }
  }

  /** The rule whose prefix covers the address with the length of the entry at `at`, or -1. */
  #probe6(entryAt: number, address: Uint32Array): number {
    const words = this.words;
    const len = words[entryAt + 4]!;
    const w0 = address[0]! & words[entryAt]!;
    const w1 = address[1]! & words[entryAt + 1]!;
    if (len <= 64) return this.#probe64(w0, w1, len);
    const w2 = address[2]! & words[entryAt + 2]!;
    const w3 = address[3]! & words[entryAt + 3]!;
    for (let at = this.home6(hashIpv6(w0, w1, w2, w3, len)); ; ) {
      const isKey = record.hasIpv6(words, at, w0, w1, w2, w3);
      if (isKey && record.ipv6Len(words, at) === len) return at;
      if (record.isFree(words, at)) return -1;
      at = this.next6(at);
    }
  }

  /** As `#probe6()`, of a prefix that ends in the first two words, as nearly all do. */
  #probe64(w0: number, w1: number, len: number): number {
    const words = this.words;
    for (let at = this.home6(hashIpv6(w0, w1, 0, 0, len)); ; ) {
      const isKey = words[at]! === w0 && words[at + 1]! === w1;
      if (isKey && record.ipv6Len(words, at) === len) return at;
      if (record.isFree(words, at)) return -1;
      at = this.next6(at);
    }
  }
}
