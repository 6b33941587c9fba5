/** A program of ours on a node of the lab that works until it is asked for its result. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { NodeName } from "../../lab/plan.js";
import { start } from "../../lab/process.js";
import type { Topology } from "../../lab/topology.js";

export class Program<Result> {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** `name` is that of a file beside this one; resolves when the program is at work. */
  static async start<Result>(
    topology: Topology,
    node: NodeName,
    name: string,
    args: readonly string[],
  ): Promise<Program<Result>> {
    const path = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    const command = topology.command(node, [process.execPath, path, ...args]);
    const child = start(command, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    await once(child, "message");
    return new Program(child);
  }

  /** Lets the program end what it does, and gives its result. */
  async finish(): Promise<Result> {
    const result = once(this.#child, "message");
    this.#child.send("finish");
    const [message] = await result;
    this.#child.disconnect();
    return message as Result;
  }
}
