/** What runs on the IPv4 server: our own HTTP and echo, iperf3 and dnsmasq. */
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { IPERF_PORT, type NodeName, SERVER, SERVER_NAME } from "./plan.js";
import { run, start, stop, tryRun, until } from "./process.js";
import type { ServerMessage } from "./server.js";
import type { Topology } from "./topology.js";

const PROGRAM = fileURLToPath(new URL("./server.js", import.meta.url));
const READY_MS = 10_000;

export interface Peer {
  readonly address: string;
  readonly port: number;
}

export interface Services {
  /** SHA-256 of the file behind /file, lower-case hexadecimal. */
  readonly fileSha256: string;
  /** Peers of HTTP since the start, in order; grows. */
  readonly httpPeers: readonly Peer[];
  stop(): Promise<void>;
}

export async function startServices(topology: Topology): Promise<Services> {
  const httpPeers: Peer[] = [];
  const server = start(topology.command("srv", [process.execPath, PROGRAM]), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [fileSha256, iperf, dns] = await Promise.all([
    ready(server, httpPeers),
    startIperf(topology),
    startDns(topology),
  ]);
  const children = [server, iperf, dns];
  return {
    fileSha256,
    httpPeers,
    stop: async () => {
      await Promise.all(children.map((child) => stop(child, "SIGTERM")));
    },
  };
}

/** Our own HTTP and echo on another host; returns what ends it. */
export async function startServer(
  topology: Topology,
  node: NodeName,
): Promise<() => Promise<void>> {
  const server = start(topology.command(node, [process.execPath, PROGRAM]), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  await ready(server, []);
  return () => stop(server, "SIGTERM");
}

function ready(server: ChildProcess, httpPeers: Peer[]): Promise<string> {
  return new Promise((resolve, reject) => {
    server.on("exit", (status) => reject(new Error(`the lab's server ended: status ${status}`)));
    server.on("message", (message: ServerMessage) => {
      if (message.kind === "ready") resolve(message.sha256);
      else httpPeers.push({ address: message.address, port: message.port });
    });
  });
}

async function startIperf(topology: Topology): Promise<ChildProcess> {
  const child = start(topology.command("srv", ["iperf3", "-s", "-p", String(IPERF_PORT)]), {
    stdio: "ignore",
  });
  await listening(topology, ["ss", "-Hltn", "sport", "=", `:${IPERF_PORT}`]);
  return child;
}

async function startDns(topology: Topology): Promise<ChildProcess> {
  const command = [
    "dnsmasq",
    // In the foreground and as who we are: no other user exists where the sandbox is an ordinary user's.
    "--no-daemon",
    "--conf-file=/dev/null",
    "--no-hosts",
    "--no-resolv",
    "--bind-interfaces",
    `--listen-address=${SERVER}`,
    `--address=/${SERVER_NAME}/${SERVER}`,
    "--pid-file=",
  ];
  const child = start(topology.command("srv", command), { stdio: "ignore" });
  await listening(topology, ["ss", "-Hlun", "sport", "=", ":53"]);
  return child;
}

async function listening(topology: Topology, socketQuery: readonly string[]): Promise<void> {
  const query = topology.command("srv", socketQuery);
  if (await until(async () => (await tryRun(query)).stdout !== "", READY_MS)) return;
  throw new Error(`${query.join(" ")}: nothing listens: ${await run(query)}`);
}
