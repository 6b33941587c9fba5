/** The one table of the doctor's checks; docs/doctor.md and tests follow it. */
import { blocksCheck } from "./check-blocks.js";
import { daemonCheck } from "./check-daemon.js";
import { dropsCheck, identifierCheck, portSetCheck } from "./check-drops.js";
import { firewallCheck } from "./check-firewall.js";
import { leaseCheck } from "./check-lease.js";
import { mtuCheck, pathCheck } from "./check-mtu.js";
import { neighbourCheck } from "./check-neighbour.js";
import { relayCheck } from "./check-relay.js";
import { routesCheck } from "./check-routes.js";
import { advertisementCheck, forwardingCheck, reversePathCheck } from "./check-switches.js";
import type { Check, DoctorContext } from "./context.js";
import { type Finding, type Found, unknown } from "./finding.js";

/** In this order: those that send packets before those that read the drop counters. */
export const CHECKS: readonly Check[] = [
  daemonCheck,
  forwardingCheck,
  reversePathCheck,
  advertisementCheck,
  firewallCheck,
  routesCheck,
  neighbourCheck,
  leaseCheck,
  mtuCheck,
  relayCheck,
  pathCheck,
  blocksCheck,
  identifierCheck,
  portSetCheck,
  dropsCheck,
];

/** What all checks find, in the order of the table. A check that fails itself finds `unknown`. */
export async function examine(context: DoctorContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of CHECKS) {
    if (check.about === "host") {
      findings.push(...(await findingsOf(check.id, null, () => check.run(context))));
      continue;
    }
    for (const domain of context.domains) {
      const { name } = domain.config.settings;
      findings.push(...(await findingsOf(check.id, name, () => check.run(context, domain))));
    }
  }
  return findings;
}

async function findingsOf(
  check: string,
  domain: string | null,
  look: () => Promise<readonly Found[]>,
): Promise<readonly Finding[]> {
  let found: readonly Found[];
  try {
    found = await look();
  } catch (error) {
    found = [unknown(`could not look: ${error instanceof Error ? error.message : String(error)}`)];
  }
  return found.map((one) => ({ check, domain, ...one }));
}
