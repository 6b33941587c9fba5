/** Hosts of one LAN that speak by the external address of their CE: NAT44 turns their packets around, in both modes. */
import { fragments } from "../../support/fragments.js";
import {
  echo,
  encapsulated,
  type Ipv4Fields,
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
  counting,
  drop,
  type GoldenCase,
  hairpin,
  inPieces,
  pass,
  type Step,
} from "../golden-case.js";
import * as d from "./domains.js";
import { held } from "./fragments-map-t.js";
import { error4, type Message } from "./icmp-error.js";
import { FRAGMENTATION_NEEDED, TIME_EXCEEDED_4, told4 } from "./own-errors.js";

const OTHER = "192.168.1.11";
const ID = 0x1234;

/** External port 2256 leads to port 80 of the other host. */
const FORWARD = {
  nat44: {
    forwards: [{ protocol: "both", "external-port": d.SECOND_RANGE_PORT, to: `${OTHER}:80` }],
  },
};
const FORWARD_GAUGES = { nat44_mappings_tcp: 1, nat44_mappings_udp: 1 };

const TO_OWN = { src: d.LAN_HOST, dst: d.CE_IPV4, id: ID };
const TO_OTHER = { src: d.CE_IPV4, dst: OTHER, id: ID, ttl: 63 };
const BACK_TO_OWN = { src: OTHER, dst: d.CE_IPV4, id: ID };
const BACK_HOME = { src: d.CE_IPV4, dst: d.LAN_HOST, id: ID, ttl: 63 };

/** The two ends as each host sees them: 2256 is 80 inside, 1232 is itself. */
const SENT = { sport: d.PORT, dport: d.SECOND_RANGE_PORT };
const GOT = { sport: d.PORT, dport: 80 };
const ANSWER = { sport: 80, dport: d.PORT };
const ANSWERED = { sport: d.SECOND_RANGE_PORT, dport: d.PORT };

function there(sent: Payload, got: Payload, fields: Partial<Ipv4Fields> = {}): Step {
  return hairpin(ipv4({ ...TO_OWN, ...fields }, sent), ipv4({ ...TO_OTHER, ...fields }, got));
}

function back(sent: Payload, got: Payload, fields: Partial<Ipv4Fields> = {}): Step {
  return hairpin(ipv4({ ...BACK_TO_OWN, ...fields }, sent), ipv4({ ...BACK_HOME, ...fields }, got));
}

interface Mode {
  readonly name: string;
  readonly ce: typeof d.ceT;
  /** What fragments leave with: MAP-T draws from the port set, MAP-E has too few ports for that. */
  readonly id: (own: number) => number;
}

const MODES: readonly Mode[] = [
  { name: "MAP-T", ce: d.ceT, id: () => 0 },
  { name: "MAP-E", ce: d.ceE, id: (own) => own },
];

/** The MSS is what both hosts can have of each other, so it stays. */
const SYN = { flags: TCP.syn, options: mss(1460) };
const SYN_ACK = { flags: TCP.syn | TCP.ack, options: mss(1460) };

const CONVERSATION: Step[] = [
  there(tcp({ ...SENT, ...SYN }), tcp({ ...GOT, ...SYN })),
  back(tcp({ ...ANSWER, ...SYN_ACK }), tcp({ ...ANSWERED, ...SYN_ACK })),
  there(tcp({ ...SENT, data: pattern(300) }), tcp({ ...GOT, data: pattern(300) }), { tos: 0xb9 }),
  back(tcp({ ...ANSWER, data: pattern(900) }), tcp({ ...ANSWERED, data: pattern(900) })),
  there(udp({ ...SENT, data: pattern(29) }), udp({ ...GOT, data: pattern(29) })),
  back(udp({ ...ANSWER, data: pattern(77) }), udp({ ...ANSWERED, data: pattern(77) })),
  // No checksum is none afterwards, too.
  there(udp({ ...SENT, checksum: 0 }), udp({ ...GOT, checksum: 0 })),
  // Outside an echo message has one identifier, so it comes back to whom it came from.
  ping("request"),
  ping("reply"),
];

function ping(kind: "request" | "reply"): Step {
  const payload = echo({ kind, id: 7, data: pattern(56) });
  return hairpin(ipv4(TO_OWN, payload), ipv4(BACK_HOME, payload));
}

const THIRD = "192.168.1.12";
/** External port 2257 leads to port 81 of the other host. */
const SECOND_FORWARD = { protocol: "tcp", "external-port": 2257, to: `${OTHER}:81` };

const SHARED_PORTS = {
  "tcp-port-reuse": "always",
  forwards: [...FORWARD.nat44.forwards, SECOND_FORWARD],
};

/** Two hosts have a connection each from external port 1232, which only its other end tells apart. */
const SHARING: Step[] = [
  there(tcp({ ...SENT, ...SYN }), tcp({ ...GOT, ...SYN })),
  hairpin(
    ipv4({ ...TO_OWN, src: THIRD }, tcp({ sport: d.PORT, dport: 2257, ...SYN })),
    ipv4(TO_OTHER, tcp({ sport: d.PORT, dport: 81, ...SYN })),
  ),
  back(tcp({ ...ANSWER, ...SYN_ACK }), tcp({ ...ANSWERED, ...SYN_ACK })),
  hairpin(
    ipv4(BACK_TO_OWN, tcp({ sport: 81, dport: d.PORT, ...SYN_ACK })),
    ipv4({ ...BACK_HOME, dst: THIRD }, tcp({ sport: 2257, dport: d.PORT, ...SYN_ACK })),
  ),
  there(tcp({ ...SENT, data: pattern(99) }), tcp({ ...GOT, data: pattern(99) })),
  drop("nat44_no_mapping", ipv4(TO_OWN, tcp({ sport: d.PORT + 1, dport: d.PORT, ...SYN }))),
];

const BIG = udp({ ...SENT, data: pattern(1400) });
const BIG_GOT = udp({ ...GOT, data: pattern(1400) });
const EDGES = [512, 1024];

function inFragments(id: (own: number) => number): Step[] {
  const pieces = (own: number): Uint8Array[] =>
    fragments(ipv4({ ...TO_OWN, df: false }, BIG), own, EDGES);
  const turned = (own: number): Uint8Array[] =>
    fragments(ipv4({ ...TO_OTHER, df: false }, BIG_GOT), id(own), EDGES);
  const [late, lateTurned] = [pieces(ID + 1), turned(ID + 1)];
  return [
    ...pieces(ID).map((piece, i) => hairpin(piece, turned(ID)[i]!)),
    held(late[2]!),
    held(late[1]!),
    counting(pass(late[0]!, lateTurned[0]!, lateTurned[2]!, lateTurned[1]!), {
      held_fragments: -2,
      hairpin_packets: 3,
    }),
  ];
}

/** The other host, or a router of the LAN, about the packet that the first host has sent. */
function error(message: Message, src: string, sent: Payload, got: Payload, len = 1000): Step {
  const quotedGot = ipv4({ ...TO_OTHER, ttl: 1 }, got).slice(0, 20 + len);
  const quotedSent = ipv4({ ...TO_OWN, ttl: 1 }, sent).slice(0, 20 + len);
  return hairpin(
    error4(message, { src, dst: d.CE_IPV4, df: true }, quotedGot),
    error4(message, { src: d.CE_IPV4, dst: d.LAN_HOST, ttl: 59, df: true }, quotedSent),
  );
}

const UDP_SENT = udp({ ...SENT, data: pattern(60) });
const UDP_GOT = udp({ ...GOT, data: pattern(60) });
const TCP_SENT = tcp({ ...SENT, data: pattern(60) });
const TCP_GOT = tcp({ ...GOT, data: pattern(60) });
const PING = echo({ kind: "request", id: 7, data: pattern(56) });

const MESSAGES: readonly Message[] = [
  [3, 3],
  [3, 4, 1300],
  [3, 13],
  [11, 0],
  [12, 0, 8 * 2 ** 24],
];

const ERRORS: Step[] = [
  there(UDP_SENT, UDP_GOT),
  there(TCP_SENT, TCP_GOT),
  ping("request"),
  ...MESSAGES.flatMap((message) => [
    error(message, OTHER, UDP_SENT, UDP_GOT),
    error(message, "192.168.1.1", TCP_SENT, TCP_GOT),
    error(message, OTHER, TCP_SENT, TCP_GOT, 8),
  ]),
  hairpin(
    error4([11, 0], { src: "192.168.1.1", dst: d.CE_IPV4, df: true }, ipv4(BACK_HOME, PING)),
    error4(
      [11, 0],
      { src: d.CE_IPV4, dst: d.LAN_HOST, ttl: 59, df: true },
      ipv4({ ...TO_OWN, ttl: 63 }, PING),
    ),
  ),
  // The first host about the answer that it got.
  back(udp({ ...ANSWER, data: pattern(60) }), udp({ ...ANSWERED, data: pattern(60) })),
  hairpin(
    error4(
      [3, 3],
      { src: d.LAN_HOST, dst: d.CE_IPV4, df: true },
      ipv4(BACK_HOME, udp({ ...ANSWERED, data: pattern(60) })),
    ),
    error4(
      [3, 3],
      { src: d.CE_IPV4, dst: OTHER, ttl: 59, df: true },
      ipv4({ ...BACK_TO_OWN, ttl: 63 }, udp({ ...ANSWER, data: pattern(60) })),
    ),
  ),
  refused("nat44_no_mapping", [3, 3], ipv4(TO_OTHER, udp({ ...GOT, dport: 81 }))),
  refused("nat44_no_mapping", [3, 3], ipv4(TO_OTHER, udp({ ...GOT, sport: d.PORT + 1 }))),
  refused("icmp_untranslatable", [4, 0], ipv4(TO_OTHER, UDP_GOT)),
  refused("bad_icmp_checksum", [3, 3], ipv4({ ...TO_OTHER, checksum: 5 }, UDP_GOT)),
];

function refused(
  reason: "nat44_no_mapping" | "icmp_untranslatable" | "bad_icmp_checksum",
  message: Message,
  quoted: Uint8Array,
): Step {
  return drop(reason, error4(message, { src: OTHER, dst: d.CE_IPV4 }, quoted));
}

/** Loose source route that is not used up. */
const ROUTED = Uint8Array.of(131, 7, 4, 192, 168, 1, 1, 0);

function limits(id: (own: number) => number): Step[] {
  const turned = ipv4({ ...TO_OTHER, df: false, id: id(ID) }, BIG_GOT);
  return [
    told4("ttl_expired", ipv4({ ...TO_OWN, ttl: 1 }, UDP_SENT), TIME_EXCEEDED_4),
    told4("too_big", ipv4(TO_OWN, BIG), FRAGMENTATION_NEEDED, { rest: 1200 }),
    told4("source_routed", ipv4({ ...TO_OWN, options: ROUTED }, UDP_SENT), [3, 5]),
    counting(inPieces(ipv4({ ...TO_OWN, df: false }, BIG), ...fragments(turned, id(ID), [1176])), {
      hairpin_packets: 1,
    }),
  ];
}

function segments(count: number): Step[] {
  return Array.from({ length: count }, (_, i) => {
    const stream = { seq: 1000 + i * 1400, data: pattern(1400, i) };
    const fields = { id: ID + i };
    return there(tcp({ ...SENT, ...stream }), tcp({ ...GOT, ...stream }), fields);
  });
}

function casesOf({ name, ce, id }: Mode): GoldenCase[] {
  return [
    {
      name: `${name} CE turns packets of its LAN to its own external ports around`,
      rfc: ["RFC 4787 §6", "RFC 5382 §7.2", "RFC 5508 §3.1"],
      config: ce({ more: FORWARD }),
      steps: CONVERSATION,
      gauges: {
        nat44_mappings_tcp: 2,
        nat44_mappings_udp: 2,
        nat44_mappings_icmp: 1,
        nat44_sessions: 3,
      },
    },
    {
      name: `${name} CE turns fragments of its LAN around in any order`,
      rfc: ["RFC 4787 §6", "RFC 4787 §11"],
      config: ce({ more: FORWARD }),
      steps: inFragments(id),
      gauges: { ...FORWARD_GAUGES, nat44_mappings_udp: 2, nat44_sessions: 1 },
    },
    {
      name: `${name} CE turns an error about a packet that it turned around`,
      rfc: ["RFC 5508 §5", "RFC 7857 §12"],
      config: ce({ more: FORWARD }),
      steps: ERRORS,
      gauges: {
        nat44_mappings_tcp: 2,
        nat44_mappings_udp: 2,
        nat44_mappings_icmp: 1,
        nat44_sessions: 3,
      },
    },
    {
      name: `${name} CE turns around what fits the LAN again and tells who sends more`,
      rfc: ["RFC 4787 §6", "RFC 1812 §4.3.2"],
      config: ce({ more: { ...FORWARD, mtu: { ipv4: 1200 } } }),
      steps: limits(id),
      gauges: { ...FORWARD_GAUGES, nat44_mappings_udp: 2, nat44_sessions: 1 },
    },
    {
      name: `${name} CE turns connections around that share an external port`,
      rfc: ["RFC 4787 §6", "RFC 7857 §3"],
      config: ce({ more: { nat44: SHARED_PORTS } }),
      steps: SHARING,
      gauges: { ...FORWARD_GAUGES, nat44_mappings_tcp: 4, nat44_sessions: 2 },
    },
    {
      name: `${name} CE leaves super-packets whole that it turns around`,
      rfc: ["RFC 4787 §6", "virtio 1.2 §5.1.6"],
      config: ce({ more: FORWARD }),
      superPackets: [{ first: 0, count: 20 }],
      steps: segments(20),
      gauges: { ...FORWARD_GAUGES, nat44_mappings_tcp: 2, nat44_sessions: 1 },
    },
  ];
}

/** To a port of another CE of the address, out to the BR; then two hosts that have no forward, filtered like strangers. */
function speaking(out: (payload: Payload, dst: string) => Uint8Array): Step[] {
  const far = udp({ sport: d.PORT, dport: 1236, data: pattern(9) });
  const first = { sport: d.PORT, dport: d.PORT + 1 };
  const second = { sport: d.PORT + 1, dport: d.PORT };
  return [
    pass(ipv4(TO_OWN, far), out(far, d.CE_IPV4)),
    // Nobody is behind that port, and asking takes none.
    drop("nat44_no_mapping", ipv4(TO_OWN, udp({ sport: d.PORT + 2, dport: d.PORT + 1 }))),
    pass(
      ipv4({ ...BACK_TO_OWN, dst: "198.51.100.9" }, udp({ sport: d.PORT + 1, dport: 53 })),
      out(udp({ sport: d.PORT + 1, dport: 53 }), "198.51.100.9"),
    ),
    drop("nat44_filtered", ipv4(TO_OWN, udp({ ...first, data: pattern(5) }))),
    back(udp(second), udp(second)),
    there(udp(first), udp(first)),
  ];
}

const SPEAKING = ["RFC 4787 §6", "RFC 4787 §5", "RFC 7597 §10"];

export const NAT44_HAIRPIN: readonly GoldenCase[] = [
  ...MODES.flatMap(casesOf),
  {
    name: "MAP-T CE filters what it turns around like packets from outside",
    rfc: SPEAKING,
    config: d.ceT(),
    steps: speaking((payload, dst) => ipv6({ src: d.CE, dst: d.dmr(dst), hopLimit: 63 }, payload)),
    gauges: { nat44_mappings_udp: 2, nat44_sessions: 3 },
  },
  {
    name: "MAP-E CE filters what it turns around like packets from outside",
    rfc: SPEAKING,
    config: d.ceE(),
    steps: speaking((payload, dst) =>
      ipv6(
        { src: d.CE, dst: d.BR },
        encapsulated(ipv4({ src: d.CE_IPV4, dst, id: ID, ttl: 63 }, payload)),
      ),
    ),
    gauges: { nat44_mappings_udp: 2, nat44_sessions: 3 },
  },
];
