/** ICMP at a CE of MAP-T: echo identifiers, errors through NAT44 both ways, errors of its own, path MTUs learnt. */
import {
  concat,
  echo,
  icmp,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  tcp,
  udp,
} from "../../support/packet-builder.js";
import { after, drop, type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { error4, error6, type Message, ROUTER, ROUTER_6 } from "./icmp-error.js";
import {
  FRAGMENTATION_NEEDED,
  OWN_IPV4,
  PROHIBITED_4,
  TIME_EXCEEDED_4,
  TIME_EXCEEDED_6,
  TOO_BIG_6,
  told4,
  told6,
} from "./own-errors.js";

/** External port 1232 leads to port 22 of the LAN host. */
const FORWARD = {
  nat44: {
    filtering: "endpoint-independent",
    forwards: [{ protocol: "both", "external-port": d.PORT, to: `${d.LAN_HOST}:22` }],
  },
};
const FORWARD_GAUGES = { nat44_mappings_tcp: 1, nat44_mappings_udp: 1 };

/** Of the same packet: as the LAN host sends it, and as it leaves the CE. */
const INSIDE_TCP = tcp({ sport: 22, dport: 40000, data: pattern(60) });
const OUTSIDE_TCP = tcp({ sport: d.PORT, dport: 40000, data: pattern(60) });
const INSIDE_UDP = udp({ sport: 22, dport: 40000, data: pattern(60) });
const OUTSIDE_UDP = udp({ sport: d.PORT, dport: 40000, data: pattern(60) });

const LAN = { src: d.LAN_HOST, dst: d.SERVER_T };
const WAN = { src: d.CE, dst: d.dmr(d.SERVER_T) };
const BACK_WAN = { src: d.dmr(d.SERVER_T), dst: d.CE };
const BACK_LAN = { src: d.SERVER_T, dst: d.LAN_HOST };

/** An error about a packet from the LAN: from `src6`, which the LAN host sees as `src4`. */
function toLan(
  before: Message,
  afterwards: Message,
  [src6, src4]: readonly [string, string],
  [outside, inside]: readonly [Payload, Payload],
  len = 1000,
): Step {
  return pass(
    error6(
      before,
      { src: src6, dst: d.CE },
      ipv6({ ...WAN, hopLimit: 1 }, outside).slice(0, 40 + len),
    ),
    error4(
      afterwards,
      { src: src4, dst: d.LAN_HOST, ttl: 59, id: 0 },
      ipv4({ ...LAN, ttl: 1, df: false }, inside).slice(0, 20 + len),
    ),
  );
}

const MESSAGES: readonly (readonly [Message, Message])[] = [
  [
    [1, 0],
    [3, 1],
  ],
  [
    [1, 1],
    [3, 10],
  ],
  [
    [1, 4],
    [3, 3],
  ],
  [
    [3, 0],
    [11, 0],
  ],
  [
    [4, 0, 7],
    [12, 0, 8 * 2 ** 24],
  ],
  [
    [4, 1, 6],
    [3, 2],
  ],
];
const SERVER = [d.dmr(d.SERVER_T), d.SERVER_T] as const;
const INTERNET_ROUTER = [d.dmr(ROUTER), ROUTER] as const;
const PROVIDER_ROUTER = [ROUTER_6, OWN_IPV4] as const;
const TCP_PAIR = [OUTSIDE_TCP, INSIDE_TCP] as const;
const UDP_PAIR = [OUTSIDE_UDP, INSIDE_UDP] as const;

const OUT = udp({ sport: d.PORT, dport: 53, data: pattern(40) });

function up(payload: Payload): Step {
  return pass(ipv4(LAN, payload), ipv6({ ...WAN, hopLimit: 63 }, payload));
}

function down(payload: Payload): Step {
  return pass(ipv6(BACK_WAN, payload), ipv4({ ...BACK_LAN, ttl: 63, df: false }, payload));
}

function refusedToLan(
  reason:
    | "nat44_no_mapping"
    | "nat44_filtered"
    | "destination_port_not_ours"
    | "malformed_quote"
    | "ipv6_source_not_in_domain"
    | "no_port_for_shared_address",
  quoted: Uint8Array,
  message: Message = [1, 4],
): Step {
  return drop(reason, error6(message, { src: ROUTER_6, dst: d.CE }, quoted));
}

/** UDP that fills an IPv4 packet of `len` bytes. */
function sized(len: number): Payload {
  return udp({ sport: d.PORT, dport: 53, data: pattern(len - 28) });
}

/** A router of the provider cannot carry a packet of 1500 bytes that we have sent; its ICMPv6 error is full. */
function tooBig(mtu: number, told: number): Step {
  return pass(
    error6([2, 0, mtu], { src: ROUTER_6, dst: d.CE }, ipv6(WAN, sized(1480)).slice(0, 1232)),
    error4(
      [3, 4, told],
      { src: OWN_IPV4, dst: d.LAN_HOST, ttl: 59, id: 0 },
      ipv4({ ...LAN, df: true }, sized(1480)).slice(0, 548),
    ),
  );
}

function forged(quoted: Payload, reason: Parameters<typeof refusedToLan>[0]): Step {
  return refusedToLan(reason, ipv6(WAN, quoted), [2, 0, 1300]);
}

function toldTooBig(len: number, mtu: number): Step {
  return told4("too_big", ipv4(LAN, sized(len)), FRAGMENTATION_NEEDED, { rest: mtu });
}

const SECOND_US = 1_000_000;
const UDP_GAUGES = { nat44_mappings_udp: 1, nat44_sessions: 1 };

/** All ports of the set but 2256: identifiers have one to choose. */
const ONE_PORT = { nat44: { reserve: ["1024-2255", "2257-65535"] } };

const PEER_IPV4 = "192.0.2.19";
const PEER_UDP = udp({ sport: d.PORT, dport: d.PORT, data: pattern(20) });

export const ICMP_CUSTOMER_EDGE: readonly GoldenCase[] = [
  {
    name: "MAP-T CE gives an echo request an identifier of its port set and takes it back in the reply",
    rfc: ["RFC 7599 §9", "RFC 5508 §3.1"],
    config: d.ceT({ more: ONE_PORT }),
    steps: [
      pass(
        ipv4(LAN, echo({ kind: "request", id: 7, data: pattern(56) })),
        ipv6(
          { ...WAN, hopLimit: 63 },
          echo({ kind: "request", id: d.SECOND_RANGE_PORT, data: pattern(56) }),
        ),
      ),
      pass(
        ipv6(BACK_WAN, echo({ kind: "reply", id: d.SECOND_RANGE_PORT, data: pattern(56) })),
        ipv4(
          { ...BACK_LAN, ttl: 63, df: false },
          echo({ kind: "reply", id: 7, data: pattern(56) }),
        ),
      ),
      // The quote of an error about it shows the LAN host's own identifier.
      pass(
        error6(
          [3, 0],
          { src: d.dmr(ROUTER), dst: d.CE },
          ipv6(
            { ...WAN, hopLimit: 1 },
            echo({ kind: "request", id: d.SECOND_RANGE_PORT, data: pattern(56) }),
          ),
        ),
        error4(
          [11, 0],
          { src: ROUTER, dst: d.LAN_HOST, ttl: 59, id: 0 },
          ipv4({ ...LAN, ttl: 1, df: false }, echo({ kind: "request", id: 7, data: pattern(56) })),
        ),
      ),
      told4(
        "nat44_no_free_port",
        ipv4(LAN, echo({ kind: "request", id: 8, data: pattern(56) })),
        PROHIBITED_4,
      ),
    ],
    gauges: { nat44_mappings_icmp: 1, nat44_sessions: 1 },
  },
  {
    name: "MAP-T CE shows a LAN host its own packet in the quote of an error",
    rfc: ["RFC 7599 §9", "RFC 5508 §4.2"],
    config: d.ceT({ more: FORWARD }),
    steps: [SERVER, INTERNET_ROUTER, PROVIDER_ROUTER].flatMap((sender) =>
      MESSAGES.flatMap(([before, afterwards]) => [
        toLan(before, afterwards, sender, TCP_PAIR),
        toLan(before, afterwards, sender, UDP_PAIR),
        toLan(before, afterwards, sender, TCP_PAIR, 8),
      ]),
    ),
    gauges: FORWARD_GAUGES,
  },
  {
    name: "MAP-T CE takes no error about packets that it has not sent",
    rfc: ["RFC 5508 §4.2", "RFC 7599 §8.2"],
    config: d.ceT(),
    steps: [
      up(OUT),
      refusedToLan(
        "nat44_no_mapping",
        ipv6(WAN, udp({ sport: d.PORT + 1, dport: 53, data: pattern(9) })),
      ),
      refusedToLan("nat44_no_mapping", ipv6(WAN, tcp({ sport: d.PORT, dport: 53 }))),
      refusedToLan("nat44_filtered", ipv6({ ...WAN, dst: d.dmr("198.51.100.9") }, OUT)),
      refusedToLan(
        "destination_port_not_ours",
        ipv6(WAN, udp({ sport: 1236, dport: 53, data: pattern(9) })),
      ),
      refusedToLan("malformed_quote", ipv6({ ...WAN, src: d.CE_35 }, OUT)),
      refusedToLan("ipv6_source_not_in_domain", ipv6({ ...WAN, dst: "2001:db9::1" }, OUT)),
      refusedToLan("no_port_for_shared_address", ipv6(WAN, OUT).slice(0, 43)),
      // An error ends nothing.
      pass(
        error6([1, 4], { src: d.dmr(d.SERVER_T), dst: d.CE }, ipv6(WAN, OUT)),
        error4(
          [3, 3],
          { src: d.SERVER_T, dst: d.LAN_HOST, ttl: 59, id: 0 },
          ipv4({ ...LAN, df: false }, OUT),
        ),
      ),
      down(udp({ sport: 53, dport: d.PORT, data: pattern(9) })),
    ],
    gauges: UDP_GAUGES,
  },
  {
    name: "An error about an echo request does not keep its mapping alive",
    rfc: ["RFC 5508 §4.2", "RFC 5508 §3.2"],
    config: d.ceT(),
    steps: [
      up(echo({ kind: "request", id: d.PORT, data: pattern(9) })),
      after(
        50 * SECOND_US,
        toLan([3, 0], [11, 0], INTERNET_ROUTER, [
          echo({ kind: "request", id: d.PORT, data: pattern(9) }),
          echo({ kind: "request", id: d.PORT, data: pattern(9) }),
        ]),
      ),
      after(
        62 * SECOND_US,
        drop("nat44_no_mapping", ipv6(BACK_WAN, echo({ kind: "reply", id: d.PORT }))),
      ),
    ],
  },
  {
    name: "MAP-T CE sends no ICMP out but echo and errors",
    rfc: ["RFC 7915 §4.2", "RFC 5508 §9"],
    config: d.ceT(),
    steps: [9, 10, 13, 14, 15, 17].map((type4) =>
      drop("icmp_untranslatable", ipv4(LAN, icmp({ type4, type6: 0, rest: d.PORT * 65536 }))),
    ),
  },
  {
    name: "MAP-T CE answers the LAN from 192.0.0.8 and the provider from its MAP address",
    rfc: ["RFC 7600 §4.8", "RFC 7915 §4.1", "RFC 7915 §5.1"],
    config: d.ceT({ more: { mtu: { ipv4: 1400 } } }),
    steps: [
      told4("ttl_expired", ipv4({ ...LAN, ttl: 1 }, OUT), TIME_EXCEEDED_4),
      told4("too_big", ipv4(LAN, sized(1481)), FRAGMENTATION_NEEDED, { rest: 1480 }),
      up(OUT),
      told6(
        "ttl_expired",
        ipv6({ ...BACK_WAN, hopLimit: 1 }, udp({ sport: 53, dport: d.PORT })),
        TIME_EXCEEDED_6,
        { src: d.CE },
      ),
      told6(
        "too_big",
        ipv6(BACK_WAN, udp({ sport: 53, dport: d.PORT, data: pattern(1373) })),
        TOO_BIG_6,
        { src: d.CE, rest: 1420 },
      ),
    ],
    gauges: UDP_GAUGES,
  },
  {
    name: "MAP-T CE learns the path MTU from packet too big and tells the LAN",
    rfc: ["RFC 8201 §4", "RFC 7915 §4.1"],
    config: d.ceT(),
    steps: [
      up(sized(1480)),
      tooBig(1400, 1380),
      toldTooBig(1480, 1380),
      toldTooBig(1381, 1380),
      up(sized(1380)),
      // A larger one changes nothing.
      tooBig(1450, 1430),
      toldTooBig(1381, 1380),
      // Nor does one about a packet that we have not sent.
      forged(udp({ sport: d.PORT + 1, dport: 53 }), "nat44_no_mapping"),
      forged(udp({ sport: 1236, dport: 53 }), "destination_port_not_ours"),
      up(sized(1380)),
      // No IPv6 path carries less than 1280 bytes.
      tooBig(1000, 980),
      toldTooBig(1261, 1260),
      up(sized(1260)),
      // Ten minutes later the path is tried again.
      after(599 * SECOND_US, toldTooBig(1261, 1260)),
      after(601 * SECOND_US, up(sized(1480))),
    ],
    gauges: UDP_GAUGES,
  },
  {
    name: "MAP-T CE takes errors straight from a CE of a forwarding rule",
    rfc: ["RFC 7599 §8.2", "RFC 7599 §9"],
    config: d.ceT({ rules: ["mesh"] }),
    steps: [
      pass(
        ipv4({ src: d.LAN_HOST, dst: PEER_IPV4 }, PEER_UDP),
        ipv6({ src: d.CE, dst: d.CE_OTHER_ADDRESS, hopLimit: 63 }, PEER_UDP),
      ),
      pass(
        error6(
          [1, 4],
          { src: d.CE_OTHER_ADDRESS, dst: d.CE },
          ipv6({ src: d.CE, dst: d.CE_OTHER_ADDRESS, hopLimit: 9 }, PEER_UDP),
        ),
        error4(
          [3, 3],
          { src: PEER_IPV4, dst: d.LAN_HOST, ttl: 59, id: 0 },
          ipv4({ src: d.LAN_HOST, dst: PEER_IPV4, ttl: 9, df: false }, PEER_UDP),
        ),
      ),
    ],
    gauges: UDP_GAUGES,
  },
  {
    name: "An extension of an error passes NAT44 untouched",
    rfc: ["RFC 4884 §4", "RFC 5508 §4.2"],
    config: d.ceT({ more: FORWARD }),
    steps: [
      pass(
        error6(
          [3, 0, 16 * 2 ** 24],
          { src: d.dmr(ROUTER), dst: d.CE },
          concat(
            ipv6({ ...WAN, hopLimit: 1 }, OUTSIDE_TCP),
            new Uint8Array(8),
            Uint8Array.of(0x20, 0, 0xdf, 0xff, 0xaa, 0xbb, 0xcc, 0xdd),
          ),
        ),
        error4(
          [11, 0, 32 * 2 ** 16],
          { src: ROUTER, dst: d.LAN_HOST, ttl: 59, id: 0 },
          concat(
            ipv4({ ...LAN, ttl: 1, df: false }, INSIDE_TCP),
            new Uint8Array(28),
            Uint8Array.of(0x20, 0, 0xdf, 0xff, 0xaa, 0xbb, 0xcc, 0xdd),
          ),
        ),
      ),
    ],
    gauges: FORWARD_GAUGES,
  },
];
