/** The lab under traffic while operators do all they can: no packet may be lost by that, and memory stays. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CountersDocument } from "../../daemon/runtime/status.js";
import { AS_PLANNED } from "../../lab/daemons.js";
import { transfer } from "../../lab/path.js";
import { DAEMONS, type DaemonName, type LabMode, METRICS_PORT, SERVER } from "../../lab/plan.js";
import { bringUp, type Network } from "../../lab/round.js";
import { seededRandom } from "../../src/explain/seeded-random.js";
import { callMapctl, changed, Repeated } from "./disturbances.js";
import { type Drops, readKernelDrops } from "./kernel-drops.js";
import type { Numbered } from "./numbered-program.js";
import { Program } from "./program.js";
import type { SoakReport, Transfers } from "./report.js";
import type { Scraped } from "./scraper-program.js";

export interface SoakOptions {
  readonly mode: LabMode;
  readonly seconds: number;
  readonly seed: number;
}

const LANS = ["lan1", "lan2"] as const;
const FIRST_PORT = 20_000;
const UDP_PORTS = 20;
/** Datagrams a second of each LAN host; each crosses two daemons on its way there, and two on its way back. */
const UDP_RATE = 250;
const TRANSFER_BYTES = 4 * 1024 * 1024;
const TRANSFER_PERIOD_MS = 2_000;
const TRANSFER_LIMIT_MS = 30_000;
const SCRAPE_PERIOD_MS = 100;
const RELOAD_PERIOD_MS = 1_000;
const CALL_PERIOD_MS = 500;

/** Runs a network of its own; to be called in a sandbox. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const network = await bringUp(options.mode, AS_PLANNED);
  try {
    return await soaked(network, options);
  } finally {
    await network.down();
  }
}

async function soaked(network: Network, options: SoakOptions): Promise<SoakReport> {
  const { topology, daemons } = network;
  const echo = await Program.start(topology, "srv", "echo-program", [
    String(FIRST_PORT),
    String(UDP_PORTS),
  ]);
  const before = await readDrops(network);
  const beganMs = performance.now();
  const numbered = await both(LANS, (lan) =>
    Program.start<Numbered>(topology, lan, "numbered-program", [
      SERVER,
      String(FIRST_PORT),
      String(UDP_PORTS),
      String(UDP_RATE),
    ]),
  );
  const scrapers = await both(DAEMONS, (name) =>
    Program.start<Scraped>(topology, name, "scraper-program", [
      `http://127.0.0.1:${METRICS_PORT}/metrics`,
      String(SCRAPE_PERIOD_MS),
    ]),
  );
  const random = seededRandom(options.seed);
  const all = DAEMONS.map((name) => daemons[name]);
  const transfers = new Transferring(network);
  const tcp = new Repeated(TRANSFER_PERIOD_MS, (turn) => transfers.once(turn));
  const calls = new Repeated(CALL_PERIOD_MS, () => callMapctl(all, random));
  const reloads = await both(DAEMONS, async (name) => {
    const reload = (turn: number): Promise<void> => daemons[name].reload(changed(turn));
    return new Repeated(RELOAD_PERIOD_MS, reload);
  });
  await sleep(options.seconds * 1000);
  // Datagrams end last: what a reload or a call does to them counts to the end.
  const [reloaded, called, transferred] = await Promise.all([
    both(DAEMONS, (name) => reloads[name].finish()),
    calls.finish(),
    tcp.finish(),
  ]);
  const report = {
    mode: options.mode,
    seconds: Math.round((performance.now() - beganMs) / 1000),
    tcp: transfers.result(transferred),
    reloads: reloaded,
    calls: called,
    udp: await both(LANS, (lan) => numbered[lan].finish()),
    scrapes: await both(DAEMONS, (name) => scrapers[name].finish()),
    drops: difference(before, await readDrops(network)),
  };
  await echo.finish();
  return report;
}

/** The same for each name, at once. */
async function both<Name extends string, T>(
  names: readonly Name[],
  of: (name: Name) => Promise<T>,
): Promise<Record<Name, T>> {
  const entries = await Promise.all(names.map(async (name) => [name, await of(name)] as const));
  return Object.fromEntries(entries) as Record<Name, T>;
}

/** Transfers with a digest, up and down by turns, from both LANs. */
class Transferring {
  readonly #network: Network;
  #bytes = 0;

  constructor(network: Network) {
    this.#network = network;
  }

  async once(turn: number): Promise<void> {
    const lan = LANS[turn % LANS.length]!;
    const direction = turn % 4 < 2 ? "up" : "down";
    const done = await transfer(this.#network.topology, lan, direction, {
      bytes: TRANSFER_BYTES,
      timeout: TRANSFER_LIMIT_MS,
    });
    if (done === null) throw new Error(`${lan} ${direction}: the transfer does not end`);
    if (!done.intact) throw new Error(`${lan} ${direction}: other bytes came than were sent`);
    this.#bytes += TRANSFER_BYTES;
  }

  result({ done, failures }: Pick<Transfers, "done" | "failures">): Transfers {
    return { done, bytes: this.#bytes, failures };
  }
}

async function readDrops({ topology, daemons }: Network): Promise<Drops> {
  const drops = new Map(await readKernelDrops(topology));
  const read = async (name: DaemonName): Promise<void> => {
    const document: CountersDocument = await daemons[name].counters();
    for (const domain of document.domains) {
      for (const [reason, { ipv4, ipv6 }] of Object.entries(domain.drops)) {
        drops.set(`${name} ${reason}`, ipv4 + ipv6);
      }
    }
  };
  await Promise.all(DAEMONS.map(read));
  return drops;
}

function difference(before: Drops, after: Drops): Readonly<Record<string, number>> {
  const fresh = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(fresh.filter(([, count]) => count > 0));
}
