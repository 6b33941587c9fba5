/** Packets that must pass the host's firewall, one of each kind: the firewall is asked what it would do to them. */
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import { type DoctorDomain, farAddresses, providerAddresses } from "./context.js";

export interface Witness {
  /** `encapsulated packets from the provider` */
  readonly what: string;
  readonly family: "ip" | "ip6";
  /** Devices; null where not known. */
  readonly from: string | null;
  readonly to: string | null;
  readonly source: string;
  readonly destination: string;
  /** Protocol number. */
  readonly protocol: number;
  readonly icmpType: number | null;
  /** Of connection tracking. */
  readonly state: "new" | "established" | "related";
  /** Match of nftables that such packets meet, for a rule that lets them pass. */
  readonly match: string;
}

const TCP = 6;
const IPV4_IN_IPV6 = 4;
const ICMPV6 = 58;
const PACKET_TOO_BIG = 2;

/** A host of the Internet that nobody has rules about. */
const SOMEBODY = "198.51.100.1";

/** `wan` is the device towards the IPv6 network; null where there is none. */
export function witnesses(domain: DoctorDomain, wan: string | null): readonly Witness[] {
  const { config, ce } = domain;
  const [far] = farAddresses(domain);
  const [relay] = providerAddresses(config);
  if (far === undefined || relay === undefined) return [];
  const tun = config.tun.name;
  const own = ce === null ? relay : formatIpv6(ce.mapIpv6);
  const prefix = ce === null ? ownPrefix(domain, relay) : `${own}/128`;
  const isTunnel = config.settings.mode === "map-e";
  const protocol = isTunnel ? IPV4_IN_IPV6 : TCP;
  const name = isTunnel ? "encapsulated packets (protocol 4)" : "translated packets";
  const ipv6 = { family: "ip6", icmpType: null, protocol } as const;
  const match = (side: "saddr" | "daddr"): string =>
    `ip6 ${side} ${prefix}${isTunnel ? " meta l4proto 4" : ""}`;
  const far6 = config.settings.role === "ce" ? "the provider" : "CEs";
  return [
    {
      ...ipv6,
      what: `${name} to ${far6}`,
      from: tun,
      to: wan,
      source: own,
      destination: far,
      state: "new",
      match: match("saddr"),
    },
    {
      ...ipv6,
      what: `${name} from ${far6}`,
      from: wan,
      to: tun,
      source: far,
      destination: own,
      state: "established",
      match: match("daddr"),
    },
    {
      ...ipv6,
      what: "ICMPv6 packet too big for the domain",
      from: wan,
      to: tun,
      // Any router on the way may send it.
      source: far,
      destination: own,
      protocol: ICMPV6,
      icmpType: PACKET_TOO_BIG,
      state: "related",
      match: "icmpv6 type packet-too-big",
    },
    ...ipv4Witnesses(domain),
  ];
}

function ownPrefix({ config: { settings } }: DoctorDomain, relay: string): string {
  return settings.dmr === null ? `${relay}/128` : formatIpv6Prefix(settings.dmr);
}

/** Between the device and the LAN of a CE, or the Internet of a BR. */
function ipv4Witnesses({ config }: DoctorDomain): readonly Witness[] {
  const { settings, tun } = config;
  const [rule] = settings.rules;
  const base = { family: "ip", icmpType: null, protocol: TCP } as const;
  if (settings.role === "br") {
    if (rule === undefined) return [];
    const inside = formatIpv4(rule.ipv4.address);
    const out = { from: tun.name, to: null, source: inside, destination: SOMEBODY } as const;
    const back = { from: null, to: tun.name, source: SOMEBODY, destination: inside } as const;
    return [
      { ...base, ...out, what: "IPv4 from CEs", state: "new", match: `iifname ${tun.name}` },
      { ...base, ...back, what: "IPv4 to CEs", state: "established", match: `oifname ${tun.name}` },
    ];
  }
  const [prefix] = settings.localPrefixes;
  if (prefix === undefined) return [];
  const host = formatIpv4(prefix.len < 31 ? prefix.address + 1 : prefix.address);
  const out = { from: null, to: tun.name, source: host, destination: SOMEBODY } as const;
  const back = { from: tun.name, to: null, source: SOMEBODY, destination: host } as const;
  return [
    { ...base, ...out, what: "IPv4 from the LAN", state: "new", match: `oifname ${tun.name}` },
    {
      ...base,
      ...back,
      what: "IPv4 to the LAN",
      state: "established",
      match: `iifname ${tun.name}`,
    },
  ];
}
