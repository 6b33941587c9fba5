/** Cuts a TCP or UDP super-packet into the packets that it stands for, as the kernel would (virtio 1.2 §5.1.6). */
import { fold, sumBytes } from "../../wire/checksum.js";
import * as ipv4 from "../../wire/ipv4.js";
import * as ipv6 from "../../wire/ipv6.js";
import * as tcp from "../../wire/tcp.js";
import * as udp from "../../wire/udp.js";
import * as virtio from "../../wire/virtio.js";
import { HEADROOM, type Output } from "../output.js";
import type { Packet } from "../packet.js";
import { copyBytes } from "./copy-bytes.js";
import { PiecePacker } from "./piece-packer.js";

export interface SegmentSink {
  /**
   * Takes the packet in [at, end) of a borrowed slot, with HEADROOM bytes before it, a virtio header of zeros
   * and complete checksums. The slot holds other segments before and behind it.
   */
  segment(slot: number, at: number, end: number): void;
}

export class Segmenter {
  readonly #sink: SegmentSink;
  readonly #pieces: PiecePacker;

  constructor(output: Output, sink: SegmentSink) {
    this.#sink = sink;
    this.#pieces = new PiecePacker(output, HEADROOM);
  }

  /**
   * Hands the segments of a super-packet to the sink, in order, and returns how many. `packet` was read from
   * the frame as it is, virtio header included; the frame stays as it is, and the sink may use `packet` anew. Each
   * segment of one inside a tunnel has the outer headers, too.
   */
  segment(frame: DataView, packet: Packet): number {
    const { outerAt, transportAt, end: superEnd, segments, gsoSize } = packet;
    const outerLen = packet.at - outerAt;
    const isTcp = packet.protocol === ipv4.PROTOCOL_TCP;
    const transportLen = isTcp ? tcp.headerLen(frame, transportAt) : udp.HEADER_LEN;
    const headerLen = transportAt + transportLen - outerAt;
    const pieces = this.#pieces;
    pieces.begin();
    for (let i = 0; i < segments; i++) {
      const from = outerAt + headerLen + i * gsoSize;
      const len = Math.min(gsoSize, superEnd - from);
      const at = pieces.place(headerLen + len);
      const end = at + headerLen + len;
      const out = pieces.frame;
      const segmentAt = at + transportAt - outerAt;
      copyBytes(frame, outerAt, out, at, headerLen);
      copyBytes(frame, from, out, at + headerLen, len);
      virtio.write(out, at, 0, virtio.GSO_NONE, 0, 0, 0, 0);
      const isLast = i === segments - 1;
      writeSegmentHeaders(out, at, at + outerLen, segmentAt, end, i, isLast, gsoSize, isTcp);
      const missing = superEnd - transportAt - (end - segmentAt);
      writeChecksum(out, segmentAt, end, missing, isTcp);
      this.#sink.segment(pieces.slot, at, end);
    }
    return segments;
  }
}

/**
 * Makes the headers of segment `index` of a copy of the super-packet's, but for the transport checksum. They begin at
 * `at`, or behind an outer one at `ipAt`; the segment ends at `end`, and nothing behind its headers is looked at.
 */
export function writeSegmentHeaders(
  frame: DataView,
  at: number,
  ipAt: number,
  transportAt: number,
  end: number,
  index: number,
  isLast: boolean,
  gsoSize: number,
  isTcp: boolean,
): void {
  if (ipAt > at) ipv6.writePayloadLen(frame, at, end - at - ipv6.HEADER_LEN);
  writeIp(frame, ipAt, end, index);
  if (isTcp) writeTcp(frame, transportAt, index, isLast, gsoSize);
  else udp.writeLen(frame, transportAt, end - transportAt);
}

function writeIp(frame: DataView, at: number, end: number, index: number): void {
  if (frame.getUint8(at) >>> 4 === 6) {
    ipv6.writePayloadLen(frame, at, end - at - ipv6.HEADER_LEN);
    return;
  }
  ipv4.writeTotalLen(frame, at, end - at);
  ipv4.writeIdentification(frame, at, (ipv4.identification(frame, at) + index) & 0xffff);
  ipv4.writeChecksum(frame, at);
}

/** CWR is said once, with the first segment; FIN and PSH once, with the last. */
function writeTcp(
  frame: DataView,
  at: number,
  index: number,
  isLast: boolean,
  gsoSize: number,
): void {
  let flags = tcp.flags(frame, at);
  if (index > 0) flags &= ~tcp.FLAG_CWR;
  if (!isLast) flags &= ~(tcp.FLAG_FIN | tcp.FLAG_PSH);
  tcp.writeFlags(frame, at, flags);
  tcp.writeSequence(frame, at, tcp.sequence(frame, at) + index * gsoSize);
}

/** The checksum field holds the sum of the pseudo header with the super-packet's length, `missing` bytes more. */
function writeChecksum(
  frame: DataView,
  at: number,
  end: number,
  missing: number,
  isTcp: boolean,
): void {
  const checksum = ~fold(sumBytes(frame, at, end) + 0xffff - missing) & 0xffff;
  const isZeroUdp = !isTcp && checksum === 0;
  const checksumAt = at + (isTcp ? tcp.OFF_CHECKSUM : udp.OFF_CHECKSUM);
  frame.setUint16(checksumAt, isZeroUdp ? 0xffff : checksum);
}
