/** Who speaks to whom in a packet, as numbers: one flow for each IP header, outermost first. */
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import { type IpAddress, ofIpv4, ofIpv6 } from "./addresses.js";
import { isEcho } from "./headers.js";
import { type Layer, layersOf, viewOf } from "./layers.js";

export interface Flow {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** IPv4's numbering for what both families have; null where it is not known. */
  readonly protocol: number | null;
  /** Of ICMP echo both are the identifier (RFC 7597 §8.2), of an error those of its quote turned round. */
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  /** True inside what an ICMP error quotes. */
  readonly quoted: boolean;
}

type Ports = Pick<Flow, "protocol" | "sourcePort" | "destinationPort">;

const NO_PORTS: Ports = { protocol: null, sourcePort: null, destinationPort: null };

export function flowsOf(bytes: Uint8Array): Flow[] {
  const frame = viewOf(bytes);
  const flows: Flow[] = [];
  let ports = NO_PORTS;
  // From the inside, as an error needs the ports of what it quotes.
  for (const layer of layersOf(bytes).reverse()) {
    const { kind, at, quoted } = layer;
    if (kind === "ipv4" || kind === "ipv6") {
      const protocol = ports.protocol ?? (kind === "ipv4" ? ipv4.protocol(frame, at) : null);
      flows.unshift({ ...endsOf(frame, layer), ...ports, protocol, quoted });
      ports = NO_PORTS;
    } else ports = portsOf(frame, layer, flows[0]) ?? ports;
  }
  return flows;
}

function endsOf(frame: DataView, { kind, at }: Layer): Pick<Flow, "source" | "destination"> {
  if (kind === "ipv4") {
    return {
      source: ofIpv4(ipv4.source(frame, at)),
      destination: ofIpv4(ipv4.destination(frame, at)),
    };
  }
  const words = new Uint32Array(4);
  ipv6.readSource(frame, at, words);
  const source = ofIpv6(words);
  ipv6.readDestination(frame, at, words);
  return { source, destination: ofIpv6(words) };
}

/** Null for a layer that says nothing of ports. */
function portsOf(frame: DataView, { kind, at }: Layer, inner: Flow | undefined): Ports | null {
  switch (kind) {
    case "tcp":
    case "tcp-ports":
    case "udp":
      return {
        protocol: kind === "udp" ? ipv4.PROTOCOL_UDP : ipv4.PROTOCOL_TCP,
        sourcePort: frame.getUint16(at),
        destinationPort: frame.getUint16(at + 2),
      };
    case "icmpv4":
    case "icmpv6":
      return icmpPorts(frame, at, kind === "icmpv4" ? 4 : 6, inner);
    default:
      return null;
  }
}

function icmpPorts(frame: DataView, at: number, family: 4 | 6, inner: Flow | undefined): Ports {
  const protocol = ipv4.PROTOCOL_ICMP;
  if (isEcho(icmp.type(frame, at), family)) {
    const id = icmp.identifier(frame, at);
    return { protocol, sourcePort: id, destinationPort: id };
  }
  if (inner?.quoted !== true) return { ...NO_PORTS, protocol };
  return { protocol, sourcePort: inner.destinationPort, destinationPort: inner.sourcePort };
}
