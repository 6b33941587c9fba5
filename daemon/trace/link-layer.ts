/** Finds the IP packet in a captured frame (https://www.tcpdump.org/linktypes.html). */

/** Gives where the packet begins in the frame, or null where the frame holds something else, as ARP does. */
type Finder = (frame: DataView) => number | null;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
/** Customer tag, service tag, and what came before them. */
const VLAN_ETHERTYPES: readonly number[] = [0x8100, 0x88a8, 0x9100];
const ETHERNET_TYPE_AT = 12;
const SLL_TYPE_AT = 14;
const SLL_LEN = 16;
const SLL2_LEN = 20;
const NULL_LEN = 4;
/** AF_INET everywhere; AF_INET6 of Linux, NetBSD, FreeBSD, Darwin. */
const NULL_FAMILIES: readonly number[] = [2, 10, 24, 28, 30];

const raw: Finder = () => 0;

/** By link type. */
const FINDERS: ReadonlyMap<number, Finder> = new Map([
  [0, loopback],
  [1, ethernet],
  // DLT_RAW as BSDs number it, LINKTYPE_RAW, LINKTYPE_IPV4, LINKTYPE_IPV6.
  [12, raw],
  [14, raw],
  [101, raw],
  [228, raw],
  [229, raw],
  [108, loopback],
  [113, (frame) => behindType(frame, SLL_TYPE_AT, SLL_LEN)],
  [276, (frame) => behindType(frame, 0, SLL2_LEN)],
]);

export function isKnownLinkType(linkType: number): boolean {
  return FINDERS.has(linkType);
}

/** The IP packet in the frame, or null. What a link layer has padded is cut off. */
export function packetIn(linkType: number, bytes: Uint8Array): Uint8Array | null {
  const frame = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const find = FINDERS.get(linkType);
  const at = find?.(frame) ?? null;
  if (at === null || at >= bytes.length) return null;
  const packet = bytes.subarray(at);
  return find === raw ? packet : packet.subarray(0, statedLen(packet));
}

/** Length in the IP header, or all where that cannot be. */
function statedLen(packet: Uint8Array): number {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const version = view.getUint8(0) >>> 4;
  let stated = packet.length;
  if (version === 4 && packet.length >= 20) stated = view.getUint16(2);
  else if (version === 6 && packet.length >= 40) stated = 40 + view.getUint16(4);
  return stated >= 20 && stated < packet.length ? stated : packet.length;
}

function ethernet(frame: DataView): number | null {
  let typeAt = ETHERNET_TYPE_AT;
  while (typeAt + 6 <= frame.byteLength && VLAN_ETHERTYPES.includes(frame.getUint16(typeAt))) {
    typeAt += 4;
  }
  return behindType(frame, typeAt, typeAt + 2);
}

function behindType(frame: DataView, typeAt: number, at: number): number | null {
  if (at >= frame.byteLength) return null;
  const type = frame.getUint16(typeAt);
  return type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6 ? at : null;
}

/** The family is in the order of the machine that captured, or in the network's (LINKTYPE_LOOP). */
function loopback(frame: DataView): number | null {
  if (frame.byteLength <= NULL_LEN) return null;
  const families = [frame.getUint32(0, true), frame.getUint32(0)];
  return families.some((family) => NULL_FAMILIES.includes(family)) ? NULL_LEN : null;
}
