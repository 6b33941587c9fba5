/** A BR: TCP, UDP and ICMP echo in both modes and directions, for every kind of rule. */
import {
  encapsulated,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  udp,
} from "../../support/packet-builder.js";
import { type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { payloads } from "./payloads.js";

const INBOUND = [
  ...payloads(80, d.PORT, d.PORT),
  udp({ sport: 53, dport: d.SECOND_RANGE_PORT, data: pattern(1) }),
  udp({ sport: 53, dport: d.LAST_PORT }),
];
const OUTBOUND = [
  ...payloads(d.PORT, 80, d.PORT),
  udp({ sport: d.SECOND_RANGE_PORT, dport: 53, data: pattern(1) }),
  udp({ sport: d.LAST_PORT, dport: 53 }),
];

interface Ends {
  readonly inside6: string;
  readonly inside4: string;
  readonly outside4: string;
}

const T_ENDS: Ends = { inside6: d.CE, inside4: d.CE_IPV4, outside4: d.SERVER_T };
const E_ENDS: Ends = { inside6: d.CE, inside4: d.CE_IPV4, outside4: d.SERVER_E };

function tDown(ends: Ends, all: readonly Payload[] = INBOUND): Step[] {
  return all.map((payload) =>
    pass(
      ipv4({ src: ends.outside4, dst: ends.inside4, ttl: 64, id: 7 }, payload),
      ipv6({ src: d.dmr(ends.outside4), dst: ends.inside6, hopLimit: 63 }, payload),
    ),
  );
}

function tUp(ends: Ends, all: readonly Payload[] = OUTBOUND): Step[] {
  return all.map((payload) =>
    pass(
      ipv6({ src: ends.inside6, dst: d.dmr(ends.outside4), hopLimit: 64 }, payload),
      ipv4({ src: ends.inside4, dst: ends.outside4, ttl: 63, df: false }, payload),
    ),
  );
}

/** Encapsulation is one hop on entry and none on exit (RFC 2473 §3.1). */
function eDown(ends: Ends, all: readonly Payload[] = INBOUND): Step[] {
  return all.map((payload) => {
    const packet = { src: ends.outside4, dst: ends.inside4, id: 7 };
    return pass(
      ipv4({ ...packet, ttl: 64 }, payload),
      ipv6(
        { src: d.BR, dst: ends.inside6, hopLimit: 64 },
        encapsulated(ipv4({ ...packet, ttl: 63 }, payload)),
      ),
    );
  });
}

function eUp(ends: Ends, all: readonly Payload[] = OUTBOUND): Step[] {
  return all.map((payload) => {
    const packet = ipv4({ src: ends.inside4, dst: ends.outside4, ttl: 63, id: 9 }, payload);
    return pass(ipv6({ src: ends.inside6, dst: d.BR, hopLimit: 61 }, encapsulated(packet)), packet);
  });
}

const FULL = { inside6: "2001:db8:12:0:0:c000:212:0", inside4: d.CE_IPV4 };
/** MAP-T keeps the whole destination address in the interface identifier; MAP-E pads the prefix. */
const PREFIX_T = { inside6: "2001:db8:10:0:0:c000:212:0", inside4: d.CE_IPV4 };
const PREFIX_E = { inside6: "2001:db8:10:0:0:c000:210:0", inside4: d.CE_IPV4 };
const DRAFT_03 = { inside6: "2001:db8:12:3400:c0:2:1200:3400", inside4: d.CE_IPV4 };
const PSID_35 = { inside6: d.CE_35, inside4: d.CE_IPV4 };
/** Where the address is not shared, ports play no part: these lie in the range that A = 0 excludes. */
const ANY_PORT_IN = payloads(80, 208, 208);
const ANY_PORT_OUT = payloads(208, 80, 208);

const SHARED_RFCS_T = [
  "RFC 7599 §8.3",
  "RFC 7599 §8.4",
  "RFC 7599 App. A",
  "RFC 7915 §4.1",
  "RFC 7915 §5.1",
];
const SHARED_RFCS_E = ["RFC 7597 §8.1", "RFC 7597 App. A", "RFC 2473 §3"];

export const BORDER_RELAY: readonly GoldenCase[] = [
  {
    name: "MAP-T BR translates IPv4 to the CE as in RFC 7599 example 2",
    rfc: SHARED_RFCS_T,
    config: d.brT(),
    steps: tDown(T_ENDS),
  },
  {
    name: "MAP-T BR translates IPv6 from the CE as in RFC 7599 example 3",
    rfc: SHARED_RFCS_T,
    config: d.brT(),
    steps: tUp(T_ENDS),
  },
  {
    name: "MAP-E BR encapsulates IPv4 to the CE as in RFC 7597 example 2",
    rfc: SHARED_RFCS_E,
    config: d.brE(),
    steps: eDown(E_ENDS),
  },
  {
    name: "MAP-E BR decapsulates IPv4 from the CE as in RFC 7597 example 3",
    rfc: SHARED_RFCS_E,
    config: d.brE(),
    steps: eUp(E_ENDS),
  },
  {
    name: "MAP-T BR serves a CE with a whole address on every port",
    rfc: ["RFC 7597 §5.2", "RFC 7597 §6"],
    config: d.brT({ rules: ["full"] }),
    steps: [
      ...tDown({ ...T_ENDS, ...FULL }, ANY_PORT_IN),
      ...tUp({ ...T_ENDS, ...FULL }, ANY_PORT_OUT),
    ],
  },
  {
    name: "MAP-E BR serves a CE with a whole address on every port",
    rfc: ["RFC 7597 §5.2", "RFC 7597 §6"],
    config: d.brE({ rules: ["full"] }),
    steps: [
      ...eDown({ ...E_ENDS, ...FULL }, ANY_PORT_IN),
      ...eUp({ ...E_ENDS, ...FULL }, ANY_PORT_OUT),
    ],
  },
  {
    name: "MAP-T BR serves a CE with an IPv4 prefix and keeps the host bits",
    rfc: ["RFC 7597 §5.2", "RFC 7599 §6"],
    config: d.brT({ rules: ["prefix"] }),
    steps: [
      ...tDown({ ...T_ENDS, ...PREFIX_T }, ANY_PORT_IN),
      ...tUp({ ...T_ENDS, ...PREFIX_T }, ANY_PORT_OUT),
    ],
  },
  {
    name: "MAP-E BR serves a CE with an IPv4 prefix under one padded address",
    rfc: ["RFC 7597 §5.2", "RFC 7597 §6"],
    config: d.brE({ rules: ["prefix"] }),
    steps: [
      ...eDown({ ...E_ENDS, ...PREFIX_E }, ANY_PORT_IN),
      ...eUp({ ...E_ENDS, ...PREFIX_E }, ANY_PORT_OUT),
    ],
  },
  {
    name: "MAP-T BR tells 1 to 1 rules of one address apart by port",
    rfc: ["RFC 7599 §12.1"],
    config: d.brT({ rules: ["oneToOne34", "oneToOne35"] }),
    steps: [
      ...tDown(T_ENDS),
      ...tUp(T_ENDS),
      ...tDown({ ...T_ENDS, ...PSID_35 }, payloads(80, 1236, 1236)),
      ...tUp({ ...T_ENDS, ...PSID_35 }, payloads(1236, 80, 1236)),
    ],
  },
  {
    name: "MAP-E BR tells 1 to 1 rules of one address apart by port",
    rfc: ["RFC 7597 §5.2"],
    config: d.brE({ rules: ["oneToOne34", "oneToOne35"] }),
    steps: [
      ...eDown(E_ENDS),
      ...eUp(E_ENDS),
      ...eDown({ ...E_ENDS, ...PSID_35 }, payloads(80, 1236, 1236)),
      ...eUp({ ...E_ENDS, ...PSID_35 }, payloads(1236, 80, 1236)),
    ],
  },
  {
    name: "MAP-T BR uses the interface identifier of draft 03 where a rule says so",
    rfc: ["draft-ietf-softwire-map-03"],
    config: d.brT({ rules: ["draft03"] }),
    steps: [...tDown({ ...T_ENDS, ...DRAFT_03 }), ...tUp({ ...T_ENDS, ...DRAFT_03 })],
  },
  {
    name: "MAP-E BR uses the interface identifier of draft 03 where a rule says so",
    rfc: ["draft-ietf-softwire-map-03"],
    config: d.brE({ rules: ["draft03"] }),
    steps: [...eDown({ ...E_ENDS, ...DRAFT_03 }), ...eUp({ ...E_ENDS, ...DRAFT_03 })],
  },
];
