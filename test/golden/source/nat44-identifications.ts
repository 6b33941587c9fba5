/** Identifications that the NAT44 of a MAP-E CE chooses: where its set has enough for what is, or may become, fragments. */
import { fragments } from "../../support/fragments.js";
import {
  encapsulated,
  type Ipv4Fields,
  icmp,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  tcp,
  udp,
} from "../../support/packet-builder.js";
import { type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { held, releasing } from "./fragments-map-t.js";

const ID = 0x1234;
const EDGES = [512, 1024];
/** 192.0.2.18 with PSID 0x0d of six bits: 1008 ports, the first of them 1232. */
const CE_MANY = "2001:db8:12:3400:0:c000:212:d";
const CE_FULL = "2001:db8:12:0:0:c000:212:0";

const LAN = { src: d.LAN_HOST, dst: d.SERVER_E, id: ID };
const WAN = { src: d.CE_IPV4, dst: d.SERVER_E, ttl: 63, id: ID };
const OUT = udp({ sport: d.PORT, dport: 53, data: pattern(1400) });
const SMALL = udp({ sport: d.PORT, dport: 53, data: pattern(100) });

/** Zero stands for one that was chosen. */
const CHOSEN = { id: 0, df: false };

function stepsOf(ce: string): Step[] {
  const up = (inner: Uint8Array): Uint8Array => ipv6({ src: ce, dst: d.BR }, encapsulated(inner));
  const whole = (payload: Payload, fields: Partial<Ipv4Fields>, left = fields): Step =>
    pass(ipv4({ ...LAN, ...fields }, payload), up(ipv4({ ...WAN, ...left }, payload)));
  const pieces = (own: number): Uint8Array[] =>
    fragments(ipv4({ ...LAN, df: false }, OUT), own, EDGES);
  const sent = fragments(ipv4({ ...WAN, df: false }, OUT), 0, EDGES).map(up);
  const late = pieces(ID + 1);
  const segment = (i: number): Payload =>
    tcp({ sport: d.PORT, dport: 80, seq: 1000 + i * 1400, data: pattern(1400, i) });
  const quoted = (dst: string): Uint8Array =>
    ipv4({ src: d.SERVER_E, dst }, udp({ sport: 53, dport: d.PORT, data: pattern(9) }));
  const unreachable = (dst: string): Payload =>
    icmp({ type4: 3, type6: 1, code: 3, data: quoted(dst) });
  return [
    // Without DF anybody may cut it on its way; with DF it never meets another.
    ...[0, 1, 2].map((i) => whole(segment(i), { id: ID + i, df: false }, CHOSEN)),
    ...[0, 1, 2].map((i) => whole(segment(i), { id: ID + i })),
    whole(SMALL, { df: false }, CHOSEN),
    whole(SMALL, { df: false }, CHOSEN),
    whole(SMALL, {}),
    ...pieces(ID).map((piece, i) => pass(piece, sent[i]!)),
    held(late[2]!),
    held(late[1]!),
    releasing(late[0]!, 2, sent[0]!, sent[2]!, sent[1]!),
    pass(
      ipv4({ ...LAN, df: false }, unreachable(d.LAN_HOST)),
      up(ipv4({ ...WAN, ...CHOSEN }, unreachable(d.CE_IPV4))),
    ),
  ];
}

const COMMON = {
  rfc: ["RFC 6864 §4", "RFC 7857 §10", "RFC 7597 §8.3.3"],
  superPackets: [
    { first: 0, count: 3, isCut: true },
    { first: 3, count: 3 },
  ],
  gauges: { nat44_mappings_tcp: 1, nat44_mappings_udp: 1, nat44_sessions: 2 },
} as const;

export const NAT44_IDENTIFICATIONS: readonly GoldenCase[] = [
  {
    ...COMMON,
    name: "MAP-E CE with ports enough chooses the identifications of what may be fragmented",
    config: d.ceE({ rules: ["many"], more: { "end-user-ipv6-prefix": "2001:db8:12:3400::/54" } }),
    steps: stepsOf(CE_MANY),
  },
  {
    ...COMMON,
    name: "MAP-E CE with NAT44 on a whole address chooses the identifications of what may be fragmented",
    config: d.ceE({
      rules: ["full"],
      more: { "end-user-ipv6-prefix": "2001:db8:12::/48", nat44: { enabled: true } },
    }),
    steps: stepsOf(CE_FULL),
  },
];
