/** The packets of the in-process benches: 64 of a kind, as the kernel would hand them to one domain. */
import { mapAddressOf } from "../../../src/map/ce-address.js";
import type { Rule } from "../../../src/map/types.js";
import { formatIpv4, formatIpv6, parseIpv4 } from "../../../src/wire/address.js";
import { type Offloaded, withPartialChecksum } from "../../support/offload.js";
import {
  encapsulated,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  tcp,
  udp,
} from "../../support/packet-builder.js";
import {
  BR_ADDRESS,
  type DomainName,
  FIRST_PORT,
  MAP_ADDRESS,
  PSID,
  SERVER,
  SERVER_BEHIND_DMR,
  SHARED_IPV4,
} from "../domains.js";

export const BATCH = 64;
const SERVER_PORT = 443;
const SEGMENT_LEN = 1400;
/** Of a super-packet; with all headers below 65,536. */
const SUPER_LEN = 46 * SEGMENT_LEN;
const HOST_PORT = 40_000;

export const DIRECTIONS = ["up", "down"] as const;
export type Direction = (typeof DIRECTIONS)[number];
export const KINDS = ["udp 18", "tcp 1400", "super-packet"] as const;
export type Kind = (typeof KINDS)[number];

/** Who talks: each packet of a batch another flow, or all of them one flow in order. */
export type Flows = "many" | "one";

interface Flow {
  /** The inner IPv4 end on the domain's side, as the packets of the direction have it. */
  readonly address: string;
  readonly port: number;
  /** The CE's MAP address. */
  readonly map: string;
}

/** Timestamps as Linux sends them: two NOPs and the option (RFC 7323 §3.2). */
const TIMESTAMPS = Uint8Array.of(1, 1, 8, 10, 0, 1, 2, 3, 0, 4, 5, 6);

function payload(kind: Kind, sport: number, dport: number, index: number): Payload {
  if (kind === "udp 18") return udp({ sport, dport, data: pattern(18) });
  const len = kind === "super-packet" ? SUPER_LEN : SEGMENT_LEN;
  const data = pattern(len);
  return tcp({ sport, dport, seq: 1 + index * len, options: TIMESTAMPS, data });
}

/** A kernel with TSO leaves the checksum to the device, and says where a super-packet is to be cut. */
function asRead(kind: Kind, packet: Uint8Array): Offloaded {
  if (kind === "udp 18") return { bytes: packet, virtio: new Uint8Array(10) };
  const { bytes, virtio } = withPartialChecksum(packet);
  if (kind !== "super-packet") return { bytes, virtio };
  const isIpv4 = bytes[0]! >>> 4 === 4;
  const header = new DataView(virtio.buffer);
  header.setUint8(1, isIpv4 ? 1 : 4);
  header.setUint16(2, (isIpv4 ? 20 : 40) + 20 + TIMESTAMPS.length, true);
  header.setUint16(4, SEGMENT_LEN, true);
  return { bytes, virtio };
}

/** Ends on the domain's side: for a BR as many CEs, for a CE as many hosts of its LAN. */
function flowOf(
  name: DomainName,
  direction: Direction,
  rule: Rule,
  ports: readonly number[],
  i: number,
): Flow {
  if (name.endsWith("br")) {
    const address = (parseIpv4("192.0.2.1") ?? 0) + i;
    const map = formatIpv6(mapAddressOf(rule, address, PSID));
    return { address: formatIpv4(address), port: FIRST_PORT, map };
  }
  if (direction === "down") return { address: SHARED_IPV4, port: ports[i]!, map: MAP_ADDRESS };
  return { address: `192.168.1.${10 + i}`, port: HOST_PORT + i, map: MAP_ADDRESS };
}

/**
 * A batch of packets for the domain. `ports`: on a CE, the external ports of the flows, which packets down go to.
 */
export function packetsFor(
  name: DomainName,
  direction: Direction,
  kind: Kind,
  flows: Flows,
  rule: Rule,
  ports: readonly number[],
): Offloaded[] {
  const isUp = direction === "up";
  // A BR gets the domain's own form from below, a CE from above.
  const isInDomainForm = name.endsWith("br") === isUp;
  return Array.from({ length: BATCH }, (_, i) => {
    const flow = flowOf(name, direction, rule, ports, flows === "one" ? 0 : i);
    const index = flows === "one" ? i : 0;
    const body = isUp
      ? payload(kind, flow.port, SERVER_PORT, index)
      : payload(kind, SERVER_PORT, flow.port, index);
    const [src4, dst4] = isUp ? [flow.address, SERVER] : [SERVER, flow.address];
    if (!isInDomainForm) return asRead(kind, ipv4({ src: src4, dst: dst4, id: index }, body));
    const far = name.startsWith("map-t") ? SERVER_BEHIND_DMR : BR_ADDRESS;
    const [src6, dst6] = isUp ? [flow.map, far] : [far, flow.map];
    if (name.startsWith("map-t")) return asRead(kind, ipv6({ src: src6, dst: dst6 }, body));
    const inner = ipv4({ src: src4, dst: dst4, id: index }, body);
    return asRead(kind, ipv6({ src: src6, dst: dst6 }, encapsulated(inner)));
  });
}
