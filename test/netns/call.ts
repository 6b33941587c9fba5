/** A TCP connection and a UDP exchange between a LAN host and the server, as a session and a call that last. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ECHO_PORT, type NodeName, SERVER } from "../../lab/plan.js";
import { start } from "../../lab/process.js";
import type { Topology } from "../../lab/topology.js";

const PROGRAM = fileURLToPath(new URL("./call-program.js", import.meta.url));

export type CallOrder = "speak";

export interface Spoken {
  /** "intact", or what became of the connection. */
  readonly tcp: string;
  /** External ports that the server sees. */
  readonly tcpPort: number;
  readonly udpPort: number;
}

export class Call {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(topology: Topology, node: NodeName): Promise<Call> {
    const words = [process.execPath, PROGRAM, SERVER, String(ECHO_PORT)];
    const child = start(topology.command(node, words), {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    await once(child, "message");
    return new Call(child);
  }

  /** Uses both once more. */
  async speak(): Promise<Spoken> {
    const answer = once(this.#child, "message");
    const order: CallOrder = "speak";
    this.#child.send(order);
    const [spoken] = await answer;
    return spoken as Spoken;
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
