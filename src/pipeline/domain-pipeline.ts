/** What the four paths have in common: the way in, the way out, and the checks that every IPv4 packet gets. */

import type { Limits } from "../translate/limits.js";
import { isMartianIpv4 } from "../translate/martian.js";
import { readOffload } from "../translate/offload.js";
import { Packet, readIpv4, readIpv6 } from "../translate/packet.js";
import {
  MARTIAN_IPV4_DESTINATION,
  MARTIAN_IPV4_SOURCE,
  MARTIAN_IPV6_SOURCE,
  NOT_IP,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import type { PacketIo, Pipeline } from "./packet-io.js";

export abstract class DomainPipeline implements Pipeline {
  protected readonly packet = new Packet();
  protected readonly limits: Limits;
  /** Scratch: the IPv6 addresses of the packet that is read. */
  protected readonly source6 = new Uint32Array(4);
  protected readonly destination6 = new Uint32Array(4);
  /** Scratch: the IPv6 addresses of the packet that is written. */
  protected readonly newSource6 = new Uint32Array(4);
  protected readonly newDestination6 = new Uint32Array(4);
  readonly #io: PacketIo;

  constructor(limits: Limits, io: PacketIo) {
    this.limits = limits;
    this.#io = io;
  }

  process(slot: number, at: number, end: number, nowMs: number): number {
    const frame = this.#io.frames[slot]!;
    const version = at < end ? frame.getUint8(at) >>> 4 : 0;
    let newAt = NOT_IP;
    if (version === 4) newAt = this.fromIpv4(frame, at, end, nowMs);
    else if (version === 6) newAt = this.fromIpv6(frame, at, end, nowMs);
    if (newAt < 0) return newAt;
    this.#io.emit(slot, newAt, this.packet.end);
    return 0;
  }

  abstract tick(nowMs: number): void;

  /** A packet from the IPv4 side. Returns the offset of the rewritten packet or a drop code. */
  protected abstract fromIpv4(frame: DataView, at: number, end: number, nowMs: number): number;

  /** A packet from the provider's network. Returns the offset of the rewritten packet or a drop code. */
  protected abstract fromIpv6(frame: DataView, at: number, end: number, nowMs: number): number;

  /** Reads an IPv4 packet from the IPv4 side with its virtio header. Returns 0 or a drop code. */
  protected admitIpv4(frame: DataView, at: number, end: number): number {
    return (
      readIpv4(frame, at, end, this.packet) ||
      readOffload(frame, at, this.packet) ||
      refuseMartians(ipv4.source(frame, at), ipv4.destination(frame, at))
    );
  }

  /** Reads an IPv6 packet with its transport header, its virtio header and addresses. Returns 0 or a drop code. */
  protected admitIpv6(frame: DataView, at: number, end: number): number {
    const refused = readIpv6(frame, at, end, this.packet) || readOffload(frame, at, this.packet);
    return refused || this.readAddresses(frame, at);
  }

  /** Copies both IPv6 addresses into scratch. Returns 0, or the drop code of an impossible source. */
  protected readAddresses(frame: DataView, at: number): number {
    ipv6.readSource(frame, at, this.source6);
    ipv6.readDestination(frame, at, this.destination6);
    return ipv6.isMartianSource(this.source6) ? MARTIAN_IPV6_SOURCE : 0;
  }
}

/** The drop code of an IPv4 address that is never forwarded, or 0. Addresses are unsigned 32-bit. */
export function refuseMartians(source: number, destination: number): number {
  if (isMartianIpv4(source)) return MARTIAN_IPV4_SOURCE;
  return isMartianIpv4(destination) ? MARTIAN_IPV4_DESTINATION : 0;
}
