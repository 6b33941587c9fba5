/** The CE domain that a command about NAT44 is for, with what its commands need to know of it. */
import { type Ce, portSetOf } from "../../../src/map/ce.js";
import type { PortSet } from "../../../src/map/port-set.js";
import type { CeSettings } from "../../../src/pipeline/settings.js";
import { formatIpv4 } from "../../../src/wire/address.js";
import { MapdError } from "../../errors.js";
import type { AskNat44 } from "../../runtime/nat44-questions.js";
import { didYouMean } from "../../suggest.js";
import type { ControlledDaemon, ControlledDomain } from "../command.js";

export interface Nat44Domain {
  readonly name: string;
  readonly settings: CeSettings;
  readonly externalAddress: string;
  readonly ports: PortSet;
  readonly ask: AskNat44;
}

/** All domains with NAT44, in the order of the configuration. */
export function nat44Domains(daemon: ControlledDaemon): readonly Nat44Domain[] {
  return daemon.domains.flatMap((domain) => {
    const { settings } = domain.config;
    if (settings.role !== "ce" || settings.nat44 === null || domain.ce === null) return [];
    return [nat44Domain(domain, settings, domain.ce)];
  });
}

function nat44Domain(domain: ControlledDomain, settings: CeSettings, ce: Ce): Nat44Domain {
  const rule = settings.rules[settings.bmr];
  if (rule === undefined) throw new MapdError("invalid", `${settings.name}: no basic mapping rule`);
  return {
    name: settings.name,
    settings,
    externalAddress: formatIpv4(ce.ipv4.address),
    ports: portSetOf(rule, ce.psid),
    ask: domain.askNat44,
  };
}

/** The named one, or the only one; MapdError `not-found` where there is none, `usage` where a name is needed. */
export function chooseDomain(daemon: ControlledDaemon, name: string | undefined): Nat44Domain {
  const all = nat44Domains(daemon);
  const names = all.map((domain) => domain.name);
  const [first] = all;
  if (first === undefined) throw new MapdError("not-found", "no domain of this mapd has NAT44");
  if (name === undefined) {
    if (all.length === 1) return first;
    const message = `several domains have NAT44; name one with --domain: ${names.join(", ")}`;
    throw new MapdError("usage", message);
  }
  const found = all.find((domain) => domain.name === name);
  if (found !== undefined) return found;
  const exists = daemon.domains.some(({ config }) => config.settings.name === name);
  const problem = exists ? `domain ${name} has no NAT44` : `no domain ${name}`;
  const hint = exists ? "" : didYouMean(name, names);
  throw new MapdError("not-found", `${problem}; with NAT44 there are: ${names.join(", ")}${hint}`);
}

/** `--domain`, or every domain with NAT44. */
export function chooseDomains(
  daemon: ControlledDaemon,
  name: string | undefined,
): readonly Nat44Domain[] {
  return name === undefined ? nat44Domains(daemon) : [chooseDomain(daemon, name)];
}
