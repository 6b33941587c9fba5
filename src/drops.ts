/**
 * The one table of reasons why a packet is not forwarded. The packet path returns a row's code,
 * the batch loop counts it once, and metrics, docs and tests are derived from the rows.
 * A code is negative, so that one number carries either an offset or a reason.
 */
export const DROPS = [
  // What the frame itself says.
  { code: -1, name: "not_ip", help: "Neither IPv4 nor IPv6", rfc: "RFC 7915 §4" },
  {
    code: -2,
    name: "malformed_ipv4",
    help: "IPv4 lengths disagree with the frame or with each other",
    rfc: "RFC 7915 §4.1",
  },
  {
    code: -3,
    name: "malformed_ipv6",
    help: "IPv6 payload length disagrees with the frame",
    rfc: "RFC 7915 §5.1",
  },
  {
    code: -4,
    name: "bad_ipv4_checksum",
    help: "IPv4 header checksum is wrong",
    rfc: "RFC 1812 §5.2.2",
  },
  {
    code: -5,
    name: "truncated_transport",
    help: "TCP, UDP or ICMP header does not fit in the packet",
    rfc: "RFC 7915 §4.5",
  },
  {
    code: -6,
    name: "bad_offload_header",
    help: "The virtio header does not fit the packet behind it",
    rfc: "virtio 1.2 §5.1.6",
  },
  // Who speaks to whom.
  {
    code: -7,
    name: "martian_ipv4_source",
    help: "IPv4 source that no packet may have (0/8, 127/8, multicast, class E, broadcast)",
    rfc: "RFC 7915 §4.1",
  },
  {
    code: -8,
    name: "martian_ipv4_destination",
    help: "IPv4 destination that is never translated (0/8, 127/8, multicast, class E, broadcast)",
    rfc: "RFC 1812 §5.3.7",
  },
  {
    code: -9,
    name: "martian_ipv6_source",
    help: "IPv6 source that no packet may have (::, ::1, multicast)",
    rfc: "RFC 7915 §5.1",
  },
  {
    code: -10,
    name: "ipv6_source_not_in_domain",
    help: "IPv6 source matches neither a rule nor the DMR prefix nor a BR address",
    rfc: "RFC 7599 §8.3",
  },
  {
    code: -11,
    name: "ipv6_destination_not_ours",
    help: "IPv6 destination is not the MAP address, the DMR prefix or the BR address",
    rfc: "RFC 7597 §5",
  },
  {
    code: -12,
    name: "ipv4_source_in_domain",
    help: "Packet from the IPv4 side claims a source inside a rule IPv4 prefix",
    rfc: "RFC 7599 §13",
  },
  {
    code: -13,
    name: "ipv4_destination_no_rule",
    help: "IPv4 destination is in no rule IPv4 prefix",
    rfc: "RFC 7599 §8.4",
  },
  {
    code: -14,
    name: "ipv4_destination_not_ours",
    help: "IPv4 destination is not the CE's own address or prefix",
    rfc: "RFC 7597 §8.1",
  },
  {
    code: -15,
    name: "non_global_ipv4",
    help: "Non-global IPv4 address behind the well-known prefix 64:ff9b::/96",
    rfc: "RFC 6052 §3.1",
  },
  // The consistency check of MAP.
  {
    code: -16,
    name: "source_address_mismatch",
    help: "IPv4 source is not the address that the IPv6 source embeds",
    rfc: "RFC 7597 §8.1",
  },
  {
    code: -17,
    name: "source_psid_mismatch",
    help: "Source port belongs to another PSID than the IPv6 source embeds",
    rfc: "RFC 7597 §8.1",
  },
  {
    code: -18,
    name: "source_port_excluded",
    help: "Source port is in the range that no CE may use (A = 0)",
    rfc: "RFC 7597 §5.1",
  },
  {
    code: -19,
    name: "source_iid_mismatch",
    help: "IPv6 source has the right EA bits but is not the MAP address they give",
    rfc: "RFC 7597 §6",
  },
  {
    code: -20,
    name: "destination_port_excluded",
    help: "Destination port is in the range that no CE may use (A = 0)",
    rfc: "RFC 7597 §5.1",
  },
  {
    code: -21,
    name: "destination_port_not_ours",
    help: "Destination port is outside the CE's own port set",
    rfc: "RFC 7599 §8.2",
  },
  {
    code: -22,
    name: "no_port_for_shared_address",
    help: "Protocol without ports to or from a shared IPv4 address",
    rfc: "RFC 7597 §8.2",
  },
  // Forwarding.
  { code: -23, name: "ttl_expired", help: "TTL or hop limit reached zero", rfc: "RFC 7915 §4.1" },
  {
    code: -24,
    name: "too_big",
    help: "Larger than the MTU of the other side and not to be fragmented",
    rfc: "RFC 7915 §4.1",
  },
  {
    code: -25,
    name: "udp_zero_checksum",
    help: "UDP checksum zero, refused by policy",
    rfc: "RFC 7915 §4.5",
  },
  {
    code: -26,
    name: "hairpin_disabled",
    help: "CE to CE through the BR while hairpin is off",
    rfc: "RFC 7597 §8.1",
  },
  {
    code: -27,
    name: "not_encapsulated",
    help: "IPv6 packet to a tunnel end whose next header is not IPv4",
    rfc: "RFC 2473 §3",
  },
  {
    code: -28,
    name: "ecn_invalid",
    help: "Congestion experienced on the outer header of a packet that is not ECN capable",
    rfc: "RFC 6040 §4.2",
  },
  // NAT44.
  {
    code: -29,
    name: "nat44_source_not_local",
    help: "IPv4 source is in none of the local IPv4 prefixes",
    rfc: "RFC 7597 §8",
  },
  {
    code: -30,
    name: "nat44_no_free_port",
    help: "Every port of the set is in use",
    rfc: "RFC 5508 §9",
  },
  {
    code: -31,
    name: "nat44_host_quota",
    help: "The host already holds nat44.max-ports-per-host ports",
    rfc: "RFC 7597 §10",
  },
  {
    code: -32,
    name: "nat44_table_full",
    help: "No room for another NAT44 mapping or session",
    rfc: "RFC 4787 §12",
  },
  {
    code: -33,
    name: "nat44_no_mapping",
    help: "No NAT44 mapping for the destination port",
    rfc: "RFC 4787 §5",
  },
  {
    code: -34,
    name: "nat44_filtered",
    help: "The mapping exists but the remote end is not one that it has spoken to",
    rfc: "RFC 4787 §5",
  },
  {
    code: -35,
    name: "nat44_unsupported_protocol",
    help: "Protocol that NAT44 has no ports to tell apart by",
    rfc: "RFC 4787 §1",
  },
  {
    code: -36,
    name: "nat44_address_changed",
    help: "TCP segment of a connection that the CE's former address had; its sender gets a RST",
    rfc: "RFC 9293 §3.10.7.1",
  },
  // ICMP errors and the packets that they quote.
  {
    code: -37,
    name: "bad_icmp_checksum",
    help: "ICMP error whose checksum, or that of the IPv4 header that it quotes, is wrong",
    rfc: "RFC 5508 §4.2",
  },
  {
    code: -38,
    name: "malformed_quote",
    help: "ICMP error whose quoted packet or extension is cut short or contradicts itself",
    rfc: "RFC 4884 §5",
  },
  {
    code: -39,
    name: "icmp_error_about_error",
    help: "ICMP error that quotes another ICMP error",
    rfc: "RFC 7915 §4.3",
  },
  {
    code: -40,
    name: "icmp_untranslatable",
    help: "ICMP type, code, pointer or quoted protocol without a counterpart on the other side",
    rfc: "RFC 7915 §4.2",
  },
  {
    code: -41,
    name: "icmp_rate_limited",
    help: "ICMPv6 error from inside a tunnel that is not told on, since too many were",
    rfc: "RFC 4443 §2.4",
  },
  // Fragments.
  {
    code: -42,
    name: "fragment_malformed",
    help: "Fragment without payload, past 65535 bytes, or not a multiple of 8 and not the last",
    rfc: "RFC 8200 §4.5",
  },
  {
    code: -43,
    name: "fragment_tiny",
    help: "First fragment without its whole transport header, or a TCP fragment that starts inside it",
    rfc: "RFC 3128 §4",
  },
  {
    code: -44,
    name: "fragment_overlap",
    help: "Fragment of a datagram whose fragments overlap or contradict each other",
    rfc: "RFC 5722 §4",
  },
  {
    code: -45,
    name: "fragment_duplicate",
    help: "Fragment that was seen before",
    rfc: "RFC 8200 §4.5",
  },
  {
    code: -46,
    name: "fragment_timeout",
    help: "Held fragment whose datagram's others did not come in time",
    rfc: "RFC 8200 §4.5",
  },
  {
    code: -47,
    name: "fragment_limit",
    help: "No room to hold or follow another fragment of this datagram or source",
    rfc: "RFC 6888 §4",
  },
  {
    code: -48,
    name: "fragmented_icmp",
    help: "Fragment of an ICMP message that is translated only whole",
    rfc: "RFC 7915 §1.2",
  },
  // IPv4 options, IPv6 extension headers, protocols.
  {
    code: -49,
    name: "malformed_ipv4_options",
    help: "IPv4 options that run past the header",
    rfc: "RFC 791 §3.1",
  },
  {
    code: -50,
    name: "source_routed",
    help: "IPv4 source route that is not used up; ICMPv4 3/5 is sent",
    rfc: "RFC 7915 §4.1",
  },
  {
    code: -51,
    name: "malformed_ipv6_extension",
    help: "IPv6 extension headers that run past the packet, or too many of them",
    rfc: "RFC 8200 §4",
  },
  {
    code: -52,
    name: "routing_segments_left",
    help: "IPv6 routing header with segments left; ICMPv6 4/0 is sent",
    rfc: "RFC 7915 §5.1",
  },
  {
    code: -53,
    name: "extension_after_fragment",
    help: "IPv6 extension header behind a Fragment Header",
    rfc: "RFC 7915 §5.1.1",
  },
  {
    code: -54,
    name: "untranslatable_protocol",
    help: "Protocol number that means something else in the other family (ICMP, IGMP, extension headers)",
    rfc: "RFC 7915 §4.1",
  },
  // The device and ourselves.
  {
    code: -55,
    name: "tun_write_failed",
    help: "The kernel refused the translated packet",
    rfc: "tuntap",
  },
  {
    code: -56,
    name: "internal_error",
    help: "A fault in mapd itself, met by this packet; the log has it",
    rfc: "none",
  },
] as const;

export type DropName = (typeof DROPS)[number]["name"];
