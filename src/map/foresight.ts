/**
 * Brings to the core what a batch of lookups in a large RuleTable will read. One lookup waits for memory twice, for the slot and
 * then for the record, and the next one begins behind it; loads that do not depend on each other wait all at once. So first
 * all slots are read, then all records that they name, in loops so short that many turns fit into the processor's window. What
 * is read is used for nothing: an address that is foreseen wrongly, or not at all, costs time alone.
 */
import * as record from "./rule-record.js";
import type { RuleTable } from "./rule-table.js";
import { hashIpv4, hashIpv6, IPV4_ENTRY_WORDS, IPV6_ENTRY_WORDS } from "./table-layout.js";
import { TableView } from "./table-view.js";

/** Bytes of a table up to which it stays in the caches by itself: with 100,000 rules, 5 MiB, looking ahead gained nothing. */
const CACHED_LEN = 8 << 20;
/** Probes that are kept, a power of two: as many as packets, or more where several prefix lengths occur about an address. */
const KEPT = 512;
/** Slots that are looked at for a probe: nearly always enough. */
const WALK = 4;

export class Foresight extends TableView {
  /** Of each probe: the hash, and what is to be read next, slot or record. */
  readonly #hashes = new Int32Array(KEPT);
  readonly #places = new Int32Array(KEPT);
  #probes = 0;
  /** Nobody reads it: without it the compiler could leave the loads out. */
  #loaded = 0;

  /** Null where the table is so small that foreseeing would only cost. */
  static of(table: RuleTable): Foresight | null {
    return table.buffer.byteLength > CACHED_LEN ? new Foresight(table) : null;
  }

  constructor({ buffer }: RuleTable) {
    super(buffer);
  }

  /** `lookup4()` of these is about to come. */
  ipv4(addr4: number, port: number): void {
    const words = this.words;
    const list = this.list4(addr4);
    const end = words[list + 1]!;
    for (let at = words[list]!; at < end; at += IPV4_ENTRY_WORDS) {
      const form = words[at + 1]!;
      const hash = hashIpv4(addr4 & words[at]!, form, record.wantedPsid(form, port));
      this.#note(hash, this.slots4At + (hash & this.slots4Mask));
    }
  }

  /** `lookup6()` of the address is about to come. */
  ipv6(address: Uint32Array): void {
    const words = this.words;
    const list = this.list6(address);
    const end = words[list + 1]!;
    for (let at = words[list]!; at < end; at += IPV6_ENTRY_WORDS) {
      const w0 = address[0]! & words[at]!;
      const w1 = address[1]! & words[at + 1]!;
      const w2 = address[2]! & words[at + 2]!;
      const w3 = address[3]! & words[at + 3]!;
      const hash = hashIpv6(w0, w1, w2, w3, words[at + 4]!);
      this.#note(hash, this.slots6At + (hash & this.slots6Mask));
    }
  }

  /** What is beyond KEPT takes the place of what came first. */
  #note(hash: number, slot: number): void {
    const probe = this.#probes & (KEPT - 1);
    this.#probes++;
    this.#hashes[probe] = hash;
    this.#places[probe] = slot;
  }

  /** All addresses of the batch are known: reads what their lookups will. */
  settle(): void {
    const count = Math.min(this.#probes, KEPT);
    this.#load(count);
    for (let probe = 0; probe < count; probe++) {
      this.#places[probe] = this.#recordOf(this.#hashes[probe]!, this.#places[probe]!);
    }
    this.#load(count);
    this.#probes = 0;
  }

  #load(count: number): void {
    const words = this.words;
    const places = this.#places;
    let loaded = 0;
    for (let probe = 0; probe < count; probe++) loaded ^= words[places[probe]!]!;
    this.#loaded ^= loaded;
  }

  /** Where the record is that a probe from `first` on ends at; the table's first word where it ends at none. */
  #recordOf(hash: number, first: number): number {
    const words = this.words;
    const indexMask = this.indexMask;
    // Behind the last slot lie other words: they name no record, or one that nobody needs.
    for (let slot = first; slot < first + WALK; slot++) {
      const value = words[slot]!;
      if (value === 0) return 0;
      if (((value ^ hash) & ~indexMask) !== 0) continue;
      const rule = (value & indexMask) - 1;
      return rule < this.size ? this.recordsAt + rule * record.RECORD_WORDS : 0;
    }
    return 0;
  }
}
