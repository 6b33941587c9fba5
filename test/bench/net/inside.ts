/**
 * The part of the bench that runs in a sandbox: `inside.js PLAN RESULT`. Brings up the forwarders of the plan's cases,
 * measures all cases round by round and writes the samples to RESULT.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { enterSandbox } from "../../../lab/sandbox.js";
import type { Sample } from "../result.js";
import { DAEMON_CASES, type DaemonCase, measureDaemon } from "./daemon-cases.js";
import { Forwarder, type ForwarderSpec } from "./forwarders.js";
import { NET_CASES, type NetCase } from "./loads.js";
import { Network } from "./network.js";
import { compilePrograms } from "./programs.js";
import { type Measured, probe } from "./traffic.js";

export interface NetPlan {
  readonly rounds: number;
  readonly seconds: number;
  /** Ids of cases, each measured once a round. */
  readonly cases: readonly string[];
}

export interface NetOutcome {
  readonly samples: readonly Sample[];
  /** Measurements that failed; the others stand. */
  readonly failures: readonly string[];
}

/**
 * Before its first measurement a case runs for so many seconds unmeasured: mapd's compiler then knows this load, as in a
 * daemon that has run for longer than a blink. The C programs get the same.
 */
const WARM_UP_SECONDS = 1;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function startForwarder(spec: ForwarderSpec): Promise<Forwarder> {
  say(`bench: starting ${spec.name}`);
  const forwarder = await Forwarder.start(spec, await Network.create(spec.name, spec.path));
  await probe(forwarder);
  return forwarder;
}

/** Starts what the cases need; what does not start is a failure, and the others are measured. */
async function bringUp(
  cases: readonly NetCase[],
  failures: string[],
): Promise<ReadonlyMap<ForwarderSpec, Forwarder>> {
  const forwarders = new Map<ForwarderSpec, Forwarder>();
  for (const spec of new Set(cases.map(({ forwarder }) => forwarder))) {
    try {
      forwarders.set(spec, await startForwarder(spec));
    } catch (error) {
      fail(failures, spec.name, error);
    }
  }
  return forwarders;
}

function fail(failures: string[], what: string, error: unknown): void {
  const failure = `${what}: ${error instanceof Error ? error.message : error}`;
  failures.push(failure);
  say(`bench: FAILED ${failure}`);
}

async function measureCase(
  forwarder: Forwarder,
  { load, egress }: NetCase,
  seconds: number,
  isFirst: boolean,
): Promise<Sample[]> {
  await forwarder.network.setEgress(egress === "offloads" ? "on" : "off");
  if (isFirst) await load.measure(forwarder, WARM_UP_SECONDS);
  const measured = await load.measure(forwarder, seconds);
  const subject = forwarder.spec.name;
  return measured.map((quantity) => ({
    group: "net",
    subject,
    load: load.name,
    egress,
    ...quantity,
  }));
}

async function measureOnce(daemonCase: DaemonCase): Promise<Sample[]> {
  const measured = await measureDaemon(daemonCase);
  const subject = `${daemonCase.rules} rules`;
  say(`bench: ${daemonCase.id}: ${headline(measured)}`);
  return measured.map((quantity) => ({
    group: "daemon",
    subject,
    load: "map-t-br",
    egress: "",
    ...quantity,
  }));
}

function headline(samples: readonly Measured[]): string {
  return samples
    .slice(0, 3)
    .map(({ quantity, unit, value }) => `${quantity} ${value.toPrecision(4)} ${unit}`)
    .join(", ");
}

async function measureAll({ rounds, seconds, cases: ids }: NetPlan): Promise<NetOutcome> {
  await compilePrograms();
  const samples: Sample[] = [];
  const failures: string[] = [];
  const wanted = NET_CASES.filter(({ id }) => ids.includes(id));
  const forwarders = await bringUp(wanted, failures);
  const cases = wanted.filter(({ forwarder }) => forwarders.has(forwarder));
  for (let round = 1; round <= rounds; round++) {
    for (const [index, netCase] of cases.entries()) {
      const forwarder = forwarders.get(netCase.forwarder)!;
      const place = `round ${round} of ${rounds}, ${index + 1} of ${cases.length}`;
      try {
        const measured = await measureCase(forwarder, netCase, seconds, round === 1);
        samples.push(...measured);
        say(`bench: ${place}: ${netCase.id}: ${headline(measured)}`);
      } catch (error) {
        fail(failures, `${netCase.id}, round ${round}`, error);
      }
    }
  }
  await Promise.all([...forwarders.values()].map((forwarder) => forwarder.stop()));
  for (const daemonCase of DAEMON_CASES.filter(({ id }) => ids.includes(id))) {
    try {
      samples.push(...(await measureOnce(daemonCase)));
    } catch (error) {
      fail(failures, daemonCase.id, error);
    }
  }
  return { samples, failures };
}

await enterSandbox();
const [planFile = "", resultFile = ""] = process.argv.slice(2);
const plan: NetPlan = JSON.parse(readFileSync(planFile, "utf8"));
writeFileSync(resultFile, JSON.stringify(await measureAll(plan)));
process.exit(0);
