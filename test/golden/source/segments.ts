/** Super-packets that cannot pass whole: cut into what they stand for, and that into fragments where it is too long. */
import { fragments } from "../../support/fragments.js";
import {
  encapsulated,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  TCP,
  tcp,
  udp,
} from "../../support/packet-builder.js";
import { type GoldenCase, hairpin, inPieces, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";

const PEER_IPV4 = "192.0.2.19";
const SEQUENCE = 0xfffffc00;

/** Segments of one stream; PSH with the last, ECE with all. */
function stream(sport: number, dport: number, count: number, size: number): Payload[] {
  return Array.from({ length: count }, (_, i) =>
    tcp({
      sport,
      dport,
      seq: (SEQUENCE + i * size) >>> 0,
      flags: i === count - 1 ? TCP.ack | TCP.ece | TCP.psh : TCP.ack | TCP.ece,
      data: pattern(i === count - 1 ? size - 10 : size, i),
    }),
  );
}

function datagrams(sport: number, dport: number, sizes: readonly number[]): Payload[] {
  return sizes.map((size, i) => udp({ sport, dport, data: pattern(size, i) }));
}

const T_DOWN_4 = { src: d.SERVER_T, dst: d.CE_IPV4, df: false };
const T_DOWN_6 = { src: d.dmr(d.SERVER_T), dst: d.CE, hopLimit: 63 };
const T_UP_6 = { src: d.CE, dst: d.dmr(d.SERVER_T) };
const T_UP_4 = { src: d.CE_IPV4, dst: d.SERVER_T, ttl: 63, df: false };

/** Payload bytes of a first fragment at 1280 bytes of IPv6, at 1000 of IPv4, and at 1500 around IPv4. */
const CUT_6 = 1232;
const CUT_4 = 976;
const CUT_TUNNEL = 1448;

function cutDownT(payloads: readonly Payload[], firstId: number): Step[] {
  return payloads.map((payload, i) => {
    const id = (firstId + i) & 0xffff;
    const translated = ipv6(T_DOWN_6, payload);
    return inPieces(ipv4({ ...T_DOWN_4, id }, payload), ...fragments(translated, id, [CUT_6]));
  });
}

function cutUpT(payloads: readonly Payload[]): Step[] {
  return payloads.map((payload) =>
    inPieces(ipv6(T_UP_6, payload), ...fragments(ipv4(T_UP_4, payload), 0, [CUT_4])),
  );
}

function downE(payload: Payload, id: number, df: boolean): Step {
  const fields = { src: d.SERVER_E, dst: d.CE_IPV4, id, df };
  const tunnelled = ipv6(
    { src: d.BR, dst: d.CE },
    encapsulated(ipv4({ ...fields, ttl: 63 }, payload)),
  );
  if (tunnelled.length <= 1500) return pass(ipv4(fields, payload), tunnelled);
  return inPieces(ipv4(fields, payload), ...fragments(tunnelled, 0, [CUT_TUNNEL]));
}

function upE(payload: Payload, id: number): Step {
  const fields = { dst: d.SERVER_E, id };
  const inside = ipv4({ ...fields, src: d.CE_IPV4, ttl: 63 }, payload);
  return pass(
    ipv4({ ...fields, src: d.LAN_HOST }, payload),
    ipv6({ src: d.CE, dst: d.BR }, encapsulated(inside)),
  );
}

/** Out of the tunnel of the BR; `cut`: into fragments, for the IPv4 MTU of CUT_4. */
function outE(payload: Payload, id: number, cut: boolean): Step {
  const inside = ipv4({ src: d.CE_IPV4, dst: d.SERVER_E, id, df: !cut }, payload);
  const tunnelled = ipv6({ src: d.CE, dst: d.BR }, encapsulated(inside));
  return cut ? inPieces(tunnelled, ...fragments(inside, id, [CUT_4])) : pass(tunnelled, inside);
}

/** From one CE to another through the BR, which takes no hop off on the way out of the first tunnel. */
function turnedE(payload: Payload, id: number): Step {
  const fields = { src: d.CE_IPV4, dst: PEER_IPV4, id };
  return hairpin(
    ipv6({ src: d.CE, dst: d.BR }, encapsulated(ipv4(fields, payload))),
    ipv6(
      { src: d.BR, dst: d.CE_OTHER_ADDRESS },
      encapsulated(ipv4({ ...fields, ttl: 63 }, payload)),
    ),
  );
}

/** Through the tunnel to the LAN of a CE with NAT44. */
function inE(payload: Payload, id: number): Step {
  const fields = { src: d.SERVER_E, id };
  return pass(
    ipv6({ src: d.BR, dst: d.CE }, encapsulated(ipv4({ ...fields, dst: d.CE_IPV4 }, payload))),
    ipv4({ ...fields, dst: d.LAN_HOST }, payload),
  );
}

export const SEGMENTS: readonly GoldenCase[] = [
  {
    name: "MAP-T cuts super-packets without DF into segments and those into fragments",
    rfc: ["RFC 7915 §4.1", "virtio 1.2 §5.1.6"],
    config: d.brT(),
    superPackets: [
      { first: 0, count: 3, isCut: true },
      { first: 3, count: 30, isCut: true },
      { first: 33, count: 2, isCut: true },
    ],
    steps: [
      ...cutDownT(stream(80, d.PORT, 3, 1400), 100),
      ...cutDownT(stream(80, d.PORT, 30, 1400), 0xfffe - 20),
      ...cutDownT(datagrams(53, d.PORT, [1400, 1390]), 7),
    ],
  },
  {
    name: "MAP-T cuts super-packets of IPv6 for a smaller IPv4 MTU",
    rfc: ["RFC 7915 §5.1.1", "virtio 1.2 §5.1.6"],
    config: d.brT({ more: { mtu: { ipv4: 1000 } } }),
    superPackets: [
      { first: 0, count: 3, isCut: true },
      { first: 3, count: 2, isCut: true },
    ],
    steps: [...cutUpT(stream(d.PORT, 80, 3, 1200)), ...cutUpT(datagrams(d.PORT, 53, [1200, 1100]))],
  },
  {
    name: "MAP-E BR encapsulates the segments of super-packets",
    rfc: ["RFC 2473 §3", "virtio 1.2 §5.1.6"],
    config: d.brE(),
    superPackets: [
      { first: 0, count: 3 },
      { first: 3, count: 40 },
      { first: 43, count: 3 },
      { first: 46, count: 2, isCut: true },
    ],
    steps: [
      ...stream(80, d.PORT, 3, 1420).map((payload, i) => downE(payload, 10 + i, true)),
      ...stream(80, d.PORT, 40, 1420).map((payload, i) => downE(payload, 20 + i, true)),
      ...datagrams(53, d.PORT, [1400, 1400, 3]).map((payload, i) => downE(payload, 70 + i, true)),
      // Longer than the tunnel's MTU, and without DF: outer fragments of each segment.
      ...stream(80, d.PORT, 2, 1460).map((payload, i) => downE(payload, 80 + i, false)),
    ],
  },
  {
    name: "MAP-E CE encapsulates the segments of super-packets behind NAT44",
    rfc: ["RFC 7597 §8", "virtio 1.2 §5.1.6"],
    config: d.ceE(),
    superPackets: [
      { first: 0, count: 30 },
      { first: 30, count: 3 },
    ],
    steps: [
      ...stream(d.PORT, 80, 30, 1420).map((payload, i) => upE(payload, i)),
      ...datagrams(d.PORT, 53, [1400, 1400, 3]).map((payload, i) => upE(payload, 70 + i)),
    ],
    gauges: { nat44_mappings_tcp: 1, nat44_mappings_udp: 1, nat44_sessions: 2 },
  },
  {
    name: "MAP-E BR takes super-packets out of the tunnel whole",
    rfc: ["RFC 2473 §3.3", "virtio 1.2 §5.1.6"],
    config: d.brE(),
    superPackets: [
      { first: 0, count: 3 },
      { first: 3, count: 45 },
      { first: 48, count: 3 },
    ],
    steps: [
      ...stream(d.PORT, 80, 3, 1420).map((payload, i) => outE(payload, 10 + i, false)),
      ...stream(d.PORT, 80, 45, 1420).map((payload, i) => outE(payload, 20 + i, false)),
      ...datagrams(d.PORT, 53, [1400, 1400, 3]).map((payload, i) => outE(payload, 70 + i, false)),
    ],
  },
  {
    name: "MAP-E BR cuts super-packets out of the tunnel for a smaller IPv4 MTU",
    rfc: ["RFC 2473 §3.3", "virtio 1.2 §5.1.6"],
    config: d.brE({ more: { mtu: { ipv4: 1000 } } }),
    superPackets: [
      { first: 0, count: 3, isCut: true },
      { first: 3, count: 2, isCut: true },
    ],
    steps: [
      ...stream(d.PORT, 80, 3, 1200).map((payload, i) => outE(payload, 10 + i, true)),
      ...datagrams(d.PORT, 53, [1200, 1100]).map((payload, i) => outE(payload, 70 + i, true)),
    ],
  },
  {
    name: "MAP-E BR turns super-packets for another CE around",
    rfc: ["RFC 7597 §8.1", "virtio 1.2 §5.1.6"],
    config: d.brE(),
    superPackets: [
      { first: 0, count: 5 },
      { first: 5, count: 3 },
    ],
    steps: [
      ...stream(d.PORT, d.PORT, 5, 1420).map((payload, i) => turnedE(payload, 10 + i)),
      ...datagrams(d.PORT, d.PORT, [1400, 1400, 3]).map((payload, i) => turnedE(payload, 70 + i)),
    ],
  },
  {
    name: "MAP-E CE takes super-packets through NAT44 to a LAN host",
    rfc: ["RFC 7597 §8", "virtio 1.2 §5.1.6"],
    config: d.ceE(),
    superPackets: [
      { first: 2, count: 30 },
      { first: 32, count: 3 },
    ],
    steps: [
      upE(stream(d.PORT, 80, 1, 20)[0]!, 1),
      upE(datagrams(d.PORT, 53, [20])[0]!, 2),
      ...stream(80, d.PORT, 30, 1420).map((payload, i) => inE(payload, 10 + i)),
      ...datagrams(53, d.PORT, [1400, 1400, 3]).map((payload, i) => inE(payload, 70 + i)),
    ],
    gauges: { nat44_mappings_tcp: 1, nat44_mappings_udp: 1, nat44_sessions: 2 },
  },
];
