/** The consistency check of MAP and everything else about who speaks to whom. */

import type { DropName } from "../../../src/verdict.js";
import {
  echo,
  encapsulated,
  ipv4,
  ipv6,
  type Payload,
  tcp,
  udp,
} from "../../support/packet-builder.js";
import { drop, type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { HOST_UNREACHABLE_4, POLICY_FAILED_6, PROHIBITED_4, told4, told6 } from "./own-errors.js";

const OUT = udp({ sport: d.PORT, dport: 53 });
const IN = udp({ sport: 53, dport: d.PORT });

/** From a CE to the Internet with source port `sport`, as each kind of payload that carries one. */
function fromPort(sport: number): Payload[] {
  return [
    udp({ sport, dport: 53 }),
    tcp({ sport, dport: 80 }),
    echo({ kind: "request", id: sport }),
  ];
}

function spoofedT(reason: DropName, src: string, payload: Payload): Step {
  const packet = ipv6({ src, dst: d.dmr(d.SERVER_T) }, payload);
  // RFC 7915 §5.1: an impossible source is nobody that could be told.
  return reason === "martian_ipv6_source"
    ? drop(reason, packet)
    : told6(reason, packet, POLICY_FAILED_6);
}

function spoofedE(reason: DropName, src: string, src4: string, payload: Payload): Step {
  return drop(
    reason,
    ipv6({ src, dst: d.BR }, encapsulated(ipv4({ src: src4, dst: d.SERVER_E }, payload))),
  );
}

const SOURCES: GoldenCase[] = [
  {
    name: "MAP-T BR refuses an IPv6 source whose port is outside its set",
    rfc: ["RFC 7599 §8.3", "RFC 7597 §5.1"],
    config: d.brT(),
    steps: [
      ...fromPort(1236).map((payload) => spoofedT("source_psid_mismatch", d.CE, payload)),
      ...fromPort(1231).map((payload) => spoofedT("source_psid_mismatch", d.CE, payload)),
      // 208 has the PSID bits 0x34 but lies in the range A = 0.
      ...fromPort(208).map((payload) => spoofedT("source_port_excluded", d.CE, payload)),
      ...fromPort(0).map((payload) => spoofedT("source_port_excluded", d.CE, payload)),
    ],
  },
  {
    name: "MAP-T BR refuses an IPv6 source that is not the MAP address of its bits",
    rfc: ["RFC 7599 §8.3", "RFC 7597 §6"],
    config: d.brT(),
    steps: [
      spoofedT("source_iid_mismatch", "2001:db8:12:3400:0:c000:212:35", OUT),
      spoofedT("source_iid_mismatch", "2001:db8:12:3400:0:c000:213:34", OUT),
      spoofedT("source_iid_mismatch", "2001:db8:12:3400::1", OUT),
      spoofedT("source_iid_mismatch", "2001:db8:12:3401:0:c000:212:34", OUT),
      spoofedT("source_iid_mismatch", "2001:db8:12:3400:c0:2:1200:3400", OUT),
    ],
  },
  {
    name: "MAP-T BR refuses IPv6 sources that are no CE of the domain",
    rfc: ["RFC 7599 §8.3", "RFC 7915 §5.1"],
    config: d.brT(),
    steps: [
      spoofedT("ipv6_source_not_in_domain", "2001:db9::1", OUT),
      spoofedT("ipv6_source_not_in_domain", d.dmr("198.51.100.9"), OUT),
      spoofedT("martian_ipv6_source", "::", OUT),
      spoofedT("martian_ipv6_source", "::1", OUT),
      spoofedT("martian_ipv6_source", "ff02::1", OUT),
    ],
  },
  {
    name: "MAP-E BR drops an inner source that its outer source does not embed",
    rfc: ["RFC 7597 §8.1", "RFC 7597 §5.1"],
    config: d.brE(),
    steps: [
      spoofedE("source_address_mismatch", d.CE, "192.0.2.19", OUT),
      spoofedE("source_address_mismatch", d.CE, "198.51.100.9", OUT),
      ...fromPort(1236).map((payload) =>
        spoofedE("source_psid_mismatch", d.CE, d.CE_IPV4, payload),
      ),
      ...fromPort(208).map((payload) => spoofedE("source_port_excluded", d.CE, d.CE_IPV4, payload)),
      spoofedE("source_iid_mismatch", "2001:db8:12:3400:0:c000:212:35", d.CE_IPV4, OUT),
      spoofedE("source_iid_mismatch", "2001:db8:12:3400::1", d.CE_IPV4, OUT),
    ],
  },
  {
    name: "MAP-E BR drops outer sources that are no CE of the domain",
    rfc: ["RFC 7597 §8.1"],
    config: d.brE(),
    steps: [
      spoofedE("ipv6_source_not_in_domain", "2001:db9::1", d.CE_IPV4, OUT),
      spoofedE("ipv6_source_not_in_domain", d.BR, d.CE_IPV4, OUT),
      spoofedE("martian_ipv6_source", "::1", d.CE_IPV4, OUT),
      spoofedE("martian_ipv6_source", "ff0e::1", d.CE_IPV4, OUT),
    ],
  },
  {
    name: "A BR checks the whole source of a CE with an address or a prefix of its own",
    rfc: ["RFC 7597 §5.2", "RFC 7597 §8.1"],
    config: d.brE({ rules: ["prefix"] }),
    steps: [
      spoofedE("source_address_mismatch", "2001:db8:10:0:0:c000:210:0", "192.0.2.32", OUT),
      spoofedE("source_iid_mismatch", "2001:db8:10:0:0:c000:212:0", "192.0.2.18", OUT),
    ],
  },
];

const DESTINATIONS: GoldenCase[] = [
  {
    name: "A BR drops IPv4 that no CE of the domain owns",
    rfc: ["RFC 7599 §8.4", "RFC 7597 §5.1", "RFC 7599 §13"],
    config: d.brT(),
    steps: [
      told4(
        "ipv4_destination_no_rule",
        ipv4({ src: d.SERVER_T, dst: "192.0.3.18" }, IN),
        HOST_UNREACHABLE_4,
      ),
      ...[
        udp({ sport: 53, dport: 208 }),
        udp({ sport: 53, dport: 1023 }),
        echo({ kind: "reply", id: 7 }),
      ].map((payload) =>
        told4(
          "destination_port_excluded",
          ipv4({ src: d.SERVER_T, dst: d.CE_IPV4 }, payload),
          PROHIBITED_4,
        ),
      ),
      drop("ipv4_source_in_domain", ipv4({ src: "192.0.2.200", dst: d.CE_IPV4 }, IN)),
    ],
  },
  {
    name: "A 1 to 1 rule without the port of a packet is no rule for it",
    rfc: ["RFC 7599 §12.1"],
    config: d.brT({ rules: ["oneToOne34", "oneToOne35"] }),
    steps: [
      told4(
        "ipv4_destination_no_rule",
        ipv4({ src: d.SERVER_T, dst: d.CE_IPV4 }, udp({ sport: 53, dport: 1240 })),
        HOST_UNREACHABLE_4,
      ),
      told6(
        "source_psid_mismatch",
        ipv6({ src: d.CE, dst: d.dmr(d.SERVER_T) }, udp({ sport: 1236, dport: 53 })),
        POLICY_FAILED_6,
      ),
    ],
  },
  {
    name: "IPv4 martians are dropped from either end of a packet",
    rfc: ["RFC 7915 §4.1", "RFC 1812 §5.3.7"],
    config: d.brT(),
    steps: [
      ...[
        "0.1.2.3",
        "127.0.0.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
      ].map((src) => drop("martian_ipv4_source", ipv4({ src, dst: d.CE_IPV4 }, IN))),
      ...["0.0.0.0", "127.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"].map((dst) =>
        drop("martian_ipv4_destination", ipv4({ src: d.SERVER_T, dst }, IN)),
      ),
      ...["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"].map((dst) =>
        drop("martian_ipv4_destination", ipv6({ src: d.CE, dst: d.dmr(dst) }, OUT)),
      ),
    ],
  },
  {
    name: "MAP-E BR drops martian destinations inside the tunnel",
    rfc: ["RFC 1812 §5.3.7"],
    config: d.brE(),
    steps: ["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"].map((dst) =>
      drop(
        "martian_ipv4_destination",
        ipv6({ src: d.CE, dst: d.BR }, encapsulated(ipv4({ src: d.CE_IPV4, dst }, OUT))),
      ),
    ),
  },
  {
    name: "IPv6 that is not for the BR is dropped",
    rfc: ["RFC 7597 §5", "RFC 7597 §8.1", "RFC 2473 §3"],
    config: d.brE(),
    steps: [
      drop(
        "ipv6_destination_not_ours",
        ipv6(
          { src: d.CE, dst: "2001:db8:ffff::2" },
          encapsulated(ipv4({ src: d.CE_IPV4, dst: d.SERVER_E }, OUT)),
        ),
      ),
      drop("not_encapsulated", ipv6({ src: d.CE, dst: d.BR }, udp({ sport: 1, dport: 2 }))),
      drop("not_encapsulated", ipv6({ src: d.CE, dst: d.BR }, echo({ kind: "request", id: 1 }))),
    ],
  },
  {
    name: "MAP-T BR drops IPv6 that is not for the DMR prefix",
    rfc: ["RFC 7599 §8.3"],
    config: d.brT(),
    steps: [
      drop(
        "ipv6_destination_not_ours",
        ipv6({ src: d.CE, dst: "2001:db8:fffe:0:a:203:400:0" }, OUT),
      ),
    ],
  },
];

function toCeT(reason: DropName, payload: Payload, dst = d.CE, src = d.dmr(d.SERVER_T)): Step {
  return drop(reason, ipv6({ src, dst }, payload));
}

function toCeE(reason: DropName, payload: Payload, dst4 = d.CE_IPV4, dst = d.CE, src = d.BR): Step {
  return drop(
    reason,
    ipv6({ src, dst }, encapsulated(ipv4({ src: d.SERVER_E, dst: dst4 }, payload))),
  );
}

const AT_THE_CE: GoldenCase[] = [
  {
    name: "MAP-T CE takes nothing that is not for its address and its ports",
    rfc: ["RFC 7599 §8.2", "RFC 7597 §5"],
    config: d.ceT(),
    steps: [
      toCeT("destination_port_not_ours", udp({ sport: 53, dport: 1236 })),
      toCeT("destination_port_not_ours", tcp({ sport: 80, dport: 1231 })),
      toCeT("destination_port_not_ours", echo({ kind: "reply", id: 1236 })),
      toCeT("ipv6_destination_not_ours", IN, d.CE_35),
      toCeT("ipv6_destination_not_ours", IN, "2001:db8:12:3400::1"),
      toCeT("ipv6_source_not_in_domain", IN, d.CE, "2001:db9::1"),
      // The rule is no forwarding rule: another CE's address says nothing here.
      toCeT("ipv6_source_not_in_domain", IN, d.CE, d.CE_OTHER_ADDRESS),
      toCeT("martian_ipv6_source", IN, d.CE, "::1"),
      // Nobody else may speak for the CE itself.
      toCeT("martian_ipv6_source", IN, d.CE, d.CE),
      toCeT("martian_ipv4_source", IN, d.CE, d.dmr("127.0.0.1")),
      toCeT("martian_ipv4_source", IN, d.CE, d.dmr("224.0.0.1")),
    ],
  },
  {
    name: "MAP-E CE takes nothing that is not from its BR and for its address and ports",
    rfc: ["RFC 7597 §8.1"],
    config: d.ceE(),
    steps: [
      toCeE("destination_port_not_ours", udp({ sport: 53, dport: 1236 })),
      toCeE("ipv4_destination_not_ours", IN, "192.0.2.19"),
      toCeE("ipv4_destination_not_ours", IN, d.LAN_HOST),
      toCeE("ipv6_destination_not_ours", IN, d.CE_IPV4, d.CE_35),
      toCeE("ipv6_source_not_in_domain", IN, d.CE_IPV4, d.CE, "2001:db9::1"),
      toCeE("martian_ipv6_source", IN, d.CE_IPV4, d.CE, d.CE),
      toCeE("ipv6_source_not_in_domain", IN, d.CE_IPV4, d.CE, d.CE_OTHER_ADDRESS),
      drop("not_encapsulated", ipv6({ src: d.BR, dst: d.CE }, IN)),
    ],
  },
  {
    name: "MAP-T CE drops martians from the LAN",
    rfc: ["RFC 7915 §4.1", "RFC 1812 §5.3.7"],
    config: d.ceT(),
    steps: [
      drop("martian_ipv4_source", ipv4({ src: "127.0.0.1", dst: d.SERVER_T }, OUT)),
      drop("martian_ipv4_source", ipv4({ src: "0.0.0.0", dst: d.SERVER_T }, OUT)),
      drop("martian_ipv4_destination", ipv4({ src: d.LAN_HOST, dst: "224.0.0.251" }, OUT)),
      drop("martian_ipv4_destination", ipv4({ src: d.LAN_HOST, dst: "255.255.255.255" }, OUT)),
    ],
  },
  {
    name: "Behind the well known prefix only global IPv4 addresses exist",
    rfc: ["RFC 6052 §3.1", "RFC 7599 §12.4"],
    config: d.ceT({ more: { "dmr-ipv6-prefix": "64:ff9b::/96" } }),
    steps: [
      pass(
        ipv4({ src: d.LAN_HOST, dst: "8.8.8.8", ttl: 64 }, OUT),
        ipv6({ src: d.CE, dst: "64:ff9b::808:808", hopLimit: 63 }, OUT),
      ),
      ...["10.0.0.1", "172.16.0.1", "192.168.7.7", "100.64.0.1", "169.254.1.1"].map((dst) =>
        drop("non_global_ipv4", ipv4({ src: d.LAN_HOST, dst }, OUT)),
      ),
    ],
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 1 },
  },
];

export const VALIDATION: readonly GoldenCase[] = [...SOURCES, ...DESTINATIONS, ...AT_THE_CE];
