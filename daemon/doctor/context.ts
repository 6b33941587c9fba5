/** What every check of the doctor is given. */
import { type Ce, ceFromIndex } from "../../src/map/ce.js";
import { Dmr } from "../../src/map/dmr.js";
import { formatIpv6 } from "../../src/wire/address.js";
import type { Config, DomainConfig } from "../config/types.js";
import type { CountersDocument, StatusDocument } from "../runtime/status.js";
import type { Found } from "./finding.js";
import type { Answer } from "./probe.js";
import type { DoctorSystem } from "./system.js";

/** The running daemon, as its control socket shows it. */
export interface LiveDaemon {
  readonly status: StatusDocument;
  /** Now: checks that send packets change them. */
  counters(): Promise<CountersDocument>;
}

export interface DoctorDomain {
  readonly config: DomainConfig;
  /** Identity of a CE, null on a BR. */
  readonly ce: Ce | null;
}

/** Sends one datagram from each port, bound to the address, and tells what came back. */
export type SendProbes = (
  address: string,
  ports: readonly number[],
) => Promise<ReadonlyMap<number, Answer>>;

export interface DoctorContext {
  readonly system: DoctorSystem;
  readonly config: Config;
  readonly domains: readonly DoctorDomain[];
  /** null where no mapd answers. */
  readonly live: LiveDaemon | null;
  /** IPv4 address behind the BR that answers echo requests; null where none was named. */
  readonly target: string | null;
  /** null where no responder was named. */
  readonly probe: SendProbes | null;
}

interface CheckRow {
  readonly id: string;
  /** One line for the page. */
  readonly what: string;
}

/** Gives one finding at least. */
export interface HostCheck extends CheckRow {
  readonly about: "host";
  run(context: DoctorContext): Promise<readonly Found[]>;
}

/** Gives one finding at least for each domain. */
export interface DomainCheck extends CheckRow {
  readonly about: "domain";
  run(context: DoctorContext, domain: DoctorDomain): Promise<readonly Found[]>;
}

export type Check = HostCheck | DomainCheck;

/** An IPv4 address of the Internet, for asking where packets to it would go; nothing is sent there. */
const SOMEWHERE = 0x01010101;

/** IPv6 addresses behind the provider's network that packets of the domain go to. */
export function providerAddresses({ settings }: DomainConfig): readonly string[] {
  if (settings.dmr === null) return settings.brAddresses.map(formatIpv6);
  const words = new Uint32Array(4);
  new Dmr(settings.dmr).embed(SOMEWHERE, words);
  return [formatIpv6(words)];
}

/** Rules whose first CE a BR's checks ask about: the rest would be more of the same. */
const RULES_SAMPLED = 16;

/** MAP addresses of the first CE of the rules. */
export function sampleCes({ settings }: DomainConfig): readonly string[] {
  return settings.rules.slice(0, RULES_SAMPLED).flatMap((rule) => {
    const ce = ceFromIndex(rule, 0);
    return ce.ok ? [formatIpv6(ce.value.mapIpv6)] : [];
  });
}

/** Addresses on the far side of the IPv6 network, by which the device towards it is found. */
export function farAddresses({ config }: DoctorDomain): readonly string[] {
  return config.settings.role === "ce" ? providerAddresses(config) : sampleCes(config);
}

export function liveDomain(
  { live }: DoctorContext,
  { config }: DoctorDomain,
): StatusDocument["domains"][number] | null {
  const { name } = config.settings;
  return live?.status.domains.find((domain) => domain.name === name) ?? null;
}
