/** ICMP errors of the translator's own: when, from whom, how long, how many (RFC 1812 §4.3.2, RFC 4443 §2.4). */
import {
  echo,
  encapsulated,
  extension,
  icmp,
  ipv4,
  ipv6,
  pattern,
  raw,
  udp,
} from "../../support/packet-builder.js";
import { after, drop, type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { got4, got6, IN, OUT, sent4 } from "./icmp-error.js";
import {
  FRAGMENTATION_NEEDED,
  HOST_UNREACHABLE_4,
  POLICY_FAILED_6,
  PROHIBITED_4,
  PROHIBITED_6,
  TIME_EXCEEDED_4,
  TIME_EXCEEDED_6,
  TOO_BIG_6,
  told4,
  told6,
} from "./own-errors.js";

const DOWN_4 = { src: d.SERVER_T, dst: d.CE_IPV4 };
const UP_6 = { src: d.CE, dst: d.dmr(d.SERVER_T) };

function inOf(len: number): ReturnType<typeof udp> {
  return udp({ sport: 53, dport: d.PORT, data: pattern(len - 28) });
}

function outOf(len: number): ReturnType<typeof udp> {
  return udp({ sport: d.PORT, dport: 53, data: pattern(len - 48) });
}

function expired4(packet = ipv4({ ...DOWN_4, ttl: 1 }, IN)): Step {
  return told4("ttl_expired", packet, TIME_EXCEEDED_4);
}

function expired6(packet = ipv6({ ...UP_6, hopLimit: 1 }, OUT)): Step {
  return told6("ttl_expired", packet, TIME_EXCEEDED_6);
}

/** Everything that has a reason of its own to be told, by what it is. */
const TIME_EXCEEDED_AND_TOO_BIG: readonly Step[] = [
  expired4(),
  expired6(),
  told4("too_big", ipv4(DOWN_4, inOf(1500)), FRAGMENTATION_NEEDED, { rest: 1480 }),
];

const GRE = raw(47, pattern(32));

function unreachables(): Step[] {
  return [
    told4(
      "ipv4_destination_no_rule",
      ipv4({ ...DOWN_4, dst: "192.0.3.1" }, IN),
      HOST_UNREACHABLE_4,
    ),
    told4("destination_port_excluded", ipv4(DOWN_4, udp({ sport: 53, dport: 208 })), PROHIBITED_4),
    told4("no_port_for_shared_address", ipv4(DOWN_4, GRE), [3, 2]),
    told4(
      "udp_zero_checksum",
      ipv4(DOWN_4, udp({ sport: 53, dport: d.PORT, checksum: 0 })),
      PROHIBITED_4,
    ),
    told6("no_port_for_shared_address", ipv6(UP_6, GRE), PROHIBITED_6),
    told6("source_psid_mismatch", ipv6(UP_6, udp({ sport: 1236, dport: 53 })), POLICY_FAILED_6),
    told6("ipv6_source_not_in_domain", ipv6({ ...UP_6, src: "2001:db9::1" }, OUT), POLICY_FAILED_6),
  ];
}

function silent({ input, drop: reason }: Step): Step {
  if (input === null || reason === null) throw new Error("only what is dropped can be silent");
  return drop(reason, input);
}

const FIRST = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 9);
/** Offset 64 bytes, the last. */
const LATER = Uint8Array.of(0, 0, 0, 64, 0, 0, 0, 9);
const SIXTY_FOUR_IN = udp({ sport: 53, dport: d.PORT, data: pattern(56) });
const SIXTY_FOUR_OUT = udp({ sport: d.PORT, dport: 53, data: pattern(56) });

/** RFC 1812 §4.3.2.7 and RFC 4443 §2.4(e), each row with a packet that would be answered but for it. */
const MATRIX: readonly Step[] = [
  // A query is answered, an error is not.
  expired4(ipv4({ ...DOWN_4, ttl: 1 }, echo({ kind: "request", id: d.PORT }))),
  expired4(ipv4({ ...DOWN_4, ttl: 1 }, echo({ kind: "reply", id: d.PORT }))),
  drop(
    "ttl_expired",
    ipv4({ ...DOWN_4, ttl: 1 }, icmp({ type4: 3, type6: 0, code: 1, data: sent4(OUT) })),
  ),
  drop("ttl_expired", ipv4({ ...DOWN_4, ttl: 1 }, icmp({ type4: 11, type6: 0, data: sent4(OUT) }))),
  expired6(ipv6({ ...UP_6, hopLimit: 1 }, echo({ kind: "request", id: d.PORT }))),
  expired6(ipv6({ ...UP_6, hopLimit: 1 }, echo({ kind: "reply", id: d.PORT }))),
  drop("ttl_expired", ipv6({ ...UP_6, hopLimit: 1 }, icmp({ type4: 0, type6: 1, data: got6(IN) }))),
  drop("ttl_expired", ipv6({ ...UP_6, hopLimit: 1 }, icmp({ type4: 0, type6: 3, data: got6(IN) }))),
  // Redirects.
  drop("icmp_untranslatable", ipv6({ ...UP_6, hopLimit: 1 }, icmp({ type4: 0, type6: 137 }))),
  drop("ttl_expired", ipv4({ ...DOWN_4, ttl: 1 }, icmp({ type4: 5, type6: 0, data: sent4(OUT) }))),
  // The first fragment is answered, no later one is.
  expired4(ipv4({ ...DOWN_4, ttl: 1, id: 9, df: false, mf: true }, SIXTY_FOUR_IN)),
  drop(
    "ttl_expired",
    ipv4({ ...DOWN_4, ttl: 1, id: 9, df: false, fragmentOffset: 8 }, raw(17, pattern(40))),
  ),
  expired6(ipv6({ ...UP_6, hopLimit: 1 }, extension(44, FIRST, SIXTY_FOUR_OUT))),
  drop("ttl_expired", ipv6({ ...UP_6, hopLimit: 1 }, extension(44, LATER, raw(17, pattern(40))))),
  // Nobody's source, everybody's destination.
  ...["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"].map((src) =>
    drop("martian_ipv4_source", ipv4({ ...DOWN_4, src, ttl: 1 }, IN)),
  ),
  ...["224.0.0.1", "255.255.255.255"].map((dst) =>
    drop("martian_ipv4_destination", ipv4({ ...DOWN_4, dst, ttl: 1 }, IN)),
  ),
  ...["::", "::1", "ff02::1"].map((src) =>
    drop("martian_ipv6_source", ipv6({ ...UP_6, src, hopLimit: 1 }, OUT)),
  ),
  drop("ipv6_destination_not_ours", ipv6({ ...UP_6, dst: "ff02::1", hopLimit: 1 }, OUT)),
  // Bad headers.
  drop("bad_ipv4_checksum", ipv4({ ...DOWN_4, ttl: 1, checksum: 7 }, IN)),
  drop("malformed_ipv4", ipv4({ ...DOWN_4, ttl: 1, totalLen: 3000 }, IN)),
];

const POOL = ["203.0.113.8", "203.0.113.9"];
const E_DOWN = { src: d.SERVER_E, dst: d.CE_IPV4 };
const MTU_1400 = { mtu: { ipv4: 1400 } };

function tunnelled(len: number, df: boolean): Uint8Array {
  const payload = udp({ sport: d.PORT, dport: 53, data: pattern(len - 28) });
  const inner = ipv4({ src: d.CE_IPV4, dst: d.SERVER_E, id: 8, df }, payload);
  return ipv6({ src: d.CE, dst: d.BR }, encapsulated(inner));
}

export const ICMP_OWN: readonly GoldenCase[] = [
  {
    name: "An ICMPv4 error of our own quotes what fits in 576 bytes",
    rfc: ["RFC 1812 §4.3.2.3"],
    config: d.brT(),
    steps: [28, 60, 547, 548, 549, 1480].map((len) =>
      expired4(ipv4({ ...DOWN_4, ttl: 1, id: 3 }, inOf(len))),
    ),
  },
  {
    name: "An ICMPv6 error of our own quotes what fits in 1280 bytes",
    rfc: ["RFC 4443 §2.4"],
    config: d.brT(),
    steps: [48, 60, 1231, 1232, 1233, 1500].map((len) =>
      expired6(ipv6({ ...UP_6, hopLimit: 1 }, outOf(len))),
    ),
  },
  {
    name: "An error of our own has the DSCP of the packet that it is about and no ECN",
    rfc: ["RFC 5508 §7.2", "RFC 3168 §5"],
    config: d.brT(),
    steps: [0xb8, 0xb9, 0xbb, 0x03, 0xff].flatMap((tos) => [
      expired4(ipv4({ ...DOWN_4, ttl: 1, tos }, IN)),
      expired6(ipv6({ ...UP_6, hopLimit: 1, trafficClass: tos, flowLabel: 0x12345 }, OUT)),
    ]),
  },
  {
    name: "Bytes behind a packet are not quoted",
    rfc: ["RFC 791 §3.1", "RFC 8200 §3"],
    config: d.brT(),
    steps: [ipv4({ ...DOWN_4, ttl: 1 }, IN), ipv6({ ...UP_6, hopLimit: 1 }, OUT)].map((packet) => {
      const step = packet[0]! >>> 4 === 4 ? expired4(packet) : expired6(packet);
      return { ...step, input: Uint8Array.from([...packet, 0xde, 0xad, 0xbe, 0xef]) };
    }),
  },
  {
    name: "ICMPv4 errors of our own come from the configured addresses at random",
    rfc: ["RFC 6791 §3.2"],
    config: d.brT({ more: { icmp: { "ipv4-sources": POOL } } }),
    steps: [
      ...Array.from({ length: 16 }, () =>
        told4("ttl_expired", ipv4({ ...DOWN_4, ttl: 1 }, IN), TIME_EXCEEDED_4, { src: POOL[0]! }),
      ),
      // A BR of MAP-T has no IPv6 address but what stands for the first of them.
      told6("ttl_expired", ipv6({ ...UP_6, hopLimit: 1 }, OUT), TIME_EXCEEDED_6, {
        src: d.dmr(POOL[0]!),
      }),
    ],
  },
  {
    name: "No error is told about errors or to nobody or about later fragments",
    rfc: ["RFC 1812 §4.3.2.7", "RFC 4443 §2.4"],
    config: d.brT(),
    steps: MATRIX,
  },
  {
    name: "Errors of our own stay below the configured rate",
    rfc: ["RFC 4443 §2.4", "RFC 1812 §4.3.2.8"],
    config: d.brT({ more: { icmp: { "rate-limit": 3 } } }),
    steps: [
      expired4(),
      expired6(),
      expired4(),
      ...[expired4(), expired6(), expired4()].map(silent),
      // Data passes unharmed.
      pass(ipv4(DOWN_4, IN), ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE, hopLimit: 63 }, IN)),
      // Three a second is one in 333.3 ms.
      after(332_000, silent(expired4())),
      after(340_000, expired4()),
      after(340_000, silent(expired4())),
      after(10_000_000, expired6()),
      after(10_000_000, expired6()),
      after(10_000_000, expired4()),
      after(10_000_000, silent(expired4())),
    ],
  },
  {
    name: "MAP-T tells a sender why its packet is refused",
    rfc: ["RFC 7915 §4.4", "RFC 7915 §5.4", "RFC 7599 §8.3", "RFC 7599 §8.4"],
    config: d.brT(),
    steps: [...TIME_EXCEEDED_AND_TOO_BIG, ...unreachables()],
  },
  {
    name: "Without unreachables only time exceeded and too big are told",
    rfc: ["RFC 7915 §4.4", "RFC 7915 §5.4"],
    config: d.brT({ more: { icmp: { unreachables: false } } }),
    steps: [...TIME_EXCEEDED_AND_TOO_BIG, ...unreachables().map(silent)],
  },
  {
    name: "MAP-E BR tells both sides of what is too big for the other",
    rfc: ["RFC 2473 §7.2", "RFC 7597 §8.3.1"],
    config: d.brE({ more: MTU_1400 }),
    steps: [
      told4("too_big", ipv4(E_DOWN, inOf(1461)), FRAGMENTATION_NEEDED, { rest: 1460 }),
      pass(tunnelled(1400, true), ipv4({ src: d.CE_IPV4, dst: d.SERVER_E, id: 8 }, outOf(1420))),
      // The tunnel end tells the other one, which tells the sender (RFC 2473 §8).
      told6("too_big", tunnelled(1401, true), TOO_BIG_6, { rest: 1440, src: d.BR }),
    ],
  },
  {
    name: "MAP-E BR tells the IPv4 side of expired packets and unknown destinations",
    rfc: ["RFC 2473 §3.1", "RFC 7597 §8.1"],
    config: d.brE(),
    steps: [
      told4("ttl_expired", ipv4({ ...E_DOWN, ttl: 1 }, IN), TIME_EXCEEDED_4),
      told4(
        "ipv4_destination_no_rule",
        ipv4({ ...E_DOWN, dst: "192.0.3.1" }, IN),
        HOST_UNREACHABLE_4,
      ),
      told4("destination_port_excluded", ipv4(E_DOWN, udp({ sport: 1, dport: 208 })), PROHIBITED_4),
      told4("no_port_for_shared_address", ipv4(E_DOWN, GRE), [3, 2]),
      drop("no_port_for_shared_address", ipv4(E_DOWN, icmp({ type4: 13, type6: 0 }))),
      drop(
        "ttl_expired",
        ipv4(
          { ...E_DOWN, ttl: 1 },
          icmp({
            type4: 3,
            type6: 0,
            code: 1,
            data: got4(OUT, { src: d.CE_IPV4, dst: d.SERVER_E }),
          }),
        ),
      ),
    ],
  },
];
