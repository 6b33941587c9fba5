/**
 * Virtual reassembly: fragments pass one by one, each with the ports of its datagram's first fragment
 * (RFC 7597 §8.3.2, RFC 7599 §10.2). Only fragments that arrive before the first one are held.
 */
import { FRAGMENT_LIMIT, FRAGMENT_OVERLAP, NO_PORT_FOR_SHARED_ADDRESS } from "../../verdict.js";
import * as icmp from "../../wire/icmp.js";
import * as ipv4 from "../../wire/ipv4.js";
import * as virtio from "../../wire/virtio.js";
import type { Packet } from "../packet.js";
import { lacksUdpChecksum } from "../transport.js";
import { DatagramStore } from "./datagram-store.js";
import type { FragmentKey } from "./fragment-key.js";
import type { FragmentLimits, LostFragments } from "./limits.js";
import { refuseFragment, refuseTiny } from "./refuse-fragment.js";
import { HELD, PORTS_KNOWN, REASSEMBLE } from "./results.js";

/** Facts of a datagram: its first fragment was seen; it is UDP without a checksum. */
const FIRST_SEEN = 1;
const UNCHECKED = 2;

export interface IdentificationSource {
  /** An identification for the fragments of one more datagram, 0..65535. */
  next(): number;
}

export interface PortCacheOptions {
  /** Draws each datagram's identification on the other side, or null where it keeps its own (RFC 7599 §10.3). */
  readonly identifications: IdentificationSource | null;
  /** True returns REASSEMBLE for UDP without a checksum, so that one can be computed (RFC 7915 §4.5). */
  readonly reassembleUnchecked: boolean;
}

/** No new identification. */
const KEPT = -1;

const KEEP_ALL: PortCacheOptions = { identifications: null, reassembleUnchecked: false };

export class PortCache {
  /** The datagram's identification on the other side, after PORTS_KNOWN; -1 where it keeps its own. */
  identification = KEPT;
  readonly #options: PortCacheOptions;
  readonly #store: DatagramStore;
  /** By datagram: source port << 16 | destination port; identification. */
  readonly #ports: Uint32Array;
  readonly #identifications: Int32Array;
  /** The same, and what `learn()` would have said, by fragment that is ready. */
  readonly #readyPorts: Uint32Array;
  readonly #readyIdentifications: Int32Array;
  readonly #readyResults: Uint8Array;
  #resumedPorts = 0;
  #resumedIdentification = KEPT;
  #resumedResult = 0;

  /** `lost` hears of held fragments that are dropped; `random` gives unsigned 32-bit numbers. */
  constructor(
    limits: FragmentLimits,
    lost: LostFragments,
    random: () => number,
    options: PortCacheOptions = KEEP_ALL,
  ) {
    this.#options = options;
    this.#store = new DatagramStore(limits, lost, random);
    this.#ports = new Uint32Array(limits.datagrams);
    this.#identifications = new Int32Array(limits.datagrams);
    this.#readyPorts = new Uint32Array(this.#store.pool.blocks);
    this.#readyIdentifications = new Int32Array(this.#store.pool.blocks);
    this.#readyResults = new Uint8Array(this.#store.pool.blocks);
  }

  /** Datagrams followed now. */
  get datagrams(): number {
    return this.#store.count;
  }

  /** Ends datagrams whose time is up. */
  expire(nowMs: number): void {
    this.#store.expire(nowMs);
  }

  /**
   * Judges a fragment of TCP, UDP or ICMP: `packet` tells where it lies (`transportAt` is its payload) and
   * what its header says, `key` which datagram is its own; no atomic fragment (RFC 6946 §4). Returns
   * PORTS_KNOWN or REASSEMBLE after writing the ports (or the echo identifier, twice) into `packet`, HELD, or
   * a drop code. After a first fragment, whatever becomes of it, the caller takes what `takeHeld()` has.
   */
  learn(frame: DataView, packet: Packet, key: FragmentKey, nowMs: number): number {
    const refused = refuseProtocol(packet) || refuseFragment(packet) || refuseTiny(frame, packet);
    if (refused < 0) return refused;
    const store = this.#store;
    const datagram = store.open(key.words, frame.getUint8(packet.at) >>> 4, nowMs);
    if (datagram < 0) return datagram;
    if (store.isCondemned(datagram)) return FRAGMENT_OVERLAP;
    const isFirst = packet.fragmentOffset === 0;
    const known = (store.facts[datagram]! & FIRST_SEEN) !== 0;
    if (isFirst && known && this.#ports[datagram] !== readPorts(frame, packet)) {
      // Another datagram under the same identification (RFC 4963 §3): the later one is the one alive.
      store.restart(datagram, nowMs);
    }
    return this.#follow(frame, packet, datagram, isFirst, known);
  }

  /**
   * Copies the next fragment that waited for its first one to `at` of a borrowed slot, behind a virtio header
   * of zeros. Returns its length, or 0 when there is none. It passed `learn()` when it came, and goes on
   * with `resume()` instead.
   */
  takeHeld(frame: DataView, at: number): number {
    const { held, pool, spareList } = this.#store;
    const fragment = held.first(spareList);
    if (fragment < 0) return 0;
    const len = pool.len(fragment);
    pool.copy(fragment, 0, len, frame, at);
    virtio.write(frame, at, 0, virtio.GSO_NONE, 0, 0, 0, 0);
    this.#resumedPorts = this.#readyPorts[fragment]!;
    this.#resumedIdentification = this.#readyIdentifications[fragment]!;
    this.#resumedResult = this.#readyResults[fragment]!;
    held.remove(spareList, fragment);
    pool.release(fragment);
    return len;
  }

  /** True while `takeHeld()` has something. */
  get hasReady(): boolean {
    return this.#store.held.first(this.#store.spareList) >= 0;
  }

  /** What `learn()` does once the first fragment is known, for the fragment that was taken last. */
  resume(packet: Packet): number {
    writePorts(packet, this.#resumedPorts);
    this.identification = this.#resumedIdentification;
    return this.#resumedResult;
  }

  #follow(
    frame: DataView,
    packet: Packet,
    datagram: number,
    isFirst: boolean,
    known: boolean,
  ): number {
    const { ranges } = this.#store;
    const start = packet.fragmentOffset;
    const end = start + packet.end - packet.transportAt;
    const place = ranges.find(datagram, start, end, packet.moreFragments);
    if (place === FRAGMENT_OVERLAP) this.#store.condemn(datagram);
    if (place < 0) return place;
    if (!isFirst && !known) {
      if (this.#store.hold(datagram, frame, packet) < 0) {
        this.#store.closeIfUnused(datagram);
        return FRAGMENT_LIMIT;
      }
      ranges.insert(datagram, place, start, end, packet.moreFragments);
      return HELD;
    }
    const isWhole = ranges.wouldComplete(datagram, start, end, packet.moreFragments);
    ranges.insert(datagram, place, start, end, packet.moreFragments);
    if (isFirst) this.#learnFirst(frame, packet, datagram);
    writePorts(packet, this.#ports[datagram]!);
    this.identification = this.#identifications[datagram]!;
    const result = this.#resultOf(datagram);
    if (isWhole) this.#store.close(datagram, FRAGMENT_LIMIT);
    return result;
  }

  #learnFirst(frame: DataView, packet: Packet, datagram: number): void {
    const { identifications, reassembleUnchecked } = this.#options;
    const store = this.#store;
    this.#ports[datagram] = readPorts(frame, packet);
    this.#identifications[datagram] = identifications?.next() ?? KEPT;
    const isUnchecked = reassembleUnchecked && lacksUdpChecksum(frame, packet);
    store.facts[datagram] = isUnchecked ? FIRST_SEEN | UNCHECKED : FIRST_SEEN;
    let fragment = store.held.first(datagram);
    while (fragment >= 0) {
      store.detach(datagram, fragment);
      store.held.append(store.spareList, fragment);
      this.#readyPorts[fragment] = this.#ports[datagram]!;
      this.#readyIdentifications[fragment] = this.#identifications[datagram]!;
      this.#readyResults[fragment] = this.#resultOf(datagram);
      fragment = store.held.first(datagram);
    }
  }

  #resultOf(datagram: number): number {
    return (this.#store.facts[datagram]! & UNCHECKED) === 0 ? PORTS_KNOWN : REASSEMBLE;
  }
}

function refuseProtocol(packet: Packet): number {
  switch (packet.protocol) {
    case ipv4.PROTOCOL_TCP:
    case ipv4.PROTOCOL_UDP:
    case ipv4.PROTOCOL_ICMP:
      return 0;
    default:
      return NO_PORT_FOR_SHARED_ADDRESS;
  }
}

/** Of a first fragment that is not tiny. */
function readPorts(frame: DataView, packet: Packet): number {
  if (packet.protocol !== ipv4.PROTOCOL_ICMP) return frame.getUint32(packet.transportAt);
  const identifier = icmp.identifier(frame, packet.transportAt);
  return ((identifier << 16) | identifier) >>> 0;
}

function writePorts(packet: Packet, ports: number): void {
  packet.sourcePort = ports >>> 16;
  packet.destinationPort = ports & 0xffff;
  packet.newSourcePort = packet.sourcePort;
  packet.newDestinationPort = packet.destinationPort;
}
