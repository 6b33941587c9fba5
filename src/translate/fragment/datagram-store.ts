/**
 * The datagrams whose fragments are followed, and the fragments held for them: within fixed memory, and with
 * a share for each source, so that a flood from one takes nothing from another.
 */
import { FRAGMENT_LIMIT, FRAGMENT_OVERLAP, FRAGMENT_TIMEOUT } from "../../verdict.js";
import type { Packet } from "../packet.js";
import { BLOCK_LEN, BlockPool, blocksOf } from "./block-pool.js";
import { KEY_WORDS, SOURCE_WORDS } from "./fragment-key.js";
import { IndexLists } from "./index-lists.js";
import type { FragmentLimits, LostFragments } from "./limits.js";
import { RangeLists } from "./range-lists.js";
import { WordTable } from "./word-table.js";

/** Lists of `#byAge`. */
const IPV4_LIST = 0;
const IPV6_LIST = 1;
const FAMILY_LISTS = 2;

/** A datagram is named by a small index, valid until it is closed; never keep one across packets. */
export class DatagramStore {
  /** What has been seen of each datagram. */
  readonly ranges: RangeLists;
  readonly pool: BlockPool;
  /** Number of the list in `held` that belongs to no datagram. */
  readonly spareList: number;
  /** Stored fragments by datagram, in the order of their arrival. */
  readonly held: IndexLists;
  /** The owner's facts about each datagram: zero when it is opened or restarted. */
  readonly facts: Uint8Array;
  readonly #limits: FragmentLimits;
  readonly #lost: LostFragments;
  readonly #blocksPerSource: number;
  readonly #datagrams: WordTable;
  readonly #deadlines: Float64Array;
  readonly #familyLists: Uint8Array;
  readonly #isCondemned: Uint8Array;
  /** By family: all have the same timeout, so the first of a list is the next to end. */
  readonly #byAge: IndexLists;
  readonly #sources: WordTable;
  readonly #sourceOf: Uint32Array;
  readonly #bySource: IndexLists;
  /** Both are zero again when a source goes with its last datagram. */
  readonly #sourceDatagrams: Uint32Array;
  readonly #sourceBlocks: Uint32Array;

  /** `random` gives unsigned 32-bit numbers. */
  constructor(limits: FragmentLimits, lost: LostFragments, random: () => number) {
    const count = limits.datagrams;
    this.ranges = new RangeLists(count, limits.fragmentsPerDatagram);
    this.pool = new BlockPool(limits.memory);
    this.spareList = count;
    this.held = new IndexLists(this.pool.blocks, count + 1);
    this.facts = new Uint8Array(count);
    this.#limits = limits;
    this.#lost = lost;
    this.#blocksPerSource = Math.floor(limits.memoryPerSource / BLOCK_LEN);
    this.#datagrams = new WordTable(count, KEY_WORDS, random);
    this.#deadlines = new Float64Array(count);
    this.#familyLists = new Uint8Array(count);
    this.#isCondemned = new Uint8Array(count);
    this.#byAge = new IndexLists(count, FAMILY_LISTS);
    this.#sources = new WordTable(count, SOURCE_WORDS, random);
    this.#sourceOf = new Uint32Array(count);
    this.#bySource = new IndexLists(count, count);
    this.#sourceDatagrams = new Uint32Array(count);
    this.#sourceBlocks = new Uint32Array(count);
  }

  /** Datagrams followed now. */
  get count(): number {
    return this.#datagrams.count;
  }

  /** The live datagram of a key, made where there is none; FRAGMENT_LIMIT where there is no room. */
  open(key: Uint32Array, family: number, nowMs: number): number {
    const datagram = this.#datagrams.find(key);
    if (datagram < 0) return this.#create(key, family, nowMs);
    if (this.#deadlines[datagram]! > nowMs) return datagram;
    // Results must not depend on when `expire()` runs.
    this.close(datagram, FRAGMENT_TIMEOUT);
    return this.#create(key, family, nowMs);
  }

  /** Ends every datagram whose time is up. */
  expire(nowMs: number): void {
    for (let list = 0; list < FAMILY_LISTS; list++) {
      let oldest = this.#byAge.first(list);
      while (oldest >= 0 && this.#deadlines[oldest]! <= nowMs) {
        this.close(oldest, FRAGMENT_TIMEOUT);
        oldest = this.#byAge.first(list);
      }
    }
  }

  isCondemned(datagram: number): boolean {
    return this.#isCondemned[datagram] !== 0;
  }

  /** Its fragments overlap: none of them passes any more (RFC 8200 §4.5), and what is held is dropped. */
  condemn(datagram: number): void {
    this.#isCondemned[datagram] = 1;
    this.#dropHeld(datagram, FRAGMENT_OVERLAP);
  }

  /** Another datagram has taken the same key: forgets the old one and starts its time anew. */
  restart(datagram: number, nowMs: number): void {
    this.#dropHeld(datagram, FRAGMENT_OVERLAP);
    this.ranges.clear(datagram);
    this.facts[datagram] = 0;
    const list = this.#familyLists[datagram]!;
    this.#byAge.remove(list, datagram);
    this.#startTime(datagram, list, nowMs);
  }

  /** Ends a datagram; fragments that it still holds are lost for the reason `dropCode`. */
  close(datagram: number, dropCode: number): void {
    this.#dropHeld(datagram, dropCode);
    const source = this.#sourceOf[datagram]!;
    this.#byAge.remove(this.#familyLists[datagram]!, datagram);
    this.#bySource.remove(source, datagram);
    this.#datagrams.remove(datagram);
    if (--this.#sourceDatagrams[source]! === 0) this.#sources.remove(source);
  }

  /** Stores a fragment for its datagram. Returns its name in `pool`, or FRAGMENT_LIMIT. */
  hold(datagram: number, frame: DataView, packet: Packet): number {
    const source = this.#sourceOf[datagram]!;
    const blocks = blocksOf(packet.end - packet.outerAt);
    if (this.#sourceBlocks[source]! + blocks > this.#blocksPerSource) return FRAGMENT_LIMIT;
    const fragment = this.pool.store(frame, packet.outerAt, packet.end);
    if (fragment < 0) return FRAGMENT_LIMIT;
    this.#sourceBlocks[source]! += blocks;
    this.held.append(datagram, fragment);
    return fragment;
  }

  /** Ends a datagram that was opened for a fragment that was then refused; others stay. */
  closeIfUnused(datagram: number): void {
    if (this.ranges.count(datagram) === 0) this.close(datagram, FRAGMENT_LIMIT);
  }

  /** Takes a stored fragment out of its datagram; it stays in the pool, and nobody's share counts it. */
  detach(datagram: number, fragment: number): void {
    this.held.remove(datagram, fragment);
    this.#sourceBlocks[this.#sourceOf[datagram]!]! -= blocksOf(this.pool.len(fragment));
  }

  /** Forgets what a datagram holds: it went into a whole packet. */
  releaseHeld(datagram: number): void {
    let fragment = this.held.first(datagram);
    while (fragment >= 0) {
      this.detach(datagram, fragment);
      this.pool.release(fragment);
      fragment = this.held.first(datagram);
    }
  }

  #dropHeld(datagram: number, dropCode: number): void {
    let fragment = this.held.first(datagram);
    while (fragment >= 0) {
      this.#lost.lost(dropCode, this.pool.family(fragment), this.pool, fragment);
      fragment = this.held.next(fragment);
    }
    this.releaseHeld(datagram);
  }

  #create(key: Uint32Array, family: number, nowMs: number): number {
    if (this.#datagrams.full) this.expire(nowMs);
    if (!this.#makeRoom(key, nowMs)) return FRAGMENT_LIMIT;
    const datagram = this.#datagrams.insert(key);
    let source = this.#sources.find(key);
    if (source < 0) source = this.#sources.insert(key);
    this.#sourceDatagrams[source]!++;
    this.#sourceOf[datagram] = source;
    this.#bySource.append(source, datagram);
    this.ranges.clear(datagram);
    this.facts[datagram] = 0;
    this.#isCondemned[datagram] = 0;
    this.#startTime(datagram, family === 4 ? IPV4_LIST : IPV6_LIST, nowMs);
    return datagram;
  }

  /** False when there is no room for another datagram. Only the source's own oldest may have to go for it. */
  #makeRoom(key: Uint32Array, nowMs: number): boolean {
    const source = this.#sources.find(key);
    if (source < 0) return !this.#datagrams.full;
    const atLimit = this.#sourceDatagrams[source]! >= this.#limits.datagramsPerSource;
    if (!atLimit && !this.#datagrams.full) return true;
    const oldest = this.#bySource.first(source);
    const isDue = this.#deadlines[oldest]! <= nowMs;
    this.close(oldest, isDue ? FRAGMENT_TIMEOUT : FRAGMENT_LIMIT);
    return true;
  }

  #startTime(datagram: number, list: number, nowMs: number): void {
    const timeout = list === IPV4_LIST ? this.#limits.timeout4Ms : this.#limits.timeout6Ms;
    this.#familyLists[datagram] = list;
    this.#deadlines[datagram] = nowMs + timeout;
    this.#byAge.append(list, datagram);
  }
}
