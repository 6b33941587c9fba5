/** Fragments and super-packets of a pipeline: what waits, what is put together, what is cut, and the books of it all. */
import { counterIndex, dropIndex } from "../counters.js";
import type { BlockPool } from "../translate/fragment/block-pool.js";
import type { FragmentKey } from "../translate/fragment/fragment-key.js";
import { DEFAULT_FRAGMENT_LIMITS } from "../translate/fragment/limits.js";
import { PortCache, type PortCacheOptions } from "../translate/fragment/port-cache.js";
import { Reassembler, type ReassemblyEvents } from "../translate/fragment/reassembler.js";
import { COMPLETE, HELD, REASSEMBLE } from "../translate/fragment/results.js";
import { Segmenter, type SegmentSink } from "../translate/fragment/segment.js";
import { HEADROOM, type Output } from "../translate/output.js";
import type { Packet } from "../translate/packet.js";
import type { Observer } from "./observer.js";
import { ABSORBED } from "./packet-io.js";

const CREATED_PACKETS = counterIndex("created_packets");
const ABSORBED_PACKETS = counterIndex("absorbed_packets");
const HELD_FRAGMENTS = counterIndex("held_fragments");

/** Judges packets that nobody has read from the device. */
export interface Judge extends SegmentSink {
  /** A datagram that was put together here, unlike any that came in one piece. */
  reassembled(slot: number, at: number, end: number): void;
  /** A fragment that waited for its first one; `Fragments.resume()` tells its ports. */
  resumed(slot: number, at: number, end: number): void;
  /** The first fragment of a datagram that was never completed, to be quoted. */
  timedOut(slot: number, at: number, end: number): void;
}

export class Fragments implements ReassemblyEvents {
  readonly #output: Output;
  readonly #counters: Float64Array;
  readonly #judge: Judge;
  readonly #random: () => number;
  readonly #options: PortCacheOptions;
  /** Made for the first fragment: together they take 12 MiB, which most domains never need. */
  #portCache: PortCache | null = null;
  #reassembling: Reassembler | null = null;
  readonly #segmenter: Segmenter;
  #observer: Observer | null = null;

  constructor(
    output: Output,
    counters: Float64Array,
    random: () => number,
    options: PortCacheOptions,
    judge: Judge,
  ) {
    this.#output = output;
    this.#counters = counters;
    this.#judge = judge;
    this.#random = random;
    this.#options = options;
    this.#segmenter = new Segmenter(output, judge);
  }

  get #ports(): PortCache {
    this.#portCache ??= new PortCache(DEFAULT_FRAGMENT_LIMITS, this, this.#random, this.#options);
    return this.#portCache;
  }

  get #reassembler(): Reassembler {
    const limits = DEFAULT_FRAGMENT_LIMITS;
    this.#reassembling ??= new Reassembler(this.#output, limits, this, this.#random);
    return this.#reassembling;
  }

  /** Who hears of waiting fragments that are dropped. */
  observe(observer: Observer | null): void {
    this.#observer = observer;
  }

  /** Ends what has waited too long. */
  expire(nowMs: number): void {
    this.#portCache?.expire(nowMs);
    this.#reassembling?.expire(nowMs);
  }

  /**
   * Writes the ports of the fragment's datagram into the packet, or, where its checksum has to be computed, adds it to
   * the datagram. Returns 0, HELD, ABSORBED, or a drop code.
   */
  findPorts(frame: DataView, packet: Packet, key: FragmentKey, nowMs: number): number {
    const result = this.#ports.learn(frame, packet, key, nowMs);
    if (result === HELD) this.#count(HELD_FRAGMENTS, 1);
    return result === REASSEMBLE ? this.reassemble(frame, packet, key, nowMs) : result;
  }

  /** As `findPorts()`, of a fragment that `Judge.resumed()` was given. */
  resume(frame: DataView, packet: Packet, key: FragmentKey, nowMs: number): number {
    const result = this.#ports.resume(packet);
    return result === REASSEMBLE ? this.reassemble(frame, packet, key, nowMs) : result;
  }

  /** The identification that the datagram of the fragment at hand gets, or -1: it keeps its own. */
  get identification(): number {
    return this.#ports.identification;
  }

  /** True while fragments wait that have become ready: their first one has passed. */
  get hasReady(): boolean {
    return this.#portCache?.hasReady === true;
  }

  /** Hands on all fragments that have become ready, in the order in which they came. */
  releaseReady(): void {
    while (this.hasReady) {
      const slot = this.#output.borrow();
      const len = this.#ports.takeHeld(this.#output.frames[slot]!, HEADROOM);
      this.#count(HELD_FRAGMENTS, -1);
      this.#judge.resumed(slot, HEADROOM, HEADROOM + len);
    }
  }

  /** Adds a fragment to its datagram, and hands on the datagram when it is whole. Returns HELD, ABSORBED, or a drop code. */
  reassemble(frame: DataView, packet: Packet, key: FragmentKey, nowMs: number): number {
    const reassembler = this.#reassembler;
    const result = reassembler.add(frame, packet, key, nowMs);
    if (result === HELD) this.#count(HELD_FRAGMENTS, 1);
    if (result !== COMPLETE) return result;
    this.#count(HELD_FRAGMENTS, 1 - reassembler.absorbed);
    this.#count(ABSORBED_PACKETS, reassembler.absorbed);
    this.#count(CREATED_PACKETS, 1);
    this.#judge.reassembled(reassembler.slot, reassembler.at, reassembler.end);
    return ABSORBED;
  }

  /** Hands on the segments of a super-packet. Returns ABSORBED. */
  segment(frame: DataView, packet: Packet): number {
    this.#count(CREATED_PACKETS, packet.segments);
    this.#count(ABSORBED_PACKETS, 1);
    this.#segmenter.segment(frame, packet);
    return ABSORBED;
  }

  lost(dropCode: number, family: number, pool: BlockPool, fragment: number): void {
    this.#count(HELD_FRAGMENTS, -1);
    this.#count(dropIndex(dropCode, family), 1);
    this.#observer?.lost(dropCode, pool, fragment);
  }

  timedOut(slot: number, at: number, end: number): void {
    this.#judge.timedOut(slot, at, end);
  }

  #count(index: number, amount: number): void {
    this.#counters[index]! += amount;
  }
}
