/** Packets sorted into flows. */

/** Addresses, protocol and ports of a whole TCP or UDP packet without options, also in a tunnel; "" of all others. */
function flowOf(bytes: Uint8Array): string {
  const isIpv6 = bytes[0]! >>> 4 === 6;
  if (isIpv6 && bytes[6] === 4) {
    const inner = flowOf(bytes.slice(40));
    return inner === "" ? "" : `${bytes.slice(8, 40).join(".")} ${inner}`;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (!isIpv6 && (bytes[0] !== 0x45 || (view.getUint16(6) & 0x3fff) !== 0)) return "";
  const protocol = isIpv6 ? bytes[6] : bytes[9];
  if (protocol !== 6 && protocol !== 17) return "";
  const [from, to] = isIpv6 ? [8, 44] : [12, 24];
  return `${protocol} ${bytes.slice(from, to).join(".")}`;
}

/** The packets flow by flow, each flow in its order: what merging leaves as it is. */
export function byFlow(packets: readonly Uint8Array[]): Uint8Array[] {
  const flows = new Map<string, Uint8Array[]>();
  for (const packet of packets) {
    const flow = flowOf(packet);
    flows.set(flow, [...(flows.get(flow) ?? []), packet]);
  }
  return [...flows.keys()].sort().flatMap((flow) => flows.get(flow) ?? []);
}
