/** SYNs from outside that nobody has asked for: six seconds of silence, then an error or a simultaneous open (RFC 5382). */
import {
  encapsulated,
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
  hairpin,
  idle,
  pass,
  type Step,
} from "../golden-case.js";
import * as d from "./domains.js";
import { own4, own6 } from "./own-errors.js";

const SECOND_US = 1_000_000;
const STRANGER = "198.51.100.9";
const PORT_UNREACHABLE_4 = [3, 3] as const;
const PORT_UNREACHABLE_6 = [1, 4] as const;

interface Mode {
  readonly name: string;
  readonly ce: typeof d.ceT;
  readonly down: (src: string, payload: Payload) => Uint8Array;
  readonly down4: (src: string, payload: Payload) => Uint8Array;
  readonly up: (dst: string, payload: Payload) => Uint8Array;
  /** The error about a packet that came down. */
  readonly told: (packet: Uint8Array) => Uint8Array;
}

const MODES: readonly Mode[] = [
  {
    name: "MAP-T",
    ce: d.ceT,
    down: (src, payload) => ipv6({ src: d.dmr(src), dst: d.CE }, payload),
    down4: (src, payload) => ipv4({ src, dst: d.LAN_HOST, ttl: 63, df: false }, payload),
    up: (dst, payload) => ipv6({ src: d.CE, dst: d.dmr(dst), hopLimit: 63 }, payload),
    told: (packet) => own6(packet, ...PORT_UNREACHABLE_6, { src: d.CE }),
  },
  {
    name: "MAP-E",
    ce: d.ceE,
    down: (src, payload) =>
      ipv6({ src: d.BR, dst: d.CE }, encapsulated(ipv4({ src, dst: d.CE_IPV4 }, payload))),
    down4: (src, payload) => ipv4({ src, dst: d.LAN_HOST }, payload),
    up: (dst, payload) =>
      ipv6({ src: d.CE, dst: d.BR }, encapsulated(ipv4({ src: d.CE_IPV4, dst, ttl: 63 }, payload))),
    // From the address that the SYN went to: another source would not pass the BR.
    told: (packet) => {
      const error = own4(packet.subarray(40), ...PORT_UNREACHABLE_4, { src: d.CE_IPV4 });
      return ipv6({ src: d.CE, dst: d.BR }, encapsulated(error));
    },
  },
];

const SYN = { flags: TCP.syn, options: mss(1400) };

function unasked(dport = d.PORT, sport = 40000): Payload {
  return tcp({ sport, dport, ...SYN });
}

/** Errors about packets that were dropped some time ago. */
function telling(...errors: readonly Uint8Array[]): Step {
  return counting(idle(...errors), {
    created_packets: errors.length,
    icmp_errors_sent: errors.length,
  });
}

function unsolicited({ down, told, up }: Mode): Step[] {
  const toNobody = down(STRANGER, unasked());
  const filtered = down(STRANGER, unasked(d.SECOND_RANGE_PORT));
  const open = tcp({ sport: d.SECOND_RANGE_PORT, dport: 80, ...SYN });
  return [
    drop("nat44_no_mapping", toNobody),
    // The LAN host speaks to somebody else from that port.
    after(
      SECOND_US,
      pass(ipv4({ src: d.LAN_HOST, dst: "203.0.113.5" }, open), up("203.0.113.5", open)),
    ),
    after(SECOND_US, drop("nat44_filtered", filtered)),
    // Sent again, and what is no SYN, or no TCP.
    after(SECOND_US, drop("nat44_no_mapping", toNobody)),
    after(
      2 * SECOND_US,
      drop("nat44_no_mapping", down(STRANGER, tcp({ sport: 1, dport: d.PORT }))),
    ),
    after(
      2 * SECOND_US,
      drop(
        "nat44_no_mapping",
        down(STRANGER, tcp({ sport: 2, dport: d.PORT, flags: TCP.syn | TCP.ack })),
      ),
    ),
    after(
      2 * SECOND_US,
      drop("nat44_no_mapping", down(STRANGER, tcp({ sport: 3, dport: d.PORT, flags: TCP.rst }))),
    ),
    after(
      2 * SECOND_US,
      drop("nat44_no_mapping", down(STRANGER, udp({ sport: 4, dport: d.PORT }))),
    ),
    after(6 * SECOND_US - 1000, idle()),
    after(6 * SECOND_US, telling(told(toNobody))),
    after(7 * SECOND_US, telling(told(filtered))),
    after(20 * SECOND_US, idle()),
  ];
}

/** Both ends begin (RFC 9293 §3.5): the first SYN of the far one comes too early and is sent again. */
function simultaneous({ down, down4, up }: Mode): Step[] {
  const near = tcp({ sport: d.PORT, dport: 40000, ...SYN });
  const nearAck = tcp({ sport: d.PORT, dport: 40000, flags: TCP.syn | TCP.ack });
  const farAck = tcp({ sport: 40000, dport: d.PORT, flags: TCP.syn | TCP.ack });
  const data = tcp({ sport: d.PORT, dport: 40000, data: pattern(100) });
  const fromLan = (payload: Payload): Step =>
    pass(ipv4({ src: d.LAN_HOST, dst: STRANGER }, payload), up(STRANGER, payload));
  const toLan = (payload: Payload): Step => pass(down(STRANGER, payload), down4(STRANGER, payload));
  return [
    drop("nat44_no_mapping", down(STRANGER, unasked())),
    after(5 * SECOND_US, fromLan(near)),
    after(5 * SECOND_US + 1000, toLan(unasked())),
    after(5 * SECOND_US + 1000, fromLan(nearAck)),
    after(5 * SECOND_US + 2000, toLan(farAck)),
    after(5 * SECOND_US + 2000, fromLan(data)),
    after(7 * SECOND_US, idle()),
    // Established, so it outlives the time of one that is opening.
    after(400 * SECOND_US, toLan(tcp({ sport: 40000, dport: d.PORT, data: pattern(9) }))),
  ];
}

/** No more than the table holds, nor than the rate allows. */
const MOST = 64;

function flood({ down, told }: Mode, answers: number): Step[] {
  const syns = Array.from({ length: MOST + 6 }, (_, i) =>
    down(STRANGER, unasked(d.PORT, 1000 + i)),
  );
  return [
    ...syns.map((syn) => drop("nat44_no_mapping", syn)),
    after(6 * SECOND_US, telling(...syns.slice(0, answers).map(told))),
    after(20 * SECOND_US, idle()),
  ];
}

/** From LAN host to LAN host by the external address: the SYN of the first is filtered, and so is told of to the LAN. */
function turned({ up }: Mode): Step[] {
  const other = "192.168.1.11";
  const opened = tcp({ sport: d.PORT + 1, dport: 80, ...SYN });
  const first = tcp({ sport: d.PORT, dport: d.PORT + 1, ...SYN });
  const second = tcp({ sport: d.PORT + 1, dport: d.PORT, ...SYN });
  const toNobody = tcp({ sport: d.PORT + 2, dport: d.PORT + 3, ...SYN });
  const fromFirst = ipv4({ src: d.LAN_HOST, dst: d.CE_IPV4 }, first);
  const lost = ipv4({ src: d.LAN_HOST, dst: d.CE_IPV4 }, toNobody);
  const home = { src: d.CE_IPV4, ttl: 63 };
  return [
    pass(ipv4({ src: other, dst: STRANGER }, opened), up(STRANGER, opened)),
    drop("nat44_filtered", fromFirst),
    hairpin(
      ipv4({ src: other, dst: d.CE_IPV4 }, second),
      ipv4({ ...home, dst: d.LAN_HOST }, second),
    ),
    hairpin(fromFirst, ipv4({ ...home, dst: other }, first)),
    // Nobody comes to meet this one.
    after(10 * SECOND_US, drop("nat44_no_mapping", lost)),
    after(16 * SECOND_US, telling(own4(lost, ...PORT_UNREACHABLE_4))),
  ];
}

function casesOf(mode: Mode): GoldenCase[] {
  const { name, ce } = mode;
  return [
    {
      name: `${name} CE tells who sends an unsolicited SYN after six seconds that nobody listens`,
      rfc: ["RFC 5382 §4.3"],
      config: ce(),
      steps: unsolicited(mode),
      gauges: { nat44_mappings_tcp: 1, nat44_sessions: 1 },
    },
    {
      name: `${name} CE lets both ends open a connection at once`,
      rfc: ["RFC 5382 §4.2", "RFC 5382 §4.3", "RFC 9293 §3.5"],
      config: ce(),
      steps: simultaneous(mode),
      gauges: { nat44_mappings_tcp: 1, nat44_sessions: 1 },
    },
    {
      name: `${name} CE answers no flood of SYNs beyond its bound`,
      rfc: ["RFC 5382 §4.3"],
      config: ce(),
      steps: flood(mode, MOST),
    },
    {
      name: `${name} CE answers unsolicited SYNs within the rate of its errors`,
      rfc: ["RFC 4443 §2.4"],
      config: ce({ more: { icmp: { "rate-limit": 3 } } }),
      steps: flood(mode, 3),
    },
    {
      name: `${name} CE without unreachables is silent about unsolicited SYNs`,
      rfc: ["RFC 5382 §4.3"],
      config: ce({ more: { icmp: { unreachables: false } } }),
      steps: flood(mode, 0),
    },
    {
      name: `${name} CE treats SYNs that it turns around like those from outside`,
      rfc: ["RFC 5382 §4.3", "RFC 5382 §7.2"],
      config: ce(),
      steps: turned(mode),
      gauges: { nat44_mappings_tcp: 2, nat44_sessions: 3 },
    },
  ];
}

export const NAT44_SYNS: readonly GoldenCase[] = MODES.flatMap(casesOf);
