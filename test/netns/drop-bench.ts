/** A daemon whose drops are looked at in every place where people look: trace, counters, metrics. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Test } from "tap";
import { askDaemon } from "../../daemon/control/client.js";
import { listenToDaemon } from "../../daemon/control/stream-client.js";
import type { CountersDocument, DomainCounters } from "../../daemon/runtime/status.js";
import { type LoadedCase, loadCase } from "../golden/run-case.js";
import { writePcap } from "../support/pcap.js";
import { ConfigFile, type DaemonProcess, startDaemon } from "./daemon-under-test.js";
import { METRICS } from "./reload.js";

const MAPCTL = fileURLToPath(new URL("../../daemon/mapctl.js", import.meta.url));
/** Of what a program may write, and for how long. */
const ROOM = { maxBuffer: 16 * 1024 * 1024, timeout: 20_000 };

const APART_US = 10_000_000;
const SOURCE_AT = 8;
const NOBODY_TO_THE_LINK = `${"00".repeat(16)}ff02`;

export type Amounts = Readonly<Record<string, number>>;

/** Cases of one configuration, as the domain and the device that stand for them here. */
export interface Group {
  readonly name: string;
  readonly device: string;
  /** Of a configuration file. */
  readonly rules: unknown;
  readonly domain: Readonly<Record<string, unknown>>;
  readonly cases: readonly LoadedCase[];
}

interface GoldenConfig {
  readonly rules: unknown;
  readonly domains: readonly [Readonly<Record<string, unknown>>];
}

export function grouped(names: readonly string[]): readonly Group[] {
  const groups = new Map<string, LoadedCase[]>();
  for (const loaded of names.map(loadCase)) {
    const key = JSON.stringify(loaded.caseFile.config);
    groups.set(key, [...(groups.get(key) ?? []), loaded]);
  }
  return [...groups].map(([key, cases], i) => {
    const { rules, domains } = JSON.parse(key) as GoldenConfig;
    return groupOf(`drops${i}`, rules, domains[0], cases);
  });
}

export function groupOf(
  name: string,
  rules: unknown,
  keys: object,
  cases: readonly LoadedCase[] = [],
): Group {
  const device = name;
  return { name, device, rules, domain: { ...keys, name, tun: { name: device } }, cases };
}

export function sum(...all: readonly Amounts[]): Amounts {
  const amounts: Record<string, number> = {};
  for (const [reason, count] of all.flatMap((one) => Object.entries(one))) {
    if (count > 0) amounts[reason] = (amounts[reason] ?? 0) + count;
  }
  return amounts;
}

/** What counters.json says is dropped, of all the cases. */
export function expectedOf({ cases }: Group): Amounts {
  return sum(...cases.flatMap(({ counters: { dropped } }) => [dropped.ipv4, dropped.ipv6]));
}

/** The daemon under test, which is given one configuration after the other. */
export class DropBench {
  readonly file: ConfigFile;
  readonly #t: Test;
  #daemon: DaemonProcess | null = null;

  constructor(t: Test) {
    this.#t = t;
    this.file = new ConfigFile(t);
  }

  /** Resolves once the domain of the group, and no other, runs. */
  async take({ rules, domain }: Group): Promise<void> {
    const http = { listen: new URL(METRICS).host };
    const socket = this.file.socket;
    this.file.writeText(
      JSON.stringify({ "control-socket": socket, http, rules, domains: [domain] }),
    );
    if (this.#daemon === null) {
      this.#daemon = await startDaemon(this.#t, this.file);
      return;
    }
    const taken = '"configuration taken"';
    const before = this.#daemon.count(taken);
    this.#daemon.kill("SIGHUP");
    await this.#daemon.logged(taken, before + 1);
  }

  signal(signal: NodeJS.Signals): void {
    this.#daemon?.kill(signal);
  }

  async sessions({ name }: Group): Promise<number> {
    return (await this.#ask(name))?.counters.nat44_sessions ?? 0;
  }

  async #ask(name: string): Promise<DomainCounters | undefined> {
    const { domains } = (await askDaemon(this.file.socket, "counters")) as CountersDocument;
    return domains.find((domain) => domain.name === name);
  }

  /** Drops of the domain, both families together. */
  async counted(name: string): Promise<Amounts> {
    const rows = Object.entries((await this.#ask(name))?.drops ?? {});
    return sum(...rows.map(([reason, { ipv4, ipv6 }]) => ({ [reason]: ipv4 + ipv6 })));
  }

  /** The reasons that `mapctl explain` finds in a capture of the group's packets, each with what mends it. */
  async explained({ cases }: Group): Promise<readonly string[]> {
    const path = `${this.file.path}.pcap`;
    // Far enough apart that what a case has left behind is forgotten, but for NAT44's sessions.
    const records = cases.flatMap(({ input }, i) =>
      input.map(({ timeUs, bytes }) => ({ timeUs: i * APART_US + timeUs, bytes })),
    );
    writeFileSync(path, writePcap(records));
    const words = [MAPCTL, "explain", "--pcap", path, "--config", this.file.path, "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, words, ROOM);
    const { explanations } = JSON.parse(stdout) as Explained;
    const reasons = explanations.flatMap(({ refusal }) =>
      refusal === null || refusal.remedy === "" ? [] : [refusal.reason],
    );
    return [...new Set(reasons)].sort();
  }
}

interface Explained {
  readonly explanations: readonly {
    readonly refusal: { readonly reason: string; readonly remedy: string } | null;
  }[];
}

export async function scraped(name: string): Promise<Amounts> {
  const text = await (await fetch(METRICS)).text();
  const lines = [...text.matchAll(/^mapd_dropped_packets_total\{(.*)\} (\d+)$/gm)];
  const own = lines.filter(([, labels = ""]) => labels.includes(`domain="${name}"`));
  return sum(
    ...own.map(([, labels = "", count]) => ({
      [/reason="([^"]+)"/.exec(labels)?.[1] ?? labels]: Number(count),
    })),
  );
}

interface Shown {
  readonly event: string;
  readonly reason?: string | null;
  readonly before?: { readonly bytes: string } | null;
}

/** What `mapctl trace --drops` is told, from now on. */
export class Drops {
  readonly begun: Promise<void>;
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;
  readonly #reasons: string[] = [];
  readonly #ofTheKernel: string[] = [];

  constructor(file: ConfigFile) {
    let begin: () => void = () => undefined;
    this.begun = new Promise((resolve) => {
      begin = resolve;
    });
    const take = (document: object): void => {
      const { event, reason, before } = document as Shown;
      if (event === "started") begin();
      if (typeof reason === "string") {
        (isOfTheKernel(before?.bytes ?? "") ? this.#ofTheKernel : this.#reasons).push(reason);
      }
    };
    this.#ended = listenToDaemon(file.socket, "trace", { drops: true }, take, this.#end.signal);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#ended;
  }

  /** Without the kernel's own. */
  get sent(): Amounts {
    return sum(...this.#reasons.map((reason) => ({ [reason]: 1 })));
  }

  get all(): Amounts {
    return sum(this.sent, ...this.#ofTheKernel.map((reason) => ({ [reason]: 1 })));
  }
}

/** What the kernel sends into the device when it likes, from :: to the link: reports of its groups, calls for routers. */
function isOfTheKernel(base64: string): boolean {
  return Buffer.from(base64, "base64").toString("hex", SOURCE_AT).startsWith(NOBODY_TO_THE_LINK);
}
