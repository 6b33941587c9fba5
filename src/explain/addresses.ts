/** An address of either family, as what is explained is made of both. */
import type { Words6 } from "../map/types.js";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../wire/address.js";

/** An IPv4 address is unsigned 32-bit. */
export type IpAddress =
  | { readonly family: 4; readonly ipv4: number }
  | { readonly family: 6; readonly ipv6: Words6 };

export function ofIpv4(address: number): IpAddress {
  return { family: 4, ipv4: address >>> 0 };
}

export function ofIpv6(address: ArrayLike<number>): IpAddress {
  return { family: 6, ipv6: wordsOf(address) };
}

export function wordsOf(address: ArrayLike<number>): Words6 {
  return [address[0] ?? 0, address[1] ?? 0, address[2] ?? 0, address[3] ?? 0];
}

/** Null where the text is no address of either family. */
export function parseAddress(text: string): IpAddress | null {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== null) return ofIpv4(ipv4);
  const ipv6 = parseIpv6(text);
  return ipv6 === null ? null : ofIpv6(ipv6);
}

export function formatAddress(address: IpAddress): string {
  return address.family === 4 ? formatIpv4(address.ipv4) : formatIpv6(address.ipv6);
}
