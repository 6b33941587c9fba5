/** Fragments and large packets from CE to CE through the BR. */
import { fragments } from "../../support/fragments.js";
import {
  echo,
  encapsulated,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  udp,
} from "../../support/packet-builder.js";
import { counting, type GoldenCase, hairpin, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { held, releasing } from "./fragments-map-t.js";

const ID = 0x1234;
const OTHER = "192.0.2.19";
const EDGES = [512, 1024];
const PAYLOAD = udp({ sport: d.PORT, dport: d.SECOND_RANGE_PORT, data: pattern(1400) });

const T_FROM = { src: d.CE, dst: d.dmr(OTHER) };
const T_TO = { src: d.dmr(d.CE_IPV4), dst: d.CE_OTHER_ADDRESS, hopLimit: 63 };
const INNER = { src: d.CE_IPV4, dst: OTHER, df: false };

function fromTunnel(inner: Uint8Array): Uint8Array {
  return ipv6({ src: d.CE, dst: d.BR }, encapsulated(inner));
}

function toTunnel(inner: Uint8Array): Uint8Array {
  return ipv6({ src: d.BR, dst: d.CE_OTHER_ADDRESS }, encapsulated(inner));
}

/** In order; then the last piece before the first. */
function bothOrders(
  before: (id: number) => Uint8Array[],
  after: (id: number) => Uint8Array[],
): Step[] {
  const [late, turned] = [before(ID + 1), after(ID + 1)];
  return [
    ...before(ID).map((piece, i) => hairpin(piece, after(ID)[i]!)),
    held(late[2]!),
    counting(releasing(late[0]!, 1, turned[0]!, turned[2]!), { hairpin_packets: 2 }),
    hairpin(late[1]!, turned[1]!),
  ];
}

function ping(): Payload {
  return echo({ kind: "request", id: d.PORT, data: pattern(2000) });
}

export const FRAGMENTS_HAIRPIN: readonly GoldenCase[] = [
  {
    name: "MAP-T BR turns fragments from CE to CE around in any order",
    rfc: ["RFC 7599 §8.3", "RFC 7599 §8.4"],
    config: d.brT(),
    steps: bothOrders(
      (id) => fragments(ipv6(T_FROM, PAYLOAD), id, EDGES),
      (id) => fragments(ipv6(T_TO, PAYLOAD), id, EDGES),
    ),
  },
  {
    name: "MAP-T BR turns fragmented echo from CE to CE around",
    rfc: ["RFC 7915 §1.2", "RFC 7599 §8.3"],
    config: d.brT(),
    steps: turnedEcho(),
  },
  {
    name: "MAP-E BR turns fragments from CE to CE around in any order",
    rfc: ["RFC 7597 §8.1"],
    config: d.brE(),
    steps: bothOrders(
      (id) => fragments(ipv4(INNER, PAYLOAD), id, EDGES).map(fromTunnel),
      (id) => fragments(ipv4({ ...INNER, ttl: 63 }, PAYLOAD), id, EDGES).map(toTunnel),
    ),
  },
];

/** Put together, since nobody else checks whole messages, and cut where it does not fit 1500 bytes. */
function turnedEcho(): Step[] {
  const pieces = fragments(ipv6(T_FROM, ping()), ID, [1232]);
  const turned = fragments(ipv6(T_TO, ping()), 0, [1448]);
  return [
    held(pieces[0]!),
    counting(hairpin(pieces[1]!, ...turned), {
      held_fragments: -1,
      absorbed_packets: 2,
      created_packets: 2,
    }),
  ];
}
