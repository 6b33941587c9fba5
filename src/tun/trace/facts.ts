/**
 * What a filter may ask of a packet: addresses, protocol and ports, of the packet itself and of an IPv4 packet inside a
 * tunnel. Nothing is judged here: whatever is cut short or contradicts itself has the facts that can be read.
 */
import { NO_PORT } from "../../translate/packet.js";
import * as icmp from "../../wire/icmp.js";
import * as ipv4 from "../../wire/ipv4.js";
import * as ipv6 from "../../wire/ipv6.js";

export const NO_PROTOCOL = -1;

/** As many as the packet path takes. */
const MAX_EXTENSIONS = 8;

export class Facts {
  /** The outer header is IPv6, and the two addresses below are its own. */
  isIpv6 = false;
  readonly source6 = new Uint32Array(4);
  readonly destination6 = new Uint32Array(4);
  /** There is an IPv4 header, inside a tunnel or alone, and the two addresses below are its own, unsigned 32-bit. */
  isIpv4 = false;
  source4 = 0;
  destination4 = 0;
  /** IPv4's numbering, the inner one's of a tunnel; ICMPv6 counts as ICMP. */
  protocol = NO_PROTOCOL;
  /** Of ICMP echo both are the identifier; of what has none NO_PORT. */
  sourcePort = NO_PORT;
  destinationPort = NO_PORT;

  /** Reads the packet in [at, end). */
  read(frame: DataView, at: number, end: number): void {
    this.isIpv6 = false;
    this.isIpv4 = false;
    this.protocol = NO_PROTOCOL;
    this.sourcePort = NO_PORT;
    this.destinationPort = NO_PORT;
    const version = at < end ? frame.getUint8(at) >>> 4 : 0;
    if (version === 4) this.#readIpv4(frame, at, end);
    else if (version === 6) this.#readIpv6(frame, at, end);
  }

  #readIpv4(frame: DataView, at: number, end: number): void {
    if (end - at < ipv4.MIN_HEADER_LEN) return;
    this.isIpv4 = true;
    this.source4 = ipv4.source(frame, at);
    this.destination4 = ipv4.destination(frame, at);
    this.protocol = ipv4.protocol(frame, at);
    if (ipv4.fragmentOffset(frame, at) > 0) return;
    this.#readPorts(frame, at + ipv4.headerLen(frame, at), end, true);
  }

  #readIpv6(frame: DataView, at: number, end: number): void {
    if (end - at < ipv6.HEADER_LEN) return;
    this.isIpv6 = true;
    ipv6.readSource(frame, at, this.source6);
    ipv6.readDestination(frame, at, this.destination6);
    let next = ipv6.nextHeader(frame, at);
    let cursor = at + ipv6.HEADER_LEN;
    let isFirst = true;
    for (let count = 0; count < MAX_EXTENSIONS && ipv6.isExtension(next); count++) {
      if (end - cursor < ipv6.MIN_EXTENSION_LEN) return;
      if (next === ipv6.NEXT_FRAGMENT) isFirst = ipv6.fragmentOffset(frame, cursor) === 0;
      const len = ipv6.extensionLen(frame, cursor, next);
      next = frame.getUint8(cursor);
      cursor += len;
    }
    this.protocol = next === ipv6.NEXT_ICMPV6 ? ipv4.PROTOCOL_ICMP : next;
    if (!isFirst) return;
    if (next !== ipv6.NEXT_IPV4) this.#readPorts(frame, cursor, end, false);
    else if (cursor < end && frame.getUint8(cursor) >>> 4 === 4) this.#readIpv4(frame, cursor, end);
  }

  #readPorts(frame: DataView, at: number, end: number, isIpv4: boolean): void {
    if (this.protocol === ipv4.PROTOCOL_ICMP) {
      if (end - at < icmp.ECHO_HEADER_LEN) return;
      const type = icmp.type(frame, at);
      const isEcho = isIpv4
        ? type === icmp.V4_ECHO || type === icmp.V4_ECHO_REPLY
        : type === icmp.V6_ECHO || type === icmp.V6_ECHO_REPLY;
      if (!isEcho) return;
      this.sourcePort = icmp.identifier(frame, at);
      this.destinationPort = this.sourcePort;
      return;
    }
    const hasPorts = this.protocol === ipv4.PROTOCOL_TCP || this.protocol === ipv4.PROTOCOL_UDP;
    if (!hasPorts || end - at < 4) return;
    this.sourcePort = frame.getUint16(at);
    this.destinationPort = frame.getUint16(at + 2);
  }
}
