/** Packets from the LAN of a CE to an external port of its own: NAT44 turns them around (RFC 4787 §6, RFC 5508 §5). */
import { counterIndex } from "../counters.js";
import { countHop, refuseIpv4Hairpin, rewriteIpv4Addresses } from "../translate/hairpin-ipv4.js";
import type { ErrorEnds4 } from "../translate/icmp/ends.js";
import { refuseErrorInIpv4, rewriteErrorInIpv4 } from "../translate/icmp/error-in-ipv4.js";
import type { Quote } from "../translate/icmp/quote.js";
import type { Limits } from "../translate/limits.js";
import { KIND_ICMP_ERROR, type Packet } from "../translate/packet.js";
import type { LanSide } from "./lan-side.js";

const HAIRPIN_PACKETS = counterIndex("hairpin_packets");

export class LanHairpin {
  readonly #lan: LanSide;
  readonly #limits: Limits;
  readonly #counters: Float64Array;
  /** Scratch. */
  readonly #ends: ErrorEnds4;

  constructor(lan: LanSide, limits: Limits, counters: Float64Array, ends: ErrorEnds4) {
    this.#lan = lan;
    this.#limits = limits;
    this.#counters = counters;
    this.#ends = ends;
  }

  /** Maps the packet both ways. Returns 0, or why it must not go back; writes nothing. */
  refuse(frame: DataView, packet: Packet, quote: Quote, nowMs: number): number {
    const refused = refuseIpv4Hairpin(frame, packet, this.#limits);
    if (refused < 0) return refused;
    if (packet.kind !== KIND_ICMP_ERROR) return this.#lan.mapTurned(frame, packet, nowMs);
    return refuseErrorInIpv4(quote) || this.#lan.mapTurnedError(frame, quote);
  }

  /** Writes what `refuse()` has found: an external source, and the inside destination. Counts the packet. */
  rewrite(frame: DataView, packet: Packet, quote: Quote): void {
    const { inside, self } = this.#lan;
    if (packet.kind === KIND_ICMP_ERROR) {
      // Who gets it sees the packet that it has sent.
      const ends = this.#ends;
      ends.source = self.ipv4;
      ends.destination = inside;
      ends.quotedSource = inside;
      ends.quotedDestination = self.ipv4;
      rewriteErrorInIpv4(frame, packet, quote, ends);
    } else {
      rewriteIpv4Addresses(frame, packet, self.ipv4, inside);
    }
    countHop(frame, packet, this.#limits);
    this.#counters[HAIRPIN_PACKETS]!++;
  }
}
