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
   * the frame as it is, virtio header included; the frame stays as it is.
   */
  segment(frame: DataView, packet: Packet): number {
    const isTcp = packet.protocol === ipv4.PROTOCOL_TCP;
    const transportLen = isTcp ? tcp.headerLen(frame, packet.transportAt) : udp.HEADER_LEN;
    const headerLen = packet.transportAt + transportLen - packet.at;
    const pieces = this.#pieces;
    pieces.begin();
    const { segments, gsoSize } = packet;
    for (let i = 0; i < segments; i++) {
      const from = packet.at + headerLen + i * gsoSize;
      const len = Math.min(gsoSize, packet.end - from);
      const at = pieces.place(headerLen + len);
      const end = at + headerLen + len;
      const out = pieces.frame;
      copyBytes(frame, packet.at, out, at, headerLen);
      copyBytes(frame, from, out, at + headerLen, len);
      virtio.write(out, at, 0, virtio.GSO_NONE, 0, 0, 0, 0);
      writeIp(out, at, end, i);
      if (isTcp) writeTcp(out, at + packet.transportAt - packet.at, packet, i);
      writeChecksum(out, at + packet.transportAt - packet.at, end, packet, isTcp);
      this.#sink.segment(pieces.slot, at, end);
    }
    return segments;
  }
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
function writeTcp(frame: DataView, at: number, packet: Packet, index: number): void {
  let flags = tcp.flags(frame, at);
  if (index > 0) flags &= ~tcp.FLAG_CWR;
  if (index < packet.segments - 1) flags &= ~(tcp.FLAG_FIN | tcp.FLAG_PSH);
  tcp.writeFlags(frame, at, flags);
  tcp.writeSequence(frame, at, tcp.sequence(frame, at) + index * packet.gsoSize);
}

/** The checksum field holds the sum of the pseudo header with the super-packet's length. */
function writeChecksum(
  frame: DataView,
  at: number,
  end: number,
  packet: Packet,
  isTcp: boolean,
): void {
  const missing = packet.end - packet.transportAt - (end - at);
  if (!isTcp) udp.writeLen(frame, at, end - at);
  const checksum = ~fold(sumBytes(frame, at, end) + 0xffff - missing) & 0xffff;
  const isZeroUdp = !isTcp && checksum === 0;
  const checksumAt = at + (isTcp ? tcp.OFF_CHECKSUM : udp.OFF_CHECKSUM);
  frame.setUint16(checksumAt, isZeroUdp ? 0xffff : checksum);
}
