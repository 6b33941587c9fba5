/** A steady stream of datagrams from a LAN host of the lab to its server and back, and how long it stood still. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type NodeName, SERVER } from "../../lab/plan.js";
import { start } from "../../lab/process.js";
import type { Topology } from "../../lab/topology.js";
import { Program } from "../soak/program.js";

const PROGRAM = fileURLToPath(new URL("./stream-program.js", import.meta.url));
const PORT = 7100;

export type StreamOrder = "begin" | "end";

export interface Outage {
  readonly sent: number;
  readonly lost: number;
  /** Longest time for which nothing came back. */
  readonly longestMs: number;
  /** Whether anything came back in the end. */
  readonly back: boolean;
}

export function outageText({ sent, lost, longestMs }: Outage): string {
  return `${lost} of ${sent} datagrams lost, nothing came back for ${longestMs} ms`;
}

export class Stream {
  readonly #child: ChildProcess;
  readonly #echo: Program<string>;

  private constructor(child: ChildProcess, echo: Program<string>) {
    this.#child = child;
    this.#echo = echo;
  }

  /** With the server's echo: one stream a network. */
  static async start(topology: Topology, node: NodeName): Promise<Stream> {
    const args = [String(PORT), "1"];
    const echo = await Program.start<string>(topology, "srv", "echo-program", args);
    const words = [process.execPath, PROGRAM, SERVER, String(PORT)];
    const child = start(topology.command(node, words), {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    await once(child, "message");
    const stream = new Stream(child, echo);
    // What comes first finds neither neighbours nor sessions.
    const { back } = await stream.during(async () => undefined);
    if (!back) throw new Error("no datagram comes back");
    return stream;
  }

  async #ask(order: StreamOrder): Promise<unknown> {
    const answer = once(this.#child, "message");
    this.#child.send(order);
    const [result] = await answer;
    return result;
  }

  /** What becomes of the stream while `work` is done and until it flows again. */
  async during(work: () => Promise<void>): Promise<Outage> {
    await this.#ask("begin");
    await work();
    return (await this.#ask("end")) as Outage;
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#echo.finish();
  }
}
