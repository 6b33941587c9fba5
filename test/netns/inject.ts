/** Sends crafted packets from one namespace. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { NodeName } from "../../lab/plan.js";
import { start } from "../../lab/process.js";
import type { Topology } from "../../lab/topology.js";

const PROGRAM = fileURLToPath(new URL("./injector.js", import.meta.url));

export class Injector {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(topology: Topology, node: NodeName): Promise<Injector> {
    return Injector.#run(topology.command(node, [process.execPath, PROGRAM]));
  }

  /** In the namespace that the test itself is in. */
  static async startHere(): Promise<Injector> {
    return Injector.#run([process.execPath, PROGRAM]);
  }

  static async #run(command: readonly string[]): Promise<Injector> {
    const child = start(command, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    await answer(child);
    return new Injector(child);
  }

  /** Resolves when the kernel of that namespace has taken every packet. */
  async send(packets: readonly Uint8Array[]): Promise<void> {
    const sent = answer(this.#child);
    this.#child.send(packets.map((packet) => Buffer.from(packet).toString("hex")));
    await sent;
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

/** Waits for the child's next message; rejects when it ends instead. */
async function answer(child: ChildProcess): Promise<void> {
  const listening = new AbortController();
  const { signal } = listening;
  const ended = once(child, "exit", { signal }).then(([status]) => {
    throw new Error(`the injector ended with status ${status}`);
  });
  await Promise.race([once(child, "message", { signal }), ended]);
  listening.abort();
  await ended.catch(() => undefined);
}
