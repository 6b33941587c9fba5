/** A CE's source NAT for nftables: for who runs MAP beside the kernel's NAT instead of mapd's own. Cold code. */
import { formatIpv4 } from "../wire/address.js";
import type { Ce } from "./ce.js";
import { portSetOf, ruleKind } from "./rule.js";
import type { Rule } from "./types.js";

/** An echo message's identifier is its port (RFC 7597 §8.2). */
const PACKETS = "oifname $wan meta l4proto { tcp, udp, icmp }";

/**
 * A ruleset that `nft -f` takes, with every range of the port set: connections take the ranges in turn. A CE that has an
 * IPv4 prefix needs no NAT, so its chain is empty.
 */
export function nftSourceNat(rule: Rule, ce: Ce): string {
  return [
    "# the interface to the translator",
    'define wan = "map0"',
    "table ip map_ce {",
    "  chain postrouting {",
    "    type nat hook postrouting priority srcnat;",
    ...statements(rule, ce).map((statement) => `    ${statement}`),
    "  }",
    "}",
    "",
  ].join("\n");
}

function statements(rule: Rule, { ipv4, psid }: Ce): readonly string[] {
  const address = formatIpv4(ipv4.address);
  const kind = ruleKind(rule);
  if (kind === "prefix") return [];
  if (kind === "address") return [`oifname $wan snat to ${address}`];
  const ranges = usableRanges(rule, psid);
  if (ranges.length === 1) return [`${PACKETS} snat to ${address}:${ranges[0]}`];
  // nft 1.0 loses the ends of ranges in a map of ports alone, not in one of addresses and ports.
  return [
    `${PACKETS} snat ip to numgen inc mod ${ranges.length} map {`,
    ...ranges.map((range, i) => `  ${i} : ${address} . ${range},`),
    "}",
  ];
}

/** Nobody can send from port 0, which PSID 0 has where the offset is 0. */
function usableRanges(rule: Rule, psid: number | null): readonly string[] {
  return portSetOf(rule, psid)
    .ranges()
    .map(([first, last]) => (first === 0 && last > 0 ? [1, last] : [first, last]))
    .map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
}
