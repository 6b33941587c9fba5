/**
 * Real reassembly (RFC 791 §3.2, RFC 8200 §4.5): fragments are kept until the datagram is whole, which then
 * goes on as one packet. For what can only be judged or translated whole: outer fragments at a tunnel's end,
 * ICMP whose checksum changes with its length, UDP whose checksum has to be computed.
 */
import {
  FRAGMENT_LIMIT,
  FRAGMENT_MALFORMED,
  FRAGMENT_OVERLAP,
  FRAGMENT_TIMEOUT,
} from "../../verdict.js";
import * as ipv6 from "../../wire/ipv6.js";
import * as virtio from "../../wire/virtio.js";
import { HEADROOM, type Output } from "../output.js";
import type { Packet } from "../packet.js";
import type { BlockPool } from "./block-pool.js";
import { copyBytes } from "./copy-bytes.js";
import { DatagramStore } from "./datagram-store.js";
import type { FragmentKey } from "./fragment-key.js";
import type { FragmentLimits, LostFragments } from "./limits.js";
import { refuseFragment } from "./refuse-fragment.js";
import { COMPLETE, HELD } from "./results.js";
import { ecnBit, makeWhole4, makeWhole6, mergeEcn, refuseEcn } from "./whole-header.js";

/** Longest IPv4 packet, and longest IPv6 payload. */
const MAX_LEN = 65535;

export interface ReassemblyEvents extends LostFragments {
  /**
   * A datagram's time is up, and this is its first fragment, copied to [at, end) of a borrowed slot: what an
   * ICMP error quotes (RFC 792, RFC 4443 §3.3). Without the first fragment there is no error, and no call.
   */
  timedOut(slot: number, at: number, end: number): void;
}

export class Reassembler {
  readonly #output: Output;
  readonly #events: ReassemblyEvents;
  readonly #store: DatagramStore;
  /** Of a stored fragment: length of its headers, the Fragment Header included, and its offset. */
  readonly #headerLens: Uint16Array;
  readonly #offsets: Uint16Array;
  /** The packet that COMPLETE speaks of. */
  slot = -1;
  at = 0;
  end = 0;
  /** Number of fragments that became that packet, the one just added included. */
  absorbed = 0;

  /** `random` gives unsigned 32-bit numbers. */
  constructor(
    output: Output,
    limits: FragmentLimits,
    events: ReassemblyEvents,
    random: () => number,
  ) {
    this.#output = output;
    this.#events = events;
    this.#store = new DatagramStore(
      limits,
      { lost: (code, from, pool, fragment) => this.#lost(code, from, pool, fragment) },
      random,
    );
    this.#headerLens = new Uint16Array(this.#store.pool.blocks);
    this.#offsets = new Uint16Array(this.#store.pool.blocks);
  }

  /** Datagrams that wait for fragments now. */
  get datagrams(): number {
    return this.#store.count;
  }

  /** Ends datagrams whose time is up. */
  expire(nowMs: number): void {
    this.#store.expire(nowMs);
  }

  /**
   * Adds a fragment: `packet` tells where it lies (`transportAt` is its payload, right behind IPv4's options
   * or IPv6's Fragment Header) and what its header says; `key` which datagram is its own. Never an
   * atomic fragment, which is a packet of its own (RFC 6946 §4). Returns COMPLETE, HELD or a drop code. The
   * frame stays as it is.
   */
  add(frame: DataView, packet: Packet, key: FragmentKey, nowMs: number): number {
    const refused = refuseFragment(packet);
    if (refused < 0) return refused;
    const store = this.#store;
    const family = frame.getUint8(packet.at) >>> 4;
    const datagram = store.open(key.words, family, nowMs);
    if (datagram < 0) return datagram;
    if (store.isCondemned(datagram)) return FRAGMENT_OVERLAP;
    const start = packet.fragmentOffset;
    const end = start + packet.end - packet.transportAt;
    const more = packet.moreFragments;
    const place = store.ranges.find(datagram, start, end, more);
    if (place === FRAGMENT_OVERLAP) store.condemn(datagram);
    if (place < 0) return place;
    const isWhole = store.ranges.wouldComplete(datagram, start, end, more);
    if (!isWhole && !this.#keep(frame, packet, datagram)) {
      store.closeIfUnused(datagram);
      return FRAGMENT_LIMIT;
    }
    store.facts[datagram]! |= ecnBit(frame, packet.at, family);
    store.ranges.insert(datagram, place, start, end, more);
    return isWhole ? this.#complete(frame, packet, datagram, family) : HELD;
  }

  #keep(frame: DataView, packet: Packet, datagram: number): boolean {
    const fragment = this.#store.hold(datagram, frame, packet);
    if (fragment < 0) return false;
    this.#headerLens[fragment] = packet.transportAt - packet.at;
    this.#offsets[fragment] = packet.fragmentOffset;
    return true;
  }

  /** `packet` is the fragment that was missing; it alone is not stored. */
  #complete(frame: DataView, packet: Packet, datagram: number, family: number): number {
    const store = this.#store;
    const total = store.ranges.total(datagram);
    const first = this.#firstOf(datagram);
    const headerLen = first < 0 ? packet.transportAt - packet.at : this.#headerLens[first]!;
    const wholeHeaderLen = family === 4 ? headerLen : headerLen - ipv6.FRAGMENT_HEADER_LEN;
    const counted = family === 4 ? headerLen : wholeHeaderLen - ipv6.HEADER_LEN;
    const seen = store.facts[datagram]!;
    const refused = counted + total > MAX_LEN ? FRAGMENT_MALFORMED : refuseEcn(seen);
    if (refused < 0) {
      store.close(datagram, refused);
      return refused;
    }
    this.absorbed = store.ranges.count(datagram);
    this.slot = this.#output.borrow();
    this.at = HEADROOM;
    this.end = HEADROOM + wholeHeaderLen + total;
    const out = this.#output.frames[this.slot]!;
    if (first < 0) copyBytes(frame, packet.at, out, HEADROOM, headerLen);
    else store.pool.copy(first, 0, headerLen, out, HEADROOM);
    if (family === 4) makeWhole4(out, HEADROOM, total);
    else makeWhole6(out, HEADROOM, HEADROOM + wholeHeaderLen, total);
    mergeEcn(out, HEADROOM, family, seen);
    virtio.write(out, HEADROOM, 0, virtio.GSO_NONE, 0, 0, 0, 0);
    this.#gather(frame, packet, datagram, out, HEADROOM + wholeHeaderLen);
    store.releaseHeld(datagram);
    store.close(datagram, FRAGMENT_LIMIT);
    return COMPLETE;
  }

  /** Copies every fragment's payload to its place behind `payloadAt`. */
  #gather(
    frame: DataView,
    packet: Packet,
    datagram: number,
    out: DataView,
    payloadAt: number,
  ): void {
    const { held, pool } = this.#store;
    const len = packet.end - packet.transportAt;
    copyBytes(frame, packet.transportAt, out, payloadAt + packet.fragmentOffset, len);
    for (let kept = held.first(datagram); kept >= 0; kept = held.next(kept)) {
      const target = payloadAt + this.#offsets[kept]!;
      pool.copy(kept, this.#headerLens[kept]!, pool.len(kept), out, target);
    }
  }

  /** The stored first fragment, or -1. */
  #firstOf(datagram: number): number {
    const { held } = this.#store;
    let kept = held.first(datagram);
    while (kept >= 0 && this.#offsets[kept] !== 0) kept = held.next(kept);
    return kept;
  }

  #lost(dropCode: number, family: number, pool: BlockPool, fragment: number): void {
    this.#events.lost(dropCode, family, pool, fragment);
    if (dropCode !== FRAGMENT_TIMEOUT || this.#offsets[fragment] !== 0) return;
    const slot = this.#output.borrow();
    const out = this.#output.frames[slot]!;
    const len = pool.len(fragment);
    pool.copy(fragment, 0, len, out, HEADROOM);
    virtio.write(out, HEADROOM, 0, virtio.GSO_NONE, 0, 0, 0, 0);
    this.#events.timedOut(slot, HEADROOM, HEADROOM + len);
  }
}
