/** What to do about a packet that was dropped: one line a reason. What the reason means is in src/drops.ts. */
import type { DropName } from "../verdict.js";

export const REMEDIES: Readonly<Record<DropName, string>> = {
  not_ip: "See what sends it: nothing but IPv4 and IPv6 belongs on the device.",
  malformed_ipv4: "Capture it at its sender; mend the sender, or whatever cuts packets on the way.",
  malformed_ipv6:
    "Capture it at its sender; mend the sender. Jumbograms and cut packets do not pass.",
  bad_ipv4_checksum: "Capture it at its sender; a router on the way, or its driver, corrupts it.",
  truncated_transport: "Capture it at its sender; a cut packet cannot be translated.",
  bad_offload_header: "Set tun.offload: off, and report the kernel's version with a capture.",
  martian_ipv4_source: "Mend the sender; filter such sources where they enter the network.",
  martian_ipv4_destination: "Nothing: such a destination is never routed. See what sends to it.",
  martian_ipv6_source: "Mend the sender; filter such sources where they enter the network.",
  ipv6_source_not_in_domain:
    "Compare the source with the rules and the DMR prefix or BR address; add the rule that is missing, or mend the CE.",
  ipv6_destination_not_ours:
    "Compare the destination with the DMR prefix, the BR address or the CE's MAP address; mend the route that leads here, or the other end's setting.",
  ipv4_source_in_domain:
    "A CE's address must come over IPv6: see who forges it, or why the CE's traffic takes another way.",
  ipv4_destination_no_rule: "Add a rule for the address, or withdraw the route that leads it here.",
  ipv4_destination_not_ours:
    "Compare the address with what the rule gives this CE; the BR's rule and the CE's end-user prefix disagree.",
  non_global_ipv4:
    "Use a DMR prefix of your own: 64:ff9b::/96 must not carry non-global addresses.",
  source_address_mismatch:
    "Compare the CE's rule with the BR's: prefixes, ea-len and end-user prefix must agree. If they do, the source is forged.",
  source_psid_mismatch:
    "Compare psid-offset and psid-len at both ends: a client that ignores the offset uses another CE's ports. If they agree, the port is forged.",
  source_port_excluded:
    "The CE uses a port below its first range: compare psid-offset at both ends, and see that its NAT keeps to the port set.",
  source_iid_mismatch:
    "Set iid alike at both ends (rfc7597 or draft-03), and the subnet id of the MAP address to zero.",
  destination_port_excluded:
    "Nothing here: no CE has such a port. A service needs a port of the CE's own set (mapctl ports).",
  destination_port_not_ours:
    "Compare psid-offset and psid-len at both ends: the packet is for another CE of the same address.",
  no_port_for_shared_address:
    "A shared address needs TCP, UDP or ICMP echo; give the CE a whole address (psid-len 0) for other protocols.",
  ttl_expired: "Look for a routing loop; a traceroute makes such packets on purpose.",
  too_big:
    "The sender is told the MTU: see that ICMP reaches it, and set mtu and mss-clamp to what the path carries.",
  udp_zero_checksum:
    "Set udp-zero-checksum: compute (whole datagrams only), or have the sender compute checksums.",
  hairpin_disabled: "Set hairpin: true where CEs may speak to each other through the BR.",
  not_encapsulated:
    "The other end must speak MAP-E: see that it is not MAP-T, and that nobody speaks IPv6 to the tunnel end.",
  ecn_invalid: "A router inside the tunnel marks packets that are not ECN capable: mend it.",
  nat44_source_not_local:
    "Add the prefix to local-ipv4-prefixes, or keep such sources from the route into the device.",
  nat44_no_free_port:
    "See who holds the ports (mapctl top), shorten nat44.timeouts, allow tcp-port-reuse, or ask for a larger port set.",
  nat44_host_quota: "Raise nat44.max-ports-per-host, or see what the host does (mapctl sessions).",
  nat44_table_full: "Raise nat44.max-sessions, or see who opens so many (mapctl top).",
  nat44_no_mapping:
    "Unsolicited packets belong to nobody: make a forward (mapctl forward add) where a server is to be reached.",
  nat44_filtered:
    "The inside host must have spoken to this remote end; or set nat44.filtering, or make a forward.",
  nat44_unsupported_protocol:
    "NAT44 takes TCP, UDP and ICMP echo; give the CE a whole address without NAT44 for others.",
  nat44_address_changed: "Nothing: the connection ends, and its program opens another.",
  bad_icmp_checksum: "Capture it at its sender; a node on the way, or a NAT, corrupts ICMP errors.",
  malformed_quote: "Capture it at its sender; an error must quote the packet that it is about.",
  icmp_error_about_error: "Nothing: no error answers an error. See who sends it.",
  icmp_untranslatable:
    "Nothing: only echo and errors exist in both families; others stay where they are.",
  icmp_rate_limited: "Raise icmp.rate-limit, or find out what makes so many errors.",
  fragment_malformed: "Capture it at its sender; such a fragment can be part of no datagram.",
  fragment_tiny: "Capture it at its sender; such fragments are made to pass filters by.",
  fragment_overlap: "Capture it at its sender; overlapping fragments are made to pass filters by.",
  fragment_duplicate: "Look for a loop or a link that doubles packets; the first copy passed.",
  fragment_timeout:
    "A fragment was lost: see that all take one way, through one BR, and keep packets below the MTU.",
  fragment_limit: "Keep packets below the MTU: too many fragments of this source wait.",
  fragmented_icmp: "Send smaller echo messages or errors: this one is translated only whole.",
  malformed_ipv4_options: "Capture it at its sender; its options contradict its header.",
  source_routed: "Have the sender do without source routes; no network takes them.",
  malformed_ipv6_extension:
    "Capture it at its sender; its extension headers contradict its length.",
  routing_segments_left: "The packet must visit other nodes first: mend its sender.",
  extension_after_fragment:
    "Have the sender fragment behind its other extension headers, or leave them out.",
  untranslatable_protocol:
    "Nothing: the protocol exists in one family only. MAP-E carries any of IPv4's.",
  tun_write_failed:
    "Read the log and the state of the device: the kernel refused the packet (ip link show).",
  internal_error: "A fault in mapd: report it with its log, its configuration and this packet.",
};
