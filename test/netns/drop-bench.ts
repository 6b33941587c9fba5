/** A daemon whose drops are looked at in every place where people look: trace, counters, metrics. */
import { execFile } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, promisify } from "node:util";
import type { Test } from "tap";
import { askDaemon } from "../../daemon/control/client.js";
import { listenToDaemon } from "../../daemon/control/stream-client.js";
import type { CountersDocument, DomainCounters } from "../../daemon/runtime/status.js";
import type { ReasonText } from "../../src/explain/reasons.js";
import { type LoadedCase, loadCase } from "../golden/run-case.js";
import { type PcapRecord, writePcap } from "../support/pcap.js";
import { ConfigFile, type DaemonProcess, startDaemon, until } from "./daemon-under-test.js";
import type { DeviceFrame } from "./device-frames.js";
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

/** The packets of the cases in order, with the pauses that a case has between its own. */
export function framesOf({ cases }: Group): readonly DeviceFrame[] {
  return cases.flatMap(({ input }) =>
    input.map(({ timeUs, bytes }, i) => ({
      packet: bytes,
      pauseUs: timeUs - (input[i - 1]?.timeUs ?? timeUs),
    })),
  );
}

export function total(amounts: Amounts): number {
  return Object.values(amounts).reduce((all, count) => all + count, 0);
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

  get log(): string {
    return this.#daemon?.log ?? "";
  }

  async sessions({ name }: Group): Promise<number> {
    return (await this.counters(name)).nat44_sessions ?? 0;
  }

  async counters(name: string): Promise<Amounts> {
    return (await this.#ask(name))?.counters ?? {};
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
  async explained({ cases }: Group): Promise<ExplainedReasons> {
    // Far enough apart that what a case has left behind is forgotten, but for NAT44's sessions.
    const records = cases.flatMap(({ input }, i) =>
      input.map(({ timeUs, bytes }) => ({ timeUs: i * APART_US + timeUs, bytes })),
    );
    return this.explainedPackets(records);
  }

  async explainedPackets(records: readonly PcapRecord[]): Promise<ExplainedReasons> {
    const path = `${this.file.path}.pcap`;
    writeFileSync(path, writePcap(records));
    const words = [MAPCTL, "explain", "--pcap", path, "--config", this.file.path, "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, words, ROOM);
    const { explanations } = JSON.parse(stdout) as Explained;
    const of = (found: readonly (ReasonText | null)[]): readonly string[] =>
      found.flatMap((one) => (one === null || one.remedy === "" ? [] : [one.reason])).sort();
    return {
      atOnce: of(explanations.map(({ refusal }) => refusal)),
      later: of(explanations.map(({ later }) => later)),
    };
  }
}

/** One for each packet. */
export interface ExplainedReasons {
  readonly atOnce: readonly string[];
  /** Of packets that waited. */
  readonly later: readonly string[];
}

interface Explained {
  readonly explanations: readonly {
    readonly refusal: ReasonText | null;
    readonly later: ReasonText | null;
  }[];
}

/** The same of trace, counters and metrics, once all three have it: the kernel's own may come between one look and the next. */
export async function agreed(bench: DropBench, name: string, drops: Traced): Promise<Amounts> {
  let counted: Amounts = {};
  let metrics: Amounts = {};
  await until(
    async () => {
      counted = await bench.counted(name);
      metrics = await scraped(name);
      return isDeepStrictEqual(counted, drops.all) && isDeepStrictEqual(metrics, drops.all);
    },
    () => `the same of trace, counters, metrics: ${JSON.stringify([drops.all, counted, metrics])}`,
  );
  return counted;
}

async function scraped(name: string): Promise<Amounts> {
  const text = await (await fetch(METRICS)).text();
  const lines = [...text.matchAll(/^mapd_dropped_packets_total\{(.*)\} (\d+)$/gm)];
  const own = lines.filter(([, labels = ""]) => labels.includes(`domain="${name}"`));
  return sum(
    ...own.map(([, labels = "", count]) => ({
      [/reason="([^"]+)"/.exec(labels)?.[1] ?? labels]: Number(count),
    })),
  );
}

/** Of mapd.trace/1. */
export interface Shown {
  readonly event: string;
  readonly time: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly before: { readonly bytes: string } | null;
}

/** What `mapctl trace` tells, from now on. */
export class Traced {
  readonly begun: Promise<void>;
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;
  readonly #news = new EventEmitter();
  readonly #own: Shown[] = [];
  readonly #ofTheKernel: Shown[] = [];

  constructor(file: ConfigFile, options: { readonly drops?: boolean; readonly full?: boolean }) {
    let begin: () => void = () => undefined;
    this.begun = new Promise((resolve) => {
      begin = resolve;
    });
    const take = (document: object): void => {
      const shown = document as Shown;
      if (shown.event === "started") begin();
      if (shown.event !== "packet") return;
      (isOfTheKernel(bytesOf(shown)) ? this.#ofTheKernel : this.#own).push(shown);
      this.#news.emit("packet");
    };
    this.#ended = listenToDaemon(file.socket, "trace", options, take, this.#end.signal);
  }

  /** Once so many packets have been told, without the kernel's own. */
  async reached(count: number): Promise<void> {
    while (this.#own.length < count) await once(this.#news, "packet");
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#ended;
  }

  /** Without the kernel's own, in order. */
  get packets(): readonly Shown[] {
    return this.#own;
  }

  /** Drops of the same. */
  get sent(): Amounts {
    return reasonsOf(this.#own);
  }

  get all(): Amounts {
    return reasonsOf([...this.#own, ...this.#ofTheKernel]);
  }
}

function reasonsOf(packets: readonly Shown[]): Amounts {
  return sum(...packets.flatMap(({ reason }) => (reason === null ? [] : [{ [reason]: 1 }])));
}

export function bytesOf({ before }: Shown): Buffer {
  return Buffer.from(before?.bytes ?? "", "base64");
}

/** What the kernel sends into the device when it likes, from :: to the link: reports of its groups, calls for routers. */
function isOfTheKernel(packet: Buffer): boolean {
  return packet.toString("hex", SOURCE_AT).startsWith(NOBODY_TO_THE_LINK);
}
