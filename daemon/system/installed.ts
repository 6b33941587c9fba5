/** What a domain has put into the kernel, so that exactly that is taken out again. */
import type { Ce } from "../../src/map/ce.js";
import type { Words6 } from "../../src/map/types.js";
import type { DomainSettings } from "../../src/pipeline/settings.js";
import type { DomainConfig } from "../config/types.js";
import type { Log } from "../log.js";
import { ipBatch, ipBatchForced, runIp } from "./ip.js";
import { proxyEntries, proxyNdpOff } from "./neighbour.js";
import { linkLines, type PlanEntry, planEntries, ROUTE_PROTOCOL } from "./route-plan.js";

export class InstalledRoutes {
  readonly #log: Log;
  #entries: readonly PlanEntry[] = [];
  /** Lines that gave the device its present state. */
  #link: readonly string[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Looks up what depends on the host; changes nothing. `install()` does it by itself where it was not done before. */
  async plan(domain: DomainConfig, ce: Ce | null): Promise<readonly PlanEntry[]> {
    return [...planEntries(domain, ce), ...(await this.#proxies(domain, ce))];
  }

  /** Brings the device up and adds what the domain needs. Rejects with nothing left behind. */
  async install(
    domain: DomainConfig,
    ce: Ce | null,
    planned?: readonly PlanEntry[],
  ): Promise<void> {
    if (domain.tun.attach && domain.routes.mode === "auto") await flushOwn(domain.tun.name);
    await this.#hold(domain, planned ?? (await this.plan(domain, ce)));
  }

  /** Makes the kernel hold what `domain` needs instead of what was needed before. Rejects with nothing changed. */
  async replace(domain: DomainConfig, ce: Ce | null): Promise<void> {
    await this.#hold(domain, await this.plan(domain, ce));
  }

  async #hold(domain: DomainConfig, wanted: readonly PlanEntry[]): Promise<void> {
    // There may be as many routes as rules.
    const before = new Set(this.#entries.map(({ add }) => add));
    const after = new Set(wanted.map(({ add }) => add));
    const gone = this.#entries.filter(({ add }) => !after.has(add));
    const added = wanted.filter(({ add }) => !before.has(add));
    const link = linkLines(domain);
    await this.#apply(added, link);
    const replaced = new Set(added.map(({ remove }) => remove));
    await this.#remove(gone.filter(({ remove }) => !replaced.has(remove)));
    this.#entries = wanted;
    this.#link = link;
  }

  /** Takes everything out. What is gone already (with the device, by hand) is no failure. */
  async removeAll(): Promise<void> {
    await this.#remove(this.#entries);
    this.#entries = [];
  }

  /** The device is gone, and all that was on it. */
  forget(): void {
    this.#entries = [];
    this.#link = [];
  }

  /** A route that only changes its attributes is replaced in one step, so that no packet misses it. */
  async #apply(added: readonly PlanEntry[], link: readonly string[]): Promise<void> {
    const linkChanges = link.join("\n") !== this.#link.join("\n");
    const present = new Map(this.#entries.map((entry) => [entry.remove, entry]));
    const steps = added.map((entry) => {
      const old = present.get(entry.remove);
      return old === undefined
        ? { forward: entry.add, back: entry.remove }
        : { forward: asReplace(entry.add), back: asReplace(old.add) };
    });
    try {
      await ipBatch([...(linkChanges ? link : []), ...steps.map((step) => step.forward)]);
    } catch (error) {
      // Lines that were never reached only make ip complain here, which does not matter.
      const back = steps.reverse().map((step) => step.back);
      await ipBatchForced([...back, ...(linkChanges ? this.#link : [])]);
      throw error;
    }
  }

  async #remove(entries: readonly PlanEntry[]): Promise<void> {
    const complaint = await ipBatchForced([...entries].reverse().map((entry) => entry.remove));
    if (complaint !== "") this.#log.debug({ complaint }, "some routes were gone already");
  }

  async #proxies(domain: DomainConfig, ce: Ce | null): Promise<readonly PlanEntry[]> {
    const towards = providerAddress(domain.settings);
    if (domain.routes.mode === "off" || ce === null || towards === null) return [];
    const entries = await proxyEntries(ce.mapIpv6, towards, domain.tun.name);
    for (const entry of entries.filter(({ dev }) => proxyNdpOff(dev))) {
      this.#log.warn(
        { domain: domain.settings.name, device: entry.dev },
        `the MAP address is on-link on ${entry.dev}, but the kernel does not answer for it: ` +
          `sysctl -w net.ipv6.conf.${entry.dev}.proxy_ndp=1`,
      );
    }
    return entries;
  }
}

/** An address behind the provider's network: tells the WAN device. */
function providerAddress(settings: DomainSettings): Words6 | null {
  return settings.mode === "map-t"
    ? (settings.dmr?.address ?? null)
    : (settings.brAddresses[0] ?? null);
}

/** An attached device keeps routes of ours over a kill; a fresh start must not trip over them. */
async function flushOwn(dev: string): Promise<void> {
  for (const family of ["-4", "-6"]) {
    await runIp([family, "route", "flush", "dev", dev, "proto", `${ROUTE_PROTOCOL}`]);
  }
}

function asReplace(line: string): string {
  return line.replace(/^route add /, "route replace ");
}
