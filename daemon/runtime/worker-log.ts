/** What the log says of a domain's device, and of what a worker reports about its NAT44. */
import type { HostRow } from "../../src/nat44/records.js";
import { formatIpv4 } from "../../src/wire/address.js";
import type { Log } from "../log.js";
import type { Device } from "./device.js";
import { formatIdentity, type Nat44Identity, sameIdentity } from "./identity.js";
import type { Nat44Change } from "./nat44-life.js";
import type { Failed, SavedNat44 } from "./worker-handle.js";
import type { FromWorker, Restored } from "./worker-protocol.js";

export function reportRestored(log: Log, restored: Restored): void {
  if ("problem" in restored) {
    log.error({ reason: restored.problem }, "saved NAT44 sessions cannot be used; NAT44 is empty");
    return;
  }
  log.info({ ...restored }, "NAT44 sessions restored");
}

/** What a domain has again of what the failed worker had: counters live with mapd, sessions with the worker. */
export function reportAgain(
  log: Log,
  worker: number,
  { cause, atMs }: Failed,
  saved: SavedNat44 | null,
  restored: Restored | null,
): void {
  const downMs = Math.round(performance.now() - atMs);
  const kept = keptText(saved, restored);
  const level = restored !== null && "problem" in restored ? "error" : "info";
  log[level]({ worker, cause, downMs, restored }, `worker runs again; counters are kept, ${kept}`);
}

/** The same of a device that was deleted, and of all its workers. */
export function reportDeviceBack(
  log: Log,
  tun: string,
  lostAtMs: number,
  saved: SavedNat44 | null,
  restored: Restored | null,
): void {
  const downMs = Math.round(performance.now() - lostAtMs);
  const kept = keptText(saved, restored);
  const text = `the device is there again, with its addresses and routes; counters are kept, ${kept}`;
  log.info({ tun, downMs, restored }, text);
}

/** Which way super-packets go whole: into the tunnel, out of it. */
export function reportTunnel(log: Log, { classifier, intake }: Device): void {
  if (classifier === null) return;
  if (!classifier.on) {
    const { reason } = classifier;
    log.warn({ reason }, "no classifier: mapd cuts super-packets on their way into the tunnel");
    return;
  }
  log.info("the classifier is on: super-packets enter the tunnel whole");
  if (intake?.on === false) {
    log.warn({ reason: intake.reason }, "no intake: every packet leaves the tunnel by itself");
  }
}

function keptText(saved: SavedNat44 | null, restored: Restored | null): string {
  if (restored === null || saved === null) {
    return "and no NAT44 sessions: there are none, or none had been taken yet";
  }
  if ("problem" in restored) return `and no NAT44 sessions: ${restored.problem}`;
  const seconds = Math.round((performance.now() - saved.savedAtMs) / 100) / 10;
  return `and ${restored.sessions} NAT44 sessions as they were ${seconds} s ago`;
}

/** The counts are since the last such line. */
export function reportShort(log: Log, message: Extract<FromWorker, { type: "short" }>): void {
  const { refusals, top } = message;
  const text = "NAT44 refused packets: ports, quotas or room are used up; top hosts are named";
  log.warn({ refusals, top: top.map(hostText) }, text);
}

function hostText({ address, tcpPorts, udpPorts, icmpIds, sessions }: HostRow): string {
  const held = `${tcpPorts} TCP ports, ${udpPorts} UDP ports, ${icmpIds} ICMP identifiers`;
  return `${formatIpv4(address)}: ${held}, ${sessions} sessions`;
}

/** Who the CE was and is; null where NAT44 was or is off. */
export function reportChange(
  log: Log,
  before: Nat44Identity | null,
  after: Nat44Identity | null,
  { ended }: Nat44Change,
): void {
  if (before === null || (ended === 0 && sameIdentity(before, after))) return;
  log.warn({ ended }, `${changeText(before, after)}: ${ended} NAT44 sessions end`);
}

function changeText(before: Nat44Identity, after: Nat44Identity | null): string {
  if (after === null) return "NAT44 is off now";
  if (sameIdentity(before, after)) return "not all fits the changed nat44 settings";
  return `the CE's address changed from ${formatIdentity(before)} to ${formatIdentity(after)}`;
}
