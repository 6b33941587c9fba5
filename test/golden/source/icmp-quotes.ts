/** The packet that an ICMP error quotes: cut short, wrong, somebody else's (RFC 7915 §4.3). */
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
import { drop, type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import {
  error4,
  error6,
  FROM_CE_4,
  FROM_CE_6,
  FROM_ROUTER_4,
  FROM_ROUTER_6,
  got4,
  got6,
  IN,
  inbound,
  type Message,
  OUT,
  outbound,
  ROUTER,
  ROUTER_6,
  refusedInbound,
  refusedOutbound,
  sent4,
  sent6,
} from "./icmp-error.js";
import { OWN_IPV4 } from "./own-errors.js";

const EXPIRED_4: Message = [11, 0];
const EXPIRED_6: Message = [3, 0];
const PORT_4: Message = [3, 3];
const PORT_6: Message = [1, 4];

/** The first `len` bytes of the payload are quoted, of a packet that was longer. */
function cutInbound(payload: Payload, len: number): Step {
  return inbound(
    EXPIRED_4,
    EXPIRED_6,
    sent4(payload).subarray(0, 20 + len),
    sent6(payload).subarray(0, 40 + len),
  );
}

function cutOutbound(payload: Payload, len: number): Step {
  return outbound(
    EXPIRED_6,
    EXPIRED_4,
    got6(payload).subarray(0, 40 + len),
    got4(payload).subarray(0, 20 + len),
  );
}

const TCP_OUT = tcp({ sport: d.PORT, dport: 80, data: pattern(200) });
const TCP_IN = tcp({ sport: 80, dport: d.PORT, data: pattern(200) });
const UDP_OUT = udp({ sport: d.PORT, dport: 53, data: pattern(200) });
const UDP_IN = udp({ sport: 53, dport: d.PORT, data: pattern(200) });
const PING = { id: d.PORT, seq: 3, data: pattern(200) };

function cuts(
  step: (payload: Payload, len: number) => Step,
  tcpPacket: Payload,
  udpPacket: Payload,
): Step[] {
  return [
    // Ports alone; all but the checksum; all of the header; most of the packet; all of it.
    ...[4, 8, 16, 18, 20, 100, 220].map((len) => step(tcpPacket, len)),
    ...[4, 6, 8, 9, 100, 208].map((len) => step(udpPacket, len)),
    ...[8, 9, 100, 208].map((len) => step(echo({ kind: "request", ...PING }), len)),
    ...[8, 100, 208].map((len) => step(echo({ kind: "reply", ...PING }), len)),
  ];
}

const HUGE_OUT = udp({ sport: d.PORT, dport: 53, data: pattern(1472) });
const HUGE_IN = udp({ sport: 53, dport: d.PORT, data: pattern(1452) });

function spoiltChecksum(packet: Uint8Array, at: number): Uint8Array {
  const copy = packet.slice();
  copy[at] = copy[at]! ^ 0x10;
  return copy;
}

const ABOUT_ERRORS: Step[] = [
  ...[3, 4, 5, 11, 12].map((type) =>
    refusedInbound(
      "icmp_error_about_error",
      [3, 1],
      sent4(icmp({ type4: type, type6: 0, data: got4(IN) })),
    ),
  ),
  ...[1, 2, 3, 4, 127].map((type) =>
    refusedOutbound(
      "icmp_error_about_error",
      [1, 0],
      got6(icmp({ type4: 0, type6: type, data: sent6(OUT) })),
    ),
  ),
];

const BROKEN: Step[] = [
  drop("bad_icmp_checksum", spoiltChecksum(error4([3, 1], FROM_ROUTER_4, sent4(OUT)), 22)),
  drop("bad_icmp_checksum", spoiltChecksum(error4([3, 1], FROM_ROUTER_4, sent4(OUT)), 60)),
  refusedInbound("bad_icmp_checksum", [3, 1], sent4(OUT, { checksum: 0x1234 })),
  drop("bad_icmp_checksum", spoiltChecksum(error6([1, 0], FROM_CE_6, got6(IN)), 42)),
  // No packet, less than a header, another family, lengths that contradict each other.
  refusedInbound("malformed_quote", [3, 1], new Uint8Array()),
  refusedInbound("malformed_quote", [3, 1], sent4(OUT).subarray(0, 19)),
  refusedInbound("malformed_quote", [3, 1], sent6(OUT)),
  refusedInbound("malformed_quote", [3, 1], sent4(OUT, { headerWords: 4 })),
  refusedInbound("malformed_quote", [3, 1], sent4(OUT, { totalLen: 19 })),
  refusedOutbound("malformed_quote", [1, 0], new Uint8Array()),
  refusedOutbound("malformed_quote", [1, 0], got6(IN).subarray(0, 39)),
  refusedOutbound("malformed_quote", [1, 0], got4(IN)),
];

/** Whose packet is quoted, and who tells of it. */
const MISDIRECTED: Step[] = [
  // An error goes to the sender of what it quotes.
  refusedInbound("malformed_quote", [3, 1], sent4(OUT, { src: "192.0.2.19" })),
  refusedOutbound("malformed_quote", [1, 0], got6(IN, { src: d.dmr("198.51.100.9") })),
  // No CE has the port; and no port, no CE.
  refusedInbound(
    "destination_port_excluded",
    [3, 1],
    sent4(udp({ sport: 208, dport: 53, data: pattern(8) })),
  ),
  refusedInbound("no_port_for_shared_address", [3, 1], sent4(OUT).subarray(0, 23)),
  refusedInbound("ipv4_destination_no_rule", [3, 1], sent4(OUT, { src: "192.0.3.18" }), {
    src: ROUTER,
    dst: "192.0.3.18",
  }),
  // Only a CE may speak for the domain's addresses.
  refusedInbound("ipv4_source_in_domain", [3, 1], sent4(OUT), {
    src: "192.0.2.200",
    dst: d.CE_IPV4,
  }),
  // What a CE complains of must have come to its own address and port.
  refusedOutbound(
    "source_psid_mismatch",
    [1, 4],
    got6(udp({ sport: 53, dport: 1236, data: pattern(8) })),
  ),
  refusedOutbound(
    "source_port_excluded",
    [1, 4],
    got6(udp({ sport: 53, dport: 208, data: pattern(8) })),
  ),
  refusedOutbound("source_iid_mismatch", [1, 4], got6(IN, { dst: "2001:db8:12:3400::1" })),
  refusedOutbound("ipv6_source_not_in_domain", [1, 4], got6(IN, { dst: "2001:db9::1" })),
  refusedOutbound("no_port_for_shared_address", [1, 4], got6(IN).subarray(0, 43)),
  refusedOutbound("martian_ipv4_destination", [1, 4], got6(IN, { src: d.dmr("127.0.0.1") }), {
    ...FROM_CE_6,
    dst: d.dmr("127.0.0.1"),
  }),
];

/** RFC 7915 §4.1: the source of an error may be one that no other packet may have. */
const ODD_SOURCES: Step[] = ["127.0.0.1", "0.0.0.1", "240.0.0.1", "192.168.7.7"].map((src) =>
  pass(
    error4(EXPIRED_4, { src, dst: d.CE_IPV4 }, sent4(OUT)),
    error6(EXPIRED_6, { src: d.dmr(src), dst: d.CE, hopLimit: 59 }, sent6(OUT)),
  ),
);

function fromNowhere(source: string, src4: string): Step[] {
  const messages: (readonly [Message, Message])[] = [
    [EXPIRED_6, EXPIRED_4],
    [
      [2, 0, 1400],
      [3, 4, 1380],
    ],
    [
      [1, 0],
      [3, 1],
    ],
  ];
  return messages.map(([before, after]) =>
    pass(
      error6(before, { src: source, dst: d.dmr(d.SERVER_T) }, got6(IN)),
      error4(after, { src: src4, dst: d.SERVER_T, ttl: 59, id: 0 }, got4(IN)),
    ),
  );
}

const POOL = ["203.0.113.8", "203.0.113.9", "198.51.100.77"];

const FULL_CE = "2001:db8:12:0:0:c000:212:0";

export const ICMP_QUOTES: readonly GoldenCase[] = [
  {
    name: "A quoted packet is translated as far as it is there from IPv4",
    rfc: ["RFC 7915 §4.3", "RFC 1624 §3"],
    config: d.brT(),
    steps: cuts(cutInbound, TCP_OUT, UDP_OUT),
  },
  {
    name: "A quoted packet is translated as far as it is there from IPv6",
    rfc: ["RFC 7915 §5.3", "RFC 1624 §3"],
    config: d.brT(),
    steps: cuts(cutOutbound, TCP_IN, UDP_IN),
  },
  {
    name: "A quote without ports reaches a CE that has its address alone",
    rfc: ["RFC 7599 §9", "RFC 7597 §5.2"],
    config: d.brT({ rules: ["full"] }),
    steps: [
      pass(
        error4(EXPIRED_4, FROM_ROUTER_4, sent4(OUT).subarray(0, 20)),
        error6(
          EXPIRED_6,
          { ...FROM_ROUTER_6, dst: FULL_CE, hopLimit: 59 },
          sent6(OUT, { src: FULL_CE }).subarray(0, 40),
        ),
      ),
    ],
  },
  {
    name: "A quoted TTL stays as it is and a quoted UDP checksum of zero stays zero",
    rfc: ["RFC 7915 §4.3", "RFC 7915 §5.3"],
    config: d.brT(),
    steps: [
      ...[0, 1, 2, 255].map((ttl) =>
        inbound(PORT_4, PORT_6, sent4(OUT, { ttl }), sent6(OUT, { hopLimit: ttl })),
      ),
      ...[0, 1, 2, 255].map((ttl) =>
        outbound(PORT_6, PORT_4, got6(IN, { hopLimit: ttl }), got4(IN, { ttl })),
      ),
      inbound(
        PORT_4,
        PORT_6,
        sent4(udp({ sport: d.PORT, dport: 53, data: pattern(9), checksum: 0 })),
        sent6(udp({ sport: d.PORT, dport: 53, data: pattern(9), checksum: 0 })),
      ),
    ],
  },
  {
    name: "The traffic class of an error and of its quote are copied each on its own",
    rfc: ["RFC 7915 §4.1", "RFC 7915 §5.1"],
    config: d.brT(),
    steps: [
      pass(
        error4(EXPIRED_4, { ...FROM_ROUTER_4, tos: 0xc0 }, sent4(OUT, { tos: 0xb9 })),
        error6(
          EXPIRED_6,
          { ...FROM_ROUTER_6, hopLimit: 59, trafficClass: 0xc0 },
          sent6(OUT, { trafficClass: 0xb9 }),
        ),
      ),
      pass(
        error6(EXPIRED_6, { ...FROM_CE_6, trafficClass: 0xc0 }, got6(IN, { trafficClass: 0xb9 })),
        error4(EXPIRED_4, { ...FROM_CE_4, ttl: 59, tos: 0xc0 }, got4(IN, { tos: 0xb9 })),
      ),
    ],
  },
  {
    name: "The port in a quote leads an error to the CE that has it",
    rfc: ["RFC 7599 §9", "RFC 7597 §8.2"],
    config: d.brT(),
    steps: [1236, 2260].map((sport) => {
      const payload = udp({ sport, dport: 53, data: pattern(20) });
      return pass(
        error4(PORT_4, FROM_ROUTER_4, sent4(payload)),
        error6(
          PORT_6,
          { ...FROM_ROUTER_6, dst: d.CE_35, hopLimit: 59 },
          sent6(payload, { src: d.CE_35 }),
        ),
      );
    }),
  },
  {
    name: "An ICMPv4 error too long for ICMPv6 is cut to 1280 bytes",
    rfc: ["RFC 4443 §2.4", "RFC 7915 §4.3"],
    config: d.brT(),
    steps: [
      inbound(PORT_4, PORT_6, sent4(HUGE_OUT).subarray(0, 1472), sent6(HUGE_OUT).subarray(0, 1232)),
      inbound(PORT_4, PORT_6, sent4(HUGE_OUT).subarray(0, 1213), sent6(HUGE_OUT).subarray(0, 1232)),
      inbound(PORT_4, PORT_6, sent4(HUGE_OUT).subarray(0, 1212), sent6(HUGE_OUT).subarray(0, 1232)),
      inbound(PORT_4, PORT_6, sent4(HUGE_OUT).subarray(0, 1211), sent6(HUGE_OUT).subarray(0, 1231)),
    ],
  },
  {
    name: "An ICMPv6 error too long for ICMPv4 is cut to 576 bytes",
    rfc: ["RFC 1812 §4.3.2.3", "RFC 7915 §5.3"],
    config: d.brT(),
    steps: [
      // As long as the original was, it had DF.
      ...[1232, 569, 568, 567].map((len) =>
        outbound(
          PORT_6,
          PORT_4,
          got6(HUGE_IN).subarray(0, len),
          got4(HUGE_IN, { df: true }).subarray(0, Math.min(548, len - 20)),
        ),
      ),
    ],
  },
  {
    name: "An error about an error is dropped",
    rfc: ["RFC 7915 §4.3", "RFC 7915 §5.3"],
    config: d.brT(),
    steps: ABOUT_ERRORS,
  },
  {
    name: "An error that is broken or quotes a broken header is dropped",
    rfc: ["RFC 5508 §4.2", "RFC 7915 §4.3"],
    config: d.brT(),
    steps: BROKEN,
  },
  {
    name: "An error that does not belong to its receiver or its sender is dropped",
    rfc: ["RFC 7599 §8.3", "RFC 7599 §9"],
    config: d.brT(),
    steps: MISDIRECTED,
  },
  {
    name: "An ICMPv4 error with a source that is no good elsewhere is translated",
    rfc: ["RFC 7915 §4.1"],
    config: d.brT(),
    steps: ODD_SOURCES,
  },
  {
    name: "An ICMPv6 error from a router without IPv4 address comes from 192.0.0.8",
    rfc: ["RFC 6791 §3.1", "RFC 7600 §4.8"],
    config: d.brT(),
    steps: fromNowhere(ROUTER_6, OWN_IPV4),
  },
  {
    name: "An ICMPv6 error from a router without IPv4 address comes from the configured one",
    rfc: ["RFC 6791 §3.1"],
    config: d.brT({ more: { icmp: { "ipv4-sources": ["203.0.113.8"] } } }),
    steps: fromNowhere(ROUTER_6, "203.0.113.8"),
  },
  {
    name: "ICMPv6 errors from routers without IPv4 address come from a pool at random",
    rfc: ["RFC 6791 §3.2"],
    config: d.brT({ more: { icmp: { "ipv4-sources": POOL } } }),
    steps: Array.from({ length: 10 }, () => fromNowhere(ROUTER_6, "203.0.113.8")).flat(),
  },
  {
    name: "MAP-T drops ICMP that is neither error nor echo without a word",
    rfc: ["RFC 7915 §4.2", "RFC 7915 §5.2"],
    config: d.brT({ rules: ["full"] }),
    steps: [
      ...[13, 14, 17].map((type4) =>
        drop(
          "icmp_untranslatable",
          ipv4({ src: d.SERVER_T, dst: d.CE_IPV4 }, icmp({ type4, type6: 0 })),
        ),
      ),
      ...[133, 135, 143].map((type6) =>
        drop(
          "icmp_untranslatable",
          ipv6({ src: FULL_CE, dst: d.dmr(d.SERVER_T) }, icmp({ type4: 0, type6 })),
        ),
      ),
    ],
  },
];
