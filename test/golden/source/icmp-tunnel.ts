/** ICMP in MAP-E: errors carried in the tunnel, and errors from inside the tunnel told on (RFC 2473 §8). */
import type { DropName } from "../../../src/verdict.js";
import {
  echo,
  encapsulated,
  extension,
  type Ipv4Fields,
  icmp,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  raw,
  tcp,
  udp,
} from "../../support/packet-builder.js";
import {
  after,
  drop,
  type GoldenCase,
  hairpin,
  inPieces,
  pass,
  type Step,
} from "../golden-case.js";
import * as d from "./domains.js";
import { error4, error6, IN, type Message, OUT, ROUTER, ROUTER_6 } from "./icmp-error.js";
import { FRAGMENTATION_NEEDED, OWN_IPV4, TIME_EXCEEDED_4, told4 } from "./own-errors.js";

const UP = { src: d.CE, dst: d.BR };
const DOWN = { src: d.BR, dst: d.CE };
const LAN = { src: d.LAN_HOST, dst: d.SERVER_E, id: 3 };
const SENT = { src: d.CE_IPV4, dst: d.SERVER_E, id: 3 };
const GOT = { src: d.SERVER_E, dst: d.CE_IPV4, id: 77 };
const GOT_LAN = { src: d.SERVER_E, dst: d.LAN_HOST, id: 77 };

/** External port 1232 leads to port 22 of the LAN host. */
const FORWARD = {
  nat44: {
    filtering: "endpoint-independent",
    forwards: [{ protocol: "both", "external-port": d.PORT, to: `${d.LAN_HOST}:22` }],
  },
};
const FORWARD_GAUGES = { nat44_mappings_tcp: 1, nat44_mappings_udp: 1 };
const UDP_GAUGES = { nat44_mappings_udp: 1, nat44_sessions: 1 };

const INSIDE = tcp({ sport: 22, dport: 40000, data: pattern(60) });
const OUTSIDE = tcp({ sport: d.PORT, dport: 40000, data: pattern(60) });

/** What a router in the provider's network tells of, and what the sender of the IPv4 packet hears. */
const RELAYED: readonly (readonly [Message, Message])[] = [
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
const CARRIED: readonly Message[] = [
  [3, 0],
  [3, 1],
  [3, 3],
  [3, 4, 1300],
  [11, 0],
  [12, 0, 8 * 2 ** 24],
];

/** Errors of the tunnel end's own: a TTL of 64, the DSCP of the packet inside. */
function relayed(message: Message, dst: string, quoted: Uint8Array, tos = 0): Uint8Array {
  return error4(message, { src: OWN_IPV4, dst, ttl: 64, id: 0, tos }, quoted);
}

function toLan(
  before: Message,
  afterwards: Message,
  len = 1000,
  fields: Partial<Ipv4Fields> = {},
): Step {
  const sent = ipv4({ ...SENT, ...fields, ttl: 63 }, OUTSIDE);
  const quoted = ipv4({ ...LAN, ...fields, ttl: 63 }, INSIDE);
  const tos = (fields.tos ?? 0) & 0xfc;
  return pass(
    error6(before, { src: ROUTER_6, dst: d.CE }, ipv6(UP, encapsulated(sent)).slice(0, 60 + len)),
    relayed(afterwards, d.LAN_HOST, quoted.slice(0, 20 + len), tos),
  );
}

/** An error about `tunnelled` that the CE must not tell on. */
function refusedAtCe(
  reason: DropName,
  tunnelled: Uint8Array,
  message: Message = [1, 0],
  src = ROUTER_6,
): Step {
  return drop(reason, error6(message, { src, dst: d.CE }, tunnelled));
}

function sentTunnelled(payload: Payload, fields: Partial<Ipv4Fields> = {}): Uint8Array {
  return ipv6(UP, encapsulated(ipv4({ ...SENT, ...fields }, payload)));
}

function toServer(before: Message, afterwards: Message, fields: Partial<Ipv4Fields> = {}): Step {
  const inner = ipv4({ ...GOT, ttl: 63, ...fields }, IN);
  return pass(
    error6(
      before,
      { src: ROUTER_6, dst: d.BR },
      ipv6({ ...DOWN, hopLimit: 1 }, encapsulated(inner)),
    ),
    relayed(afterwards, d.SERVER_E, inner, (fields.tos ?? 0) & 0xfc),
  );
}

function refusedAtBr(reason: DropName, tunnelled: Uint8Array, message: Message = [1, 0]): Step {
  return drop(reason, error6(message, { src: ROUTER_6, dst: d.BR }, tunnelled));
}

function gotTunnelled(payload: Payload, fields: Partial<Ipv4Fields> = {}, dst = d.CE): Uint8Array {
  return ipv6({ src: d.BR, dst }, encapsulated(ipv4({ ...GOT, ...fields }, payload)));
}

const NO_DF = { df: false };

/** UDP that fills an IPv4 packet of `len` bytes. */
function sized(len: number): Payload {
  return udp({ sport: d.PORT, dport: 53, data: pattern(len - 28) });
}

function up(len: number): Step {
  return pass(
    ipv4(LAN, sized(len)),
    ipv6(UP, encapsulated(ipv4({ ...SENT, ttl: 63 }, sized(len)))),
  );
}

function toldTooBig(len: number, mtu: number): Step {
  return told4("too_big", ipv4(LAN, sized(len)), FRAGMENTATION_NEEDED, { rest: mtu });
}

/** Told of by a router whose next link carries `mtu`, as much quoted as its ICMPv6 error holds. */
function tooBig(mtu: number, told: number): Step {
  return pass(
    error6(
      [2, 0, mtu],
      { src: ROUTER_6, dst: d.CE },
      ipv6(UP, encapsulated(ipv4({ ...SENT, ttl: 63 }, sized(1460)))).slice(0, 1232),
    ),
    relayed([3, 4, told], d.LAN_HOST, ipv4({ ...LAN, ttl: 63 }, sized(1460)).slice(0, 548)),
  );
}

/** An IPv4 packet of 1400 bytes without DF in outer fragments of at most 1400. */
function inTwoFragments(): Step {
  const inner = ipv4({ ...SENT, ttl: 63, df: false }, sized(1400));
  const fragment = (from: number, to: number, more: number): Uint8Array => {
    const header = new Uint8Array(8);
    new DataView(header.buffer).setUint16(2, from + more);
    return ipv6(UP, extension(44, header, raw(4, inner.slice(from, to))));
  };
  return inPieces(
    ipv4({ ...LAN, df: false }, sized(1400)),
    fragment(0, 1352, 1),
    fragment(1352, 1400, 0),
  );
}

const PEER = d.CE_OTHER_ADDRESS;
const PEER_IPV4 = "192.0.2.19";
const CROSS = udp({ sport: d.PORT, dport: d.SECOND_RANGE_PORT, data: pattern(12) });

const SECOND_US = 1_000_000;

const AT_THE_CE: GoldenCase[] = [
  {
    name: "MAP-E CE gives an echo request an identifier of its port set and takes it back in the reply",
    rfc: ["RFC 7597 §8.2", "RFC 5508 §3.1"],
    config: d.ceE({ more: { nat44: { reserve: ["1024-2255", "2257-65535"] } } }),
    steps: [
      pass(
        ipv4(LAN, echo({ kind: "request", id: 7, data: pattern(56) })),
        ipv6(
          UP,
          encapsulated(
            ipv4(
              { ...SENT, ttl: 63 },
              echo({ kind: "request", id: d.SECOND_RANGE_PORT, data: pattern(56) }),
            ),
          ),
        ),
      ),
      pass(
        gotTunnelled(echo({ kind: "reply", id: d.SECOND_RANGE_PORT, data: pattern(56) })),
        ipv4(GOT_LAN, echo({ kind: "reply", id: 7, data: pattern(56) })),
      ),
    ],
    gauges: { nat44_mappings_icmp: 1, nat44_sessions: 1 },
  },
  {
    name: "MAP-E CE tells a LAN host of errors from inside the tunnel about its own packet",
    rfc: ["RFC 2473 §8.3", "RFC 7597 §8.2"],
    config: d.ceE({ more: FORWARD }),
    steps: [
      ...RELAYED.flatMap(([before, afterwards]) => [
        toLan(before, afterwards),
        toLan(before, afterwards, 8),
      ]),
      toLan([3, 0], [3, 1], 1000, { tos: 0xbb }),
      toLan([1, 0], [3, 1], 1000, NO_DF),
    ],
    gauges: FORWARD_GAUGES,
  },
  {
    name: "The headers of a tunnel packet count in the MTU that its sender is told",
    rfc: ["RFC 2473 §8.3"],
    config: d.ceE({ more: FORWARD }),
    steps: [
      pass(
        error6(
          [2, 0, 1400],
          { src: ROUTER_6, dst: d.CE },
          // A tunnel encapsulation limit of 4, padded to eight bytes.
          ipv6(
            UP,
            extension(
              60,
              Uint8Array.of(0, 0, 4, 1, 4, 1, 1, 0),
              encapsulated(ipv4({ ...SENT, ttl: 63 }, OUTSIDE)),
            ),
          ),
        ),
        relayed([3, 4, 1352], d.LAN_HOST, ipv4({ ...LAN, ttl: 63 }, INSIDE)),
      ),
    ],
    gauges: FORWARD_GAUGES,
  },
  {
    name: "MAP-E CE tells on no error about packets that it has not sent",
    rfc: ["RFC 2473 §8", "RFC 7597 §8.1"],
    config: d.ceE(),
    steps: [
      up(100),
      refusedAtCe("malformed_quote", ipv6({ ...UP, src: d.CE_35 }, encapsulated(ipv4(SENT, OUT)))),
      refusedAtCe(
        "ipv6_source_not_in_domain",
        ipv6({ ...UP, dst: "2001:db8:ffff::2" }, encapsulated(ipv4(SENT, OUT))),
      ),
      refusedAtCe("ipv4_destination_not_ours", sentTunnelled(OUT, { src: "192.0.2.19" })),
      refusedAtCe(
        "destination_port_not_ours",
        sentTunnelled(udp({ sport: 1236, dport: 53, data: pattern(9) })),
      ),
      refusedAtCe(
        "nat44_no_mapping",
        sentTunnelled(udp({ sport: d.PORT + 1, dport: 53, data: pattern(9) })),
      ),
      refusedAtCe("no_port_for_shared_address", sentTunnelled(OUT).slice(0, 63)),
      refusedAtCe("malformed_quote", sentTunnelled(OUT).slice(0, 59)),
      // No error is about an error, and of some nothing is told.
      refusedAtCe(
        "icmp_error_about_error",
        sentTunnelled(icmp({ type4: 3, type6: 0, code: 1, data: ipv4(GOT, IN) })),
      ),
      refusedAtCe("icmp_untranslatable", sentTunnelled(OUT), [100, 0]),
      refusedAtCe("icmp_untranslatable", ipv6(UP, OUT)),
      // Without DF the CE cuts the packet itself.
      refusedAtCe("icmp_untranslatable", sentTunnelled(OUT, NO_DF), [2, 0, 1400]),
    ],
    gauges: UDP_GAUGES,
  },
  {
    name: "MAP-E CE tells of errors from inside the tunnel below the configured rate",
    rfc: ["RFC 4443 §2.4"],
    config: d.ceE({ more: { ...FORWARD, icmp: { "rate-limit": 2 } } }),
    steps: [
      toLan([1, 0], [3, 1]),
      toLan([3, 0], [3, 1]),
      refusedAtCe("icmp_rate_limited", sentTunnelled(OUTSIDE)),
      // Of our own there are no more either.
      drop("ttl_expired", ipv4({ ...LAN, ttl: 1 }, INSIDE)),
      after(2 * SECOND_US, told4("ttl_expired", ipv4({ ...LAN, ttl: 1 }, INSIDE), TIME_EXCEEDED_4)),
      after(2 * SECOND_US, toLan([1, 0], [3, 1])),
      after(2 * SECOND_US, refusedAtCe("icmp_rate_limited", sentTunnelled(OUTSIDE))),
    ],
    gauges: FORWARD_GAUGES,
  },
  {
    name: "MAP-E CE learns the path MTU of the tunnel and tells the LAN",
    rfc: ["RFC 2473 §6.7", "RFC 2473 §7.2", "RFC 8201 §4"],
    config: d.ceE(),
    steps: [
      up(1460),
      toldTooBig(1461, 1460),
      tooBig(1400, 1360),
      toldTooBig(1400, 1360),
      toldTooBig(1361, 1360),
      up(1360),
      inTwoFragments(),
      refusedAtCe(
        "nat44_no_mapping",
        sentTunnelled(udp({ sport: d.PORT + 1, dport: 53 })),
        [2, 0, 1300],
      ),
      up(1360),
      tooBig(1000, 1240),
      toldTooBig(1241, 1240),
      up(1240),
      after(599 * SECOND_US, toldTooBig(1241, 1240)),
      after(601 * SECOND_US, up(1460)),
    ],
    gauges: UDP_GAUGES,
  },
  {
    name: "MAP-E CE takes an ICMPv4 error out of the tunnel to the LAN host whose packet it quotes",
    rfc: ["RFC 7597 §8.2", "RFC 5508 §4.2"],
    config: d.ceE({ more: FORWARD }),
    steps: [
      ...CARRIED.map((message) =>
        pass(
          ipv6(
            DOWN,
            encapsulated(
              error4(message, { src: ROUTER, dst: d.CE_IPV4 }, ipv4({ ...SENT, ttl: 1 }, OUTSIDE)),
            ),
          ),
          error4(message, { src: ROUTER, dst: d.LAN_HOST }, ipv4({ ...LAN, ttl: 1 }, INSIDE)),
        ),
      ),
      drop(
        "icmp_untranslatable",
        ipv6(
          DOWN,
          encapsulated(error4([4, 0], { src: ROUTER, dst: d.CE_IPV4 }, ipv4(SENT, OUTSIDE))),
        ),
      ),
      drop(
        "malformed_quote",
        ipv6(
          DOWN,
          encapsulated(
            error4(
              [3, 1],
              { src: ROUTER, dst: d.CE_IPV4 },
              ipv4({ ...SENT, src: "192.0.2.19" }, OUTSIDE),
            ),
          ),
        ),
      ),
    ],
    gauges: FORWARD_GAUGES,
  },
  {
    name: "MAP-E CE sends an ICMPv4 error of the LAN into the tunnel with the outside view quoted",
    rfc: ["RFC 7597 §8.2", "RFC 5508 §4.2"],
    config: d.ceE({ more: FORWARD }),
    steps: [
      ...[d.LAN_HOST, "192.168.1.1"].map((src) => {
        const got = udp({ sport: 40000, dport: 22, data: pattern(60) });
        const sent = udp({ sport: 40000, dport: d.PORT, data: pattern(60) });
        return pass(
          error4([3, 3], { src, dst: d.SERVER_E }, ipv4({ ...GOT_LAN, ttl: 1 }, got)),
          ipv6(
            UP,
            encapsulated(
              error4(
                [3, 3],
                { src: d.CE_IPV4, dst: d.SERVER_E, ttl: 59 },
                ipv4({ ...GOT, ttl: 1 }, sent),
              ),
            ),
          ),
        );
      }),
      drop(
        "nat44_no_mapping",
        error4(
          [3, 3],
          { src: d.LAN_HOST, dst: d.SERVER_E },
          ipv4(GOT_LAN, udp({ sport: 40000, dport: 23, data: pattern(9) })),
        ),
      ),
    ],
    gauges: FORWARD_GAUGES,
  },
];

const AT_THE_BR: GoldenCase[] = [
  {
    name: "MAP-E BR carries ICMPv4 errors through the tunnel by the port that they quote",
    rfc: ["RFC 7597 §8.2"],
    config: d.brE(),
    steps: [
      ...[d.PORT, 1236].map((sport) => {
        const quoted = ipv4({ ...SENT, ttl: 1 }, udp({ sport, dport: 53, data: pattern(20) }));
        const error = (ttl: number): Uint8Array =>
          error4([11, 0], { src: ROUTER, dst: d.CE_IPV4, ttl }, quoted);
        const dst = sport === d.PORT ? d.CE : d.CE_35;
        return pass(error(60), ipv6({ src: d.BR, dst }, encapsulated(error(59))));
      }),
      pass(
        ipv6(UP, encapsulated(error4([3, 3], { src: d.CE_IPV4, dst: d.SERVER_E }, ipv4(GOT, IN)))),
        error4([3, 3], { src: d.CE_IPV4, dst: d.SERVER_E }, ipv4(GOT, IN)),
      ),
      // A CE may complain of what came to its own port alone.
      drop(
        "source_psid_mismatch",
        ipv6(
          UP,
          encapsulated(
            error4(
              [3, 3],
              { src: d.CE_IPV4, dst: d.SERVER_E },
              ipv4(GOT, udp({ sport: 53, dport: 1236, data: pattern(9) })),
            ),
          ),
        ),
      ),
      drop(
        "destination_port_excluded",
        error4(
          [3, 1],
          { src: ROUTER, dst: d.CE_IPV4 },
          ipv4(SENT, udp({ sport: 208, dport: 53, data: pattern(9) })),
        ),
      ),
      drop(
        "no_port_for_shared_address",
        error4([3, 1], { src: ROUTER, dst: d.CE_IPV4 }, ipv4(SENT, OUT).slice(0, 23)),
      ),
    ],
  },
  {
    name: "MAP-E BR tells the sender of errors from inside the tunnel",
    rfc: ["RFC 2473 §8.3", "RFC 7597 §8.2"],
    config: d.brE(),
    steps: [
      ...RELAYED.map(([before, afterwards]) => toServer(before, afterwards)),
      toServer([3, 0], [3, 1], { tos: 0xbb }),
      toServer([1, 0], [3, 1], NO_DF),
      refusedAtBr("icmp_untranslatable", gotTunnelled(IN, NO_DF), [2, 0, 1400]),
    ],
  },
  {
    name: "MAP-E BR tells the sender from the configured address",
    rfc: ["RFC 2473 §8.3", "RFC 6791 §3.1"],
    config: d.brE({ more: { icmp: { "ipv4-sources": ["203.0.113.8"] } } }),
    steps: [
      pass(
        error6([1, 0], { src: ROUTER_6, dst: d.BR }, gotTunnelled(IN)),
        error4([3, 1], { src: "203.0.113.8", dst: d.SERVER_E, ttl: 64, id: 0 }, ipv4(GOT, IN)),
      ),
    ],
  },
  {
    name: "MAP-E BR does not learn path MTUs from the domain",
    rfc: ["RFC 7597 §8.3.1"],
    config: d.brE(),
    steps: [1, 2].flatMap(() => {
      const whole = udp({ sport: 53, dport: d.PORT, data: pattern(1432) });
      return [
        pass(ipv4(GOT, whole), ipv6(DOWN, encapsulated(ipv4({ ...GOT, ttl: 63 }, whole)))),
        pass(
          error6([2, 0, 1400], { src: ROUTER_6, dst: d.BR }, gotTunnelled(whole).slice(0, 1232)),
          relayed([3, 4, 1360], d.SERVER_E, ipv4(GOT, whole).slice(0, 548)),
        ),
      ];
    }),
  },
  {
    name: "MAP-E BR tells on no error about packets that it has not sent",
    rfc: ["RFC 2473 §8", "RFC 7597 §8.1"],
    config: d.brE(),
    steps: [
      refusedAtBr(
        "malformed_quote",
        ipv6({ src: "2001:db8:ffff::2", dst: d.CE }, encapsulated(ipv4(GOT, IN))),
      ),
      refusedAtBr("ipv6_source_not_in_domain", gotTunnelled(IN, {}, "2001:db9::1")),
      refusedAtBr("source_address_mismatch", gotTunnelled(IN, { dst: "192.0.2.19" })),
      refusedAtBr(
        "source_psid_mismatch",
        gotTunnelled(udp({ sport: 53, dport: 1236, data: pattern(9) })),
      ),
      refusedAtBr(
        "source_port_excluded",
        gotTunnelled(udp({ sport: 53, dport: 208, data: pattern(9) })),
      ),
      refusedAtBr("source_iid_mismatch", gotTunnelled(IN, {}, "2001:db8:12:3400::1")),
      refusedAtBr("martian_ipv4_destination", gotTunnelled(IN, { src: "127.0.0.1" })),
      refusedAtBr("icmp_untranslatable", ipv6(DOWN, IN)),
    ],
  },
  {
    name: "MAP-E BR tells a CE of errors about its packet to another CE",
    rfc: ["RFC 2473 §8.3", "RFC 7597 §8.1"],
    config: d.brE(),
    steps: [
      pass(
        error6(
          [1, 0],
          { src: ROUTER_6, dst: d.BR },
          ipv6(
            { src: d.BR, dst: PEER },
            encapsulated(ipv4({ src: d.CE_IPV4, dst: PEER_IPV4, id: 6, ttl: 60 }, CROSS)),
          ),
        ),
        ipv6(
          DOWN,
          encapsulated(
            relayed(
              [3, 1],
              d.CE_IPV4,
              ipv4({ src: d.CE_IPV4, dst: PEER_IPV4, id: 6, ttl: 60 }, CROSS),
            ),
          ),
        ),
      ),
    ],
  },
];

/** Of CROSS, from the CE to its peer. */
function crossed4(fields: Partial<Ipv4Fields> = {}): Uint8Array {
  return ipv4({ src: d.CE_IPV4, dst: PEER_IPV4, ttl: 9, id: 4, ...fields }, CROSS);
}

const BETWEEN_CES: GoldenCase[] = [
  {
    name: "MAP-T BR turns an error about a packet from CE to CE around",
    rfc: ["RFC 7599 §8.3", "RFC 7599 §9"],
    config: d.brT(),
    steps: [
      ...(
        [
          [1, 4],
          [3, 0],
          [2, 0, 1400],
        ] as const
      ).map((message) =>
        hairpin(
          error6(
            message,
            { src: PEER, dst: d.dmr(d.CE_IPV4) },
            ipv6({ src: d.dmr(d.CE_IPV4), dst: PEER, hopLimit: 9 }, CROSS),
          ),
          error6(
            message,
            { src: d.dmr(PEER_IPV4), dst: d.CE, hopLimit: 59 },
            ipv6({ src: d.CE, dst: d.dmr(PEER_IPV4), hopLimit: 9 }, CROSS),
          ),
        ),
      ),
      // From a router on the way to the peer, which has no IPv4 address.
      hairpin(
        error6(
          [3, 0],
          { src: ROUTER_6, dst: d.dmr(d.CE_IPV4) },
          ipv6({ src: d.dmr(d.CE_IPV4), dst: PEER, hopLimit: 0 }, CROSS),
        ),
        error6(
          [3, 0],
          { src: d.dmr(OWN_IPV4), dst: d.CE, hopLimit: 59 },
          ipv6({ src: d.CE, dst: d.dmr(PEER_IPV4), hopLimit: 0 }, CROSS),
        ),
      ),
    ],
  },
  {
    name: "MAP-E BR turns an ICMPv4 error about a packet from CE to CE around",
    rfc: ["RFC 7597 §8.1", "RFC 7597 §8.2"],
    config: d.brE(),
    steps: [
      hairpin(
        ipv6(
          { src: PEER, dst: d.BR },
          encapsulated(error4([3, 3], { src: PEER_IPV4, dst: d.CE_IPV4 }, crossed4())),
        ),
        ipv6(
          DOWN,
          encapsulated(error4([3, 3], { src: PEER_IPV4, dst: d.CE_IPV4, ttl: 59 }, crossed4())),
        ),
      ),
    ],
  },
];

export const ICMP_TUNNEL: readonly GoldenCase[] = [...AT_THE_CE, ...AT_THE_BR, ...BETWEEN_CES];
