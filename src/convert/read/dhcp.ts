/** DHCPv6 options as octets: what a provider's server tells its CEs. Findings about single octets are `dhcp decode`'s. */
import { type DecodedContainer, decodeText } from "../../dhcp/decode.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../map/prefix.js";
import type { Rule } from "../../map/types.js";
import { formatIpv6 } from "../../wire/address.js";
import type { ForeignDomain, ForeignRule, Reader } from "../model.js";

export const readDhcp: Reader = (text, findings) => {
  const read = decodeText(text);
  findings.add(...read.diagnostics);
  if (!read.ok) return [];
  return read.value.containers.filter(({ outcome }) => outcome === "accept").map(domainOf);
};

function domainOf({ mode, rules, dmr, brAddresses, binding }: DecodedContainer): ForeignDomain {
  const place = `octets of ${mode}`;
  const all = binding === null ? rules : [...rules, binding];
  return {
    name: mode,
    // lw4o6 is MAP-E with a 1:1 rule.
    mode: mode === "map-t" ? "map-t" : "map-e",
    role: "ce",
    rules: all.map((rule, index) => ruleOf(rule, `rule-${index + 1}`, place)),
    dmr: dmr === null ? undefined : formatIpv6Prefix(dmr),
    brAddresses: brAddresses.length === 0 ? undefined : brAddresses.map(formatIpv6),
    place,
  };
}

function ruleOf(rule: Rule, name: string, place: string): ForeignRule {
  const { eaLen, psidLen, psidOffset, psid, forwarding } = rule;
  return {
    name,
    ipv6: formatIpv6Prefix(rule.ipv6),
    ipv4: formatIpv4Prefix(rule.ipv4),
    eaLen,
    psidOffset: psidLen > 0 ? psidOffset : undefined,
    psidLen: psid === null ? undefined : psidLen,
    psid: psid ?? undefined,
    forwarding: forwarding ? true : undefined,
    place,
  };
}
