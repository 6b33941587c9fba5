/** Many flows at once from a LAN host of the lab, seen from the test. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { NodeName } from "../../lab/plan.js";
import { start } from "../../lab/process.js";
import type { Topology } from "../../lab/topology.js";

const PROGRAM = fileURLToPath(new URL("./flows-program.js", import.meta.url));

/** How the server saw a flow; `error` where it did not. */
export interface Opened {
  readonly address: string;
  readonly port: number;
  readonly error: string | null;
}

export type FlowOrder =
  | { readonly kind: "udp"; readonly to: string; readonly port: number; readonly count: number }
  /** The destinations are taken in turn. `localPort` 0: the kernel chooses. */
  | {
      readonly kind: "tcp";
      readonly to: readonly string[];
      readonly port: number;
      readonly count: number;
      readonly localPort: number;
    }
  /** Bytes through every connection that is open, there and back. */
  | { readonly kind: "exchange"; readonly bytes: number }
  | { readonly kind: "close" };

export type FlowResult =
  | { readonly kind: "opened"; readonly flows: readonly Opened[] }
  | { readonly kind: "exchanged"; readonly intact: number }
  | { readonly kind: "closed" };

export class Flows {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(topology: Topology, node: NodeName): Promise<Flows> {
    const command = topology.command(node, [process.execPath, PROGRAM]);
    const child = start(command, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    await once(child, "message");
    return new Flows(child);
  }

  async #ask(order: FlowOrder): Promise<FlowResult> {
    const answer = once(this.#child, "message");
    this.#child.send(order);
    const [result] = await answer;
    return result as FlowResult;
  }

  async #open(order: FlowOrder): Promise<readonly Opened[]> {
    const result = await this.#ask(order);
    if (result.kind !== "opened") throw new Error(`the program answers ${result.kind}`);
    return result.flows;
  }

  /** Opens UDP sockets that each send one datagram and hear one. */
  udp(to: string, port: number, count: number): Promise<readonly Opened[]> {
    return this.#open({ kind: "udp", to, port, count });
  }

  tcp(to: readonly string[], port: number, count: number): Promise<readonly Opened[]> {
    return this.#open({ kind: "tcp", to, port, count, localPort: 0 });
  }

  /** One connection from a port of its own: what the kernel chooses may be in use towards another destination. */
  async tcpFrom(localPort: number, to: string, port: number): Promise<Opened | undefined> {
    const [flow] = await this.#open({ kind: "tcp", to: [to], port, count: 1, localPort });
    return flow;
  }

  /** How many of the open connections bring random bytes there and back intact. */
  async exchange(bytes: number): Promise<number> {
    const result = await this.#ask({ kind: "exchange", bytes });
    return result.kind === "exchanged" ? result.intact : -1;
  }

  /** Closes all sockets; connections with a reset. */
  async close(): Promise<void> {
    await this.#ask({ kind: "close" });
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
