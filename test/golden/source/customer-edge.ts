/** A CE: with NAT44 on a shared address, and without it where the address or prefix is its own. */
import {
  echo,
  encapsulated,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  tcp,
  udp,
} from "../../support/packet-builder.js";
import { after, drop, type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { PROHIBITED_4, told4 } from "./own-errors.js";
import { payloads } from "./payloads.js";

interface Own {
  readonly inside6: string;
  readonly inside4: string;
}

function tUp(own: Own, lan: string, payload: Payload, translated = payload): Step {
  return pass(
    ipv4({ src: lan, dst: d.SERVER_T, ttl: 64, id: 3 }, payload),
    ipv6({ src: own.inside6, dst: d.dmr(d.SERVER_T), hopLimit: 63 }, translated),
  );
}

function tDown(own: Own, lan: string, payload: Payload, translated = payload): Step {
  return pass(
    ipv6({ src: d.dmr(d.SERVER_T), dst: own.inside6, hopLimit: 60 }, payload),
    ipv4({ src: d.SERVER_T, dst: lan, ttl: 59, df: false }, translated),
  );
}

function eUp(own: Own, lan: string, payload: Payload, translated = payload): Step {
  const common = { dst: d.SERVER_E, id: 3 };
  const inner = ipv4({ ...common, src: own.inside4, ttl: 63 }, translated);
  return pass(
    ipv4({ ...common, src: lan, ttl: 64 }, payload),
    ipv6({ src: own.inside6, dst: d.BR, hopLimit: 64 }, encapsulated(inner)),
  );
}

function eDown(own: Own, lan: string, payload: Payload, translated = payload): Step {
  const common = { src: d.SERVER_E, id: 3, ttl: 50 };
  const inner = ipv4({ ...common, dst: own.inside4 }, payload);
  return pass(
    ipv6({ src: d.BR, dst: own.inside6, hopLimit: 60 }, encapsulated(inner)),
    ipv4({ ...common, dst: lan }, translated),
  );
}

const SHARED: Own = { inside6: d.CE, inside4: d.CE_IPV4 };
const FULL: Own = { inside6: "2001:db8:12:0:0:c000:212:0", inside4: d.CE_IPV4 };
/** MAP-T keeps the whole address in the interface identifier; MAP-E pads the prefix with zeros. */
const PREFIX_T: Own = { inside6: "2001:db8:10:0:0:c000:212:0", inside4: d.CE_IPV4 };
const PREFIX_E: Own = { inside6: "2001:db8:10:0:0:c000:210:0", inside4: d.CE_IPV4 };

const FULL_MORE = {
  "end-user-ipv6-prefix": "2001:db8:12::/48",
  "local-ipv4-prefixes": ["192.0.2.18/32"],
  nat44: { enabled: false },
};
const PREFIX_MORE = {
  "end-user-ipv6-prefix": "2001:db8:10::/44",
  "local-ipv4-prefixes": ["192.0.2.16/28"],
};

/** Ports in the range that A = 0 excludes: where the address is not shared they are as good as any. */
const ANY_UP = payloads(208, 80, 208);
const ANY_DOWN = payloads(80, 208, 208);

/** A whole conversation; inside ports of the set are kept, so that the outside ones are known. */
function conversation(up: typeof tUp, down: typeof tDown): Step[] {
  const request = { sport: d.PORT, dport: 80, flags: 0x18, data: pattern(300) };
  const answer = { sport: 80, dport: d.PORT, data: pattern(400) };
  const query = { sport: d.SECOND_RANGE_PORT, dport: 53, data: pattern(29) };
  const response = { sport: 53, dport: d.SECOND_RANGE_PORT, data: pattern(77) };
  const ping = { id: d.LAST_PORT, seq: 9, data: pattern(56) };
  return [
    up(SHARED, d.LAN_HOST, tcp({ ...request, flags: 0x02, data: pattern(0) })),
    down(SHARED, d.LAN_HOST, tcp({ ...answer, flags: 0x12, data: pattern(0) })),
    up(SHARED, d.LAN_HOST, tcp(request)),
    down(SHARED, d.LAN_HOST, tcp(answer)),
    up(SHARED, d.LAN_HOST, udp(query)),
    down(SHARED, d.LAN_HOST, udp(response)),
    up(SHARED, d.LAN_HOST, echo({ kind: "request", ...ping })),
    down(SHARED, d.LAN_HOST, echo({ kind: "reply", ...ping })),
  ];
}

const SECOND_US = 1_000_000;

const GAUGES = {
  nat44_mappings_tcp: 1,
  nat44_mappings_udp: 1,
  nat44_mappings_icmp: 1,
  nat44_sessions: 3,
};

/** External port 1232 leads to port 22 of the LAN host. */
const FORWARD_MORE = {
  nat44: {
    filtering: "endpoint-independent",
    forwards: [{ protocol: "both", "external-port": d.PORT, to: `${d.LAN_HOST}:22` }],
  },
};
const OUTSIDE = { sport: 40000, dport: d.PORT };
const INSIDE = { sport: 40000, dport: 22 };

export const CUSTOMER_EDGE: readonly GoldenCase[] = [
  {
    name: "MAP-T CE takes a LAN host through NAT44 to the Internet and back",
    rfc: ["RFC 7599 §8.1", "RFC 7599 §8.2", "RFC 7599 App. A"],
    config: d.ceT(),
    steps: conversation(tUp, tDown),
    gauges: GAUGES,
  },
  {
    name: "MAP-E CE takes a LAN host through NAT44 to the Internet and back",
    rfc: ["RFC 7597 §8", "RFC 7597 §8.1", "RFC 7597 App. A"],
    config: d.ceE(),
    steps: conversation(eUp, eDown),
    gauges: GAUGES,
  },
  {
    name: "MAP-T CE forwards an external port to another port of a LAN host",
    rfc: ["RFC 7599 §8.2", "RFC 7915 §5.5"],
    config: d.ceT({ more: FORWARD_MORE }),
    steps: [
      tDown(SHARED, d.LAN_HOST, tcp({ ...OUTSIDE, flags: 0x02 }), tcp({ ...INSIDE, flags: 0x02 })),
      tUp(
        SHARED,
        d.LAN_HOST,
        tcp({ sport: 22, dport: 40000 }),
        tcp({ sport: d.PORT, dport: 40000 }),
      ),
      tDown(
        SHARED,
        d.LAN_HOST,
        udp({ ...OUTSIDE, data: pattern(9) }),
        udp({ ...INSIDE, data: pattern(9) }),
      ),
      tUp(
        SHARED,
        d.LAN_HOST,
        udp({ sport: 22, dport: 40000 }),
        udp({ sport: d.PORT, dport: 40000 }),
      ),
    ],
    gauges: { nat44_mappings_tcp: 1, nat44_mappings_udp: 1 },
  },
  {
    name: "MAP-E CE forwards an external port to another port of a LAN host",
    rfc: ["RFC 7597 §8.1"],
    config: d.ceE({ more: FORWARD_MORE }),
    steps: [
      eDown(SHARED, d.LAN_HOST, tcp({ ...OUTSIDE, flags: 0x02 }), tcp({ ...INSIDE, flags: 0x02 })),
      eUp(
        SHARED,
        d.LAN_HOST,
        tcp({ sport: 22, dport: 40000 }),
        tcp({ sport: d.PORT, dport: 40000 }),
      ),
      eDown(
        SHARED,
        d.LAN_HOST,
        udp({ ...OUTSIDE, data: pattern(9) }),
        udp({ ...INSIDE, data: pattern(9) }),
      ),
      eUp(
        SHARED,
        d.LAN_HOST,
        udp({ sport: 22, dport: 40000 }),
        udp({ sport: d.PORT, dport: 40000 }),
      ),
    ],
    gauges: { nat44_mappings_tcp: 1, nat44_mappings_udp: 1 },
  },
  {
    name: "NAT44 of a shared address lets only a remote address in that was spoken to",
    rfc: ["RFC 7597 §10", "RFC 4787 §5"],
    config: d.ceT(),
    steps: [
      tUp(SHARED, d.LAN_HOST, udp({ sport: d.PORT, dport: 53 })),
      tDown(SHARED, d.LAN_HOST, udp({ sport: 5353, dport: d.PORT })),
      drop(
        "nat44_filtered",
        ipv6({ src: d.dmr("198.51.100.9"), dst: d.CE }, udp({ sport: 53, dport: d.PORT })),
      ),
      drop(
        "nat44_no_mapping",
        ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE }, udp({ sport: 53, dport: d.PORT + 1 })),
      ),
      drop(
        "nat44_no_mapping",
        ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE }, tcp({ sport: 53, dport: d.PORT })),
      ),
      drop(
        "nat44_source_not_local",
        ipv4({ src: "192.168.2.10", dst: d.SERVER_T }, udp({ sport: d.PORT, dport: 53 })),
      ),
    ],
    // Address-dependent: a session is kept by the remote address alone.
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 1 },
  },
  {
    name: "NAT44 forgets a UDP mapping 300 s after the last packet from inside",
    rfc: ["RFC 4787 §4.3"],
    config: d.ceT(),
    steps: [
      tUp(SHARED, d.LAN_HOST, udp({ sport: d.PORT, dport: 53 })),
      after(100 * SECOND_US, tUp(SHARED, d.LAN_HOST, udp({ sport: d.PORT, dport: 53 }))),
      after(398 * SECOND_US, tDown(SHARED, d.LAN_HOST, udp({ sport: 53, dport: d.PORT }))),
      after(
        402 * SECOND_US,
        drop(
          "nat44_no_mapping",
          ipv6({ src: d.dmr(d.SERVER_T), dst: d.CE }, udp({ sport: 53, dport: d.PORT })),
        ),
      ),
    ],
  },
  {
    name: "NAT44 gives a host no more ports than its quota",
    rfc: ["RFC 7597 §10"],
    config: d.ceE({ more: { nat44: { "max-ports-per-host": 2 } } }),
    steps: [
      eUp(SHARED, d.LAN_HOST, udp({ sport: d.PORT, dport: 53 })),
      eUp(SHARED, d.LAN_HOST, udp({ sport: d.PORT + 1, dport: 53 })),
      told4(
        "nat44_host_quota",
        ipv4({ src: d.LAN_HOST, dst: d.SERVER_E }, udp({ sport: d.PORT + 2, dport: 53 })),
        PROHIBITED_4,
      ),
      eUp(SHARED, d.LAN_HOST, udp({ sport: d.PORT, dport: 123 })),
      eUp(SHARED, "192.168.1.11", udp({ sport: d.PORT + 2, dport: 53 })),
    ],
    gauges: { nat44_mappings_udp: 3, nat44_sessions: 3 },
  },
  {
    name: "NAT44 serves the programs of the CE host itself from 192.0.0.2",
    rfc: ["RFC 7335 §3"],
    config: d.ceT(),
    steps: [
      tUp(SHARED, "192.0.0.2", udp({ sport: d.PORT, dport: 53, data: pattern(5) })),
      tDown(SHARED, "192.0.0.2", udp({ sport: 53, dport: d.PORT, data: pattern(50) })),
    ],
    gauges: { nat44_mappings_udp: 1, nat44_sessions: 1 },
  },
  {
    name: "MAP-T CE with a whole address and no NAT44 passes every port",
    rfc: ["RFC 7599 §8.1", "RFC 7599 §8.2"],
    config: d.ceT({ rules: ["full"], more: FULL_MORE }),
    steps: [
      ...ANY_UP.map((payload) => tUp(FULL, d.CE_IPV4, payload)),
      ...ANY_DOWN.map((payload) => tDown(FULL, d.CE_IPV4, payload)),
    ],
  },
  {
    name: "MAP-E CE with a whole address and no NAT44 passes every port",
    rfc: ["RFC 7597 §8.1"],
    config: d.ceE({ rules: ["full"], more: FULL_MORE }),
    steps: [
      ...ANY_UP.map((payload) => eUp(FULL, d.CE_IPV4, payload)),
      ...ANY_DOWN.map((payload) => eDown(FULL, d.CE_IPV4, payload)),
    ],
  },
  {
    name: "MAP-T CE with an IPv4 prefix routes it to the LAN with the host bits kept",
    rfc: ["RFC 7597 §5.2", "RFC 7599 §6"],
    config: d.ceT({ rules: ["prefix"], more: PREFIX_MORE }),
    steps: [
      ...ANY_UP.map((payload) => tUp(PREFIX_T, d.CE_IPV4, payload)),
      ...ANY_DOWN.map((payload) => tDown(PREFIX_T, d.CE_IPV4, payload)),
    ],
  },
  {
    name: "MAP-E CE with an IPv4 prefix routes it to the LAN",
    rfc: ["RFC 7597 §5.2", "RFC 7597 §8.1"],
    config: d.ceE({ rules: ["prefix"], more: PREFIX_MORE }),
    steps: [
      ...ANY_UP.map((payload) => eUp(PREFIX_E, d.CE_IPV4, payload)),
      ...ANY_DOWN.map((payload) => eDown(PREFIX_E, d.CE_IPV4, payload)),
    ],
  },
];
