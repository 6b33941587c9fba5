/** IPv4 options, IPv6 extension headers, and protocols other than TCP, UDP and ICMP. */
import {
  encapsulated,
  extension,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  raw,
  udp,
} from "../../support/packet-builder.js";
import { drop, type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { OWN_BR_T, told4, told6 } from "./own-errors.js";

const DOWN_4 = { src: d.SERVER_T, dst: d.CE_IPV4 };
const DOWN_6 = { src: d.dmr(d.SERVER_T), dst: d.CE, hopLimit: 63 };
const UP_6 = { src: d.CE, dst: d.dmr(d.SERVER_T) };
const UP_4 = { src: d.CE_IPV4, dst: d.SERVER_T, ttl: 63, df: false };
const E_IN_4 = { src: d.SERVER_E, dst: d.CE_IPV4, id: 77 };
const E_OUT_4 = { src: d.CE_IPV4, dst: d.SERVER_E, id: 78 };
const E_DOWN = { src: d.BR, dst: d.CE };
const E_UP = { src: d.CE, dst: d.BR };
const IN = udp({ sport: 53, dport: d.PORT, data: pattern(24) });
const OUT = udp({ sport: d.PORT, dport: 53, data: pattern(24) });

const SOURCE_ROUTE_FAILED = [3, 5] as const;
const PROTOCOL_UNREACHABLE = [3, 2] as const;
const HEADER_FIELD = [4, 0] as const;
const PROHIBITED = [1, 1] as const;

/** RFC 791 §3.1: kind, length, pointer, one address, and padding. */
function route(kind: number, pointer: number): Uint8Array {
  return Uint8Array.of(kind, 7, pointer, 198, 51, 100, 1, 0);
}

const RECORD_ROUTE = 7;
const LOOSE = 131;
const STRICT = 137;
const FULL = 8;

/** No-operation, record route, timestamp, router alert, and the longest that there is. */
const HARMLESS = [
  Uint8Array.of(1, 1, 1, 0),
  route(RECORD_ROUTE, 4),
  Uint8Array.of(68, 8, 5, 0, 0, 0, 0, 0),
  Uint8Array.of(148, 4, 0, 0),
  Uint8Array.from({ length: 40 }, (_, i) =>
    i === 0 ? RECORD_ROUTE : i === 1 ? 39 : i === 2 ? 4 : 0,
  ),
];

const OPTIONS: GoldenCase[] = [
  {
    name: "MAP-T leaves IPv4 options behind and finds the ports behind them",
    rfc: ["RFC 7915 §4.1"],
    config: d.brT(),
    steps: [...HARMLESS, route(LOOSE, FULL), route(STRICT, FULL)].map((options) =>
      pass(ipv4({ ...DOWN_4, options }, IN), ipv6(DOWN_6, IN)),
    ),
  },
  {
    name: "MAP-T tells the sender of a source route that is not used up",
    rfc: ["RFC 7915 §4.1"],
    config: d.brT(),
    steps: [LOOSE, STRICT].flatMap((kind) =>
      [route(kind, 4), Uint8Array.of(1, ...route(kind, 4).slice(0, 7)), route(kind, 7)].map(
        (options) => told4("source_routed", ipv4({ ...DOWN_4, options }, IN), SOURCE_ROUTE_FAILED),
      ),
    ),
  },
  {
    name: "MAP-T drops IPv4 options that run past their header",
    rfc: ["RFC 791 §3.1"],
    config: d.brT(),
    steps: [
      Uint8Array.of(7, 1, 0, 0),
      Uint8Array.of(7, 5, 4, 0),
      Uint8Array.of(1, 1, 1, 7),
      Uint8Array.of(131, 2, 0, 0),
    ].map((options) => drop("malformed_ipv4_options", ipv4({ ...DOWN_4, options }, IN))),
  },
  {
    name: "MAP-E carries IPv4 options and finds the ports behind them",
    rfc: ["RFC 7597 §8.1", "RFC 2473 §3"],
    config: d.brE(),
    steps: HARMLESS.flatMap((options) => {
      const inside = { ...E_IN_4, options, ttl: 63 };
      const outside = ipv4({ ...E_OUT_4, options }, OUT);
      return [
        pass(ipv4({ ...E_IN_4, options }, IN), ipv6(E_DOWN, encapsulated(ipv4(inside, IN)))),
        pass(ipv6(E_UP, encapsulated(outside)), outside),
      ];
    }),
  },
];

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION = 60;

/** PadN to the end of eight bytes (RFC 8200 §4.2). */
const PAD = Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0);
const LONG_PAD = Uint8Array.of(0, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

function routing(segmentsLeft: number): Uint8Array {
  return Uint8Array.of(0, 0, 4, segmentsLeft, 0, 0, 0, 0);
}

/** The Fragment Header of a whole packet (RFC 6946 §2). */
function atomic(id: number): Uint8Array {
  return Uint8Array.of(0, 0, 0, 0, id >>> 24, (id >> 16) & 255, (id >> 8) & 255, id & 255);
}

const CHAINS: readonly ((payload: Payload) => Payload)[] = [
  (payload) => extension(HOP_BY_HOP, PAD, payload),
  (payload) => extension(DESTINATION, LONG_PAD, payload),
  (payload) => extension(ROUTING, routing(0), payload),
  (payload) =>
    extension(
      HOP_BY_HOP,
      PAD,
      extension(DESTINATION, PAD, extension(ROUTING, routing(0), payload)),
    ),
];

const EXTENSIONS: GoldenCase[] = [
  {
    name: "MAP-T leaves IPv6 extension headers behind and finds the ports behind them",
    rfc: ["RFC 7915 §5.1"],
    config: d.brT(),
    steps: CHAINS.map((chain) => pass(ipv6(UP_6, chain(OUT)), ipv4(UP_4, OUT))),
  },
  {
    name: "MAP-T points at the segments left of a routing header",
    rfc: ["RFC 7915 §5.1"],
    config: d.brT(),
    steps: [
      told6(
        "routing_segments_left",
        ipv6(UP_6, extension(ROUTING, routing(1), OUT)),
        HEADER_FIELD,
        {
          rest: 43,
        },
      ),
      told6(
        "routing_segments_left",
        ipv6(
          UP_6,
          extension(
            HOP_BY_HOP,
            PAD,
            extension(DESTINATION, LONG_PAD, extension(ROUTING, routing(255), OUT)),
          ),
        ),
        HEADER_FIELD,
        { rest: 40 + 8 + 16 + 3 },
      ),
    ],
  },
  {
    name: "MAP-T takes an atomic fragment for the packet that it is",
    rfc: ["RFC 7915 §5.1.1", "RFC 6946 §4"],
    config: d.brT(),
    steps: [
      pass(
        ipv6(UP_6, extension(FRAGMENT, atomic(0xabcd1234), OUT)),
        ipv4({ ...UP_4, id: 0x1234 }, OUT),
      ),
      pass(
        ipv6(UP_6, extension(HOP_BY_HOP, PAD, extension(FRAGMENT, atomic(0x00010002), OUT))),
        ipv4({ ...UP_4, id: 2 }, OUT),
      ),
    ],
  },
  {
    name: "MAP-T takes nothing but a transport header behind a Fragment Header",
    rfc: ["RFC 7915 §5.1.1"],
    config: d.brT(),
    steps: [
      extension(DESTINATION, PAD, OUT),
      extension(ROUTING, routing(0), OUT),
      extension(FRAGMENT, atomic(2), OUT),
      raw(51, pattern(40)),
    ].map((behind) =>
      told6(
        "extension_after_fragment",
        ipv6(UP_6, extension(FRAGMENT, atomic(1), behind)),
        PROHIBITED,
      ),
    ),
  },
  {
    name: "MAP-T drops IPv6 extension headers that run past the packet",
    rfc: ["RFC 8200 §4"],
    config: d.brT(),
    steps: [
      extension(DESTINATION, Uint8Array.of(0, 200, 1, 4, 0, 0, 0, 0), OUT),
      raw(HOP_BY_HOP, Uint8Array.of(17, 0, 1, 4)),
      Array.from({ length: 9 }).reduce<Payload>((inner) => extension(DESTINATION, PAD, inner), OUT),
    ].map((payload) => drop("malformed_ipv6_extension", ipv6(UP_6, payload))),
  },
  {
    name: "A tunnel end tolerates destination options before the packet inside, the encapsulation limit among them",
    rfc: ["RFC 2473 §4.1"],
    config: d.brE(),
    steps: [
      Uint8Array.of(0, 0, 4, 1, 4, 1, 1, 0),
      Uint8Array.of(0, 0, 4, 1, 0, 1, 1, 0),
      LONG_PAD,
    ].map((options) => {
      const inside = ipv4(E_OUT_4, OUT);
      return pass(ipv6(E_UP, extension(DESTINATION, options, encapsulated(inside))), inside);
    }),
  },
  {
    name: "A tunnel end points at the segments left of a routing header",
    rfc: ["RFC 8200 §4.4"],
    config: d.brE(),
    steps: [
      told6(
        "routing_segments_left",
        ipv6(E_UP, extension(ROUTING, routing(2), encapsulated(ipv4(E_OUT_4, OUT)))),
        HEADER_FIELD,
        { rest: 43, src: d.BR },
      ),
      pass(
        ipv6(E_UP, extension(ROUTING, routing(0), encapsulated(ipv4(E_OUT_4, OUT)))),
        ipv4(E_OUT_4, OUT),
      ),
    ],
  },
];

/** GRE, ESP, AH, SCTP, UDP-Lite, DCCP, L2TP, and what nobody has given a meaning. */
const PORTLESS = [47, 50, 51, 132, 136, 33, 115, 253];
const CE_48 = "2001:db8:12:0:0:c000:212:0";
const BYTES = pattern(40);

function portlessT(protocol: number): Step[] {
  const payload = raw(protocol, BYTES);
  return [
    pass(ipv4(DOWN_4, payload), ipv6({ ...DOWN_6, dst: CE_48 }, payload)),
    pass(ipv6({ ...UP_6, src: CE_48 }, payload), ipv4(UP_4, payload)),
  ];
}

function portlessE(protocol: number): Step[] {
  const payload = raw(protocol, BYTES);
  const outside = ipv4(E_OUT_4, payload);
  return [
    pass(
      ipv4(E_IN_4, payload),
      ipv6({ ...E_DOWN, dst: CE_48 }, encapsulated(ipv4({ ...E_IN_4, ttl: 63 }, payload))),
    ),
    pass(ipv6({ ...E_UP, src: CE_48 }, encapsulated(outside)), outside),
  ];
}

const PROTOCOLS: GoldenCase[] = [
  {
    name: "MAP-T carries every protocol to and from an address that is not shared",
    rfc: ["RFC 7915 §4.5", "RFC 7599 §8.4"],
    config: d.brT({ rules: ["full"] }),
    steps: PORTLESS.flatMap(portlessT),
  },
  {
    name: "MAP-E carries every protocol to and from an address that is not shared",
    rfc: ["RFC 7597 §8.1"],
    config: d.brE({ rules: ["full"] }),
    steps: [...PORTLESS, 41, 2].flatMap(portlessE),
  },
  {
    name: "MAP-T refuses protocols without ports to and from a shared address and tells the sender",
    rfc: ["RFC 7915 §4.4", "RFC 7915 §5.4", "RFC 7597 §8.2"],
    config: d.brT(),
    steps: PORTLESS.flatMap((protocol) => [
      told4("no_port_for_shared_address", ipv4(DOWN_4, raw(protocol, BYTES)), PROTOCOL_UNREACHABLE),
      told6("no_port_for_shared_address", ipv6(UP_6, raw(protocol, BYTES)), PROHIBITED, {
        src: OWN_BR_T,
      }),
    ]),
  },
  {
    name: "MAP-E refuses protocols without ports to and from a shared address",
    rfc: ["RFC 7597 §8.2"],
    config: d.brE({ more: { icmp: { unreachables: false } } }),
    steps: [...PORTLESS, 41].flatMap((protocol) => [
      drop("no_port_for_shared_address", ipv4(E_IN_4, raw(protocol, BYTES))),
      drop(
        "no_port_for_shared_address",
        ipv6(E_UP, encapsulated(ipv4(E_OUT_4, raw(protocol, BYTES)))),
      ),
    ]),
  },
  {
    name: "MAP-T gives no IPv4 protocol number a meaning that it has only in IPv6",
    rfc: ["RFC 7915 §4.1", "RFC 7915 §4.2"],
    config: d.brT({ rules: ["full"] }),
    steps: [
      ...[0, 43, 44, 58, 60, 2].map((protocol) =>
        drop("untranslatable_protocol", ipv4(DOWN_4, raw(protocol, BYTES))),
      ),
      drop("untranslatable_protocol", ipv6({ ...UP_6, src: CE_48 }, raw(1, BYTES))),
    ],
  },
];

const CE_NAT44: GoldenCase[] = (["map-t", "map-e"] as const).map((mode) => ({
  name: `${mode} CE with NAT44 takes no protocol without ports from its LAN or for its shared address`,
  rfc: ["RFC 4787 §1", "RFC 7597 §8.2"],
  config: mode === "map-t" ? d.ceT() : d.ceE(),
  steps: PORTLESS.flatMap((protocol) => {
    const payload = raw(protocol, BYTES);
    const inner = ipv4(E_IN_4, payload);
    const arriving =
      mode === "map-t"
        ? ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE }, payload)
        : ipv6(E_DOWN, encapsulated(inner));
    return [
      drop("nat44_unsupported_protocol", ipv4({ src: d.LAN_HOST, dst: d.SERVER_T }, payload)),
      drop("no_port_for_shared_address", arriving),
    ];
  }),
}));

export const HEADERS: readonly GoldenCase[] = [
  ...OPTIONS,
  ...EXTENSIONS,
  ...PROTOCOLS,
  ...CE_NAT44,
];
