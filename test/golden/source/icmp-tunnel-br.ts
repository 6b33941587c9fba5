/** ICMP at a BR of MAP-E, and errors about packets from CE to CE in both modes. */
import type { DropName } from "../../../src/verdict.js";
import {
  encapsulated,
  type Ipv4Fields,
  ipv4,
  ipv6,
  pattern,
  udp,
} from "../../support/packet-builder.js";
import { drop, type GoldenCase, hairpin, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { error4, error6, IN, type Message, OUT, ROUTER, ROUTER_6 } from "./icmp-error.js";
import { OWN_IPV4 } from "./own-errors.js";
import { DOWN, GOT, gotTunnelled, NO_DF, RELAYED, relayed, SENT, UP } from "./tunnel-errors.js";

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

const PEER = d.CE_OTHER_ADDRESS;
const PEER_IPV4 = "192.0.2.19";
const CROSS = udp({ sport: d.PORT, dport: d.SECOND_RANGE_PORT, data: pattern(12) });

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

export const ICMP_TUNNEL_BR: readonly GoldenCase[] = [...AT_THE_BR, ...BETWEEN_CES];
