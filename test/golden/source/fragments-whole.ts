/** What is put together: fragmented ICMP in MAP-T, whose checksum changes with the family; and fragments at a CE. */
import { fragment, fragments } from "../../support/fragments.js";
import {
  echo,
  icmp,
  ipv4,
  ipv6,
  type Payload,
  pattern,
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
import { own4, own6 } from "./own-errors.js";

const ID = 0x1234;
const DOWN_4 = { src: d.SERVER_T, dst: d.CE_IPV4, df: false };
const DOWN_6 = { src: d.dmr(d.SERVER_T), dst: d.CE, hopLimit: 63 };
const UP_6 = { src: d.CE, dst: d.dmr(d.SERVER_T) };
const UP_4 = { src: d.CE_IPV4, dst: d.SERVER_T, ttl: 63, df: false };
const SECONDS = 1_000_000;
/** Fragments of IPv4 and of IPv6 are waited for so long, and a little longer. */
const TIMEOUT_4 = 31 * SECONDS;
const TIMEOUT_6 = 61 * SECONDS;

function ping(kind: "request" | "reply", len: number, id: number = d.PORT): Payload {
  return echo({ kind, id, data: pattern(len) });
}

/** Fragments in the order of their arrival, and what leaves when the last one is there. */
function together(pieces: readonly Uint8Array[], output: readonly Uint8Array[]): Step[] {
  const last = pieces.at(-1)!;
  return [
    ...pieces.slice(0, -1).map(held),
    counting(pass(last, ...output), {
      held_fragments: 1 - pieces.length,
      absorbed_packets: pieces.length,
      created_packets: output.length,
    }),
  ];
}

const REPLY = ping("reply", 2000);
const REQUEST = ping("request", 2000);
const SMALL_REQUEST = ping("request", 1372);
const EDGES = [800, 1600];
/** Payload bytes of a fragment at 1280 bytes of IPv6 and 1500 of IPv4. */
const CUT_6 = 1232;
const CUT_4 = 1480;

const BR_ICMP: GoldenCase[] = [
  {
    name: "MAP-T BR puts fragmented echo from IPv4 together and cuts it again",
    rfc: ["RFC 7915 §1.2", "RFC 7599 §10.2"],
    config: d.brT(),
    steps: [
      ...together(
        fragments(ipv4(DOWN_4, REPLY), ID, EDGES),
        fragments(ipv6(DOWN_6, REPLY), ID, [CUT_6]),
      ),
      ...together(
        fragments(ipv4(DOWN_4, REPLY), ID, EDGES).reverse(),
        fragments(ipv6(DOWN_6, REPLY), ID, [CUT_6]),
      ),
      ...together(fragments(ipv4(DOWN_4, ping("reply", 1000)), ID, [504]), [
        ipv6(DOWN_6, ping("reply", 1000)),
      ]),
    ],
  },
  {
    name: "MAP-T BR puts fragmented echo from IPv6 together and cuts it again",
    rfc: ["RFC 7915 §1.2", "RFC 7915 §5.1.1"],
    config: d.brT(),
    steps: [
      ...together(
        fragments(ipv6(UP_6, REQUEST), 0xabcd0001, [CUT_6]),
        fragments(ipv4(UP_4, REQUEST), 0, [CUT_4]),
      ),
      ...together(
        fragments(ipv6(UP_6, REQUEST), 0xabcd0002, EDGES).reverse(),
        fragments(ipv4(UP_4, REQUEST), 0, [CUT_4]),
      ),
      // Its sender has cut it once, so that anybody may.
      ...together(fragments(ipv6(UP_6, SMALL_REQUEST), 3, [CUT_6]), [ipv4(UP_4, SMALL_REQUEST)]),
    ],
  },
  {
    name: "MAP-T BR tells the sender of an echo that stays incomplete",
    rfc: ["RFC 792", "RFC 4443 §3.3", "RFC 1122 §3.3.2"],
    config: d.brT(),
    steps: incomplete(),
  },
  {
    name: "MAP-T BR translates no fragment of an ICMP error",
    rfc: ["RFC 7915 §1.2"],
    config: d.brT(),
    steps: [
      drop(
        "icmp_untranslatable",
        fragment(ipv6(UP_6, unreachable(ipv6(DOWN_6, udp({ sport: 53, dport: d.PORT })))), 1, {
          start: 0,
          end: 48,
        }),
      ),
    ],
  },
  {
    name: "MAP-T BR drops overlapping fragments of an echo with all that waits",
    rfc: ["RFC 5722 §4"],
    config: d.brT(),
    steps: [
      held(fragment(ipv4(DOWN_4, REPLY), ID, { start: 0, end: 800 })),
      counting(
        drop("fragment_overlap", fragment(ipv4(DOWN_4, REPLY), ID, { start: 792, end: 1600 })),
        { held_fragments: -1 },
        { ipv4: { fragment_overlap: 1 } },
      ),
      drop("fragment_overlap", fragment(ipv4(DOWN_4, REPLY), ID, { start: 1600, end: 2008 })),
    ],
  },
];

function unreachable(about: Uint8Array): Payload {
  return icmp({ type4: 3, type6: 1, code: 4, data: about });
}

function incomplete(): Step[] {
  const first4 = fragment(ipv4(DOWN_4, REPLY), ID, { start: 0, end: 800 });
  const first6 = fragment(ipv6(UP_6, REQUEST), 9, { start: 0, end: 800 });
  const answer = { created_packets: 1, icmp_errors_sent: 1, held_fragments: -1 };
  return [
    held(first4),
    held(first6),
    held(fragment(ipv4(DOWN_4, REPLY), ID + 1, { start: 800, end: 1600 })),
    after(
      TIMEOUT_4,
      counting(
        idle(own4(first4, 11, 1)),
        { ...answer, held_fragments: -2 },
        { ipv4: { fragment_timeout: 2 } },
      ),
    ),
    after(TIMEOUT_6, counting(idle(own6(first6, 3, 1)), answer, { ipv6: { fragment_timeout: 1 } })),
  ];
}

const LAN_4 = { src: d.LAN_HOST, dst: d.SERVER_T, df: false };
const WAN_6 = { src: d.CE, dst: d.dmr(d.SERVER_T), hopLimit: 63 };
const HOME_6 = { src: d.dmr(d.SERVER_T), dst: d.CE };
const HOME_4 = { src: d.SERVER_T, dst: d.LAN_HOST, ttl: 63, df: false };
const OUT = udp({ sport: d.PORT, dport: 53, data: pattern(1400) });
const OUT_TCP = tcp({ sport: d.PORT, dport: 80, data: pattern(1400) });
const IN = udp({ sport: 53, dport: d.PORT, data: pattern(1400) });
const SPLIT = [512, 1024];

/** The CE makes the identification up, so the golden file has 0: RFC 7599 §10.3 wants one of the port set. */
const MADE_UP = 0;

function fromLan(payload: Payload, id: number): Step[] {
  const wan = fragments(ipv6(WAN_6, payload), MADE_UP, SPLIT);
  return fragments(ipv4(LAN_4, payload), id, SPLIT).map((piece, i) => pass(piece, wan[i]!));
}

const CE: GoldenCase[] = [
  {
    name: "MAP-T CE gives the fragments of a LAN host one outside port and one identification",
    rfc: ["RFC 7599 §10.3", "RFC 7599 §8.1"],
    config: d.ceT(),
    steps: [...fromLan(OUT, ID), ...fromLan(OUT_TCP, ID), ...fromLan(OUT, ID + 1)],
    gauges: { nat44_mappings_udp: 1, nat44_mappings_tcp: 1, nat44_sessions: 2 },
  },
  {
    name: "MAP-T CE lets the fragments of a LAN host wait for their first one",
    rfc: ["RFC 4787 §11", "RFC 7599 §10.3"],
    config: d.ceT(),
    steps: waitingAtCe(),
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 1 },
  },
  {
    name: "MAP-T CE cuts a packet of a LAN host without DF",
    rfc: ["RFC 7915 §4.1", "RFC 7599 §10.3"],
    config: d.ceT(),
    steps: [
      inPieces(ipv4({ ...LAN_4, id: ID }, OUT), ...fragments(ipv6(WAN_6, OUT), MADE_UP, [CUT_6])),
    ],
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 1 },
  },
  {
    name: "MAP-T CE brings fragments home in any order",
    rfc: ["RFC 7599 §8.2", "RFC 7915 §5.1.1"],
    config: d.ceT(),
    steps: homecoming(),
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 1 },
  },
  {
    name: "MAP-T CE takes no fragment for a port of another CE",
    rfc: ["RFC 7599 §8.2"],
    config: d.ceT(),
    steps: fragments(
      ipv6(HOME_6, udp({ sport: 53, dport: 1236, data: pattern(1400) })),
      7,
      SPLIT,
    ).map((piece) => drop("destination_port_not_ours", piece)),
  },
  {
    name: "MAP-T CE pings with 3000 bytes and takes the answer",
    rfc: ["RFC 7915 §1.2", "RFC 5508 §3"],
    config: d.ceT(),
    steps: [
      ...together(
        fragments(ipv4(LAN_4, ping("request", 3000)), ID, [CUT_4, 2 * CUT_4]),
        fragments(ipv6(WAN_6, ping("request", 3000)), MADE_UP, [CUT_6, 2 * CUT_6]),
      ),
      ...together(
        fragments(ipv6(HOME_6, ping("reply", 3000)), 0x8001, [CUT_6, 2 * CUT_6]),
        fragments(ipv4(HOME_4, ping("reply", 3000)), 0, [1456, 2 * 1456]),
      ),
    ],
    gauges: { nat44_mappings_icmp: 1, nat44_sessions: 1 },
  },
  {
    name: "MAP-T CE puts UDP without a checksum together to compute one",
    rfc: ["RFC 7915 §4.5"],
    config: d.ceT(),
    steps: together(
      fragments(
        ipv4(LAN_4, udp({ sport: d.PORT, dport: 53, checksum: 0, data: pattern(1400) })),
        ID,
        SPLIT,
      ),
      fragments(ipv6(WAN_6, OUT), MADE_UP, [CUT_6]),
    ),
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 1 },
  },
];

function waitingAtCe(): Step[] {
  const lan = fragments(ipv4(LAN_4, OUT), ID, SPLIT);
  const wan = fragments(ipv6(WAN_6, OUT), MADE_UP, SPLIT);
  return [held(lan[2]!), held(lan[1]!), releasing(lan[0]!, 2, wan[0]!, wan[2]!, wan[1]!)];
}

function homecoming(): Step[] {
  const query = udp({ sport: d.PORT, dport: 53, data: pattern(8) });
  const wan = fragments(ipv6(HOME_6, IN), 0x77771234, SPLIT);
  const lan = fragments(ipv4(HOME_4, IN), 0x1234, SPLIT);
  const again = fragments(ipv6(HOME_6, IN), 0x77771235, SPLIT);
  const home = fragments(ipv4(HOME_4, IN), 0x1235, SPLIT);
  return [
    pass(ipv4(LAN_4, query), ipv6(WAN_6, query)),
    ...wan.map((piece, i) => pass(piece, lan[i]!)),
    held(again[1]!),
    releasing(again[0]!, 1, home[0]!, home[1]!),
    pass(again[2]!, home[2]!),
  ];
}

export const FRAGMENTS_WHOLE: readonly GoldenCase[] = [...BR_ICMP, ...CE];
