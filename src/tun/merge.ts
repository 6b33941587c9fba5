/**
 * Merging on the write side: neighbours of one flow in a batch become one write, a super-packet that the kernel cuts
 * into the very same packets, or hands on whole. A write costs the same whatever it carries, so this is where small
 * packets get cheap. The order within a flow is kept: a packet that cannot follow ends its flow's group.
 */
import { copyBytes } from "../translate/fragment/copy-bytes.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import * as tcp from "../wire/tcp.js";
import * as udp from "../wire/udp.js";
import * as virtio from "../wire/virtio.js";
import type { Arena } from "./arena.js";
import { ipv4ChecksumGood, partialChecksum, transportChecksumGood } from "./merge-checksum.js";
import {
  ANY_FLOW,
  flowHash,
  flowHeaderLen,
  headersLen,
  mayFollow,
  mayStart,
  protocolOf,
  sameFlow,
} from "./merge-rules.js";
import type { WriteList } from "./queue.js";

/** The kernel takes a UDP super-packet of so many datagrams at least (UDP_MAX_SEGMENTS). */
const MOST_SEGMENTS = 128;

/** IPv4 total length, and IPv6 payload length. */
const MOST_BYTES = 65535;

/** Payloads up to this many bytes are copied word by word. */
const SHORT_LEN = 64;

/** Groups that may be open at a time; a power of two. Flows that share an entry push each other out of it. */
const ENTRIES = 1024;
const NONE = -1;

const EINVAL = 22;

/** The packets of an arena as the writes that they become. */
export class Merger implements WriteList {
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly outStarts: Uint32Array;
  readonly outEnds: Uint32Array;
  /** What each write is made of: packets, and the family, 4 or 6, that they came in with. */
  readonly packets: Uint16Array;
  readonly families: Uint8Array;
  readonly #arena: Arena;
  readonly #view: DataView;
  readonly #isEnabled: boolean;
  /** Bytes of the packets of each merged write. */
  readonly #bytes: Uint32Array;
  /** Of the first packet of each write: its length, that of its IP headers, and of all headers. */
  readonly #firstLens: Uint32Array;
  readonly #ipLens: Uint8Array;
  readonly #headersLens: Uint8Array;
  /** Of the first packet of a merged write, to take it apart again: its checksum field, and whether that is partial. */
  readonly #checksums: Uint16Array;
  readonly #partials: Uint8Array;
  /** The write that each packet of the arena is in. */
  readonly #writeOf: Uint16Array;
  readonly #refused: Uint8Array;
  /** Open groups by hash of their flow: a write, valid where the stamp is the current one. */
  readonly #groups = new Uint16Array(ENTRIES);
  readonly #stamps = new Float64Array(ENTRIES);
  #stamp = 0;
  #outCount = 0;
  #mergesTcp: boolean;
  #mergesUdp: boolean;

  /** `enabled`: false where packets travel without a virtio header; then every packet is a write of its own. */
  constructor(arena: Arena, enabled: boolean) {
    const capacity = arena.outCapacity;
    this.memory = arena.memory;
    // Where nothing is ever merged the writes are the packets as the arena has them, and no list is made.
    this.outStarts = enabled ? new Uint32Array(capacity) : arena.outStarts;
    this.outEnds = enabled ? new Uint32Array(capacity) : arena.outEnds;
    this.families = enabled ? new Uint8Array(capacity) : arena.outFamilies;
    this.packets = new Uint16Array(capacity).fill(1);
    this.#isEnabled = enabled;
    this.#bytes = new Uint32Array(capacity);
    this.#arena = arena;
    this.#view = new DataView(arena.memory.buffer);
    this.#firstLens = new Uint32Array(capacity);
    this.#ipLens = new Uint8Array(capacity);
    this.#headersLens = new Uint8Array(capacity);
    this.#checksums = new Uint16Array(capacity);
    this.#partials = new Uint8Array(capacity);
    this.#writeOf = Uint16Array.from({ length: capacity }, (_, packet) => packet);
    this.#refused = new Uint8Array(capacity);
    this.#mergesTcp = enabled;
    this.#mergesUdp = enabled;
  }

  get outCount(): number {
    return this.#outCount;
  }

  /** Makes the list of writes from what the arena has queued. */
  merge(): void {
    const { outStarts, outEnds, outCount } = this.#arena;
    this.#outCount = outCount;
    if (!this.#isEnabled) return;
    this.#outCount = 0;
    const isWorthwhile = outCount > 1 && (this.#mergesTcp || this.#mergesUdp);
    this.#stamp++;
    for (let i = 0; i < outCount; i++) {
      if (isWorthwhile) this.#place(i, outStarts[i]!, outEnds[i]!);
      else this.#append(i, outStarts[i]!, outEnds[i]!);
    }
    if (this.#outCount < outCount) this.#finishHeaders();
  }

  /** True for a write of several packets that the kernel refused as malformed, as a kernel does that is too old for it. */
  isRefused(write: number, result: number): boolean {
    return result === -EINVAL && this.packets[write]! > 1;
  }

  /** Replaces the list by the packets of refused writes (`isRefused()`), one by one; no more of their kind are merged. */
  takeApart(results: Int32Array): void {
    for (let write = 0; write < this.#outCount; write++) {
      const isRefused = this.isRefused(write, results[write]!);
      this.#refused[write] = isRefused ? 1 : 0;
      if (!isRefused) continue;
      this.restore(write);
      if (this.#isTcp(write)) this.#mergesTcp = false;
      else this.#mergesUdp = false;
    }
    const { outStarts, outEnds, outCount } = this.#arena;
    this.#outCount = 0;
    for (let i = 0; i < outCount; i++) {
      if (this.#refused[this.#writeOf[i]!] === 1) this.#append(i, outStarts[i]!, outEnds[i]!);
    }
  }

  /** Makes the first packet of a merged write what it was; the others were only copied from. The write is none any more. */
  restore(write: number): void {
    const view = this.#view;
    const at = this.outStarts[write]!;
    const ipLen = this.#ipLens[write]!;
    const protocol = protocolOf(view, at, ipLen);
    if (protocol === ipv4.PROTOCOL_TCP) {
      tcp.writeFlags(view, at + ipLen, tcp.flags(view, at + ipLen) & ~tcp.FLAG_PSH);
    }
    writeLengths(view, at, at + this.#firstLens[write]!, ipLen, protocol);
    const offset = checksumOffset(protocol);
    view.setUint16(at + ipLen + offset, this.#checksums[write]!);
    if (this.#partials[write] === 0) virtio.write(view, at, 0, virtio.GSO_NONE, 0, 0, 0, 0);
    else virtio.write(view, at, virtio.FLAG_NEEDS_CSUM, virtio.GSO_NONE, 0, 0, ipLen, offset);
  }

  /** Bytes of the packets of a write. */
  bytes(write: number): number {
    return this.packets[write] === 1
      ? this.outEnds[write]! - this.outStarts[write]!
      : this.#bytes[write]!;
  }

  /** The write that a packet of the arena's list is in; until `takeApart()`. */
  writeOf(packet: number): number {
    return this.#writeOf[packet]!;
  }

  /** Puts a packet into its flow's group, or into a write of its own, which may become one. */
  #place(packet: number, at: number, end: number): void {
    const view = this.#view;
    const ipLen = flowHeaderLen(view, at, end, this.#arena.cutsInsideTunnels);
    if (ipLen <= 0) {
      // What belongs to no flow that we could name stays behind all that came before.
      if (ipLen === ANY_FLOW) this.#stamp++;
      this.#append(packet, at, end);
      return;
    }
    const entry = flowHash(view, at, ipLen) & (ENTRIES - 1);
    const group = this.#stamps[entry] === this.#stamp ? this.#groups[entry]! : NONE;
    const isOfGroup =
      group !== NONE &&
      this.#ipLens[group] === ipLen &&
      sameFlow(view, this.outStarts[group]!, at, ipLen);
    if (isOfGroup && this.#join(group, packet, at, end)) {
      if (this.#isFull(group, at, end)) this.#stamps[entry] = 0;
      return;
    }
    const write = this.#append(packet, at, end);
    const isTcp = protocolOf(view, at, ipLen) === ipv4.PROTOCOL_TCP;
    if (this.#starts(write, ipLen, isTcp)) {
      this.#groups[entry] = write;
      this.#stamps[entry] = this.#stamp;
    } else if (isOfGroup) {
      this.#stamps[entry] = 0;
    }
  }

  /** A write of one packet. */
  #append(packet: number, at: number, end: number): number {
    const write = this.#outCount++;
    this.outStarts[write] = at;
    this.outEnds[write] = end;
    this.packets[write] = 1;
    this.families[write] = this.#arena.outFamilies[packet]!;
    this.#writeOf[packet] = write;
    return write;
  }

  /** Makes a group of a write where others may follow its packet. */
  #starts(write: number, ipLen: number, isTcp: boolean): boolean {
    if (!(isTcp ? this.#mergesTcp : this.#mergesUdp)) return false;
    const at = this.outStarts[write]!;
    const end = this.outEnds[write]!;
    // Behind a packet in a spare slot others may lie; a slot that was read into ends with its packet.
    if (at >= this.#arena.slots * this.#arena.slotLen) return false;
    if (!mayStart(this.#view, at, end, ipLen, isTcp)) return false;
    this.#firstLens[write] = end - at;
    this.#ipLens[write] = ipLen;
    this.#headersLens[write] = headersLen(this.#view, at, ipLen, isTcp);
    return true;
  }

  /** Copies the payload of a packet behind the group's where it may follow; false leaves both as they are. */
  #join(group: number, packet: number, at: number, end: number): boolean {
    const view = this.#view;
    const first = this.outStarts[group]!;
    const mergedEnd = this.outEnds[group]!;
    const ipLen = this.#ipLens[group]!;
    const headersEnd = this.#headersLens[group]!;
    const payloadLen = end - at - headersEnd;
    const count = this.packets[group]!;
    if (payloadLen <= 0 || end - at > this.#firstLens[group]!) return false;
    if (mergedEnd + payloadLen > this.#limit(first, ipLen)) return false;
    if (this.families[group] !== this.#arena.outFamilies[packet]) return false;
    const isTcp = protocolOf(view, at, ipLen) === ipv4.PROTOCOL_TCP;
    const merged = mergedEnd - first - headersEnd;
    if (!mayFollow(view, first, at, end, ipLen, isTcp, count, merged)) return false;
    if (count === 1 && !checksumsGood(view, first, mergedEnd, ipLen)) return false;
    if (!checksumsGood(view, at, end, ipLen)) return false;

    // For a few bytes the call costs more than the copying.
    if (payloadLen > SHORT_LEN) this.memory.copyWithin(mergedEnd, at + headersEnd, end);
    else copyBytes(view, at + headersEnd, view, mergedEnd, payloadLen);
    // PSH stands in the last segment alone, and only there does the kernel leave it.
    if (isTcp) tcp.writeFlags(view, first + ipLen, tcp.flags(view, at + ipLen));
    this.outEnds[group] = mergedEnd + payloadLen;
    if (count === 1) this.#bytes[group] = mergedEnd - first;
    this.packets[group] = count + 1;
    this.#bytes[group]! += end - at;
    this.#writeOf[packet] = group;
    return true;
  }

  /** Where a merged packet has to end: its length field, and the slot that it grows in, are bounded. */
  #limit(first: number, ipLen: number): number {
    const { slotLen } = this.#arena;
    const slotEnd = first - (first % slotLen) + slotLen;
    // Inside a tunnel the field of the inner header counts itself and the outer one does not.
    const uncounted = ipLen === ipv4.MIN_HEADER_LEN ? 0 : ipv6.HEADER_LEN;
    return Math.min(slotEnd, first + uncounted + MOST_BYTES);
  }

  /** After the packet in [at, end) joined: true where none may follow it. */
  #isFull(group: number, at: number, end: number): boolean {
    const ipLen = this.#ipLens[group]!;
    const isLast = end - at < this.#firstLens[group]! || this.packets[group] === MOST_SEGMENTS;
    if (isLast || protocolOf(this.#view, at, ipLen) !== ipv4.PROTOCOL_TCP) return isLast;
    return (tcp.flags(this.#view, at + ipLen) & tcp.FLAG_PSH) !== 0;
  }

  /** Lengths, checksums and virtio headers of the writes that packets were merged into. */
  #finishHeaders(): void {
    const view = this.#view;
    for (let write = 0; write < this.#outCount; write++) {
      if (this.packets[write] === 1) continue;
      const at = this.outStarts[write]!;
      const end = this.outEnds[write]!;
      const ipLen = this.#ipLens[write]!;
      const protocol = protocolOf(view, at, ipLen);
      const fieldAt = at + ipLen + checksumOffset(protocol);
      this.#checksums[write] = view.getUint16(fieldAt);
      this.#partials[write] = virtio.flags(view, at) & virtio.FLAG_NEEDS_CSUM;
      writeLengths(view, at, end, ipLen, protocol);
      view.setUint16(fieldAt, partialChecksum(view, at, end, ipLen, protocol));
      const headersEnd = this.#headersLens[write]!;
      virtio.write(
        view,
        at,
        virtio.FLAG_NEEDS_CSUM,
        superType(ipLen, protocol),
        headersEnd,
        this.#firstLens[write]! - headersEnd,
        ipLen,
        checksumOffset(protocol),
      );
    }
  }

  #isTcp(write: number): boolean {
    const at = this.outStarts[write]!;
    return protocolOf(this.#view, at, this.#ipLens[write]!) === ipv4.PROTOCOL_TCP;
  }
}

function checksumsGood(view: DataView, at: number, end: number, ipLen: number): boolean {
  const isIpv4 = ipLen !== ipv6.HEADER_LEN;
  if (isIpv4 && !ipv4ChecksumGood(view, at + ipLen - ipv4.MIN_HEADER_LEN)) return false;
  const isPartial = (virtio.flags(view, at) & virtio.FLAG_NEEDS_CSUM) !== 0;
  return transportChecksumGood(view, at, end, ipLen, protocolOf(view, at, ipLen), isPartial);
}

function checksumOffset(protocol: number): number {
  return protocol === ipv4.PROTOCOL_TCP ? tcp.OFF_CHECKSUM : udp.OFF_CHECKSUM;
}

function superType(ipLen: number, protocol: number): number {
  if (protocol === ipv4.PROTOCOL_UDP) return virtio.GSO_UDP_L4;
  return ipLen === ipv6.HEADER_LEN ? virtio.GSO_TCPV6 : virtio.GSO_TCPV4;
}

function writeLengths(
  view: DataView,
  at: number,
  end: number,
  ipLen: number,
  protocol: number,
): void {
  if (ipLen !== ipv4.MIN_HEADER_LEN) ipv6.writePayloadLen(view, at, end - at - ipv6.HEADER_LEN);
  if (ipLen !== ipv6.HEADER_LEN) {
    const ipv4At = at + ipLen - ipv4.MIN_HEADER_LEN;
    ipv4.writeTotalLen(view, ipv4At, end - ipv4At);
  }
  if (protocol === ipv4.PROTOCOL_UDP) udp.writeLen(view, at + ipLen, end - at - ipLen);
}
