/** What every translator needs to know of its domain; made once from the settings. */
export interface Limits {
  /** Largest IPv6 packet, bytes. */
  readonly mtu6: number;
  /** Largest IPv4 packet, bytes. */
  readonly mtu4: number;
  /** Size up to which IPv4 without DF goes out unfragmented (RFC 7915 §4.1). */
  readonly lowestIpv6Mtu: number;
  /** Largest MSS of a SYN, or 0: leave it alone. */
  readonly mss: number;
  /** -1 copies TOS and traffic class; 0..255 is written instead. */
  readonly trafficClass: number;
  /** 1, or 0 where the kernel's own decrement is enough. */
  readonly ttlStep: number;
  /** True computes the checksum of a UDP datagram that has none, false drops it (RFC 7915 §4.5). */
  readonly computeUdpChecksum: boolean;
}
