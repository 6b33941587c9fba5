/** Which capabilities the daemon goes on with once its domains run, and the giving up of the rest: capabilities(7). */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Diagnostic } from "../../src/map/types.js";
import type { Config, DomainConfig } from "../config/types.js";
import type { Log } from "../log.js";
import type { NativeSystem } from "./native-system.js";
import { isUsable, READ, SEARCH, type Who, WRITE } from "./reachable.js";

/** Their bits, linux/capability.h. */
const BITS = { CAP_DAC_OVERRIDE: 1, CAP_NET_ADMIN: 12, CAP_NET_RAW: 13, CAP_BPF: 39 } as const;

export type Capability = keyof typeof BITS;

type Needs = Pick<Config, "domains" | "controlSocket" | "stateFile" | "drainFile" | "http">;

/** Devices that are ours, to be made again when they are deleted; addresses, routes, and marker routes. */
function changesTheNetwork(domain: DomainConfig): boolean {
  const { announce, routes, tun } = domain;
  return !tun.attach || routes.mode === "auto" || announce !== null || hasClassifier(domain);
}

/** It is put back where another program takes it away. */
function hasClassifier({ settings, tun }: DomainConfig): boolean {
  return settings.mode === "map-e" && tun.offload === "auto";
}

/** Where the daemon itself comes from. */
export interface Origin {
  /** Folder of the program. */
  readonly program: string;
  /** Path of the configuration file. */
  readonly config: string;
}

/** Files that are used again, by reload, a new worker, the state of NAT44 and the end: each path with what it must permit. */
function filesUsedAgain(origin: Origin, config: Needs): readonly (readonly [string, number])[] {
  const { controlSocket, stateFile, drainFile, http } = config;
  const changed = [controlSocket, stateFile, drainFile].filter((file) => file !== null);
  const read = [origin.config, http?.tokenFile ?? null].filter((file) => file !== null);
  return [
    [origin.program, READ | SEARCH],
    ...read.map((file) => [file, READ] as const),
    ...changed.map((file) => [dirname(file), WRITE | SEARCH] as const),
  ];
}

/** What a daemon that `who` runs needs beyond its start. */
export function neededCapabilities(origin: Origin, config: Needs, who: Who): readonly Capability[] {
  const isForOthers = filesUsedAgain(origin, config).some(
    ([file, wanted]) => !isUsable(file, wanted, who),
  );
  return [
    // Root may run what lies in somebody's home.
    ...(isForOthers ? (["CAP_DAC_OVERRIDE"] as const) : []),
    ...(config.domains.some(changesTheNetwork) ? (["CAP_NET_ADMIN"] as const) : []),
    // A device that is made again has its intake again, a packet socket.
    ...(config.domains.some(hasClassifier) ? (["CAP_NET_RAW", "CAP_BPF"] as const) : []),
  ];
}

/** The capabilities of this process as bits; none where /proc is not there. */
function permittedNow(): bigint {
  try {
    const [, bits = "0"] =
      /^CapPrm:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return BigInt(`0x${bits}`);
  } catch {
    return 0n;
  }
}

export class Privileges {
  readonly #native: Pick<NativeSystem, "forbidDumps" | "limitPrivileges">;
  readonly #log: Log;
  /** null until the rest is given up. */
  #needed: readonly Capability[] | null = null;
  readonly #hadBpf: boolean;

  constructor(
    native: Pick<NativeSystem, "forbidDumps" | "limitPrivileges">,
    log: Log,
    permitted: bigint = permittedNow(),
  ) {
    this.#native = native;
    this.#log = log;
    this.#hadBpf = ((permitted >> BigInt(BITS.CAP_BPF)) & 1n) === 1n;
  }

  /** A core file would hold packets. */
  forbidDumps(): void {
    const result = this.#native.forbidDumps();
    if (result < 0) this.#log.warn({ errno: -result }, "core dumps could not be turned off");
  }

  /** Gives up, for good, all but these. */
  limit(needed: readonly Capability[]): void {
    const mask = needed.reduce((sum, name) => sum + 2 ** BITS[name], 0);
    const result = this.#native.limitPrivileges(mask);
    if (result < 0) {
      this.#log.warn({ errno: -result }, "privileges could not be given up in every thread");
      return;
    }
    this.#needed = needed;
    this.#log.info({ needed }, "privileges given up, but for those still needed");
  }

  /** Why the running daemon cannot take this configuration any more; empty where it can. */
  refusals({ domains }: Pick<Config, "domains">): readonly Diagnostic[] {
    if (this.#needed === null || this.#needed.includes("CAP_NET_ADMIN")) return [];
    return domains.filter(changesTheNetwork).map(({ settings }) => ({
      code: "privileges-given-up",
      severity: "error",
      path: `domains.${settings.name}`,
      message: "needs CAP_NET_ADMIN, which mapd gave up when it had started; restart mapd",
      rfc: "",
    }));
  }

  /** What would work better after a restart; nothing where a restart would bring no privilege back. */
  warnings({ domains }: Pick<Config, "domains">): readonly Diagnostic[] {
    if (this.#needed === null || this.#needed.includes("CAP_BPF") || !this.#hadBpf) return [];
    return domains.filter(hasClassifier).map(({ settings }) => ({
      code: "no-classifier",
      severity: "warning",
      path: `domains.${settings.name}`,
      message:
        "runs without its classifier, so every packet enters and leaves the tunnel by itself: loading it takes CAP_BPF, " +
        "which mapd gave up when it had started; restart mapd to have it",
      rfc: "",
    }));
  }
}
