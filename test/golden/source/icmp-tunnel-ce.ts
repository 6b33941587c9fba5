/** ICMP at a CE of MAP-E: errors in the tunnel through NAT44, and errors from inside the tunnel (RFC 2473 §8). */
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
  udp,
} from "../../support/packet-builder.js";
import { after, drop, type GoldenCase, inPieces, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { error4, error6, IN, type Message, OUT, ROUTER, ROUTER_6 } from "./icmp-error.js";
import { FRAGMENTATION_NEEDED, TIME_EXCEEDED_4, told4 } from "./own-errors.js";
import {
  CARRIED,
  DOWN,
  FORWARD,
  FORWARD_GAUGES,
  GOT,
  GOT_LAN,
  gotTunnelled,
  INSIDE,
  LAN,
  NO_DF,
  OUTSIDE,
  RELAYED,
  relayed,
  SENT,
  UDP_GAUGES,
  UP,
} from "./tunnel-errors.js";

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

const SECOND_US = 1_000_000;

export const ICMP_TUNNEL_CE: readonly GoldenCase[] = [
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
