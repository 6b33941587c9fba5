/** What crosses the provider's network, packet by packet as tshark dissects it, against what may. */
import type { Capture, Dissected } from "./capture.js";
import { PORT_SETS } from "./checks.js";
import {
  BR_ADDRESS,
  CES,
  type CePlan,
  type LabMode,
  SERVER,
  SERVER_IPV6,
  SHARED_IPV4,
} from "./plan.js";

const FIELDS = [
  "eth.type",
  "frame.protocols",
  "ipv6.src",
  "ipv6.dst",
  "ip.src",
  "ip.dst",
  "tcp.srcport",
  "tcp.dstport",
  "udp.srcport",
  "udp.dstport",
  "icmp.type",
  "icmp.ident",
  "icmpv6.type",
  "icmpv6.echo.identifier",
  "ip.checksum.status",
  "tcp.checksum",
  "tcp.checksum_calculated",
  "tcp.checksum.status",
  "udp.checksum.status",
  "icmp.checksum.status",
  "icmpv6.checksum.status",
] as const;

type Packet = Dissected<(typeof FIELDS)[number]>;

export interface WireReport {
  /** Packets by protocol, without the provider's own neighbour discovery. */
  readonly packets: Readonly<Record<"tcp" | "udp" | "icmp", number>>;
  /** Packets that do not belong there, each with its reason. */
  readonly foreign: readonly string[];
  /** Packets whose checksum is wrong, or that tshark could not verify. */
  readonly badChecksums: readonly string[];
}

const IPV6_ETHERTYPE = "0x86dd";
const GOOD = "1";

/** Multicast listener discovery and neighbour discovery: link-local business of the routers. */
function isLinkBusiness(packet: Packet): boolean {
  const type = Number(packet["icmpv6.type"][0] ?? -1);
  return packet["ip.src"].length === 0 && ((type >= 130 && type <= 137) || type === 143);
}

interface Ends {
  readonly ce: CePlan;
  readonly outbound: boolean;
}

/** The CE that the packet belongs to, where its addresses are exactly the two that they must be. */
function endsOf(packet: Packet, mode: LabMode): Ends | null {
  const [sources, destinations] = [packet["ipv6.src"], packet["ipv6.dst"]];
  if (sources.length !== 1 || destinations.length !== 1) return null;
  const far = mode === "map-t" ? SERVER_IPV6 : BR_ADDRESS;
  for (const ce of CES) {
    if (sources[0] === ce.mapAddress && destinations[0] === far) return { ce, outbound: true };
    if (destinations[0] === ce.mapAddress && sources[0] === far) return { ce, outbound: false };
  }
  return null;
}

function innerIsRight(packet: Packet, mode: LabMode, outbound: boolean): boolean {
  const inner = [...packet["ip.src"], ...packet["ip.dst"]].join(" ");
  if (mode === "map-t") return inner === "";
  return inner === (outbound ? `${SHARED_IPV4} ${SERVER}` : `${SERVER} ${SHARED_IPV4}`);
}

interface Transport {
  readonly name: "tcp" | "udp" | "icmp";
  /** Port or echo identifier on the CE's side. */
  readonly port: number;
  /** tshark's verdict on the checksum. */
  readonly checksum: string | undefined;
}

function transportOf(packet: Packet, mode: LabMode, outbound: boolean): Transport | null {
  for (const name of ["tcp", "udp"] as const) {
    const [source, destination] = [packet[`${name}.srcport`], packet[`${name}.dstport`]];
    const [port] = outbound ? source : destination;
    if (port !== undefined) {
      return { name, port: Number(port), checksum: packet[`${name}.checksum.status`][0] };
    }
  }
  const icmp = mode === "map-t" ? "icmpv6" : "icmp";
  const echoes = mode === "map-t" ? ["128", "129"] : ["8", "0"];
  const type = packet[`${icmp}.type`][0];
  const id = packet[mode === "map-t" ? "icmpv6.echo.identifier" : "icmp.ident"][0];
  if (type === undefined || !echoes.includes(type) || id === undefined) return null;
  return { name: "icmp", port: Number(id), checksum: packet[`${icmp}.checksum.status`][0] };
}

function describe(packet: Packet): string {
  const [from, to] = [packet["ipv6.src"].join(">"), packet["ipv6.dst"].join(">")];
  return `${packet["frame.protocols"][0]} ${from} -> ${to}`;
}

/**
 * In one's complement zero has two forms. Where a TCP checksum comes out as zero, Linux writes 0xffff
 * (skb_checksum_help() in net/core/dev.c does for TCP what UDP needs); receivers take both, and tshark
 * calls it bad with RFC 1624 §3.
 */
function isOtherZero(packet: Packet): boolean {
  const [written, calculated] = [packet["tcp.checksum"][0], packet["tcp.checksum_calculated"][0]];
  return written === "0xffff" && calculated === "0x0000";
}

function checksumsAreGood(packet: Packet, transport: Transport): boolean {
  if (packet["ip.checksum.status"].some((status) => status !== GOOD)) return false;
  return transport.checksum === GOOD || (transport.name === "tcp" && isOtherZero(packet));
}

/** Reads a capture from the provider's network and judges every packet in it. */
export async function judgeWire(capture: Capture, mode: LabMode): Promise<WireReport> {
  const packets = { tcp: 0, udp: 0, icmp: 0 };
  const foreign: string[] = [];
  const badChecksums: string[] = [];
  for (const packet of await capture.dissect(FIELDS)) {
    if (packet["eth.type"][0] !== IPV6_ETHERTYPE) {
      foreign.push(`not IPv6: ${describe(packet)}`);
      continue;
    }
    if (isLinkBusiness(packet)) continue;
    const ends = endsOf(packet, mode);
    const transport = ends === null ? null : transportOf(packet, mode, ends.outbound);
    if (ends === null || transport === null || !innerIsRight(packet, mode, ends.outbound)) {
      foreign.push(describe(packet));
      continue;
    }
    if (!PORT_SETS[ends.ce.name].contains(transport.port)) {
      foreign.push(
        `${transport.name} ${transport.port} is not ${ends.ce.name}'s: ${describe(packet)}`,
      );
    }
    packets[transport.name]++;
    if (!checksumsAreGood(packet, transport)) badChecksums.push(describe(packet));
  }
  return { packets, foreign, badChecksums };
}
