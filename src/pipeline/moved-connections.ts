/**
 * What becomes of the TCP connections that a CE had under its former address: nothing that the other end sends can
 * arrive any more, so the host that still sends is told at once instead of at its own timeout.
 */
import { counterIndex } from "../counters.js";
import type { Nat44 } from "../nat44/nat44.js";
import type { Output } from "../translate/output.js";
import { KIND_TCP, type Packet } from "../translate/packet.js";
import { ResetSender } from "../translate/reset.js";
import { NAT44_ADDRESS_CHANGED } from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as tcp from "../wire/tcp.js";

const CREATED_PACKETS = counterIndex("created_packets");

export class MovedConnections {
  readonly #before: Nat44;
  readonly #now: Nat44;
  readonly #resets: ResetSender;
  readonly #counters: Float64Array;

  /** `before` and `now`: NAT44 of the former address and of this one. */
  constructor(
    before: Nat44,
    now: Nat44,
    output: Output,
    counters: Float64Array,
    random: () => number,
  ) {
    this.#before = before;
    this.#now = now;
    this.#resets = new ResetSender(output, random);
    this.#counters = counters;
  }

  /** False when the last of them has ended, so that nobody has to ask any more. */
  expire(nowMs: number): boolean {
    this.#before.expire(nowMs);
    return this.#before.sessions > 0;
  }

  /** Returns 0, or NAT44_ADDRESS_CHANGED for a packet from the LAN that belongs to one, after telling its sender. */
  refuse(frame: DataView, packet: Packet): number {
    if (packet.protocol !== ipv4.PROTOCOL_TCP || (packet.tcpFlags & tcp.FLAG_SYN) !== 0) return 0;
    const source = ipv4.source(frame, packet.at);
    const destination = ipv4.destination(frame, packet.at);
    const { sourcePort, destinationPort } = packet;
    if (!this.#before.hasConnection(source, sourcePort, destination, destinationPort)) return 0;
    // The host has opened it anew since, with the same ports.
    if (this.#now.hasConnection(source, sourcePort, destination, destinationPort)) return 0;
    // A later fragment has no sequence number, and nothing answers a reset.
    if (packet.kind === KIND_TCP && (packet.tcpFlags & tcp.FLAG_RST) === 0) {
      this.#resets.send(frame, packet);
      this.#counters[CREATED_PACKETS]!++;
    }
    return NAT44_ADDRESS_CHANGED;
  }
}
