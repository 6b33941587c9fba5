/** CE to CE: through the BR (hub and spoke) and straight (mesh). */
import type { DropName } from "../../../src/verdict.js";
import { echo, encapsulated, ipv4, ipv6, pattern, tcp, udp } from "../../support/packet-builder.js";
import { drop, type GoldenCase, hairpin, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { POLICY_FAILED_6, PROHIBITED_4, TIME_EXCEEDED_6, told4, told6 } from "./own-errors.js";

/** The peer: PSID 0x34 of 192.0.2.19, the same ports. */
const PEER = d.CE_OTHER_ADDRESS;
const PEER_IPV4 = "192.0.2.19";

const PAYLOADS = [
  udp({ sport: d.PORT, dport: d.SECOND_RANGE_PORT, data: pattern(12) }),
  tcp({ sport: d.PORT, dport: d.SECOND_RANGE_PORT, data: pattern(13) }),
  echo({ kind: "request", id: d.PORT, data: pattern(14) }),
];
const UDP = udp({ sport: d.PORT, dport: d.PORT });

const FROM_PEER = { src: PEER_IPV4, dst: d.CE_IPV4, id: 5 };
const TO_PEER = { src: d.CE_IPV4, dst: PEER_IPV4, id: 6 };

const HAIRPIN: GoldenCase[] = [
  {
    name: "MAP-T BR turns a packet for another CE around",
    rfc: ["RFC 7599 §8.3", "RFC 7599 §8.4"],
    config: d.brT(),
    steps: PAYLOADS.map((payload) =>
      hairpin(
        ipv6({ src: d.CE, dst: d.dmr(PEER_IPV4), hopLimit: 64 }, payload),
        ipv6({ src: d.dmr(d.CE_IPV4), dst: PEER, hopLimit: 63 }, payload),
      ),
    ),
  },
  {
    name: "MAP-T BR does not turn packets around where hairpin is off",
    rfc: ["RFC 7599 §8.3"],
    config: d.brT({ more: { hairpin: false } }),
    steps: PAYLOADS.map((payload) =>
      drop("hairpin_disabled", ipv6({ src: d.CE, dst: d.dmr(PEER_IPV4) }, payload)),
    ),
  },
  {
    name: "MAP-T BR checks both ends of a packet that it turns around",
    rfc: ["RFC 7599 §8.3", "RFC 7597 §5.1"],
    config: d.brT(),
    steps: [
      told6(
        "source_psid_mismatch",
        ipv6({ src: d.CE, dst: d.dmr(PEER_IPV4) }, udp({ sport: 1236, dport: d.PORT })),
        POLICY_FAILED_6,
      ),
      drop(
        "destination_port_excluded",
        ipv6({ src: d.CE, dst: d.dmr(PEER_IPV4) }, udp({ sport: d.PORT, dport: 208 })),
      ),
      told6(
        "ttl_expired",
        ipv6({ src: d.CE, dst: d.dmr(PEER_IPV4), hopLimit: 1 }, UDP),
        TIME_EXCEEDED_6,
      ),
    ],
  },
  {
    name: "MAP-E BR turns a packet for another CE around",
    rfc: ["RFC 7597 §8.1", "RFC 2473 §3.1"],
    config: d.brE(),
    steps: PAYLOADS.map((payload) =>
      hairpin(
        ipv6({ src: d.CE, dst: d.BR }, encapsulated(ipv4({ ...TO_PEER, ttl: 64 }, payload))),
        ipv6(
          { src: d.BR, dst: PEER, hopLimit: 64 },
          encapsulated(ipv4({ ...TO_PEER, ttl: 63 }, payload)),
        ),
      ),
    ),
  },
  {
    name: "MAP-E BR does not turn packets around where hairpin is off",
    rfc: ["RFC 7597 §8.1"],
    config: d.brE({ more: { hairpin: false } }),
    steps: PAYLOADS.map((payload) =>
      drop(
        "hairpin_disabled",
        ipv6({ src: d.CE, dst: d.BR }, encapsulated(ipv4(TO_PEER, payload))),
      ),
    ),
  },
];

/** The LAN host uses a port of the set, which NAT44 keeps. */
const FROM_LAN = { src: d.LAN_HOST, dst: PEER_IPV4, id: 6 };

/** RFC 7599 §8.2: a CE of the mesh that uses another's ports is told. */
function refusedByCe(reason: DropName, packet: Uint8Array): Step {
  return told6(reason, packet, POLICY_FAILED_6, { src: d.CE });
}

const MESH: GoldenCase[] = [
  {
    name: "MAP-T CE speaks straight to a CE of a forwarding rule",
    rfc: ["RFC 7597 §5", "RFC 7599 §8.1", "RFC 7599 §8.2"],
    config: d.ceT({ rules: ["mesh"] }),
    steps: [
      pass(ipv4(FROM_LAN, UDP), ipv6({ src: d.CE, dst: PEER, hopLimit: 63 }, UDP)),
      pass(
        ipv6({ src: PEER, dst: d.CE }, UDP),
        ipv4({ src: PEER_IPV4, dst: d.LAN_HOST, ttl: 63, df: false }, UDP),
      ),
      // Outside the rule the DMR still counts.
      pass(
        ipv4({ src: d.LAN_HOST, dst: d.SERVER_T }, UDP),
        ipv6({ src: d.CE, dst: d.dmr(d.SERVER_T), hopLimit: 63 }, UDP),
      ),
      refusedByCe(
        "source_psid_mismatch",
        ipv6({ src: PEER, dst: d.CE }, udp({ sport: 1236, dport: d.PORT })),
      ),
      refusedByCe(
        "source_port_excluded",
        ipv6({ src: PEER, dst: d.CE }, udp({ sport: 208, dport: d.PORT })),
      ),
      refusedByCe(
        "source_iid_mismatch",
        ipv6({ src: "2001:db8:13:3400::1", dst: d.CE }, udp({ sport: d.PORT, dport: d.PORT })),
      ),
      told4(
        "destination_port_excluded",
        ipv4(FROM_LAN, udp({ sport: d.PORT, dport: 208 })),
        PROHIBITED_4,
      ),
    ],
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 2 },
  },
  {
    name: "MAP-T CE without a forwarding rule reaches its own rule through the DMR",
    rfc: ["RFC 7597 §5", "RFC 7599 §12.2"],
    config: d.ceT(),
    steps: [
      pass(ipv4(FROM_LAN, UDP), ipv6({ src: d.CE, dst: d.dmr(PEER_IPV4), hopLimit: 63 }, UDP)),
    ],
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 1 },
  },
  {
    name: "MAP-E CE speaks straight to a CE of a forwarding rule",
    rfc: ["RFC 7597 §5.4", "RFC 7597 §8.1"],
    config: d.ceE({ rules: ["mesh"] }),
    steps: [
      pass(
        ipv4(FROM_LAN, UDP),
        ipv6({ src: d.CE, dst: PEER }, encapsulated(ipv4({ ...TO_PEER, ttl: 63 }, UDP))),
      ),
      pass(
        ipv6({ src: PEER, dst: d.CE }, encapsulated(ipv4(FROM_PEER, UDP))),
        ipv4({ ...FROM_PEER, dst: d.LAN_HOST }, UDP),
      ),
      pass(
        ipv4({ src: d.LAN_HOST, dst: d.SERVER_E, id: 6 }, UDP),
        ipv6(
          { src: d.CE, dst: d.BR },
          encapsulated(ipv4({ src: d.CE_IPV4, dst: d.SERVER_E, id: 6, ttl: 63 }, UDP)),
        ),
      ),
      drop(
        "source_psid_mismatch",
        ipv6(
          { src: PEER, dst: d.CE },
          encapsulated(ipv4(FROM_PEER, udp({ sport: 1236, dport: d.PORT }))),
        ),
      ),
      drop(
        "source_address_mismatch",
        ipv6(
          { src: PEER, dst: d.CE },
          encapsulated(ipv4({ ...FROM_PEER, src: "192.0.2.20" }, UDP)),
        ),
      ),
    ],
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 2 },
  },
  {
    name: "MAP-E CE without a forwarding rule reaches its own rule through the BR",
    rfc: ["RFC 7597 §5"],
    config: d.ceE(),
    steps: [
      pass(
        ipv4(FROM_LAN, UDP),
        ipv6({ src: d.CE, dst: d.BR }, encapsulated(ipv4({ ...TO_PEER, ttl: 63 }, UDP))),
      ),
    ],
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 1 },
  },
];

export const CE_TO_CE: readonly GoldenCase[] = [...HAIRPIN, ...MESH];
