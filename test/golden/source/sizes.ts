/** MTU on both sides, the MSS clamp, and super-packets. */
import {
  encapsulated,
  ipv4,
  ipv6,
  mss,
  type Payload,
  pattern,
  TCP,
  tcp,
  udp,
} from "../../support/packet-builder.js";
import { type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { FRAGMENTATION_NEEDED, TOO_BIG_6, told4, told6 } from "./own-errors.js";

const DOWN_4 = { src: d.SERVER_T, dst: d.CE_IPV4 };
const DOWN_6 = { src: d.dmr(d.SERVER_T), dst: d.CE, hopLimit: 63 };
const UP_6 = { src: d.CE, dst: d.dmr(d.SERVER_T) };
const UP_4 = { src: d.CE_IPV4, dst: d.SERVER_T, ttl: 63 };
const E_DOWN = { src: d.BR, dst: d.CE };
const E_UP = { src: d.CE, dst: d.BR };
const E_IN_4 = { src: d.SERVER_E, dst: d.CE_IPV4, id: 77 };
const E_OUT_4 = { src: d.CE_IPV4, dst: d.SERVER_E, id: 78 };

/** Fill an IPv4 packet of `len` bytes. */
function inbound(len: number): Payload {
  return udp({ sport: 53, dport: d.PORT, data: pattern(len - 28) });
}

function outbound(len: number): Payload {
  return udp({ sport: d.PORT, dport: 53, data: pattern(len - 28) });
}

function downE(len: number, df: boolean): Step {
  return pass(
    ipv4({ ...E_IN_4, df }, inbound(len)),
    ipv6(E_DOWN, encapsulated(ipv4({ ...E_IN_4, df, ttl: 63 }, inbound(len)))),
  );
}

/** The sender learns how long its IPv4 packets may be. */
function tooBig4(packet: Uint8Array, mtu: number): Step {
  return told4("too_big", packet, FRAGMENTATION_NEEDED, { rest: mtu });
}

function tooBig6(packet: Uint8Array, mtu: number): Step {
  return told6("too_big", packet, TOO_BIG_6, { rest: mtu });
}

const MTU: GoldenCase[] = [
  {
    name: "MAP-T fills the IPv6 MTU and refuses one byte more",
    rfc: ["RFC 7915 §4", "RFC 7915 §4.1"],
    config: d.brT(),
    steps: [
      pass(ipv4(DOWN_4, inbound(1480)), ipv6(DOWN_6, inbound(1480))),
      tooBig4(ipv4(DOWN_4, inbound(1481)), 1480),
      tooBig4(ipv4(DOWN_4, inbound(1500)), 1480),
      // A fragment grows by a Fragment Header, too.
      tooBig4(ipv4({ ...DOWN_4, mf: true, id: 9 }, inbound(1476)), 1472),
      pass(ipv4({ ...DOWN_4, df: false }, inbound(1260)), ipv6(DOWN_6, inbound(1260))),
    ],
  },
  {
    name: "MAP-T sends more without DF where lowest ipv6 mtu allows it",
    rfc: ["RFC 7915 §4.1"],
    config: d.brT({ more: { mtu: { "lowest-ipv6": 1500 } } }),
    steps: [pass(ipv4({ ...DOWN_4, df: false }, inbound(1480)), ipv6(DOWN_6, inbound(1480)))],
  },
  {
    name: "MAP-T fills the IPv4 MTU and refuses one byte more",
    rfc: ["RFC 7915 §1.4", "RFC 7915 §5.1.1"],
    config: d.brT({ more: { mtu: { ipv4: 1400 } } }),
    steps: [
      pass(ipv6(UP_6, outbound(1400)), ipv4({ ...UP_4, df: true }, outbound(1400))),
      tooBig6(ipv6(UP_6, outbound(1401)), 1420),
    ],
  },
  {
    name: "MAP-T never tells of an IPv6 MTU below 1280",
    rfc: ["RFC 7915 §1.4", "RFC 8200 §5"],
    config: d.brT({ more: { mtu: { ipv4: 1000 } } }),
    steps: [
      pass(ipv6(UP_6, outbound(1000)), ipv4({ ...UP_4, df: false }, outbound(1000))),
      tooBig6(ipv6(UP_6, outbound(1261)), 1280),
      tooBig6(ipv6(UP_6, outbound(1480)), 1280),
    ],
  },
  {
    name: "MAP-E fills the IPv6 MTU and refuses one byte more",
    rfc: ["RFC 2473 §7.2", "RFC 7597 §8.3.1"],
    config: d.brE(),
    steps: [
      downE(1460, true),
      downE(1460, false),
      tooBig4(ipv4(E_IN_4, inbound(1461)), 1460),
      tooBig4(ipv4(E_IN_4, inbound(1500)), 1460),
      pass(ipv6(E_UP, encapsulated(ipv4(E_OUT_4, outbound(1460)))), ipv4(E_OUT_4, outbound(1460))),
    ],
  },
];

const SYN = TCP.syn;
const SYN_ACK = TCP.syn | TCP.ack;
/** No-operation, window scale, then the MSS at an odd offset, then padding. */
const ODD_OPTIONS = (value: number): Uint8Array =>
  Uint8Array.of(1, ...mss(value), 3, 3, 7, 1, 1, 0, 0);

function clampT(before: number, after: number): Step[] {
  return [SYN, SYN_ACK].flatMap((flags) => {
    const down = (value: number): Payload =>
      tcp({ sport: 80, dport: d.PORT, flags, options: mss(value) });
    const up = (value: number): Payload =>
      tcp({ sport: d.PORT, dport: 80, flags, options: ODD_OPTIONS(value) });
    return [
      pass(ipv4(DOWN_4, down(before)), ipv6(DOWN_6, down(after))),
      pass(ipv6(UP_6, up(before)), ipv4({ ...UP_4, df: false }, up(after))),
    ];
  });
}

function clampE(before: number, after: number): Step[] {
  return [SYN, SYN_ACK].flatMap((flags) => {
    const down = (value: number): Payload =>
      tcp({ sport: 80, dport: d.PORT, flags, options: mss(value) });
    const up = (value: number): Payload =>
      tcp({ sport: d.PORT, dport: 80, flags, options: ODD_OPTIONS(value) });
    return [
      pass(
        ipv4(E_IN_4, down(before)),
        ipv6(E_DOWN, encapsulated(ipv4({ ...E_IN_4, ttl: 63 }, down(after)))),
      ),
      pass(ipv6(E_UP, encapsulated(ipv4(E_OUT_4, up(before)))), ipv4(E_OUT_4, up(after))),
    ];
  });
}

/** The option on a segment that is not a SYN is no MSS (RFC 9293 §3.7.1) and stays. */
const ACK_WITH_MSS = tcp({ sport: 80, dport: d.PORT, flags: TCP.ack, options: mss(9000) });

const MSS_CLAMP: GoldenCase[] = [
  {
    name: "MAP-T clamps the MSS of SYN and SYN-ACK to 1440 both ways",
    rfc: ["RFC 7915 §1.4", "RFC 9293 §3.7.1"],
    config: d.brT(),
    steps: [
      ...clampT(1460, 1440),
      ...clampT(1440, 1440),
      ...clampT(536, 536),
      pass(ipv4(DOWN_4, ACK_WITH_MSS), ipv6(DOWN_6, ACK_WITH_MSS)),
    ],
  },
  {
    name: "MAP-E clamps the MSS of SYN and SYN-ACK to 1420 both ways",
    rfc: ["RFC 7597 §8.3.1", "RFC 9293 §3.7.1"],
    config: d.brE(),
    steps: [...clampE(1460, 1420), ...clampE(1420, 1420), ...clampE(536, 536)],
  },
  {
    name: "The MSS clamp is a number where one is configured",
    rfc: ["RFC 9293 §3.7.1"],
    config: d.brT({ more: { "mss-clamp": 1200 } }),
    steps: clampT(1460, 1200),
  },
  {
    name: "The MSS stays where the clamp is off",
    rfc: ["RFC 9293 §3.7.1"],
    config: d.brT({ more: { "mss-clamp": "off" } }),
    steps: clampT(1460, 1460),
  },
];

const SEGMENT = 1440;
const TIMESTAMPS = Uint8Array.of(1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8);

/**
 * `count` segments of one stream, the last one a little shorter and with PSH. Not much shorter: the kernel
 * gives the last segment the DF of the first, where RFC 7915 §5.1 would judge it by its own length.
 */
function stream(sport: number, dport: number, count: number, size: number): Payload[] {
  return Array.from({ length: count }, (_, i) => {
    const last = i === count - 1;
    return tcp({
      sport,
      dport,
      seq: 0xffffff00 + i * size,
      flags: last ? TCP.ack | TCP.psh : TCP.ack,
      options: TIMESTAMPS,
      data: pattern(last ? size - 33 : size, i),
    });
  });
}

function datagrams(sport: number, dport: number, sizes: readonly number[]): Payload[] {
  return sizes.map((size, i) => udp({ sport, dport, data: pattern(size, i) }));
}

const SUPER_PACKETS: GoldenCase[] = [
  {
    name: "MAP-T carries a TCP super-packet whole from IPv4 to IPv6",
    rfc: ["RFC 7915 §4.1", "virtio 1.2 §5.1.6"],
    config: d.brT(),
    superPackets: [
      { first: 0, count: 3 },
      { first: 3, count: 40 },
    ],
    steps: [...stream(80, d.PORT, 3, SEGMENT - 12), ...stream(80, d.PORT, 40, SEGMENT - 12)].map(
      (payload, i) =>
        pass(
          ipv4({ ...DOWN_4, id: i < 3 ? 100 + i : 200 + i - 3, tos: 2 }, payload),
          ipv6({ ...DOWN_6, trafficClass: 2 }, payload),
        ),
    ),
  },
  {
    name: "MAP-T carries a TCP super-packet whole from IPv6 to IPv4",
    rfc: ["RFC 7915 §5.1", "virtio 1.2 §5.1.6"],
    config: d.brT(),
    superPackets: [
      { first: 0, count: 3 },
      { first: 3, count: 40 },
    ],
    steps: [...stream(d.PORT, 80, 3, SEGMENT - 12), ...stream(d.PORT, 80, 40, SEGMENT - 12)].map(
      (payload) =>
        pass(
          ipv6({ ...UP_6, trafficClass: 2 }, payload),
          ipv4({ ...UP_4, df: true, tos: 2 }, payload),
        ),
    ),
  },
  {
    name: "MAP-T carries super-packets of small segments without DF and with consecutive identifications",
    rfc: ["RFC 7915 §5.1"],
    config: d.brT(),
    superPackets: [
      { first: 0, count: 4 },
      { first: 4, count: 4 },
    ],
    steps: [...stream(d.PORT, 80, 4, 1000), ...stream(d.PORT, 80, 4, 1000)].map((payload) =>
      pass(ipv6(UP_6, payload), ipv4({ ...UP_4, df: false }, payload)),
    ),
  },
  {
    name: "MAP-T carries UDP super-packets whole both ways",
    rfc: ["RFC 7915 §4.1", "RFC 7915 §5.1", "virtio 1.2 §5.1.6"],
    config: d.brT(),
    superPackets: [
      { first: 0, count: 3 },
      { first: 3, count: 3 },
    ],
    steps: [
      ...datagrams(53, d.PORT, [1200, 1200, 7]).map((payload) =>
        pass(ipv4(DOWN_4, payload), ipv6(DOWN_6, payload)),
      ),
      ...datagrams(d.PORT, 53, [1100, 1100, 8]).map((payload) =>
        pass(ipv6(UP_6, payload), ipv4({ ...UP_4, df: false }, payload)),
      ),
    ],
  },
  {
    name: "MAP-T CE carries super-packets through NAT44 both ways",
    rfc: ["RFC 7599 §8.1", "RFC 7599 §8.2"],
    config: d.ceT(),
    superPackets: [
      { first: 0, count: 3 },
      { first: 3, count: 3 },
    ],
    steps: [
      ...stream(d.PORT, 80, 3, SEGMENT - 12).map((payload, i) =>
        pass(
          ipv4({ src: d.LAN_HOST, dst: d.SERVER_T, id: i }, payload),
          ipv6({ src: d.CE, dst: d.dmr(d.SERVER_T), hopLimit: 63 }, payload),
        ),
      ),
      ...stream(80, d.PORT, 3, 1000).map((payload) =>
        pass(
          ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE }, payload),
          ipv4({ src: d.SERVER_T, dst: d.LAN_HOST, ttl: 63, df: false }, payload),
        ),
      ),
    ],
    gauges: { nat44_mappings_tcp: 1, nat44_sessions: 1 },
  },
  {
    name: "A super-packet is judged by the size of its segments",
    rfc: ["RFC 7915 §4.1", "RFC 7915 §5.1"],
    config: d.brT({ more: { mtu: { ipv4: 1400 } } }),
    superPackets: [
      { first: 0, count: 2 },
      { first: 2, count: 2 },
    ],
    steps: [
      ...[1461, 1461].map((size) =>
        tooBig4(ipv4(DOWN_4, tcp({ sport: 80, dport: d.PORT, data: pattern(size) })), 1480),
      ),
      ...[1361, 1361].map((size) =>
        tooBig6(ipv6(UP_6, tcp({ sport: d.PORT, dport: 80, data: pattern(size) })), 1420),
      ),
    ],
  },
];

export const SIZES: readonly GoldenCase[] = [...MTU, ...MSS_CLAMP, ...SUPER_PACKETS];
