/** A TCP reset of our own to the IPv4 sender of a segment (RFC 9293 §3.10.7.1). */
import { fold, sumBytes, sumWord } from "../wire/checksum.js";
import * as ipv4 from "../wire/ipv4.js";
import * as tcp from "../wire/tcp.js";
import { writeVnetNone } from "./offload.js";
import { HEADROOM, type Output } from "./output.js";
import type { Packet } from "./packet.js";

const OWN_TTL = 64;
const LEN = ipv4.MIN_HEADER_LEN + tcp.MIN_HEADER_LEN;

export class ResetSender {
  readonly #output: Output;
  readonly #random: () => number;
  /** Scratch. */
  readonly #header: ipv4.HeaderFields = {
    tos: 0,
    totalLen: LEN,
    identification: 0,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    ttl: OWN_TTL,
    protocol: ipv4.PROTOCOL_TCP,
  };

  /** `random` gives unsigned 32-bit numbers. */
  constructor(output: Output, random: () => number) {
    this.#output = output;
    this.#random = random;
  }

  /** Queues the reset of the connection that the TCP packet at hand, which is no reset itself, claims to be of. */
  send(frame: DataView, packet: Packet): void {
    const { transportAt } = packet;
    const acknowledges = (packet.tcpFlags & tcp.FLAG_ACK) !== 0;
    const slot = this.#output.borrow();
    const out = this.#output.frames[slot]!;
    const at = HEADROOM + ipv4.MIN_HEADER_LEN;
    // What the sender expects next; where it did not say, what it sent is acknowledged instead.
    const sequence = acknowledges ? tcp.acknowledgment(frame, transportAt) : 0;
    const acknowledgment = acknowledges ? 0 : afterSegment(frame, packet);
    const flags = acknowledges ? tcp.FLAG_RST : tcp.FLAG_RST | tcp.FLAG_ACK;
    tcp.writeHeader(
      out,
      at,
      packet.destinationPort,
      packet.sourcePort,
      sequence,
      acknowledgment,
      flags,
    );
    const source = ipv4.destination(frame, packet.at);
    const destination = ipv4.source(frame, packet.at);
    const pseudo = sumWord(source) + sumWord(destination) + ipv4.PROTOCOL_TCP + tcp.MIN_HEADER_LEN;
    const end = at + tcp.MIN_HEADER_LEN;
    out.setUint16(at + tcp.OFF_CHECKSUM, ~fold(pseudo + sumBytes(out, at, end)) & 0xffff);
    this.#header.identification = this.#random() & 0xffff;
    ipv4.writeHeader(out, HEADROOM, this.#header, source, destination);
    writeVnetNone(out, HEADROOM);
    this.#output.emit(slot, HEADROOM, end);
  }
}

/** SEG.SEQ + SEG.LEN: a FIN counts as a byte. */
function afterSegment(frame: DataView, packet: Packet): number {
  const { transportAt, end, tcpFlags } = packet;
  const data = end - transportAt - tcp.headerLen(frame, transportAt);
  const fin = (tcpFlags & tcp.FLAG_FIN) === 0 ? 0 : 1;
  return tcp.sequence(frame, transportAt) + data + fin;
}
