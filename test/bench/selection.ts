/** Which cases a run has, and how long it takes. */
import { CPU_BENCHES, cpuId, smokeBenches } from "./cpu/benches.js";
import type { CpuBench } from "./cpu/measured.js";
import { DAEMON_CASES, type DaemonCase } from "./net/daemon-cases.js";
import { NET_CASES, type NetCase, smokeCases } from "./net/loads.js";
import type { Options } from "./options.js";
import { YARDSTICKS } from "./result.js";

export interface Selection {
  readonly net: readonly NetCase[];
  /** Each once a run. */
  readonly daemon: readonly DaemonCase[];
  readonly cpu: readonly CpuBench[];
}

/** Beside the seconds of a measurement: starting programs, letting queues drain. */
const NET_EXTRA_S = 0.6;
/** An in-process bench: starting Node, warming up, measuring. */
const CPU_S = 2;
/** Starting a daemon, and reloading it with pings beside. */
const SECONDS_A_RULE = 0.0002;

export function select({ only, smoke }: Options): Selection {
  if (smoke) return { net: smokeCases(), daemon: DAEMON_CASES.slice(0, 1), cpu: smokeBenches() };
  if (only === null) return { net: NET_CASES, daemon: DAEMON_CASES, cpu: CPU_BENCHES };
  const wanted = NET_CASES.filter(({ id }) => only.test(id));
  return {
    net: NET_CASES.filter((c) => wanted.includes(c) || isYardstickOf(c, wanted)),
    daemon: DAEMON_CASES.filter(({ id }) => only.test(id)),
    cpu: CPU_BENCHES.filter((bench) => only.test(cpuId(bench))),
  };
}

/** A ratio needs both sides from the same run. */
function isYardstickOf({ forwarder, load, egress }: NetCase, wanted: readonly NetCase[]): boolean {
  const isYardstick = YARDSTICKS.some((name) => name === forwarder.name);
  return isYardstick && wanted.some((other) => other.load === load && other.egress === egress);
}

export function minutesOf({ net, daemon, cpu }: Selection, { rounds, seconds }: Options): number {
  const netSeconds = net.length * (seconds * 1.1 + NET_EXTRA_S);
  const daemonSeconds = daemon.reduce((sum, { rules }) => sum + 6 + rules * SECONDS_A_RULE, 0);
  return (rounds * (netSeconds + cpu.length * CPU_S) + daemonSeconds) / 60;
}

export function listOf(selection: Selection): string {
  const net = selection.net.map(
    ({ id, forwarder, load }) => `${id.padEnd(56)} ${forwarder.help}; ${load.help}`,
  );
  const daemon = selection.daemon.map(
    ({ id, rules }) => `${id.padEnd(56)} start, memory and reload with ${rules} rule(s)`,
  );
  return [...net, ...daemon, ...selection.cpu.map(cpuId)].join("\n");
}
