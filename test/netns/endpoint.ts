/** A UDP socket on a host of the lab, at the far end of a test. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { NodeName } from "../../lab/plan.js";
import { start, until } from "../../lab/process.js";
import type { Topology } from "../../lab/topology.js";

const PROGRAM = fileURLToPath(new URL("./endpoint-program.js", import.meta.url));
const PATIENCE_MS = 3000;

export interface Arrived {
  readonly from: string;
  readonly port: number;
  readonly hex: string;
}

export interface Order {
  readonly to: string;
  readonly port: number;
  readonly hex: string;
}

export class Endpoint {
  readonly #child: ChildProcess;
  readonly #arrived: Arrived[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (message) => this.#arrived.push(message as Arrived));
  }

  static async start(topology: Topology, node: NodeName, port: number): Promise<Endpoint> {
    const command = topology.command(node, [process.execPath, PROGRAM, String(port)]);
    const child = start(command, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    await once(child, "message");
    return new Endpoint(child);
  }

  send(to: string, port: number, data: Uint8Array): void {
    const order: Order = { to, port, hex: Buffer.from(data).toString("hex") };
    this.#child.send(order);
  }

  /** The next datagram that came; null where none comes in time. */
  async next(patience = PATIENCE_MS): Promise<Arrived | null> {
    await until(async () => this.#arrived.length > 0, patience);
    return this.#arrived.shift() ?? null;
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
