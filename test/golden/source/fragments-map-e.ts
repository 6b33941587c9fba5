/** Fragments in MAP-E: outside and inside the tunnel. */
import { fragment, fragments } from "../../support/fragments.js";
import {
  concat,
  echo,
  encapsulated,
  icmp,
  ipv4,
  ipv6,
  mss,
  type Payload,
  pattern,
  TCP,
  tcp,
  udp,
} from "../../support/packet-builder.js";
import {
  after,
  counting,
  drop,
  type GoldenCase,
  idle,
  inPieces,
  pass,
  type Step,
} from "../golden-case.js";
import * as d from "./domains.js";
import { held, releasing } from "./fragments-map-t.js";
import { own6 } from "./own-errors.js";

const ID = 0x1234;
const DOWN_4 = { src: d.SERVER_E, dst: d.CE_IPV4, df: false };
const UP_4 = { src: d.CE_IPV4, dst: d.SERVER_E, df: false };
const LAN_4 = { src: d.LAN_HOST, dst: d.SERVER_E, df: false };
const DOWN_6 = { src: d.BR, dst: d.CE };
const UP_6 = { src: d.CE, dst: d.BR };
const TIMEOUT_6 = 61_000_000;
const SPLIT = [512, 1024];

/** Payload of a first fragment that fills 1500 bytes: outside behind 48 bytes, inside behind 20 in 1460. */
const OUTER_CUT = 1448;
const INNER_CUT = 1440;

function inbound(len: number): Payload {
  return udp({ sport: 53, dport: d.PORT, data: pattern(len - 28) });
}

function outbound(len: number): Payload {
  return udp({ sport: d.PORT, dport: 53, data: pattern(len - 28) });
}

function down(inner: Uint8Array): Uint8Array {
  return ipv6(DOWN_6, encapsulated(inner));
}

function up(inner: Uint8Array): Uint8Array {
  return ipv6(UP_6, encapsulated(inner));
}

/** Outer fragments in the order of their arrival, and what comes out of the tunnel. */
function together(pieces: readonly Uint8Array[], ...output: readonly Uint8Array[]): Step[] {
  return [
    ...pieces.slice(0, -1).map(held),
    counting(pass(pieces.at(-1)!, ...output), {
      held_fragments: 1 - pieces.length,
      absorbed_packets: pieces.length,
      created_packets: output.length,
    }),
  ];
}

const LARGE = ipv4({ ...DOWN_4, id: ID }, inbound(1500));
const LARGE_INSIDE = ipv4({ ...DOWN_4, id: ID, ttl: 63 }, inbound(1500));
const OUTGOING = ipv4({ ...UP_4, id: 77 }, outbound(1500));

const OUTSIDE: GoldenCase[] = [
  {
    name: "MAP-E fragments the tunnel packet around a packet without DF",
    rfc: ["RFC 2473 §7.2", "RFC 7597 §8.3.1"],
    config: d.brE(),
    steps: [
      inPieces(LARGE, ...fragments(down(LARGE_INSIDE), 0, [OUTER_CUT])),
      inPieces(LARGE, ...fragments(down(LARGE_INSIDE), 0, [OUTER_CUT])),
    ],
  },
  {
    name: "MAP-E fragments the packet inside where it is told to",
    rfc: ["RFC 7597 §8.3.1", "RFC 4459 §3.4"],
    config: d.brE({ more: { fragmentation: "inner" } }),
    steps: [
      inPieces(LARGE, ...fragments(LARGE_INSIDE, ID, [INNER_CUT]).map(down)),
      pass(
        ipv4({ ...DOWN_4, id: ID }, inbound(1460)),
        down(ipv4({ ...DOWN_4, id: ID, ttl: 63 }, inbound(1460))),
      ),
    ],
  },
  {
    name: "MAP-E BR puts outer fragments together in any order",
    rfc: ["RFC 2473 §7", "RFC 8200 §4.5"],
    config: d.brE(),
    steps: [
      ...together(fragments(up(OUTGOING), 1, [OUTER_CUT]), OUTGOING),
      ...together(fragments(up(OUTGOING), 2, [OUTER_CUT]).reverse(), OUTGOING),
      ...together(fragments(up(OUTGOING), 3, SPLIT), OUTGOING),
      // The second half of another datagram does not complete it.
      held(fragment(up(OUTGOING), 4, { start: 0, end: OUTER_CUT })),
      ...together(fragments(up(OUTGOING), 5, [OUTER_CUT]), OUTGOING),
      drop("fragment_duplicate", fragment(up(OUTGOING), 4, { start: 0, end: OUTER_CUT })),
      counting(pass(fragment(up(OUTGOING), 4, { start: OUTER_CUT, end: 1500 }), OUTGOING), {
        held_fragments: -1,
        absorbed_packets: 2,
        created_packets: 1,
      }),
    ],
  },
  {
    name: "MAP-E drops overlapping outer fragments with all that waits",
    rfc: ["RFC 5722 §4"],
    config: d.brE(),
    steps: [
      held(fragment(up(OUTGOING), 1, { start: 0, end: OUTER_CUT })),
      counting(
        drop("fragment_overlap", fragment(up(OUTGOING), 1, { start: 1440, end: 1500 })),
        { held_fragments: -1 },
        { ipv6: { fragment_overlap: 1 } },
      ),
      drop("fragment_overlap", fragment(up(OUTGOING), 1, { start: OUTER_CUT, end: 1500 })),
    ],
  },
  {
    name: "MAP-E BR tells the CE whose outer fragments stay incomplete",
    rfc: ["RFC 8200 §4.5", "RFC 4443 §3.3"],
    config: d.brE(),
    steps: incomplete(),
  },
  {
    name: "MAP-E checks the source inside outer fragments when they are whole",
    rfc: ["RFC 7597 §8.1", "RFC 7597 §10"],
    config: d.brE(),
    steps: spoofedOutside(),
  },
  {
    name: "MAP-E merges the congestion marks of outer fragments",
    rfc: ["RFC 3168 §5.3", "RFC 6040 §4.2"],
    config: d.brE(),
    steps: marked(),
  },
];

function incomplete(): Step[] {
  const first = fragment(up(OUTGOING), 1, { start: 0, end: OUTER_CUT });
  return [
    held(first),
    held(fragment(up(OUTGOING), 2, { start: OUTER_CUT, end: 1500 })),
    after(
      TIMEOUT_6,
      counting(
        idle(own6(first, 3, 1, { src: d.BR })),
        { held_fragments: -2, created_packets: 1, icmp_errors_sent: 1 },
        { ipv6: { fragment_timeout: 2 } },
      ),
    ),
  ];
}

function spoofedOutside(): Step[] {
  const forged = ipv4(UP_4, udp({ sport: 1236, dport: 53, data: pattern(1472) }));
  const [first, second] = fragments(up(forged), 1, [OUTER_CUT]);
  return [
    held(first!),
    counting(
      pass(second!),
      { held_fragments: -1, absorbed_packets: 2, created_packets: 1 },
      { ipv6: { source_psid_mismatch: 1 } },
    ),
  ];
}

function marked(): Step[] {
  const inside = (tos: number): Uint8Array => ipv4({ ...UP_4, tos, id: 77 }, outbound(1500));
  const outside = (inner: number, trafficClass: number): Uint8Array =>
    ipv6({ ...UP_6, trafficClass }, encapsulated(inside(inner)));
  const pieces = (inner: number, first: number, second: number, id: number): Uint8Array[] => [
    fragment(outside(inner, first), id, { start: 0, end: OUTER_CUT }),
    fragment(outside(inner, second), id, { start: OUTER_CUT, end: 1500 }),
  ];
  const refused = pieces(2, 0, 3, 3);
  return [
    ...together(pieces(2, 2, 3, 1), inside(3)),
    ...together(pieces(2, 2, 2, 2), inside(2)),
    held(refused[0]!),
    counting(
      drop("ecn_invalid", refused[1]!),
      { held_fragments: -1 },
      { ipv6: { ecn_invalid: 1 } },
    ),
  ];
}

const IN = inbound(1428);
const OUT = outbound(1428);

/** Each IPv4 fragment in a tunnel packet of its own. */
function throughTunnel(payload: Payload, id: number): [Uint8Array[], Uint8Array[]] {
  return [
    fragments(ipv4(DOWN_4, payload), id, SPLIT),
    fragments(ipv4({ ...DOWN_4, ttl: 63 }, payload), id, SPLIT).map(down),
  ];
}

/** Bytes that would be a SYN with an MSS of 1460 if they stood behind an IP header. */
const LIKE_A_SYN = tcp({ sport: 80, dport: d.PORT, flags: TCP.syn, options: mss(1460) }).encode(
  4,
  () => 0,
);

const UNREACHABLE = icmp({
  type4: 3,
  type6: 1,
  code: 3,
  data: ipv4(UP_4, udp({ sport: d.PORT, dport: 53 })),
});

const INSIDE: GoldenCase[] = [
  {
    name: "MAP-E carries IPv4 fragments of a shared address with the ports of their first one",
    rfc: ["RFC 7597 §8.3.2"],
    config: d.brE(),
    steps: insideDown(),
  },
  {
    name: "MAP-E checks the source of every fragment inside the tunnel",
    rfc: ["RFC 7597 §8.1", "RFC 7597 §10"],
    config: d.brE(),
    steps: spoofedInside(),
  },
  {
    name: "MAP-E BR takes fragments out of the tunnel in any order",
    rfc: ["RFC 7597 §8.1", "RFC 7597 §8.3.3"],
    config: d.brE(),
    steps: insideUp(),
  },
  {
    name: "MAP-E carries fragmented echo as it is",
    rfc: ["RFC 7597 §8.2", "RFC 7597 §8.3.2"],
    config: d.brE(),
    steps: fragmentedEcho(),
  },
  {
    name: "MAP-E carries no fragment of an ICMP error to a shared address",
    rfc: ["RFC 7597 §8.2", "RFC 5508 §4.2"],
    config: d.brE(),
    steps: [
      drop("fragmented_icmp", fragment(ipv4(DOWN_4, UNREACHABLE), ID, { start: 0, end: 32 })),
      drop("fragmented_icmp", up(fragment(ipv4(UP_4, UNREACHABLE), ID, { start: 0, end: 32 }))),
    ],
  },
  {
    name: "The MSS clamp takes no bytes of a later fragment for a SYN",
    rfc: ["RFC 791 §3.2", "RFC 9293 §3.7.1"],
    config: d.brE(),
    steps: notASyn(),
  },
  {
    name: "MAP-E CE gives the fragments of a LAN host one outside port and keeps their identification",
    rfc: ["RFC 7597 §8", "RFC 7597 §8.3.3"],
    config: d.ceE(),
    steps: fromLan(),
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 1 },
  },
  {
    name: "MAP-E CE fragments the tunnel packet around a packet of a LAN host and puts the answer together",
    rfc: ["RFC 2473 §7.2", "RFC 2473 §7"],
    config: d.ceE(),
    steps: largeAtCe(),
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 1 },
  },
];

function insideDown(): Step[] {
  const [before, tunnelled] = throughTunnel(IN, ID);
  const [late, lateTunnelled] = throughTunnel(IN, ID + 1);
  return [
    ...before.map((piece, i) => pass(piece, tunnelled[i]!)),
    held(late[2]!),
    held(late[1]!),
    releasing(late[0]!, 2, lateTunnelled[0]!, lateTunnelled[2]!, lateTunnelled[1]!),
  ];
}

function insideUp(): Step[] {
  const pieces = fragments(ipv4(UP_4, OUT), ID, SPLIT);
  const late = fragments(ipv4(UP_4, OUT), ID + 1, SPLIT);
  return [
    ...pieces.map((piece) => pass(up(piece), piece)),
    held(up(late[1]!)),
    releasing(up(late[0]!), 1, late[0]!, late[1]!),
    pass(up(late[2]!), late[2]!),
  ];
}

/** From a port of another PSID; and with the later fragments out of another CE's tunnel. */
function spoofedInside(): Step[] {
  const forged = fragments(
    ipv4(UP_4, udp({ sport: 1236, dport: 53, data: pattern(1400) })),
    ID,
    SPLIT,
  );
  const honest = fragments(ipv4(UP_4, OUT), ID + 1, SPLIT);
  const fromOther = ipv6({ src: d.CE_35, dst: d.BR }, encapsulated(honest[1]!));
  return [
    ...forged.map((piece) => drop("source_psid_mismatch", up(piece))),
    pass(up(honest[0]!), honest[0]!),
    held(fromOther),
    pass(up(honest[1]!), honest[1]!),
    pass(up(honest[2]!), honest[2]!),
    after(TIMEOUT_6, counting(idle(), { held_fragments: -1 }, { ipv6: { fragment_timeout: 1 } })),
  ];
}

function fragmentedEcho(): Step[] {
  const reply = echo({ kind: "reply", id: d.PORT, data: pattern(1400) });
  const request = echo({ kind: "request", id: d.PORT, data: pattern(1400) });
  const [before, tunnelled] = throughTunnel(reply, ID);
  return [
    ...before.map((piece, i) => pass(piece, tunnelled[i]!)),
    ...fragments(ipv4(UP_4, request), ID, SPLIT).map((piece) => pass(up(piece), piece)),
  ];
}

function notASyn(): Step[] {
  const data = concat(pattern(512 - 20), LIKE_A_SYN, pattern(700));
  const [before, tunnelled] = throughTunnel(tcp({ sport: 80, dport: d.PORT, data }), ID);
  const pieces = fragments(ipv4(UP_4, tcp({ sport: d.PORT, dport: 80, data })), ID, SPLIT);
  return [
    ...before.map((piece, i) => pass(piece, tunnelled[i]!)),
    ...pieces.map((piece) => pass(up(piece), piece)),
  ];
}

function fromLan(): Step[] {
  const lan = fragments(ipv4(LAN_4, OUT), ID, SPLIT);
  const wan = fragments(ipv4({ ...UP_4, ttl: 63 }, OUT), ID, SPLIT).map(up);
  return [
    ...lan.map((piece, i) => pass(piece, wan[i]!)),
    held(lan[2]!),
    held(lan[1]!),
    releasing(lan[0]!, 2, wan[0]!, wan[2]!, wan[1]!),
  ];
}

function largeAtCe(): Step[] {
  const sent = ipv4({ ...LAN_4, id: ID }, outbound(1500));
  const inside = ipv4({ ...UP_4, id: ID, ttl: 63 }, outbound(1500));
  const answer = ipv4({ ...DOWN_4, id: 9 }, inbound(1460));
  const home = ipv4({ src: d.SERVER_E, dst: d.LAN_HOST, id: 9, df: false }, inbound(1460));
  return [
    inPieces(sent, ...fragments(up(inside), 0, [OUTER_CUT])),
    ...together(fragments(down(answer), 5, [1008]).reverse(), home),
  ];
}

export const FRAGMENTS_MAP_E: readonly GoldenCase[] = [...OUTSIDE, ...INSIDE];
