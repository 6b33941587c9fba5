/** The table of counters that `npm start` shows after the round, with light traffic going on. */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { DomainCounters } from "../daemon/runtime/status.js";
import { DAEMONS } from "./plan.js";
import { start } from "./process.js";
import type { Network } from "./round.js";
import type { Topology } from "./topology.js";

const PROBE = fileURLToPath(new URL("./probe.js", import.meta.url));
const TERMINAL_PERIOD_MS = 1000;
/** Into a file or a pipe the table is written again and again, so less often. */
const PLAIN_PERIOD_MS = 10_000;
const BITS_PER_MEGABIT = 1e6;

const HEADER = row([
  "packets",
  "in IPv4",
  "in IPv6",
  "out IPv4",
  "out IPv6",
  "Mbit/s",
  "dropped",
  "sessions",
]);

/** 79 columns at most, so that no terminal breaks a row in two. */
function row(cells: readonly string[]): string {
  return cells.map((cell, at) => (at === 0 ? cell.padEnd(9) : cell.padStart(10))).join("");
}

/** Bytes at the last look, by daemon, for the rate. */
const looks = new Map<string, { readonly at: number; readonly bytes: number }>();

function megabitsPerSecond(name: string, bytes: number): number {
  const now = { at: performance.now(), bytes };
  const last = looks.get(name) ?? { at: 0, bytes };
  looks.set(name, now);
  return ((bytes - last.bytes) * 8) / BITS_PER_MEGABIT / ((now.at - last.at) / 1000);
}

function domainRow(name: string, { counters, dropped }: DomainCounters): string {
  const of = (counter: string): number => counters[counter] ?? 0;
  const packets = ["in_ipv4", "in_ipv6", "out_ipv4", "out_ipv6"].map((c) => of(`${c}_packets`));
  const rate = megabitsPerSecond(name, of("in_ipv4_bytes") + of("in_ipv6_bytes"));
  const figures = [...packets, rate.toFixed(2), dropped, of("nat44_sessions")];
  return row([name, ...figures.map(String)]);
}

function dropLines(name: string, { drops }: DomainCounters): string[] {
  return Object.entries(drops)
    .filter(([, { ipv4, ipv6 }]) => ipv4 + ipv6 > 0)
    .map(([reason, { ipv4, ipv6 }]) => `  ${name}: ${ipv4 + ipv6} dropped, ${reason}`);
}

async function table(networks: readonly Network[]): Promise<string> {
  const rows: string[] = [];
  const drops: string[] = [];
  for (const { topology, daemons } of networks) {
    const read = async (daemon: (typeof DAEMONS)[number]): Promise<void> => {
      const document = await daemons[daemon].counters();
      const name = topology.namespace(daemon);
      for (const domain of document.domains) {
        rows.push(domainRow(name, domain));
        drops.push(...dropLines(name, domain));
      }
    };
    for (const daemon of DAEMONS) await read(daemon);
  }
  return [HEADER, ...rows, "", ...drops, "", "Ctrl-C ends the lab and leaves nothing behind."].join(
    "\n",
  );
}

function startTrickle(topology: Topology): void {
  for (const lan of ["lan1", "lan2"] as const) {
    const command = topology.command(lan, [process.execPath, PROBE, "trickle"]);
    start(command, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  }
}

/** Never returns: the sandbox ends with the one who started it. */
export async function watch(networks: readonly Network[]): Promise<never> {
  for (const { topology } of networks) startTrickle(topology);
  const terminal = process.stdout.isTTY;
  const period = terminal ? TERMINAL_PERIOD_MS : PLAIN_PERIOD_MS;
  for (let lines = 0; ; ) {
    const began = performance.now();
    const text = await table(networks);
    // Over the last table, so that the round's results stay on the screen above it.
    const back = terminal && lines > 0 ? `\x1b[${lines}A\x1b[J` : "";
    process.stdout.write(`${back}${text}\n`);
    lines = text.split("\n").length;
    await sleep(Math.max(0, period - (performance.now() - began)));
  }
}
