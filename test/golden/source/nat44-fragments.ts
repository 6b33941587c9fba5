/** Fragments, quotes and options through NAT44 with a port that differs inside and outside, in both modes. */
import { fragments } from "../../support/fragments.js";
import {
  concat,
  echo,
  encapsulated,
  type Ipv4Fields,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  tcp,
  udp,
} from "../../support/packet-builder.js";
import { addSums } from "../../support/slow-checksum.js";
import { type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { held, releasing } from "./fragments-map-t.js";
import { error4, type Message, ROUTER } from "./icmp-error.js";
import { told4 } from "./own-errors.js";
import { DOWN, FORWARD, FORWARD_GAUGES, GOT, GOT_LAN, SENT, UP } from "./tunnel-errors.js";

const ID = 0x1234;
const EDGES = [512, 1024];

interface Mode {
  readonly name: string;
  readonly ce: typeof d.ceT;
  readonly server: string;
  /** Fragments from the server to the CE, and as the LAN host gets them. */
  readonly down: (payload: Payload, id: number) => Uint8Array[];
  readonly home: (payload: Payload, id: number) => Uint8Array[];
  /** Fragments of the LAN host to the server as they leave: MAP-T chooses their identification. */
  readonly up: (payload: Payload, id: number) => Uint8Array[];
}

const T_DOWN = { src: d.dmr(d.SERVER_T), dst: d.CE };
const T_UP = { src: d.CE, dst: d.dmr(d.SERVER_T), hopLimit: 63 };

const MODES: readonly Mode[] = [
  {
    name: "MAP-T",
    ce: d.ceT,
    server: d.SERVER_T,
    down: (payload, id) => fragments(ipv6(T_DOWN, payload), id, EDGES),
    home: (payload, id) =>
      fragments(ipv4({ src: d.SERVER_T, dst: d.LAN_HOST, ttl: 63, df: false }, payload), id, EDGES),
    up: (payload) => fragments(ipv6(T_UP, payload), 0, EDGES),
  },
  {
    name: "MAP-E",
    ce: d.ceE,
    server: d.SERVER_E,
    down: (payload, id) =>
      fragments(ipv4({ ...GOT, df: false }, payload), id, EDGES).map((inner) =>
        ipv6(DOWN, encapsulated(inner)),
      ),
    home: (payload, id) => fragments(ipv4({ ...GOT_LAN, df: false }, payload), id, EDGES),
    up: (payload, id) =>
      fragments(ipv4({ ...SENT, ttl: 63, df: false }, payload), id, EDGES).map((inner) =>
        ipv6(UP, encapsulated(inner)),
      ),
  },
];

type Ports = readonly [sport: number, dport: number];
const OUTSIDE_IN: Ports = [40000, d.PORT];
const INSIDE_IN: Ports = [40000, 22];
const INSIDE_OUT: Ports = [22, 40000];
const OUTSIDE_OUT: Ports = [d.PORT, 40000];

const KINDS = [
  ([sport, dport]: Ports) => udp({ sport, dport, data: pattern(1400) }),
  ([sport, dport]: Ports) => tcp({ sport, dport, data: pattern(1400) }),
];

/** Three pieces in their order, then those of another datagram in every other order that makes a difference. */
function inAnyOrder(
  before: (id: number) => Uint8Array[],
  after: (id: number) => Uint8Array[],
  id: number,
): Step[] {
  const [late, lateAfter] = [before(id + 1), after(id + 1)];
  const [mixed, mixedAfter] = [before(id + 2), after(id + 2)];
  return [
    ...before(id).map((piece, i) => pass(piece, after(id)[i]!)),
    held(late[2]!),
    held(late[1]!),
    releasing(late[0]!, 2, lateAfter[0]!, lateAfter[2]!, lateAfter[1]!),
    held(mixed[1]!),
    releasing(mixed[0]!, 1, mixedAfter[0]!, mixedAfter[1]!),
    pass(mixed[2]!, mixedAfter[2]!),
  ];
}

function fragmentSteps({ server, down, home, up }: Mode): Step[] {
  const fromLan = (payload: Payload, id: number): Uint8Array[] =>
    fragments(ipv4({ src: d.LAN_HOST, dst: server, df: false }, payload), id, EDGES);
  return KINDS.flatMap((payload, i) => [
    ...inAnyOrder(
      (id) => down(payload(OUTSIDE_IN), id),
      (id) => home(payload(INSIDE_IN), id),
      ID + 16 * i,
    ),
    ...inAnyOrder(
      (id) => fromLan(payload(INSIDE_OUT), id),
      (id) => up(payload(OUTSIDE_OUT), id),
      ID + 16 * i,
    ),
  ]);
}

/** Router alert (RFC 2113), which everybody may ignore. */
const OPTIONS = Uint8Array.of(148, 4, 0, 0, 1, 1, 1, 0);
const DATA = pattern(60);

/** The field at `at` one too high, in one's complement. */
function spoilt(packet: Uint8Array, at: number): Uint8Array {
  const copy = packet.slice();
  const view = new DataView(copy.buffer);
  view.setUint16(at, addSums(view.getUint16(at), 1));
  return copy;
}

const same = (packet: Uint8Array): Uint8Array => packet;
/** What routers and hosts do to the packets that they quote, as the quote stands on either side. */
const QUOTES: readonly {
  readonly payload: (ports: Ports) => Payload;
  readonly fields?: Partial<Ipv4Fields>;
  readonly change?: (packet: Uint8Array) => Uint8Array;
}[] = [
  { payload: ([sport, dport]) => udp({ sport, dport, data: DATA, checksum: 0 }) },
  // Nobody verifies it, and a wrong one stays wrong by as much.
  {
    payload: ([sport, dport]) => udp({ sport, dport, data: DATA }),
    change: (packet) => spoilt(packet, 26),
  },
  {
    payload: ([sport, dport]) => tcp({ sport, dport, data: DATA }),
    change: (packet) => spoilt(packet, 36),
  },
  // Cut behind the ports, before the checksum, and right behind it.
  ...[28, 36, 38].map((len) => ({
    payload: ([sport, dport]: Ports) => tcp({ sport, dport, data: DATA }),
    change: (packet: Uint8Array) => packet.slice(0, len),
  })),
  { payload: ([sport, dport]) => udp({ sport, dport, data: DATA }), fields: { options: OPTIONS } },
  // Padding behind the quoted packet.
  {
    payload: ([sport, dport]) => udp({ sport, dport, data: DATA }),
    change: (packet) => concat(packet, new Uint8Array(13)),
  },
  { payload: ([sport, dport]) => udp({ sport, dport, data: DATA }), fields: { tos: 0xb9, ttl: 1 } },
];

const UNREACHABLE: Message = [3, 3];

/** Out of the tunnel to the LAN host, and from the LAN host into the tunnel; DSCP and ECN of the error stay. */
function quoteSteps(): Step[] {
  return QUOTES.flatMap(({ payload, fields = {}, change = same }) => {
    const sent = (from: object, ports: Ports): Uint8Array =>
      change(ipv4({ ...SENT, ...from, ...fields }, payload(ports)));
    const got = (to: object, ports: Ports): Uint8Array =>
      change(ipv4({ ...GOT, ...to, ...fields }, payload(ports)));
    const router = { src: ROUTER, tos: 0xb8 };
    const host = { dst: d.SERVER_E, tos: 0xb8 };
    return [
      pass(
        ipv6(
          { ...DOWN, trafficClass: 0xb8 },
          encapsulated(error4(UNREACHABLE, { ...router, dst: d.CE_IPV4 }, sent({}, OUTSIDE_OUT))),
        ),
        error4(UNREACHABLE, { ...router, dst: d.LAN_HOST }, sent({ src: d.LAN_HOST }, INSIDE_OUT)),
      ),
      pass(
        error4(UNREACHABLE, { ...host, src: d.LAN_HOST }, got({ dst: d.LAN_HOST }, INSIDE_IN)),
        ipv6(
          { ...UP, trafficClass: 0xb8 },
          encapsulated(
            error4(UNREACHABLE, { ...host, src: d.CE_IPV4, ttl: 59 }, got({}, OUTSIDE_IN)),
          ),
        ),
      ),
    ];
  });
}

/** Loose and strict source routes with a hop to go, and one that is used up. */
const ROUTES = [131, 137].map((kind) => Uint8Array.of(kind, 7, 4, 198, 51, 100, 1, 0));
const USED_UP = Uint8Array.of(131, 7, 8, 198, 51, 100, 1, 0);
const PING = echo({ kind: "request", id: d.PORT, data: pattern(56) });

function routed(server: string, left: Uint8Array): Step[] {
  const fields = { src: d.LAN_HOST, dst: server, id: 3 };
  return [
    ...ROUTES.map((options) => told4("source_routed", ipv4({ ...fields, options }, PING), [3, 5])),
    pass(ipv4({ ...fields, options: USED_UP }, PING), left),
  ];
}

const PING_GAUGES = { nat44_mappings_icmp: 1, nat44_sessions: 1 };

export const NAT44_FRAGMENTS: readonly GoldenCase[] = [
  ...MODES.map(
    (mode): GoldenCase => ({
      name: `${mode.name} CE takes fragments through a forward to another port in any order`,
      rfc: ["RFC 4787 §11", "RFC 7597 §8.3.2", "RFC 7599 §10.2"],
      config: mode.ce({ more: FORWARD }),
      steps: fragmentSteps(mode),
      gauges: FORWARD_GAUGES,
    }),
  ),
  {
    name: "MAP-E CE leaves in a quote what its packet was, checksums and all",
    rfc: ["RFC 5508 §4.1", "RFC 5508 §4.2", "RFC 5508 §7.7"],
    config: d.ceE({ more: FORWARD }),
    steps: quoteSteps(),
    gauges: FORWARD_GAUGES,
  },
  {
    name: "MAP-T CE sends no echo out on a source route",
    rfc: ["RFC 5508 §7.3", "RFC 7915 §4.1"],
    config: d.ceT(),
    steps: routed(d.SERVER_T, ipv6(T_UP, PING)),
    gauges: PING_GAUGES,
  },
  {
    name: "MAP-E CE sends no echo out on a source route",
    rfc: ["RFC 5508 §7.3"],
    config: d.ceE(),
    steps: routed(
      d.SERVER_E,
      ipv6(UP, encapsulated(ipv4({ ...SENT, ttl: 63, options: USED_UP }, PING))),
    ),
    gauges: PING_GAUGES,
  },
];
