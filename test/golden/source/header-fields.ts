/** TTL, traffic class, ECN, DF and the UDP checksum: what each header field becomes. */

import { ipv6Bytes } from "../../support/address-bytes.js";
import { echo, encapsulated, ipv4, ipv6, pattern, tcp, udp } from "../../support/packet-builder.js";
import { addSums, slowPseudoSum, slowSum } from "../../support/slow-checksum.js";
import { drop, type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { PROHIBITED_4, TIME_EXCEEDED_4, TIME_EXCEEDED_6, told4, told6 } from "./own-errors.js";

const DOWN_4 = { src: d.SERVER_T, dst: d.CE_IPV4 };
const DOWN_6 = { src: d.dmr(d.SERVER_T), dst: d.CE };
const UP_6 = { src: d.CE, dst: d.dmr(d.SERVER_T) };
const UP_4 = { src: d.CE_IPV4, dst: d.SERVER_T, df: false };
const E_DOWN = { src: d.BR, dst: d.CE };
const E_UP = { src: d.CE, dst: d.BR };
const E_IN_4 = { src: d.SERVER_E, dst: d.CE_IPV4, id: 77 };
const E_OUT_4 = { src: d.CE_IPV4, dst: d.SERVER_E, id: 78 };

const IN = udp({ sport: 53, dport: d.PORT, data: pattern(20) });
const OUT = udp({ sport: d.PORT, dport: 53, data: pattern(20) });

function upE(outer: number, inner: number, result: number): Step {
  return pass(
    ipv6({ ...E_UP, trafficClass: outer }, encapsulated(ipv4({ ...E_OUT_4, tos: inner }, OUT))),
    ipv4({ ...E_OUT_4, tos: result }, OUT),
  );
}

/** RFC 6040 §4.2: inner field by row, outer field by column; null is a drop. 1 is ECT(1), 2 is ECT(0), 3 is CE. */
const ECN_EGRESS: readonly (readonly (number | null)[])[] = [
  [0, 0, 0, null],
  [1, 1, 1, 3],
  [2, 1, 2, 3],
  [3, 3, 3, 3],
];

function ecnEgress(): Step[] {
  return ECN_EGRESS.flatMap((row, inner) =>
    row.map((result, outer) => {
      const tos = 0xb8 + inner;
      if (result !== null) return upE(0x48 + outer, tos, 0xb8 + result);
      const packet = encapsulated(ipv4({ ...E_OUT_4, tos }, OUT));
      return drop("ecn_invalid", ipv6({ ...E_UP, trafficClass: outer }, packet));
    }),
  );
}

function downE(ttl: number, tos: number, trafficClass: number, decremented = ttl - 1): Step {
  return pass(
    ipv4({ ...E_IN_4, ttl, tos }, IN),
    ipv6(
      { ...E_DOWN, hopLimit: 64, trafficClass },
      encapsulated(ipv4({ ...E_IN_4, ttl: decremented, tos }, IN)),
    ),
  );
}

/** Two bytes of payload that make the UDP checksum between these addresses come out as `wanted`. */
function payloadFor(wanted: number, src: Uint8Array, dst: Uint8Array): Uint8Array {
  const header = Uint8Array.of(0, 53, d.PORT >> 8, d.PORT & 0xff, 0, 10, 0, 0);
  const sum = addSums(slowSum(header), slowPseudoSum(src, dst, 17, 10));
  // The sum of everything must become the complement of the wanted field.
  const word = (2 * 0xffff - wanted - sum) % 0xffff;
  return Uint8Array.of(word >> 8, word & 0xff);
}

const ZERO_IN_IPV6 = payloadFor(0, ipv6Bytes(DOWN_6.src), ipv6Bytes(DOWN_6.dst));

const TTL: GoldenCase[] = [
  {
    name: "MAP-T decrements the TTL once and tells the sender where it reaches zero",
    rfc: ["RFC 7915 §4.1", "RFC 7915 §5.1"],
    config: d.brT(),
    steps: [
      pass(ipv4({ ...DOWN_4, ttl: 2 }, IN), ipv6({ ...DOWN_6, hopLimit: 1 }, IN)),
      told4("ttl_expired", ipv4({ ...DOWN_4, ttl: 1 }, IN), TIME_EXCEEDED_4),
      told4("ttl_expired", ipv4({ ...DOWN_4, ttl: 0 }, IN), TIME_EXCEEDED_4),
      pass(ipv4({ ...DOWN_4, ttl: 255 }, IN), ipv6({ ...DOWN_6, hopLimit: 254 }, IN)),
      pass(ipv6({ ...UP_6, hopLimit: 2 }, OUT), ipv4({ ...UP_4, ttl: 1 }, OUT)),
      told6("ttl_expired", ipv6({ ...UP_6, hopLimit: 1 }, OUT), TIME_EXCEEDED_6),
      told6("ttl_expired", ipv6({ ...UP_6, hopLimit: 0 }, OUT), TIME_EXCEEDED_6),
    ],
  },
  {
    name: "MAP-T leaves the TTL alone where decrement ttl is off",
    rfc: ["RFC 7915 §4.1"],
    config: d.brT({ more: { "decrement-ttl": false } }),
    steps: [
      pass(ipv4({ ...DOWN_4, ttl: 1 }, IN), ipv6({ ...DOWN_6, hopLimit: 1 }, IN)),
      pass(ipv6({ ...UP_6, hopLimit: 64 }, OUT), ipv4({ ...UP_4, ttl: 64 }, OUT)),
    ],
  },
  {
    name: "MAP-E counts the tunnel as one hop on entry and none on exit",
    rfc: ["RFC 2473 §3.1", "RFC 2473 §6.3"],
    config: d.brE(),
    steps: [
      downE(2, 0, 0),
      told4("ttl_expired", ipv4({ ...E_IN_4, ttl: 1 }, IN), TIME_EXCEEDED_4),
      pass(
        ipv6({ ...E_UP, hopLimit: 1 }, encapsulated(ipv4({ ...E_OUT_4, ttl: 1 }, OUT))),
        ipv4({ ...E_OUT_4, ttl: 1 }, OUT),
      ),
    ],
  },
  {
    name: "MAP-E leaves the inner TTL alone where decrement ttl is off",
    rfc: ["RFC 2473 §3.1"],
    config: d.brE({ more: { "decrement-ttl": false } }),
    steps: [downE(64, 0, 0, 64), downE(1, 0, 0, 1)],
  },
];

const TRAFFIC_CLASS: GoldenCase[] = [
  {
    name: "MAP-T copies TOS to traffic class and back and sends flow label zero",
    rfc: ["RFC 7915 §4.1", "RFC 7915 §5.1"],
    config: d.brT(),
    steps: [
      pass(
        ipv4({ ...DOWN_4, tos: 0xb9 }, IN),
        ipv6({ ...DOWN_6, trafficClass: 0xb9, hopLimit: 63 }, IN),
      ),
      pass(
        ipv6({ ...UP_6, trafficClass: 0xb9, flowLabel: 0xfffff }, OUT),
        ipv4({ ...UP_4, tos: 0xb9, ttl: 63 }, OUT),
      ),
    ],
  },
  {
    name: "MAP-T writes a fixed traffic class where one is configured",
    rfc: ["RFC 7915 §4.1", "RFC 7915 §5.1"],
    config: d.brT({ more: { "traffic-class": 0x20 } }),
    steps: [
      pass(
        ipv4({ ...DOWN_4, tos: 0xb8 }, IN),
        ipv6({ ...DOWN_6, trafficClass: 0x20, hopLimit: 63 }, IN),
      ),
      pass(ipv6({ ...UP_6, trafficClass: 0xb8 }, OUT), ipv4({ ...UP_4, tos: 0x20, ttl: 63 }, OUT)),
    ],
  },
  {
    name: "MAP-E copies the inner TOS to the outer header with its ECN field",
    rfc: ["RFC 2473 §6.4", "RFC 6040 §4.1"],
    config: d.brE(),
    steps: [0xb8, 0xb9, 0xba, 0xbb].map((tos) => downE(64, tos, tos)),
  },
  {
    name: "MAP-E writes a fixed outer traffic class but the inner ECN field",
    rfc: ["RFC 2473 §6.4", "RFC 6040 §4.1"],
    config: d.brE({ more: { "traffic-class": 0x20 } }),
    steps: [0, 1, 2, 3].map((ecn) => downE(64, 0xb8 + ecn, 0x20 + ecn)),
  },
  {
    name: "MAP-E combines both ECN fields on leaving the tunnel",
    rfc: ["RFC 6040 §4.2"],
    config: d.brE(),
    steps: ecnEgress(),
  },
];

/** UDP that fills an IPv6 packet of `len` bytes. */
function sized(len: number): ReturnType<typeof udp> {
  return udp({ sport: d.PORT, dport: 53, data: pattern(len - 48) });
}

const DF_AND_CHECKSUM: GoldenCase[] = [
  {
    name: "MAP-T clears DF up to 1260 bytes of IPv4 and sets it above",
    rfc: ["RFC 7915 §5.1"],
    config: d.brT(),
    steps: [
      pass(ipv6(UP_6, sized(1280)), ipv4({ ...UP_4, ttl: 63, df: false }, sized(1280))),
      pass(ipv6(UP_6, sized(1281)), ipv4({ ...UP_4, ttl: 63, df: true }, sized(1281))),
      pass(ipv6(UP_6, sized(1280)), ipv4({ ...UP_4, ttl: 63, df: false }, sized(1280))),
    ],
  },
  {
    name: "MAP-T CE computes a UDP checksum where IPv4 had none",
    rfc: ["RFC 7915 §4.5", "RFC 8200 §8.1"],
    config: d.ceT(),
    steps: [0, 1, 100, 101].map((len) => {
      const fields = { sport: d.PORT, dport: 53, data: pattern(len) };
      return pass(
        ipv4({ src: d.LAN_HOST, dst: d.SERVER_T }, udp({ ...fields, checksum: 0 })),
        ipv6({ ...UP_6, hopLimit: 63 }, udp(fields)),
      );
    }),
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 1 },
  },
  {
    name: "MAP-T BR drops UDP without a checksum from either side",
    rfc: ["RFC 7915 §4.5", "RFC 8200 §8.1"],
    config: d.brT(),
    steps: [
      told4(
        "udp_zero_checksum",
        ipv4(DOWN_4, udp({ sport: 53, dport: d.PORT, checksum: 0 })),
        PROHIBITED_4,
      ),
      drop("udp_zero_checksum", ipv6(UP_6, udp({ sport: d.PORT, dport: 53, checksum: 0 }))),
    ],
  },
  {
    name: "MAP-E carries UDP without a checksum as it is",
    rfc: ["RFC 2473 §3"],
    config: d.brE(),
    steps: [
      pass(
        ipv4(E_IN_4, udp({ sport: 53, dport: d.PORT, checksum: 0 })),
        ipv6(
          E_DOWN,
          encapsulated(
            ipv4({ ...E_IN_4, ttl: 63 }, udp({ sport: 53, dport: d.PORT, checksum: 0 })),
          ),
        ),
      ),
      pass(
        ipv6(E_UP, encapsulated(ipv4(E_OUT_4, udp({ sport: d.PORT, dport: 53, checksum: 0 })))),
        ipv4(E_OUT_4, udp({ sport: d.PORT, dport: 53, checksum: 0 })),
      ),
    ],
  },
  {
    name: "A UDP checksum that comes out as zero is sent as 0xffff",
    rfc: ["RFC 768", "RFC 7915 §4.5"],
    config: d.brT({ more: { "udp-zero-checksum": "compute" } }),
    steps: [undefined, 0].map((checksum) => {
      const fields = { sport: 53, dport: d.PORT, data: ZERO_IN_IPV6 };
      const given = checksum === undefined ? {} : { checksum };
      return pass(
        ipv4(DOWN_4, udp({ ...fields, ...given })),
        ipv6({ ...DOWN_6, hopLimit: 63 }, udp({ ...fields, checksum: 0xffff })),
      );
    }),
  },
  {
    name: "A wrong transport checksum stays wrong by the same amount",
    rfc: ["RFC 7915 §4.5", "RFC 1624 §3"],
    config: d.brT(),
    steps: corrupted(),
  },
];

/** The builder's packets with the checksum field one too high (in one's complement) on both sides. */
function corrupted(): Step[] {
  const spoil = (packet: Uint8Array, at: number): Uint8Array => {
    const copy = packet.slice();
    const view = new DataView(copy.buffer);
    view.setUint16(at, addSums(view.getUint16(at), 1));
    return copy;
  };
  const payloads = [
    { payload: tcp({ sport: 80, dport: d.PORT, data: pattern(11) }), offset: 16 },
    { payload: IN, offset: 6 },
    { payload: echo({ kind: "request", id: d.PORT, data: pattern(11) }), offset: 2 },
  ];
  return payloads.map(({ payload, offset }) =>
    pass(
      spoil(ipv4(DOWN_4, payload), 20 + offset),
      spoil(ipv6({ ...DOWN_6, hopLimit: 63 }, payload), 40 + offset),
    ),
  );
}

export const HEADER_FIELDS: readonly GoldenCase[] = [...TTL, ...TRAFFIC_CLASS, ...DF_AND_CHECKSUM];
