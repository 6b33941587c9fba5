/** Packets that are broken. */
import type { DropName } from "../../../src/verdict.js";
import {
  concat,
  cut,
  echo,
  encapsulated,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  tcp,
  udp,
} from "../../support/packet-builder.js";
import { drop, type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";

const DOWN_4 = { src: d.SERVER_T, dst: d.CE_IPV4 };
const DOWN_6 = { src: d.dmr(d.SERVER_T), dst: d.CE, hopLimit: 63 };
const UP_6 = { src: d.CE, dst: d.dmr(d.SERVER_T) };
const UP_4 = { src: d.CE_IPV4, dst: d.SERVER_T, ttl: 63, df: false };
const E_OUT_4 = { src: d.CE_IPV4, dst: d.SERVER_E };
const E_UP = { src: d.CE, dst: d.BR };

const IN = udp({ sport: 53, dport: d.PORT, data: pattern(24) });
const OUT = udp({ sport: d.PORT, dport: 53, data: pattern(24) });
const TCP_IN = tcp({ sport: 80, dport: d.PORT });
const TCP_OUT = tcp({ sport: d.PORT, dport: 80 });

function tunnelled(reason: DropName, inner: Uint8Array): Step {
  return drop(reason, ipv6(E_UP, encapsulated(inner)));
}

const TRAILER = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);

/** TCP below 20 bytes, UDP below 8, echo below 8, and a TCP header that claims more than there is. */
function truncated(wrap: (payload: Payload) => Uint8Array, isInbound: boolean): Step[] {
  const payloads = [
    cut(isInbound ? TCP_IN : TCP_OUT, 19),
    cut(isInbound ? TCP_IN : TCP_OUT, 4),
    cut(isInbound ? IN : OUT, 7),
    cut(isInbound ? IN : OUT, 1),
    cut(echo({ kind: "request", id: d.PORT }), 7),
    tcp({ sport: isInbound ? 80 : d.PORT, dport: isInbound ? d.PORT : 80, headerWords: 6 }),
    tcp({ sport: isInbound ? 80 : d.PORT, dport: isInbound ? d.PORT : 80, headerWords: 4 }),
  ];
  return payloads.map((payload) => drop("truncated_transport", wrap(payload)));
}

const BROKEN: GoldenCase[] = [
  {
    name: "IPv4 whose lengths disagree is dropped",
    rfc: ["RFC 7915 §4.1", "RFC 791 §3.1"],
    config: d.brT(),
    steps: [
      drop("malformed_ipv4", ipv4(DOWN_4, IN).slice(0, 19)),
      drop("malformed_ipv4", ipv4(DOWN_4, IN).slice(0, 40)),
      drop("malformed_ipv4", ipv4({ ...DOWN_4, totalLen: 53 }, IN)),
      drop("malformed_ipv4", ipv4({ ...DOWN_4, totalLen: 19 }, IN)),
      drop("malformed_ipv4", ipv4({ ...DOWN_4, totalLen: 0 }, IN)),
      drop("malformed_ipv4", ipv4({ ...DOWN_4, headerWords: 4 }, IN)),
      drop("malformed_ipv4", ipv4({ ...DOWN_4, headerWords: 15 }, IN)),
      drop("malformed_ipv4", Uint8Array.of(0x45)),
    ],
  },
  {
    name: "IPv6 whose lengths disagree is dropped",
    rfc: ["RFC 7915 §5.1", "RFC 8200 §3"],
    config: d.brT(),
    steps: [
      drop("malformed_ipv6", ipv6(UP_6, OUT).slice(0, 39)),
      drop("malformed_ipv6", ipv6(UP_6, OUT).slice(0, 60)),
      drop("malformed_ipv6", ipv6({ ...UP_6, payloadLen: 33 }, OUT)),
      drop("malformed_ipv6", ipv6({ ...UP_6, payloadLen: 65535 }, OUT)),
      drop("malformed_ipv6", Uint8Array.of(0x60)),
      // No payload length: empty, or a jumbogram (RFC 2675 §3), and neither is translated.
      drop("malformed_ipv6", ipv6(UP_6, cut(OUT, 0))),
    ],
  },
  {
    name: "What is neither IPv4 nor IPv6 is dropped",
    rfc: ["RFC 7915 §4"],
    config: d.brT(),
    steps: [
      drop("not_ip", ipv4({ ...DOWN_4, version: 5 }, IN)),
      drop("not_ip", ipv4({ ...DOWN_4, version: 0 }, IN)),
      drop("not_ip", ipv4({ ...DOWN_4, version: 15 }, IN)),
    ],
  },
  {
    name: "A wrong IPv4 header checksum is not carried on",
    rfc: ["RFC 1812 §5.2.2"],
    config: d.brT(),
    steps: [
      drop("bad_ipv4_checksum", ipv4({ ...DOWN_4, checksum: 0 }, IN)),
      drop("bad_ipv4_checksum", ipv4({ ...DOWN_4, checksum: 0x1234 }, IN)),
    ],
  },
  {
    name: "Bytes behind an IPv4 packet are cut off",
    rfc: ["RFC 791 §3.1", "RFC 7915 §4.1"],
    config: d.brT(),
    steps: [IN, TCP_IN, echo({ kind: "reply", id: d.PORT, data: pattern(9) })].map((payload) =>
      pass(concat(ipv4(DOWN_4, payload), TRAILER), ipv6(DOWN_6, payload)),
    ),
  },
  {
    name: "Bytes behind an IPv6 packet are cut off",
    rfc: ["RFC 8200 §3", "RFC 7915 §5.1"],
    config: d.brT(),
    steps: [OUT, TCP_OUT, echo({ kind: "reply", id: d.PORT, data: pattern(9) })].map((payload) =>
      pass(concat(ipv6(UP_6, payload), TRAILER), ipv4(UP_4, payload)),
    ),
  },
  {
    name: "Bytes behind a tunnelled packet are cut off inside and outside",
    rfc: ["RFC 2473 §3", "RFC 791 §3.1"],
    config: d.brE(),
    steps: [
      pass(concat(ipv6(E_UP, encapsulated(ipv4(E_OUT_4, OUT))), TRAILER), ipv4(E_OUT_4, OUT)),
      pass(ipv6(E_UP, encapsulated(concat(ipv4(E_OUT_4, OUT), TRAILER))), ipv4(E_OUT_4, OUT)),
    ],
  },
  {
    name: "A transport header cut short is dropped from IPv4",
    rfc: ["RFC 7915 §4.5", "RFC 9293 §3.1"],
    config: d.brT(),
    steps: truncated((payload) => ipv4(DOWN_4, payload), true),
  },
  {
    name: "A transport header cut short is dropped from IPv6",
    rfc: ["RFC 7915 §5.5", "RFC 9293 §3.1"],
    config: d.brT(),
    steps: truncated((payload) => ipv6(UP_6, payload), false),
  },
  {
    name: "A transport header cut short is dropped inside the tunnel",
    rfc: ["RFC 7597 §8.1"],
    config: d.brE(),
    steps: truncated((payload) => ipv6(E_UP, encapsulated(ipv4(E_OUT_4, payload))), false),
  },
  {
    name: "Broken IPv4 inside the tunnel is dropped",
    rfc: ["RFC 2473 §3", "RFC 1812 §5.2.2"],
    config: d.brE(),
    steps: [
      tunnelled("malformed_ipv4", ipv4(E_OUT_4, OUT).slice(0, 19)),
      tunnelled("malformed_ipv4", ipv4({ ...E_OUT_4, totalLen: 53 }, OUT)),
      tunnelled("malformed_ipv4", ipv4({ ...E_OUT_4, version: 6 }, OUT)),
      tunnelled("malformed_ipv4", Uint8Array.of(0x45)),
      tunnelled("malformed_ipv6", new Uint8Array()),
      tunnelled("bad_ipv4_checksum", ipv4({ ...E_OUT_4, checksum: 1 }, OUT)),
    ],
  },
];

export const REFUSED: readonly GoldenCase[] = BROKEN;
