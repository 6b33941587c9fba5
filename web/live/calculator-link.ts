/** Where the calculator shows a rule of the daemon, with the CE where it is one. */
import { parseIpv4Prefix, parseIpv6Prefix } from "../../src/map/prefix.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import { checkDraft, type Draft } from "../state/draft.js";
import { FIRST_INPUTS, type Inputs } from "../state/model.js";
import { find } from "../state/moves.js";
import { queryOf } from "../state/permalink.js";
import { hashOf } from "../state/route.js";
import type { DomainFacts, RuleFacts } from "./documents.js";

export function calculatorLink(domain: DomainFacts, facts: RuleFacts): string {
  const inputs: Inputs = {
    ...FIRST_INPUTS,
    draft: draftOf(facts),
    mode: domain.mode,
    dmr: domain.dmrIpv6Prefix ?? FIRST_INPUTS.dmr,
    br: domain.brIpv6Addresses[0] ?? FIRST_INPUTS.br,
  };
  return hashOf("calculator", queryOf(atCe(inputs, domain, facts)));
}

/** With the CE of the domain shown, where the rule is its basic one. */
function atCe(inputs: Inputs, { ce }: DomainFacts, { name }: RuleFacts): Inputs {
  const rule = checkDraft(inputs.draft);
  if (ce === null || ce.rule !== name || !rule.ok) return inputs;
  const found = find(rule.value, inputs, ce.endUserIpv6Prefix);
  return found.ok ? found.value : inputs;
}

function draftOf({ name, rule, forwarding }: RuleFacts): Draft {
  const ipv6 = parseIpv6Prefix(rule.ruleIpv6Prefix);
  const ipv4 = parseIpv4Prefix(rule.ruleIpv4Prefix);
  const isProvisioned = rule.psid !== undefined;
  return {
    name,
    ipv6: ipv6 === null ? "" : formatIpv6(ipv6.address),
    ipv6Len: String(ipv6?.len ?? ""),
    ipv4: ipv4 === null ? "" : formatIpv4(ipv4.address),
    ipv4Len: String(ipv4?.len ?? ""),
    eaLen: String(rule.eaLen),
    psidOffset: String(rule.psidOffset),
    psidLen: isProvisioned ? String(rule.psidLen) : "",
    psid: isProvisioned ? String(rule.psid) : "",
    iid: rule.iid,
    forwarding,
  };
}
