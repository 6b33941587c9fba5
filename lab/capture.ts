/** Captures of what crosses a link, and their dissection by tshark. */
import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeName } from "./plan.js";
import { run, seenOnStderr, start, stop } from "./process.js";
import type { Topology } from "./topology.js";

export interface CaptureOptions {
  /** pcap filter. */
  readonly filter?: string;
  /** Stop by itself after so many packets. */
  readonly packets?: number;
}

/** One field of one packet; several values where a header occurs twice (IPv4 in an ICMP error). */
export type Dissected<Field extends string> = Readonly<Record<Field, readonly string[]>>;

const START_MS = 10_000;
/** Longer than the kernel keeps a packet in its half-filled capture block. */
const SETTLE_MS = 400;
let captures = 0;

export class Capture {
  readonly #file: string;
  readonly #child: ChildProcess;

  private constructor(file: string, child: ChildProcess) {
    this.#file = file;
    this.#child = child;
  }

  /** Resolves when packets are being captured. */
  static async start(
    topology: Topology,
    node: NodeName,
    device: string,
    options: CaptureOptions = {},
  ): Promise<Capture> {
    const file = `/run/capture-${++captures}.pcapng`;
    const command = ["dumpcap", "-q", "-i", device, "-w", file, "-B", "64"];
    if (options.filter !== undefined) command.push("-f", options.filter);
    if (options.packets !== undefined) command.push("-c", String(options.packets));
    const child = start(topology.command(node, command), { stdio: ["ignore", "ignore", "pipe"] });
    await seenOnStderr(child, /^File: /m, START_MS);
    return new Capture(file, child);
  }

  async stop(): Promise<void> {
    await sleep(SETTLE_MS);
    await stop(this.#child, "SIGINT");
  }

  /** Dissects every captured packet with all checksums verified. */
  async dissect<Field extends string>(fields: readonly Field[]): Promise<Dissected<Field>[]> {
    // Reassembly is off: each packet is judged by itself, and a 50 MB transfer stays quick.
    const preferences = [
      ...["ip", "tcp", "udp"].map((protocol) => `${protocol}.check_checksum:TRUE`),
      "tcp.desegment_tcp_streams:FALSE",
      "tcp.analyze_sequence_numbers:FALSE",
    ].flatMap((preference) => ["-o", preference]);
    const output = [
      "-T",
      "fields",
      "-E",
      "separator=/t",
      "-E",
      "occurrence=a",
      "-E",
      "aggregator=,",
    ];
    const columns = fields.flatMap((field) => ["-e", field]);
    const quiet = ["http", "data"].flatMap((protocol) => ["--disable-protocol", protocol]);
    const text = await run(
      ["tshark", "-n", "-r", this.#file, ...preferences, ...quiet, ...output, ...columns],
      { timeout: 60_000 },
    );
    return text
      .split("\n")
      .slice(0, -1)
      .map((line) => this.#row(line, fields));
  }

  #row<Field extends string>(line: string, fields: readonly Field[]): Dissected<Field> {
    const values = line.split("\t");
    const row = {} as Record<Field, readonly string[]>;
    for (const [at, field] of fields.entries()) {
      row[field] = (values[at] ?? "").split(",").filter((value) => value !== "");
    }
    return row;
  }
}
