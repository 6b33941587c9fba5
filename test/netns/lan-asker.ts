/** A LAN host that asks the CE's PCP server, byte by byte, and one on the Internet that tries to get in. */
import type { NodeName } from "../../lab/plan.js";
import { tryRun } from "../../lab/process.js";
import type { Topology } from "../../lab/topology.js";
import { type PcpAnswer, readAnswer } from "../support/pcp-client.js";
import { Endpoint } from "./endpoint.js";

export const GATEWAY = "192.168.1.1";
export const SERVER_PORT = 5351;
/** Where clients listen for announcements. */
export const CLIENT_PORT = 5350;

export class LanAsker {
  readonly #endpoint: Endpoint;

  private constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  static async start(topology: Topology, node: NodeName, port: number): Promise<LanAsker> {
    return new LanAsker(await Endpoint.start(topology, node, port));
  }

  /** The response as bytes; null where none comes in time. Throws where it comes from elsewhere. */
  async send(request: Uint8Array, patience?: number): Promise<Uint8Array | null> {
    this.#endpoint.send(GATEWAY, SERVER_PORT, request);
    const arrived = await this.#endpoint.next(patience);
    if (arrived === null) return null;
    if (arrived.from !== GATEWAY || arrived.port !== SERVER_PORT) {
      throw new Error(`an answer from ${arrived.from}, port ${arrived.port}`);
    }
    return new Uint8Array(Buffer.from(arrived.hex, "hex"));
  }

  /** The response of PCP, which there must be. */
  async ask(request: Uint8Array): Promise<PcpAnswer> {
    const answer = await this.send(request);
    if (answer === null) throw new Error("no answer");
    return readAnswer(answer);
  }

  stop(): void {
    this.#endpoint.stop();
  }
}

/** Whether HTTP gets through from the server's namespace, with the source address given. */
export async function httpGetsIn(
  topology: Topology,
  source: string,
  url: string,
): Promise<boolean> {
  const command = ["curl", "-sS", "--fail", "--max-time", "2", "--interface", source, url];
  const { stdout } = await tryRun(topology.command("srv", command));
  return stdout === "hello\n";
}
