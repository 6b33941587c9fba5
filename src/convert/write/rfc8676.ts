/** RFC 8676 as JSON (RFC 7951): a BR's rules in `ietf-softwire-br`, a CE's on an interface of `ietf-interfaces`. */

import type { Findings } from "../../map/findings.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../map/prefix.js";
import type { Rule } from "../../map/types.js";
import { formatIpv6 } from "../../wire/address.js";
import {
  type ExportedDomain,
  lost,
  sayDomainLosses,
  sayOtherBrs,
  sayRuleLosses,
  type Writer,
} from "./export.js";

/** `psid-len` is 0..15 in the model. */
const LONGEST_PSID = 15;

export const writeRfc8676: Writer = (domains, findings) => {
  const edges = domains.filter(({ role }) => role === "ce");
  const relays = domains.filter(({ role }) => role === "br");
  for (const domain of domains) sayOtherBrs(domain, findings);
  const document = {
    ...(relays.length === 0
      ? {}
      : { "ietf-softwire-br:br-instances": brInstances(relays, findings) }),
    ...(edges.length === 0
      ? {}
      : {
          "ietf-interfaces:interfaces": {
            interface: edges.map((domain) => ceInterface(domain, findings)),
          },
        }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};

function brInstances(domains: readonly ExportedDomain[], findings: Findings): object {
  const uses = new Map<string, number>();
  for (const { name } of domains.flatMap((domain) => [...domain.rules])) {
    uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const instances = domains.flatMap((domain) => {
    sayDomainLosses(domain, [], findings);
    return domain.rules.map((rule) => {
      sayRuleLosses(rule, { offset: true, psid: true, forwarding: true }, findings);
      if (rule.psidLen > LONGEST_PSID) {
        lost(findings, `rules.${rule.name}.psid-len`, "the model has 0..15 for psid-len");
      }
      // The name is the key of the list, and a rule may be in several domains.
      const isShared = (uses.get(rule.name) ?? 0) > 1;
      const name = isShared ? `${domain.name}.${rule.name}` : rule.name;
      return { ...instanceOf(domain, rule, name), "port-set": portSet(rule) };
    });
  });
  return { algorithm: { "algo-instance": instances } };
}

/** The model wants a PSID for every instance; of a rule with EA bits it means nothing. */
function portSet({ psidOffset, psidLen, psid }: Rule): object {
  return {
    ...(psidLen === 0 ? {} : { "psid-offset": psidOffset }),
    "psid-len": psidLen,
    psid: psid ?? 0,
  };
}

function ceInterface(domain: ExportedDomain, findings: Findings): object {
  const { settings, rules, device } = domain;
  sayDomainLosses(domain, ["mtu.ipv4", "mtu.ipv6"], findings);
  const instances = rules.map((rule) => {
    // The CE module has no port set: what is not the default has no place.
    sayRuleLosses(rule, { forwarding: true }, findings);
    return instanceOf(domain, rule, rule.name);
  });
  return {
    name: device,
    type: "iana-tunnel-type:aplusp",
    "ietf-softwire-ce:softwire-payload-mtu": settings.mtu.ipv4,
    "ietf-softwire-ce:softwire-path-mru": settings.mtu.ipv6,
    "ietf-softwire-ce:algo-instances": { "algo-instance": instances },
  };
}

function instanceOf({ dmr, brAddresses }: ExportedDomain, rule: Rule, name: string): object {
  const [br] = brAddresses;
  return {
    name,
    enable: true,
    ...(br === undefined ? {} : { "br-ipv6-addr": formatIpv6(br) }),
    ...(dmr === null ? {} : { "dmr-ipv6-prefix": formatIpv6Prefix(dmr) }),
    "ea-len": rule.eaLen,
    "rule-ipv6-prefix": formatIpv6Prefix(rule.ipv6),
    "rule-ipv4-prefix": formatIpv4Prefix(rule.ipv4),
    forwarding: rule.forwarding,
  };
}
