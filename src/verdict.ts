/** The drop codes by name, for the packet path; their table is in src/drops.ts. */
import { DROPS, type DropName } from "./drops.js";

export { DROPS, type DropName };

function codeOf(name: DropName): number {
  for (const row of DROPS) if (row.name === name) return row.code;
  throw new Error(`no drop reason named ${name}`);
}

export const NOT_IP = codeOf("not_ip");
export const MALFORMED_IPV4 = codeOf("malformed_ipv4");
export const MALFORMED_IPV6 = codeOf("malformed_ipv6");
export const BAD_IPV4_CHECKSUM = codeOf("bad_ipv4_checksum");
export const TRUNCATED_TRANSPORT = codeOf("truncated_transport");
export const BAD_OFFLOAD_HEADER = codeOf("bad_offload_header");
export const MARTIAN_IPV4_SOURCE = codeOf("martian_ipv4_source");
export const MARTIAN_IPV4_DESTINATION = codeOf("martian_ipv4_destination");
export const MARTIAN_IPV6_SOURCE = codeOf("martian_ipv6_source");
export const IPV6_SOURCE_NOT_IN_DOMAIN = codeOf("ipv6_source_not_in_domain");
export const IPV6_DESTINATION_NOT_OURS = codeOf("ipv6_destination_not_ours");
export const IPV4_SOURCE_IN_DOMAIN = codeOf("ipv4_source_in_domain");
export const IPV4_DESTINATION_NO_RULE = codeOf("ipv4_destination_no_rule");
export const IPV4_DESTINATION_NOT_OURS = codeOf("ipv4_destination_not_ours");
export const NON_GLOBAL_IPV4 = codeOf("non_global_ipv4");
export const SOURCE_ADDRESS_MISMATCH = codeOf("source_address_mismatch");
export const SOURCE_PSID_MISMATCH = codeOf("source_psid_mismatch");
export const SOURCE_PORT_EXCLUDED = codeOf("source_port_excluded");
export const SOURCE_IID_MISMATCH = codeOf("source_iid_mismatch");
export const DESTINATION_PORT_EXCLUDED = codeOf("destination_port_excluded");
export const DESTINATION_PORT_NOT_OURS = codeOf("destination_port_not_ours");
export const NO_PORT_FOR_SHARED_ADDRESS = codeOf("no_port_for_shared_address");
export const TTL_EXPIRED = codeOf("ttl_expired");
export const TOO_BIG = codeOf("too_big");
export const UDP_ZERO_CHECKSUM = codeOf("udp_zero_checksum");
export const HAIRPIN_DISABLED = codeOf("hairpin_disabled");
export const NOT_ENCAPSULATED = codeOf("not_encapsulated");
export const ECN_INVALID = codeOf("ecn_invalid");
export const NAT44_SOURCE_NOT_LOCAL = codeOf("nat44_source_not_local");
export const NAT44_NO_FREE_PORT = codeOf("nat44_no_free_port");
export const NAT44_HOST_QUOTA = codeOf("nat44_host_quota");
export const NAT44_TABLE_FULL = codeOf("nat44_table_full");
export const NAT44_NO_MAPPING = codeOf("nat44_no_mapping");
export const NAT44_FILTERED = codeOf("nat44_filtered");
export const NAT44_UNSUPPORTED_PROTOCOL = codeOf("nat44_unsupported_protocol");
export const NAT44_ADDRESS_CHANGED = codeOf("nat44_address_changed");
export const BAD_ICMP_CHECKSUM = codeOf("bad_icmp_checksum");
export const MALFORMED_QUOTE = codeOf("malformed_quote");
export const ICMP_ERROR_ABOUT_ERROR = codeOf("icmp_error_about_error");
export const ICMP_UNTRANSLATABLE = codeOf("icmp_untranslatable");
export const FRAGMENT_MALFORMED = codeOf("fragment_malformed");
export const FRAGMENT_TINY = codeOf("fragment_tiny");
export const FRAGMENT_OVERLAP = codeOf("fragment_overlap");
export const FRAGMENT_DUPLICATE = codeOf("fragment_duplicate");
export const FRAGMENT_TIMEOUT = codeOf("fragment_timeout");
export const FRAGMENT_LIMIT = codeOf("fragment_limit");
export const FRAGMENTED_ICMP = codeOf("fragmented_icmp");
export const MALFORMED_IPV4_OPTIONS = codeOf("malformed_ipv4_options");
export const SOURCE_ROUTED = codeOf("source_routed");
export const MALFORMED_IPV6_EXTENSION = codeOf("malformed_ipv6_extension");
export const ROUTING_SEGMENTS_LEFT = codeOf("routing_segments_left");
export const EXTENSION_AFTER_FRAGMENT = codeOf("extension_after_fragment");
export const UNTRANSLATABLE_PROTOCOL = codeOf("untranslatable_protocol");
export const TUN_WRITE_FAILED = codeOf("tun_write_failed");
export const INTERNAL_ERROR = codeOf("internal_error");
export const ICMP_RATE_LIMITED = codeOf("icmp_rate_limited");
