/** How a STUN server with two addresses sees the NAT between it and a LAN host of the lab. */
import { fileURLToPath } from "node:url";
import type { NodeName } from "../../lab/plan.js";
import { SERVER } from "../../lab/plan.js";
import { start, stop, until } from "../../lab/process.js";
import type { Topology } from "../../lab/topology.js";

const PROGRAM = fileURLToPath(new URL("./stun-program.js", import.meta.url));
const PORT = 3478;
export const SECOND_ADDRESS = "198.51.100.10";
const READY_MS = 10_000;

/** RFC 5780 §4.3 to §4.5, in the words of RFC 4787. */
export interface StunFindings {
  readonly mapping: "endpoint-independent" | "address-dependent" | "address-and-port-dependent";
  readonly filtering: StunFindings["mapping"];
  readonly hairpin: "external-source" | "internal-source" | "none";
}

/** Debian's coturn on the server, under both of its addresses; returns what ends it. */
export async function startStunServer(topology: Topology): Promise<() => Promise<void>> {
  await topology.run("srv", ["ip", "address", "add", `${SECOND_ADDRESS}/24`, "dev", "eth0"]);
  const listen = ["-L", SERVER, "-L", SECOND_ADDRESS, "-p", String(PORT)];
  const only = ["--stun-only", "--no-tcp", "--no-tls", "--no-dtls", "--no-cli", "--no-auth"];
  // No configuration file, no log file; relays that nobody asks for make the start slow.
  const quiet = ["-n", "--log-file", "stdout", "--pidfile", "/dev/null", "-b", "/run/turndb"];
  const relays = ["--min-port", "49152", "--max-port", "49160"];
  const command = ["turnserver", ...listen, ...only, ...quiet, ...relays];
  const server = start(topology.command("srv", command), { stdio: "ignore" });
  const last = `${SECOND_ADDRESS}:${PORT + 1} `;
  const listens = async (): Promise<boolean> =>
    (await topology.run("srv", ["ss", "-Huln"])).includes(last);
  if (!(await until(listens, READY_MS))) throw new Error("turnserver does not listen in time");
  return () => stop(server, "SIGTERM");
}

export async function askStun(topology: Topology, from: NodeName): Promise<StunFindings> {
  const command = [process.execPath, PROGRAM, SERVER, String(PORT)];
  return JSON.parse(await topology.run(from, command));
}
