/** IPv4 addresses that are never translated, whatever the rules say (RFC 1812 §5.3.7, RFC 7915 §4.1). */

/**
 * True for 0/8, 127/8, multicast (224/4), class E and the limited broadcast (240/4): no packet from
 * another node has such a source, and none is forwarded to such a destination.
 */
export function isMartianIpv4(address: number): boolean {
  const first = address >>> 24;
  return first === 0 || first === 127 || first >= 224;
}
