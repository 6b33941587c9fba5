/**
 * ICMP errors on both sides of a translator, each built from its own RFC: about a packet from the CE to the Internet
 * (inbound), and about a packet from the Internet to the CE (outbound).
 */

import type { DropName } from "../../../src/verdict.js";
import {
  type Ipv4Fields,
  type Ipv6Fields,
  icmp,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  udp,
} from "../../support/packet-builder.js";
import { drop, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";

/** Routers on the IPv4 Internet and in the provider's network; the second has no IPv4 address. */
export const ROUTER = "203.0.113.1";
export const ROUTER_6 = "2001:db8:9::9";

/** Type, code, and the second word of the message. */
export type Message = readonly [type: number, code: number, rest?: number];

export const OUT = udp({ sport: d.PORT, dport: 53, data: pattern(40) });
export const IN = udp({ sport: 53, dport: d.PORT, data: pattern(40) });

export function error4(
  [type, code, rest = 0]: Message,
  fields: Ipv4Fields,
  data: Uint8Array,
): Uint8Array {
  const message = icmp({ type4: type, type6: 0, code, rest, data });
  return ipv4({ ttl: 60, df: false, id: 5, ...fields }, message);
}

export function error6(
  [type, code, rest = 0]: Message,
  fields: Ipv6Fields,
  data: Uint8Array,
): Uint8Array {
  const message = icmp({ type4: 0, type6: type, code, rest, data });
  return ipv6({ hopLimit: 60, ...fields }, message);
}

/** A packet of the CE as both sides know it; its TTL must come through as it is (RFC 7915 §4.3). */
export function sent4(payload: Payload, fields: Partial<Ipv4Fields> = {}): Uint8Array {
  return ipv4({ src: d.CE_IPV4, dst: d.SERVER_T, ttl: 1, id: 77, ...fields }, payload);
}

export function sent6(payload: Payload, fields: Partial<Ipv6Fields> = {}): Uint8Array {
  return ipv6({ src: d.CE, dst: d.dmr(d.SERVER_T), hopLimit: 1, ...fields }, payload);
}

/** A packet to the CE as both sides know it. What the quote shows of DF and identification is made up anew. */
export function got4(payload: Payload, fields: Partial<Ipv4Fields> = {}): Uint8Array {
  return ipv4({ src: d.SERVER_T, dst: d.CE_IPV4, ttl: 1, df: false, ...fields }, payload);
}

export function got6(payload: Payload, fields: Partial<Ipv6Fields> = {}): Uint8Array {
  return ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE, hopLimit: 1, ...fields }, payload);
}

export const FROM_ROUTER_4 = { src: ROUTER, dst: d.CE_IPV4 };
export const FROM_ROUTER_6 = { src: d.dmr(ROUTER), dst: d.CE };
export const FROM_CE_6 = { src: d.CE, dst: d.dmr(d.SERVER_T) };
export const FROM_CE_4 = { src: d.CE_IPV4, dst: d.SERVER_T, id: 0 };

/** A router's ICMPv4 error through a BR of MAP-T to the CE; null is a drop. */
export function inbound(
  before: Message,
  after: Message,
  quoted4 = sent4(OUT),
  quoted6 = sent6(OUT),
): Step {
  return pass(
    error4(before, FROM_ROUTER_4, quoted4),
    error6(after, { ...FROM_ROUTER_6, hopLimit: 59 }, quoted6),
  );
}

export function refusedInbound(
  reason: DropName,
  message: Message,
  quoted = sent4(OUT),
  fields: Ipv4Fields = FROM_ROUTER_4,
): Step {
  return drop(reason, error4(message, fields, quoted));
}

/** An ICMPv6 error of the CE through a BR of MAP-T to the Internet. */
export function outbound(
  before: Message,
  after: Message,
  quoted6 = got6(IN),
  quoted4 = got4(IN),
): Step {
  return pass(
    error6(before, FROM_CE_6, quoted6),
    error4(after, { ...FROM_CE_4, ttl: 59 }, quoted4),
  );
}

export function refusedOutbound(
  reason: DropName,
  message: Message,
  quoted = got6(IN),
  fields: Ipv6Fields = FROM_CE_6,
): Step {
  return drop(reason, error6(message, fields, quoted));
}
