/** Where the options begin in what somebody pasted: options alone, the inside of a container, a message, a captured packet. */
import type { Scope, Sheet } from "./sheet.js";

export interface Located {
  readonly from: number;
  readonly to: number;
}

const ETHERNET_LEN = 14;
const VLAN_LEN = 4;
const IPV6_LEN = 40;
const UDP_LEN = 8;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_VLAN = 0x8100;
const NEXT_UDP = 17;
const DHCPV6_PORTS: readonly number[] = [546, 547];
/** Message type and transaction id (RFC 8415 §8). */
const MESSAGE_LEN = 4;
/** Relay message: type, hop count, two addresses (RFC 8415 §9). */
const RELAY_LEN = 34;
const RELAY_TYPES: readonly number[] = [12, 13];
const OPTION_RELAY_MESSAGE = 9;
const LAST_TYPE = 36;

const NOWHERE: Scope = { option: "", path: "", depth: 0 };

/** Rows of the headers before the options, and where these begin and end. */
export function locate(sheet: Sheet): Located {
  const { length } = sheet.bytes;
  const ipv6At = ipv6Start(sheet);
  if (ipv6At === null) return locateInMessage(sheet, 0, length);
  skip(sheet, 0, ipv6At, "Ethernet header");
  skip(sheet, ipv6At, ipv6At + IPV6_LEN, "IPv6 header");
  const at = ipv6At + IPV6_LEN;
  skip(sheet, at, at + UDP_LEN, "UDP header");
  const end = Math.min(length, at + Math.max(sheet.u16(at + 4), UDP_LEN));
  return locateInMessage(sheet, at + UDP_LEN, end);
}

function skip(sheet: Sheet, from: number, to: number, field: string): void {
  sheet.add(NOWHERE, { from, to, field, value: `${to - from} octets`, meaning: "not read here" });
}

/** First octet of an IPv6 header with DHCPv6 in UDP behind it, or null. */
function ipv6Start(sheet: Sheet): number | null {
  const type = sheet.u16(12);
  const starts = [
    0,
    ...(type === ETHERTYPE_IPV6 ? [ETHERNET_LEN] : []),
    ...(type === ETHERTYPE_VLAN && sheet.u16(16) === ETHERTYPE_IPV6
      ? [ETHERNET_LEN + VLAN_LEN]
      : []),
  ];
  const found = starts.find((at) => {
    const udpAt = at + IPV6_LEN;
    if (sheet.bytes.length < udpAt + UDP_LEN || sheet.u8(at) >>> 4 !== 6) return false;
    if (sheet.u8(at + 6) !== NEXT_UDP) return false;
    return DHCPV6_PORTS.includes(sheet.u16(udpAt)) || DHCPV6_PORTS.includes(sheet.u16(udpAt + 2));
  });
  return found ?? null;
}

/** Option codes are below 256, so options begin with a zero octet and messages with their type. */
function locateInMessage(sheet: Sheet, from: number, to: number): Located {
  const type = sheet.u8(from);
  if (type === 0 || type > LAST_TYPE) return { from, to };
  if (!RELAY_TYPES.includes(type)) {
    skip(sheet, from, Math.min(from + MESSAGE_LEN, to), `message type ${type}, transaction id`);
    return { from: Math.min(from + MESSAGE_LEN, to), to };
  }
  skip(sheet, from, Math.min(from + RELAY_LEN, to), `relay message type ${type}`);
  for (let at = from + RELAY_LEN; at + 4 <= to; at += 4 + sheet.u16(at + 2)) {
    if (sheet.u16(at) !== OPTION_RELAY_MESSAGE) continue;
    skip(sheet, from + RELAY_LEN, at + 4, "options of the relay");
    return locateInMessage(sheet, at + 4, Math.min(to, at + 4 + sheet.u16(at + 2)));
  }
  return { from: Math.min(from + RELAY_LEN, to), to };
}
