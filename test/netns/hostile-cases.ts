/**
 * Packets that nobody may get through CE or BR, each with the one reason that it must be counted
 * under; and honest ones, which show that the injection itself works. Addresses of the lab's plan.
 */
import {
  BR_ADDRESS,
  CES,
  ECHO_PORT,
  type LabMode,
  SERVER,
  SERVER_IPV6,
  SHARED_IPV4,
} from "../../lab/plan.js";
import type { DropName } from "../../src/verdict.js";
import {
  cut,
  echo,
  encapsulated,
  ipv4,
  ipv6,
  type Payload,
  raw,
  tcp,
  udp,
} from "../support/packet-builder.js";

export interface HostileCase {
  readonly name: string;
  readonly reason: DropName;
  readonly packet: Uint8Array;
}

const [CE1, CE2] = CES;
/** First port of PSID 0x34 with A = 1, and its neighbour of PSID 0x35 (RFC 7597 §5.1, a = 6, k = 8). */
export const OWN_PORT = 1232;
const OTHER_CES_PORT = 1236;
/** PSID bits of CE 1, but A = 0. */
const EXCLUDED_PORT = 208;
/** In the rule's IPv6 prefix, right EA bits, wrong interface identifier. */
const FORGED_IID = "2001:db8:12:3400:0:c000:299:34";
/** The provider's side of CE 1's access link: in no rule. */
const FOREIGN_IPV6 = "2001:db8:fe00:1::1";

const DATAGRAM = new TextEncoder().encode("mapd lab");
const UDP_HEADER_LEN = 8;

const toServer = (sport: number): Payload => udp({ sport, dport: ECHO_PORT, data: DATAGRAM });
const fromServer = (dport: number): Payload => udp({ sport: ECHO_PORT, dport, data: DATAGRAM });

/** What CE 1 would send to the server: in MAP-T as IPv6, in MAP-E inside IPv6 to the BR. */
function upstream(mode: LabMode, payload: Payload, source = CE1.mapAddress): Uint8Array {
  if (mode === "map-t") return ipv6({ src: source, dst: SERVER_IPV6 }, payload);
  const inner = ipv4({ src: SHARED_IPV4, dst: SERVER }, payload);
  return ipv6({ src: source, dst: BR_ADDRESS }, encapsulated(inner));
}

/** What the BR would send to CE 1 for the server. */
function downstream(mode: LabMode, payload: Payload, source?: string): Uint8Array {
  const dst = CE1.mapAddress;
  if (mode === "map-t") return ipv6({ src: source ?? SERVER_IPV6, dst }, payload);
  const inner = ipv4({ src: SERVER, dst: SHARED_IPV4 }, payload);
  return ipv6({ src: source ?? BR_ADDRESS, dst }, encapsulated(inner));
}

/** Arrives at the server, from the shared address and OWN_PORT. */
export function honest(mode: LabMode): Uint8Array {
  return upstream(mode, toServer(OWN_PORT));
}

const TRUNCATED: readonly { readonly name: string; readonly payload: Payload }[] = [
  { name: "UDP header cut to 4 bytes", payload: cut(toServer(OWN_PORT), 4) },
  {
    name: "TCP header cut to 12 bytes",
    payload: cut(tcp({ sport: OWN_PORT, dport: ECHO_PORT }), 12),
  },
  { name: "ICMP header cut to 6 bytes", payload: cut(echo({ kind: "request", id: OWN_PORT }), 6) },
];

/** Sent by somebody in the provider's network to the BR. */
export function towardsBr(mode: LabMode): readonly HostileCase[] {
  const send = (payload: Payload, source?: string): Uint8Array => upstream(mode, payload, source);
  const own = toServer(OWN_PORT);
  const both: HostileCase[] = [
    {
      name: "IPv6 source outside every rule",
      reason: "ipv6_source_not_in_domain",
      packet: send(own, FOREIGN_IPV6),
    },
    {
      name: "forged interface identifier",
      reason: "source_iid_mismatch",
      packet: send(own, FORGED_IID),
    },
    {
      name: "another CE's MAP address with this CE's port",
      reason: "source_psid_mismatch",
      packet: send(own, CE2.mapAddress),
    },
    {
      name: "TCP from a port of another PSID",
      reason: "source_psid_mismatch",
      packet: send(tcp({ sport: OTHER_CES_PORT, dport: ECHO_PORT })),
    },
    {
      name: "UDP from a port of another PSID",
      reason: "source_psid_mismatch",
      packet: send(toServer(OTHER_CES_PORT)),
    },
    {
      name: "echo with an identifier of another PSID",
      reason: "source_psid_mismatch",
      packet: send(echo({ kind: "request", id: OTHER_CES_PORT })),
    },
    {
      name: "excluded port",
      reason: "source_port_excluded",
      packet: send(toServer(EXCLUDED_PORT)),
    },
    ...TRUNCATED.map(({ name, payload }) => ({
      name,
      reason: "truncated_transport" as const,
      packet: send(payload),
    })),
  ];
  return mode === "map-e" ? [...both, ...insideTheTunnel()] : both;
}

/** MAP-E: the inner packet lies. */
function insideTheTunnel(): readonly HostileCase[] {
  const tunnel = (inner: Uint8Array): Uint8Array =>
    ipv6({ src: CE1.mapAddress, dst: BR_ADDRESS }, encapsulated(inner));
  const own = toServer(OWN_PORT);
  const addresses = { src: SHARED_IPV4, dst: SERVER };
  const innerLen = ipv4(addresses, own).length;
  return [
    {
      name: "inner IPv4 source of a neighbour",
      reason: "source_address_mismatch",
      packet: tunnel(ipv4({ ...addresses, src: "192.0.2.19" }, own)),
    },
    {
      name: "inner packet longer than the outer one",
      reason: "malformed_ipv4",
      packet: tunnel(ipv4({ ...addresses, totalLen: innerLen + 1 }, own)),
    },
    {
      name: "inner header cut to 12 bytes",
      reason: "malformed_ipv4",
      packet: tunnel(ipv4(addresses, own).slice(0, 12)),
    },
    {
      name: "inner header with a wrong checksum",
      reason: "bad_ipv4_checksum",
      packet: tunnel(ipv4({ ...addresses, checksum: 0xdead }, own)),
    },
    {
      name: "no IPv4 inside",
      reason: "not_encapsulated",
      packet: ipv6({ src: CE1.mapAddress, dst: BR_ADDRESS }, own),
    },
  ];
}

/** Sent by the IPv4 Internet to the BR. */
export function fromTheInternet(): readonly HostileCase[] {
  return [
    {
      name: "to an excluded port",
      reason: "destination_port_excluded",
      packet: ipv4({ src: SERVER, dst: SHARED_IPV4 }, fromServer(EXCLUDED_PORT)),
    },
    {
      name: "from an address of the domain",
      reason: "ipv4_source_in_domain",
      packet: ipv4({ src: "192.0.2.77", dst: SHARED_IPV4 }, fromServer(OWN_PORT)),
    },
    {
      name: "protocol without ports to a shared address",
      reason: "no_port_for_shared_address",
      packet: ipv4({ src: SERVER, dst: SHARED_IPV4 }, raw(47, new Uint8Array(UDP_HEADER_LEN))),
    },
  ];
}

/** Sent by somebody in the provider's network to CE 1. */
export function towardsCe(mode: LabMode): readonly HostileCase[] {
  const send = (payload: Payload, source?: string): Uint8Array => downstream(mode, payload, source);
  return [
    {
      name: "IPv6 source that is neither BR nor behind the DMR",
      reason: "ipv6_source_not_in_domain",
      packet: send(fromServer(OWN_PORT), FOREIGN_IPV6),
    },
    {
      name: "straight from the other CE, in a domain without a mesh",
      reason: "ipv6_source_not_in_domain",
      packet: send(fromServer(OWN_PORT), CE2.mapAddress),
    },
    {
      name: "to a port of another PSID",
      reason: "destination_port_not_ours",
      packet: send(fromServer(OTHER_CES_PORT)),
    },
    {
      name: "to an excluded port",
      reason: "destination_port_not_ours",
      packet: send(fromServer(EXCLUDED_PORT)),
    },
    {
      name: "to an own port that nobody uses",
      reason: "nat44_no_mapping",
      packet: send(fromServer(OWN_PORT)),
    },
    {
      name: "UDP header cut to 4 bytes",
      reason: "truncated_transport",
      packet: send(cut(fromServer(OWN_PORT), 4)),
    },
    {
      name: "TCP header cut to 12 bytes",
      reason: "truncated_transport",
      packet: send(cut(tcp({ sport: ECHO_PORT, dport: OWN_PORT }), 12)),
    },
  ];
}
