/** Fragments through a MAP-T BR: one by one, with the ports of their datagram's first fragment. */
import { type Cut, fragment, fragments } from "../../support/fragments.js";
import { ipv4, ipv6, type Payload, pattern, raw, tcp, udp } from "../../support/packet-builder.js";
import { after, counting, drop, type GoldenCase, idle, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { POLICY_FAILED_6, told6 } from "./own-errors.js";

const ID = 0x1234;
const DOWN_4 = { src: d.SERVER_T, dst: d.CE_IPV4, df: false };
const DOWN_6 = { src: d.dmr(d.SERVER_T), dst: d.CE, hopLimit: 63 };
const UP_6 = { src: d.CE, dst: d.dmr(d.SERVER_T) };
const UP_4 = { src: d.CE_IPV4, dst: d.SERVER_T, ttl: 63, df: false };
const CE_48 = "2001:db8:12:0:0:c000:212:0";
const EDGES = [512, 1024];
const SECONDS = 1_000_000;
/** Fragments of IPv4 and of IPv6 are waited for so long, and a little longer. */
const TIMEOUT_4 = 31 * SECONDS;
const TIMEOUT_6 = 61 * SECONDS;

const PAYLOADS = [
  udp({ sport: 53, dport: d.PORT, data: pattern(1400) }),
  tcp({ sport: 80, dport: d.PORT, data: pattern(1400) }),
];
const UP_PAYLOADS = [
  udp({ sport: d.PORT, dport: 53, data: pattern(1400) }),
  tcp({ sport: d.PORT, dport: 80, data: pattern(1400) }),
];
export const IN = PAYLOADS[0]!;
export const OUT = UP_PAYLOADS[0]!;

export function held(packet: Uint8Array): Step {
  return counting(pass(packet), { held_fragments: 1 });
}

/** A fragment that sends on those that waited for it. */
export function releasing(packet: Uint8Array, waiting: number, ...output: Uint8Array[]): Step {
  return counting(pass(packet, ...output), { held_fragments: -waiting });
}

/** The pieces of a datagram on both sides. */
interface Pieces {
  readonly before: readonly Uint8Array[];
  readonly after: readonly Uint8Array[];
}

function down(payload: Payload, id: number, df = false, ce: string = d.CE): Pieces {
  return {
    before: fragments(ipv4({ ...DOWN_4, df }, payload), id, EDGES).map((piece) => {
      if (df) piece[6]! |= 0x40;
      return df ? withChecksum(piece) : piece;
    }),
    after: fragments(ipv6({ ...DOWN_6, dst: ce }, payload), id, EDGES),
  };
}

function up(payload: Payload, id: number, ce: string = d.CE): Pieces {
  return {
    before: fragments(ipv6({ ...UP_6, src: ce }, payload), id, EDGES),
    after: fragments(ipv4(UP_4, payload), id & 0xffff, EDGES),
  };
}

function withChecksum(piece: Uint8Array): Uint8Array {
  const header = piece.slice(0, 20);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += i === 10 ? 0 : header[i]! * 256 + header[i + 1]!;
  sum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
  piece.set([sum >>> 8, sum & 0xff], 10);
  return piece;
}

function inOrder({ before, after: translated }: Pieces): Step[] {
  return before.map((piece, i) => pass(piece, translated[i]!));
}

function reversed({ before, after: translated }: Pieces): Step[] {
  return [
    held(before[2]!),
    held(before[1]!),
    releasing(before[0]!, 2, translated[0]!, translated[2]!, translated[1]!),
  ];
}

/** One fragment of `IN`, and what it becomes, by its cut. */
function oneDown(id: number, cut: Cut): [Uint8Array, Uint8Array] {
  return [fragment(ipv4(DOWN_4, IN), id, cut), fragment(ipv6(DOWN_6, IN), id, cut)];
}

const IN_ORDER: GoldenCase[] = [
  {
    name: "MAP-T fragments of a shared address follow the ports of their first one, with DF and without",
    rfc: ["RFC 7599 §10.2", "RFC 7915 §4.1"],
    config: d.brT(),
    steps: PAYLOADS.flatMap((payload, i) => [
      ...inOrder(down(payload, ID + i)),
      ...inOrder(down(payload, ID + 8 + i, true)),
    ]),
  },
  {
    name: "MAP-T fragments from IPv6 keep the low half of their identification",
    rfc: ["RFC 7915 §5.1.1"],
    config: d.brT(),
    steps: UP_PAYLOADS.flatMap((payload, i) => inOrder(up(payload, 0xabcd1234 + i))),
  },
  {
    name: "MAP-T fragments that come before their first one wait for it",
    rfc: ["RFC 7599 §10.2"],
    config: d.brT(),
    steps: [
      ...PAYLOADS.flatMap((payload, i) => reversed(down(payload, ID + i))),
      ...UP_PAYLOADS.flatMap((payload, i) => reversed(up(payload, 0x77770001 + i))),
    ],
  },
  {
    name: "MAP-T fragments of an address that is not shared wait for nobody",
    rfc: ["RFC 7915 §4.1", "RFC 7915 §5.1.1"],
    config: d.brT({ rules: ["full"] }),
    steps: [
      ...inOrder(down(IN, ID, false, CE_48)).reverse(),
      ...inOrder(up(OUT, ID, CE_48)).reverse(),
      ...inOrder(down(raw(47, pattern(1400)), ID, false, CE_48)).reverse(),
      ...inOrder(up(raw(50, pattern(1400)), ID, CE_48)).reverse(),
    ],
  },
  {
    name: "MAP-T fragments of two datagrams with crossing paths stay apart",
    rfc: ["RFC 7597 §8.3.2", "RFC 791 §3.2"],
    config: d.brT(),
    steps: interleaved(),
  },
];

/** The same identification towards another address, from another source, and of another protocol. */
function interleaved(): Step[] {
  const ends = [
    { src: d.SERVER_T, dst: d.CE_IPV4, ce: d.CE, payload: IN },
    { src: "198.51.100.9", dst: d.CE_IPV4, ce: d.CE, payload: IN },
    { src: d.SERVER_T, dst: "192.0.2.19", ce: d.CE_OTHER_ADDRESS, payload: IN },
    { src: d.SERVER_T, dst: d.CE_IPV4, ce: d.CE, payload: PAYLOADS[1]! },
  ].map(({ src, dst, ce, payload }) => ({
    before: fragments(ipv4({ src, dst, df: false }, payload), ID, EDGES),
    after: fragments(ipv6({ src: d.dmr(src), dst: ce, hopLimit: 63 }, payload), ID, EDGES),
  }));
  return [0, 1, 2].flatMap((i) => ends.map((pieces) => pass(pieces.before[i]!, pieces.after[i]!)));
}

/** Of one datagram; the rest of a longer train is a flood. */
const MOST_FRAGMENTS = 144;

export const FIRST: Cut = { start: 0, end: 512 };
export const SECOND: Cut = { start: 512, end: 1024 };
export const THIRD: Cut = { start: 1024, end: 1408 };

export function passing(id: number, cut: Cut): Step {
  const [before, translated] = oneDown(id, cut);
  return pass(before, translated);
}

function refused(
  reason:
    | "fragment_overlap"
    | "fragment_duplicate"
    | "fragment_tiny"
    | "fragment_malformed"
    | "fragment_limit",
  id: number,
  cut: Cut,
): Step {
  return drop(reason, oneDown(id, cut)[0]);
}

const HOSTILE: GoldenCase[] = [
  {
    name: "MAP-T fragments whose first one never comes are dropped in time",
    rfc: ["RFC 7599 §10.2", "RFC 8200 §4.5"],
    config: d.brT(),
    steps: [
      held(oneDown(ID, SECOND)[0]),
      held(oneDown(ID, THIRD)[0]),
      held(up(OUT, 9).before[1]!),
      after(TIMEOUT_4, counting(idle(), { held_fragments: -2 }, { ipv4: { fragment_timeout: 2 } })),
      after(TIMEOUT_6, counting(idle(), { held_fragments: -1 }, { ipv6: { fragment_timeout: 1 } })),
      // The first one comes too late for the others, but is as good as any first one.
      after(TIMEOUT_6 + 1, passing(ID, FIRST)),
    ],
  },
  {
    name: "MAP-T fragments that overlap end their datagram",
    rfc: ["RFC 8200 §4.5", "RFC 5722 §4", "RFC 1858 §4"],
    config: d.brT(),
    steps: [
      passing(1, FIRST),
      refused("fragment_overlap", 1, { start: 504, end: 1024 }),
      refused("fragment_overlap", 1, SECOND),
      // Inside another, and over its end; what was held is dropped with it.
      held(oneDown(2, SECOND)[0]),
      counting(
        refused("fragment_overlap", 2, { start: 520, end: 528 }),
        { held_fragments: -1 },
        { ipv4: { fragment_overlap: 1 } },
      ),
      refused("fragment_overlap", 2, FIRST),
      // Behind the end that the last fragment has set.
      passing(3, FIRST),
      passing(3, THIRD),
      drop(
        "fragment_overlap",
        fragment(ipv4(DOWN_4, IN), 3, { start: 1408, end: 1416, more: false }, pattern(8)),
      ),
    ],
  },
  {
    name: "MAP-T drops a fragment that it has seen and takes the rest",
    rfc: ["RFC 8200 §4.5"],
    config: d.brT(),
    steps: [
      passing(ID, FIRST),
      passing(ID, SECOND),
      refused("fragment_duplicate", ID, SECOND),
      refused("fragment_duplicate", ID, FIRST),
      passing(ID, THIRD),
    ],
  },
  {
    name: "MAP-T follows no more than 144 fragments of a datagram",
    rfc: ["RFC 6888 §4"],
    config: d.brT(),
    steps: Array.from({ length: 146 }, (_, i) => {
      const cut = { start: 8 * i, end: 8 * i + 8 };
      return i < MOST_FRAGMENTS ? passing(ID, cut) : refused("fragment_limit", ID, cut);
    }),
  },
  {
    name: "MAP-T drops fragments that split the transport header",
    rfc: ["RFC 1858 §3", "RFC 3128 §4"],
    config: d.brT(),
    steps: [
      drop("fragment_tiny", fragment(ipv4(DOWN_4, PAYLOADS[1]!), 1, { start: 0, end: 8 })),
      drop("fragment_tiny", fragment(ipv4(DOWN_4, PAYLOADS[1]!), 1, { start: 0, end: 16 })),
      drop("fragment_tiny", fragment(ipv4(DOWN_4, PAYLOADS[1]!), 2, { start: 8, end: 512 })),
      drop("fragment_tiny", fragment(ipv4(DOWN_4, PAYLOADS[1]!), 2, { start: 16, end: 512 })),
      drop("fragment_tiny", fragment(ipv6(UP_6, UP_PAYLOADS[1]!), 3, { start: 0, end: 16 })),
      drop("fragment_tiny", fragment(ipv6(UP_6, UP_PAYLOADS[1]!), 3, { start: 8, end: 512 })),
    ],
  },
  {
    name: "MAP-T takes a new first fragment under an old identification for a new datagram",
    rfc: ["RFC 4963 §3", "RFC 7597 §8.3.2"],
    config: d.brT(),
    steps: reused(),
  },
  {
    name: "MAP-T points at what is wrong with a fragment from IPv6",
    rfc: ["RFC 8200 §4.5"],
    config: d.brT(),
    steps: [
      told6(
        "fragment_malformed",
        fragment(ipv6(UP_6, OUT), 1, { start: 0, end: 509, more: true }),
        [4, 0],
        { rest: 4 },
      ),
      // Only about a first fragment, so nobody is told of offsets.
      drop(
        "fragment_malformed",
        fragment(ipv6(UP_6, OUT), 1, { start: 65528, end: 65544, more: false }, pattern(16)),
      ),
      refused("fragment_malformed", 1, { start: 0, end: 509, more: true }),
      drop(
        "fragment_malformed",
        fragment(ipv4(DOWN_4, IN), 1, { start: 65528, end: 65544, more: false }, pattern(16)),
      ),
      drop(
        "fragment_malformed",
        fragment(ipv4(DOWN_4, IN), 1, { start: 512, end: 512, more: true }),
      ),
    ],
  },
  {
    name: "MAP-T checks the source of every fragment of a spoofed train",
    rfc: ["RFC 7597 §10", "RFC 7599 §8.3"],
    config: d.brT(),
    steps: spoofed(),
  },
];

/** The second datagram goes to the other CE of the address. */
function reused(): Step[] {
  const other = udp({ sport: 53, dport: 1236, data: pattern(1400, 9) });
  const before = fragments(ipv4(DOWN_4, other), ID, EDGES);
  const translated = fragments(ipv6({ ...DOWN_6, dst: d.CE_35 }, other), ID, EDGES);
  return [
    passing(ID, FIRST),
    pass(before[0]!, translated[0]!),
    pass(before[1]!, translated[1]!),
    pass(before[2]!, translated[2]!),
  ];
}

/** From a port of another PSID: the later fragments carry no port to be checked, and go the way of the first. */
function spoofed(): Step[] {
  const forged = udp({ sport: 1236, dport: 53, data: pattern(1400) });
  const train = fragments(ipv6(UP_6, forged), 5, EDGES);
  const late = fragments(ipv6(UP_6, forged), 6, EDGES);
  return [
    told6("source_psid_mismatch", train[0]!, POLICY_FAILED_6),
    drop("source_psid_mismatch", train[1]!),
    drop("source_psid_mismatch", train[2]!),
    held(late[1]!),
    counting(
      told6("source_psid_mismatch", late[0]!, POLICY_FAILED_6),
      { held_fragments: -1 },
      { ipv6: { source_psid_mismatch: 1 } },
    ),
  ];
}

export const FRAGMENTS_MAP_T: readonly GoldenCase[] = [...IN_ORDER, ...HOSTILE];
