/** A table of rules, one a line, with the peer of its domain. */
import { formatIpv4Prefix, formatIpv6Prefix } from "../../map/prefix.js";
import type { Rule } from "../../map/types.js";
import { formatIpv6 } from "../../wire/address.js";
import { csvCell } from "../csv-table.js";
import { type RuleHolder, type RuleWriter, sayDomainLosses, sayOtherBrs } from "./export.js";

const HEADER =
  "name,rule-ipv6-prefix,rule-ipv4-prefix,ea-len,psid-offset,psid-len,psid,iid,forwarding,mode,role,dmr,br";

export const writeCsv: RuleWriter = (domains, findings) => {
  const lines = domains.flatMap((domain) => {
    sayDomainLosses(domain, [], findings);
    sayOtherBrs(domain, findings);
    return domain.rules.map((rule) => line(domain, rule));
  });
  return [HEADER, ...lines].map((one) => `${one}\n`).join("");
};

function line({ mode, role, dmr, brAddresses }: RuleHolder, rule: Rule): string {
  const [br] = brAddresses;
  const cells = [
    rule.name,
    formatIpv6Prefix(rule.ipv6),
    formatIpv4Prefix(rule.ipv4),
    rule.eaLen,
    // Where no address is shared, an offset means nothing.
    rule.psidLen === 0 ? "" : rule.psidOffset,
    rule.psidLen === 0 ? "" : rule.psidLen,
    rule.psid ?? "",
    rule.iid,
    rule.forwarding ? "true" : "false",
    mode ?? "",
    mode === null ? "" : role,
    dmr === null ? "" : formatIpv6Prefix(dmr),
    br === undefined ? "" : formatIpv6(br),
  ];
  return cells.map(csvCell).join(",");
}
