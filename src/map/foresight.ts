/**
 * Brings to the core what a batch of lookups in a large RuleTable will read. A lookup waits for memory, and the next one mostly
 * begins behind it; loads that do not depend on each other wait all at once. So the hashes of a whole batch come first, and then
 * the line of each is read, in a loop so short that many turns fit into the processor's window. What is read is used for
 * nothing: an address that is foreseen wrongly, or not at all, costs time alone.
 */
import * as record from "./rule-record.js";
import type { RuleTable } from "./rule-table.js";
import { hashIpv4, hashIpv6, IPV4_ENTRY_WORDS, IPV6_ENTRY_WORDS } from "./table-layout.js";
import { TableView } from "./table-view.js";

/** Bytes of a table up to which it stays in the caches by itself. */
const CACHED_LEN = 8 << 20;
/** Probes that are kept, a power of two: as many as packets, or more where several prefix lengths occur about an address. */
const KEPT = 512;

export class Foresight extends TableView {
  /** Where each probe begins. */
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
      const psid = record.wantedPsid(form, port);
      this.#note(this.home4(hashIpv4(addr4 & words[at]!, form, psid)));
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
      this.#note(this.home6(hashIpv6(w0, w1, w2, w3, words[at + 4]!)));
    }
  }

  /** What is beyond KEPT takes the place of what came first. */
  #note(place: number): void {
    this.#places[this.#probes++ & (KEPT - 1)] = place;
  }

  /** All addresses of the batch are known: reads what their lookups will. */
  settle(): void {
    const words = this.words;
    const places = this.#places;
    const count = Math.min(this.#probes, KEPT);
    let loaded = 0;
    for (let probe = 0; probe < count; probe++) loaded ^= words[places[probe]!]!;
    this.#loaded ^= loaded;
    this.#probes = 0;
  }
}
