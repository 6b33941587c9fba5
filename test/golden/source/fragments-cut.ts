/** What MAP-T cuts into fragments, and UDP without a checksum in fragments. */
import { fragment, fragments } from "../../support/fragments.js";
import { ipv4, ipv6, pattern, udp } from "../../support/packet-builder.js";
import { counting, type GoldenCase, inPieces, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { FIRST, held, IN, OUT, passing, SECOND, THIRD } from "./fragments-map-t.js";
import { PROHIBITED_4, told4 } from "./own-errors.js";

const ID = 0x1234;
const EDGES = [512, 1024];
const DOWN_4 = { src: d.SERVER_T, dst: d.CE_IPV4, df: false };
const DOWN_6 = { src: d.dmr(d.SERVER_T), dst: d.CE, hopLimit: 63 };
const UP_6 = { src: d.CE, dst: d.dmr(d.SERVER_T) };
const UP_4 = { src: d.CE_IPV4, dst: d.SERVER_T, ttl: 63, df: false };
const LARGE = udp({ sport: 53, dport: d.PORT, data: pattern(1372) });
const LARGE_UP = udp({ sport: d.PORT, dport: 53, data: pattern(1200) });

const CUT: GoldenCase[] = [
  {
    name: "MAP-T cuts an IPv4 packet without DF into fragments of lowest ipv6 mtu",
    rfc: ["RFC 7915 §4.1"],
    config: d.brT(),
    steps: [
      inPieces(ipv4({ ...DOWN_4, id: ID }, LARGE), ...fragments(ipv6(DOWN_6, LARGE), ID, [1232])),
      pass(
        ipv4(DOWN_4, udp({ sport: 53, dport: d.PORT, data: pattern(1232) })),
        ipv6(DOWN_6, udp({ sport: 53, dport: d.PORT, data: pattern(1232) })),
      ),
    ],
  },
  {
    name: "MAP-T cuts a fragment further and keeps offset and more fragments",
    rfc: ["RFC 7915 §4.1"],
    config: d.brT(),
    steps: furtherCuts(),
  },
  {
    name: "MAP-T cuts an IPv6 packet of at most 1280 bytes for a smaller IPv4 MTU",
    rfc: ["RFC 7915 §5.1.1"],
    config: d.brT({ more: { mtu: { ipv4: 1000 } } }),
    steps: [
      inPieces(ipv6(UP_6, LARGE_UP), ...fragments(ipv4(UP_4, LARGE_UP), 0, [976])),
      inPieces(
        fragment(ipv6(UP_6, OUT), 0x50006, { start: 0, end: 1208 }),
        fragment(ipv4(UP_4, OUT), 6, { start: 0, end: 976 }),
        fragment(ipv4(UP_4, OUT), 6, { start: 976, end: 1208 }),
      ),
    ],
  },
];

function furtherCuts(): Step[] {
  const payload = udp({ sport: 53, dport: d.PORT, data: pattern(2800) });
  const before = ipv4(DOWN_4, payload);
  const translated = ipv6(DOWN_6, payload);
  const piece = (start: number, end: number): Uint8Array =>
    fragment(translated, ID, { start, end });
  return [
    inPieces(fragment(before, ID, { start: 0, end: 1400 }), piece(0, 1232), piece(1232, 1400)),
    inPieces(
      fragment(before, ID, { start: 1400, end: 2800 }),
      piece(1400, 2632),
      piece(2632, 2800),
    ),
    pass(fragment(before, ID, { start: 2800, end: 2808 }), piece(2800, 2808)),
  ];
}

const UNCHECKED = udp({ sport: 53, dport: d.PORT, checksum: 0, data: pattern(1400) });

const ZERO_CHECKSUM: GoldenCase[] = [
  {
    name: "MAP-T BR refuses the first fragment of UDP without a checksum",
    rfc: ["RFC 7915 §4.5"],
    config: d.brT(),
    steps: [
      told4("udp_zero_checksum", fragment(ipv4(DOWN_4, UNCHECKED), ID, FIRST), PROHIBITED_4),
      passing(ID, SECOND),
      passing(ID, THIRD),
    ],
  },
  {
    name: "MAP-T puts UDP without a checksum together to compute one where it is told to",
    rfc: ["RFC 7915 §4.5"],
    config: d.brT({ more: { "udp-zero-checksum": "compute" } }),
    steps: computed(),
  },
];

function computed(): Step[] {
  const pieces = fragments(ipv4(DOWN_4, UNCHECKED), ID, EDGES);
  const whole = fragments(ipv6(DOWN_6, IN), ID, [1232]);
  return [
    held(pieces[0]!),
    held(pieces[1]!),
    counting(pass(pieces[2]!, ...whole), {
      held_fragments: -2,
      absorbed_packets: 3,
      created_packets: 2,
    }),
  ];
}

export const FRAGMENTS_CUT: readonly GoldenCase[] = [...CUT, ...ZERO_CHECKSUM];
