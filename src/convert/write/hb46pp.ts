/** The answer of a provisioning server (HB46PP): one domain of each mode, as a CE is told of it. */
import type { Findings } from "../../map/findings.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../map/prefix.js";
import { formatIpv6 } from "../../wire/address.js";
import {
  type ExportedDomain,
  lost,
  sayDomainLosses,
  sayOtherBrs,
  sayOtherEnd,
  sayRuleLosses,
  type Writer,
} from "./export.js";

export const writeHb46pp: Writer = (domains, findings) => {
  const chosen = new Map<string, ExportedDomain>();
  for (const domain of domains) {
    const key = domain.mode === "map-t" ? "map_t" : "map_e";
    if (!chosen.has(key)) chosen.set(key, domain);
    else {
      const message = `an answer has one ${key}; export "${domain.name}" by itself`;
      lost(findings, domain.path, message);
      for (const rule of domain.rules) lost(findings, `rules.${rule.name}`, message);
    }
  }
  const parts = [...chosen].map(([key, domain]) => [key, document(domain, findings)]);
  const answer = { order: [...chosen.keys()], ...Object.fromEntries(parts) };
  return `${JSON.stringify(answer, null, 2)}\n`;
};

function document(domain: ExportedDomain, findings: Findings): object {
  const { mode, rules, dmr, brAddresses } = domain;
  sayOtherEnd(domain, "ce", findings);
  sayOtherBrs(domain, findings);
  sayDomainLosses(domain, [], findings);
  const [br] = brAddresses;
  // One switch for all rules, as is the version, which says whose interface identifier it is.
  const mesh = rules.at(0)?.forwarding === true;
  const iid = mode === "map-e" ? (rules.at(0)?.iid ?? "rfc7597") : "rfc7597";
  for (const rule of rules) {
    sayRuleLosses(rule, { offset: true, iid: true, forwarding: true }, findings);
    if (rule.forwarding !== mesh) {
      const message = "mesh is one for all rules, and another rule's is written";
      lost(findings, `rules.${rule.name}.forwarding`, message);
    }
    if (rule.iid !== iid) {
      const message = "version is one for all rules, and another identifier is written";
      lost(findings, `rules.${rule.name}.iid`, message);
    }
  }
  return {
    ...(mode === "map-e" ? { version: iid === "draft-03" ? 0 : 1 } : {}),
    mesh,
    ...(br === undefined ? {} : { br: formatIpv6(br) }),
    ...(dmr === null ? {} : { dmr: formatIpv6Prefix(dmr) }),
    rules: rules.map((rule) => ({
      ipv6: formatIpv6Prefix(rule.ipv6),
      ipv4: formatIpv4Prefix(rule.ipv4),
      ea_length: rule.eaLen,
      ...(rule.psidLen === 0 ? {} : { psid_offset: rule.psidOffset }),
    })),
  };
}
