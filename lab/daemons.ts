/** The mapd processes of one mode's network, each with its configuration, in its namespace. */
import type { ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { askDaemon } from "../daemon/control/client.js";
import { MapdError } from "../daemon/errors.js";
import type { CountersDocument, StatusDocument } from "../daemon/runtime/status.js";
import {
  BR_ADDRESS,
  CES,
  DAEMONS,
  type DaemonName,
  DMR_PREFIX,
  LAN_PREFIX,
  type LabMode,
  METRICS_PORT,
  RULE,
} from "./plan.js";
import { run, start, stop, until } from "./process.js";
import type { Topology } from "./topology.js";

const MAPD = fileURLToPath(new URL("../daemon/mapd.js", import.meta.url));
const MAPCTL = fileURLToPath(new URL("../daemon/mapctl.js", import.meta.url));
const READY_MS = 15_000;
/** What mapd logs after a reload that changed what it does, or nothing. */
const RELOADED = '"configuration taken"';

/** Name of the one domain of every daemon. */
export const DOMAIN = "lab";

export function tunName(mode: LabMode): string {
  return mode === "map-t" ? "mapt0" : "mape0";
}

/** What of a node's configuration says how it forwards, as the file has it. */
export interface Forwarding {
  readonly rules: Readonly<Record<string, object>>;
  readonly domains: readonly object[];
  /** Absent: sessions end with the daemon. */
  readonly stateFile?: string;
}

/** Makes one daemon's forwarding another than the plan's. */
export type Adjust = (daemon: DaemonName, planned: Forwarding) => Forwarding;

export const AS_PLANNED: Adjust = (_daemon, planned) => planned;

/** Adds keys to the one domain of some daemons. */
export function withKeys(keys: Readonly<Partial<Record<DaemonName, object>>>): Adjust {
  return (daemon, { rules, domains }) => ({
    rules,
    domains: domains.map((domain) => ({ ...domain, ...keys[daemon] })),
  });
}

/** The plan's forwarding of one node. */
export function forwarding(mode: LabMode, daemon: DaemonName): Forwarding {
  const ce = CES.find(({ name }) => name === daemon);
  const role = ce === undefined ? { role: "br" } : ceKeys(ce.endUserPrefix);
  const border =
    mode === "map-t" ? { "dmr-ipv6-prefix": DMR_PREFIX } : { "br-ipv6-addr": BR_ADDRESS };
  const rule = {
    "rule-ipv6-prefix": RULE.ipv6,
    "rule-ipv4-prefix": RULE.ipv4,
    "ea-len": RULE.eaLen,
    "psid-offset": RULE.psidOffset,
  };
  const tun = { name: tunName(mode) };
  return {
    rules: { metro: rule },
    domains: [{ name: DOMAIN, mode, ...role, tun, rules: ["metro"], ...border }],
  };
}

/** The configuration of one node, as `mapd --config` takes it. */
function configuration(socket: string, { rules, domains, stateFile }: Forwarding): string {
  return stringify({
    "state-file": stateFile ?? null,
    "control-socket": socket,
    http: { listen: `127.0.0.1:${METRICS_PORT}` },
    log: { level: "info" },
    rules,
    domains,
  });
}

function ceKeys(endUserPrefix: string): object {
  return {
    role: "ce",
    "end-user-ipv6-prefix": endUserPrefix,
    "local-ipv4-prefixes": [LAN_PREFIX],
  };
}

export class Daemon {
  readonly name: DaemonName;
  readonly socket: string;
  readonly #topology: Topology;
  readonly #config: string;
  readonly #log: string;
  readonly #child: ChildProcess;

  private constructor(
    name: DaemonName,
    socket: string,
    topology: Topology,
    log: string,
    config: string,
  ) {
    this.name = name;
    this.socket = socket;
    this.#topology = topology;
    this.#config = config;
    this.#log = log;
    // A file and not a pipe: what the daemon said last is there also when it died.
    const out = openSync(log, "a");
    const command = topology.command(name, [process.execPath, MAPD, "--config", config]);
    this.#child = start(command, { stdio: ["ignore", out, out] });
    closeSync(out);
  }

  static async start(topology: Topology, name: DaemonName, adjust: Adjust): Promise<Daemon> {
    const folder = `/run/lab/${topology.namespace(name)}`;
    await mkdir(folder, { recursive: true });
    const [config, socket] = [`${folder}/mapd.yaml`, `${folder}/mapd.sock`];
    const planned = forwarding(topology.mode, name);
    await writeFile(config, configuration(socket, adjust(name, planned)));
    const daemon = new Daemon(name, socket, topology, `${folder}/mapd.log`, config);
    await daemon.#ready();
    return daemon;
  }

  async #ready(): Promise<void> {
    const ready = await until(async () => {
      if (!this.alive) return true;
      if (!existsSync(this.socket)) return false;
      try {
        return (await this.status()).ready;
      } catch (error) {
        // The socket is seen a moment before anybody listens on it.
        if (error instanceof MapdError && error.code === "daemon-unreachable") return false;
        throw error;
      }
    }, READY_MS);
    if (ready && this.alive) return;
    throw new Error(
      `${this.#topology.namespace(this.name)}: mapd is not ready:\n${await this.log()}`,
    );
  }

  /** Makes the running daemon take another configuration, and waits until it has. */
  async reload(adjust: Adjust): Promise<void> {
    const planned = forwarding(this.#topology.mode, this.name);
    const text = configuration(this.socket, adjust(this.name, planned));
    const before = await this.#said(RELOADED);
    await writeFile(this.#config, text);
    this.#child.kill("SIGHUP");
    const taken = async (): Promise<boolean> => (await this.#said(RELOADED)) > before;
    if (await until(taken, READY_MS)) return;
    throw new Error(`${this.name}: the configuration is not taken:\n${await this.log()}`);
  }

  /** How often the log says something. */
  async #said(what: string): Promise<number> {
    return (await this.log()).split(what).length - 1;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  log(): Promise<string> {
    return readFile(this.#log, "utf8");
  }

  /** Standard output of `mapctl ARGS --json`, parsed. */
  async mapctl(...args: readonly string[]): Promise<unknown> {
    const command = [process.execPath, MAPCTL, "--socket", this.socket, ...args, "--json"];
    return JSON.parse(await run(command));
  }

  async status(): Promise<StatusDocument> {
    return (await askDaemon(this.socket, "status")) as StatusDocument;
  }

  /** All counters now, without starting a process. */
  async counters(): Promise<CountersDocument> {
    return (await askDaemon(this.socket, "counters")) as CountersDocument;
  }

  /** The text of /metrics, fetched where it listens. */
  metrics(): Promise<string> {
    const url = `http://127.0.0.1:${METRICS_PORT}/metrics`;
    return this.#topology.run(this.name, ["curl", "-sS", "--fail", url]);
  }

  /** Orderly, unless told otherwise; resolves when the process is gone. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    return stop(this.#child, signal);
  }
}

export type Daemons = Readonly<Record<DaemonName, Daemon>>;

export async function startDaemons(topology: Topology, adjust: Adjust): Promise<Daemons> {
  const started = await Promise.all(DAEMONS.map((name) => Daemon.start(topology, name, adjust)));
  const [ce1, ce2, br] = started as [Daemon, Daemon, Daemon];
  return { ce1, ce2, br };
}
