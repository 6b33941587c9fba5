/** Both ends of a MAP-E tunnel, and what they make of an ICMPv6 error from inside it (RFC 2473 §8). */
import {
  encapsulated,
  type Ipv4Fields,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  tcp,
} from "../../support/packet-builder.js";
import * as d from "./domains.js";
import { error4, type Message } from "./icmp-error.js";
import { OWN_IPV4 } from "./own-errors.js";

export const UP = { src: d.CE, dst: d.BR };
export const DOWN = { src: d.BR, dst: d.CE };
export const LAN = { src: d.LAN_HOST, dst: d.SERVER_E, id: 3 };
export const SENT = { src: d.CE_IPV4, dst: d.SERVER_E, id: 3 };
export const GOT = { src: d.SERVER_E, dst: d.CE_IPV4, id: 77 };
export const GOT_LAN = { src: d.SERVER_E, dst: d.LAN_HOST, id: 77 };

/** External port 1232 leads to port 22 of the LAN host. */
export const FORWARD = {
  nat44: {
    filtering: "endpoint-independent",
    forwards: [{ protocol: "both", "external-port": d.PORT, to: `${d.LAN_HOST}:22` }],
  },
};
export const FORWARD_GAUGES = { nat44_mappings_tcp: 1, nat44_mappings_udp: 1 };
export const UDP_GAUGES = { nat44_mappings_udp: 1, nat44_sessions: 1 };

export const INSIDE = tcp({ sport: 22, dport: 40000, data: pattern(60) });
export const OUTSIDE = tcp({ sport: d.PORT, dport: 40000, data: pattern(60) });

/** What a router in the provider's network tells of, and what the sender of the IPv4 packet hears. */
export const RELAYED: readonly (readonly [Message, Message])[] = [
  [
    [1, 0],
    [3, 1],
  ],
  [
    [1, 1],
    [3, 1],
  ],
  [
    [1, 3],
    [3, 1],
  ],
  [
    [1, 4],
    [3, 1],
  ],
  [
    [1, 5],
    [3, 1],
  ],
  [
    [3, 0],
    [3, 1],
  ],
  [
    [3, 1],
    [3, 1],
  ],
  [
    [4, 0, 44],
    [3, 1],
  ],
  [
    [4, 1, 6],
    [3, 1],
  ],
  [
    [2, 0, 1400],
    [3, 4, 1360],
  ],
  [
    [2, 0, 1280],
    [3, 4, 1240],
  ],
  // Nothing is believed of less, nor of more than we send.
  [
    [2, 0, 600],
    [3, 4, 1240],
  ],
  [
    [2, 0, 9000],
    [3, 4, 1460],
  ],
];

/** ICMPv4 errors that pass the tunnel and NAT44 as they are. */
export const CARRIED: readonly Message[] = [
  [3, 0],
  [3, 1],
  [3, 3],
  [3, 4, 1300],
  [11, 0],
  [12, 0, 8 * 2 ** 24],
];

/** Errors of the tunnel end's own: a TTL of 64, the DSCP of the packet inside. */
export function relayed(message: Message, dst: string, quoted: Uint8Array, tos = 0): Uint8Array {
  return error4(message, { src: OWN_IPV4, dst, ttl: 64, id: 0, tos }, quoted);
}

export const NO_DF = { df: false };

/** A packet to the CE in its tunnel. */
export function gotTunnelled(
  payload: Payload,
  fields: Partial<Ipv4Fields> = {},
  dst = d.CE,
): Uint8Array {
  return ipv6({ src: d.BR, dst }, encapsulated(ipv4({ ...GOT, ...fields }, payload)));
}
