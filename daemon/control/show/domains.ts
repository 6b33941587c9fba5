/** `domains`: what each domain is: its rules, what follows from them, and who the CE is. */
import { formatIpv4Prefix, formatIpv6Prefix } from "../../../src/map/prefix.js";
import { formatIpv6 } from "../../../src/wire/address.js";
import { ceStatus } from "../../runtime/status.js";
import {
  type ControlCommand,
  type ControlledDaemon,
  type ControlledDomain,
  controlCommand,
} from "../command.js";
import type { DomainRow, DomainsDocument } from "./documents.js";
import { chosenDomains, FILTER } from "./filter.js";
import { ruleRow } from "./rules.js";

/** Rules shown with their domain; a BR may have a million. */
const RULES_SHOWN = 100;

export function domainsCommand(daemon: ControlledDaemon): ControlCommand {
  return controlCommand(
    "domains",
    "Domains with their rules and what follows: mapd.domains/1",
    FILTER,
    (filter): DomainsDocument => ({
      schema: "mapd.domains/1",
      domains: chosenDomains(daemon, filter).map(domainRow),
    }),
  );
}

function domainRow(domain: ControlledDomain): DomainRow {
  const { settings, tun, routes } = domain.config;
  const basic = settings.role === "ce" ? settings.rules[settings.bmr] : undefined;
  const hits = domain.ruleHits(0, RULES_SHOWN);
  return {
    name: settings.name,
    mode: settings.mode,
    role: settings.role,
    device: tun.name,
    dmrIpv6Prefix: settings.dmr === null ? null : formatIpv6Prefix(settings.dmr),
    brIpv6Addresses: settings.brAddresses.map(formatIpv6),
    localIpv4Prefixes: localPrefixes(domain),
    mtu: settings.mtu,
    routes: routes.mode,
    ce: settings.role === "ce" && domain.ce !== null ? ceStatus(settings, domain.ce) : null,
    ruleCount: settings.rules.length,
    rules: settings.rules.slice(0, RULES_SHOWN).map((rule) => ruleRow(rule, basic, hits)),
  };
}

/** Without the address of the device itself, which nobody has configured. */
function localPrefixes({
  config: { settings, tun },
}: ControlledDomain): DomainRow["localIpv4Prefixes"] {
  if (settings.role !== "ce" || settings.nat44 === null) return null;
  return settings.localPrefixes
    .filter(({ address, len }) => len !== 32 || address !== tun.address)
    .map(formatIpv4Prefix);
}
