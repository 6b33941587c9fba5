/** The traffic of a round: each check sends something real through CE and BR and judges what came of it. */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { PortSet } from "../src/map/port-set.js";
import { pingOf, traceroute } from "./path.js";
import {
  CES,
  type CePlan,
  FILE_BYTES,
  HTTP_PORT,
  IPERF_PORT,
  type NodeName,
  RULE,
  SERVER,
  SERVER_NAME,
  SHARED_IPV4,
} from "./plan.js";
import type { Flow } from "./probe.js";
import { start, tryRun } from "./process.js";
import type { Finding } from "./report.js";
import type { Services } from "./services.js";
import type { Topology } from "./topology.js";

const PROBE = fileURLToPath(new URL("./probe.js", import.meta.url));
const MEGABIT = 1e6;
/** Largest IPv4 packet that fits 1500 bytes of IPv6 translated, or in a tunnel. */
const PATH_MTU = { "map-t": 1480, "map-e": 1460 } as const;

export const PORT_SETS: Readonly<Record<CePlan["name"], PortSet>> = {
  ce1: new PortSet(RULE.psidOffset, RULE.psidLen, CES[0].psid),
  ce2: new PortSet(RULE.psidOffset, RULE.psidLen, CES[1].psid),
};

export async function ping(topology: Topology, from: NodeName, count = 5): Promise<Finding> {
  const command = ["ping", "-n", "-c", String(count), "-i", "0.2", "-W", "2", SERVER];
  const { stdout, stderr } = await tryRun(topology.command(from, command));
  const [, received] = /, (\d+) received/.exec(stdout) ?? [];
  const [, average] = /= [\d.]+\/([\d.]+)\//.exec(stdout) ?? [];
  if (received === undefined) return { ok: false, detail: stderr.trim() };
  const detail = `${from}: ${received} of ${count} answered, ${average ?? "-"} ms`;
  const figures = {
    sentPackets: count,
    receivedPackets: Number(received),
    averageMs: Number(average),
  };
  return { ok: Number(received) === count, detail, figures };
}

/** The 50 MB file by curl, hashed as it comes. */
export async function http(topology: Topology, services: Services): Promise<Finding> {
  const url = `http://${SERVER}:${HTTP_PORT}/file`;
  const command = ["curl", "-sS", "--fail", "--max-time", "30", url];
  const began = performance.now();
  const child = start(topology.command("lan1", command), { stdio: ["ignore", "pipe", "pipe"] });
  const hash = createHash("sha256");
  let bytes = 0;
  let errors = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    hash.update(chunk);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const seconds = (performance.now() - began) / 1000;
  const same = hash.digest("hex") === services.fileSha256;
  const rate = (bytes * 8) / MEGABIT / seconds;
  const detail =
    `${bytes} of ${FILE_BYTES} bytes in ${seconds.toFixed(2)} s, ${rate.toFixed(0)} Mbit/s, ` +
    `SHA-256 ${same ? "equal" : "differs"} ${errors.trim()}`;
  const figures = { bytes, seconds, megabitsPerSecond: rate };
  return { ok: status === 0 && same && bytes === FILE_BYTES, detail: detail.trim(), figures };
}

interface IperfReport {
  readonly error?: string;
  readonly end?: {
    readonly sum_sent?: { readonly retransmits?: number };
    readonly sum_received?: { readonly bits_per_second: number; readonly bytes: number };
  };
}

export async function iperf(topology: Topology, direction: "up" | "down"): Promise<Finding> {
  const reverse = direction === "down" ? ["-R"] : [];
  const command = ["iperf3", "-c", SERVER, "-p", String(IPERF_PORT), "-t", "3", "-J", ...reverse];
  const { stdout, status } = await tryRun(topology.command("lan1", command));
  const report = JSON.parse(stdout) as IperfReport;
  const received = report.end?.sum_received;
  if (status !== 0 || received === undefined) {
    return { ok: false, detail: report.error ?? `iperf3 status ${status}` };
  }
  const retransmits = report.end?.sum_sent?.retransmits ?? 0;
  const rate = received.bits_per_second / MEGABIT;
  const figures = { megabitsPerSecond: rate, bytes: received.bytes, retransmits };
  const detail = `${rate.toFixed(0)} Mbit/s of TCP, ${retransmits} segments sent again`;
  // Less than 1 Mbit/s in a network of pipes means that it stalls.
  return { ok: rate > 1, detail, figures };
}

export async function dns(topology: Topology): Promise<Finding> {
  const query = ["dig", "+notcp", "+short", "+tries=3", "+time=2", `@${SERVER}`, SERVER_NAME, "A"];
  const { stdout } = await tryRun(topology.command("lan1", query));
  const answer = stdout.trim();
  return { ok: answer === SERVER, detail: `${SERVER_NAME} A: ${answer || "no answer"}` };
}

/** Starts the probe on a LAN host; resolves when all its flows stand, which they do until `end()`. */
async function probe(
  topology: Topology,
  lan: "lan1" | "lan2",
  count: number,
): Promise<{ flows: readonly Flow[]; end: () => void }> {
  const command = topology.command(lan, [process.execPath, PROBE, "flows", String(count)]);
  const child = start(command, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const flows = await new Promise<readonly Flow[]>((resolve, reject) => {
    child.once("message", (message) => resolve(message as readonly Flow[]));
    child.once("exit", (status) => reject(new Error(`probe on ${lan}: status ${status}`)));
  });
  return { flows, end: () => child.disconnect() };
}

/** Flows of one CE by what is wrong with them; empty where every one has its place. */
function misplaced(flows: readonly Flow[], ports: PortSet): string[] {
  return flows.flatMap(({ protocol, seen }) => {
    if (seen === null) return [`${protocol} without answer`];
    const { address, port } = seen;
    if (address === SHARED_IPV4 && ports.contains(port)) return [];
    return [`${protocol} seen from ${address}:${port}`];
  });
}

/** Both CEs at once on the one address; the server must see them on disjoint ports. */
export async function twoCes(topology: Topology, count = 60): Promise<Finding> {
  const probes = await Promise.all(CES.map((ce) => probe(topology, ce.lan, count)));
  for (const { end } of probes) end();
  const [first = [], second = []] = probes.map(({ flows }) => flows);
  const key = ({ protocol, seen }: Flow): string => `${protocol} ${seen?.port ?? "-"}`;
  const firstKeys = new Set(first.map(key));
  const shared = second.map(key).filter((name) => firstKeys.has(name));
  const wrong = [...misplaced(first, PORT_SETS.ce1), ...misplaced(second, PORT_SETS.ce2)];
  const figures = { flows: first.length + second.length, sharedPorts: shared.length };
  const detail =
    wrong.length + shared.length === 0
      ? `${figures.flows} TCP and UDP flows at once from ${SHARED_IPV4}, no port used by both CEs`
      : `ports used by both: ${shared.length}; ${wrong.length} flows wrong: ${wrong.slice(0, 3).join("; ")}`;
  return { ok: wrong.length + shared.length === 0, detail, figures };
}

/** Programs on the CE itself have IPv4, too, and through the same ports. */
export async function ceHost(topology: Topology, services: Services): Promise<Finding> {
  const before = services.httpPeers.length;
  const url = `http://${SERVER}:${HTTP_PORT}/hello`;
  const curl = await tryRun(topology.command("ce1", ["curl", "-sS", "--max-time", "5", url]));
  const echo = await ping(topology, "ce1", 3);
  const peer = services.httpPeers.slice(before).at(-1);
  const placed =
    peer !== undefined && peer.address === SHARED_IPV4 && PORT_SETS.ce1.contains(peer.port);
  const seen = peer === undefined ? "nobody" : `${peer.address}:${peer.port}`;
  const detail = `curl on ce1: ${(curl.stdout + curl.stderr).trim()}, seen as ${seen}; ping on ${echo.detail}`;
  return { ok: curl.stdout === "hello\n" && echo.ok && placed, detail };
}

/** Echo in fragments, there and back. */
export async function bigPing(topology: Topology): Promise<Finding> {
  const { sent, received } = await pingOf(topology, "lan1", { size: 3000 });
  const figures = { sentPackets: sent, receivedPackets: received };
  return { ok: received === sent, detail: `${received} of ${sent} with 3000 bytes`, figures };
}

/** A packet with DF that only the LAN's own link can carry is refused with the MTU of the path. */
export async function mtu(topology: Topology): Promise<Finding> {
  const { received, tooBig } = await pingOf(topology, "lan1", { size: 1472, dontFragment: true });
  const [told] = tooBig;
  const mtuBytes = told?.mtu ?? 0;
  const detail = `1500 bytes with DF: ${told === undefined ? "no error" : `${told.from} says MTU ${told.mtu}`}`;
  return {
    ok: received === 0 && mtuBytes === PATH_MTU[topology.mode],
    detail,
    figures: { mtuBytes },
  };
}

export async function hops(topology: Topology): Promise<Finding> {
  const seen = await traceroute(topology, "lan1");
  const ok = seen.at(-1) === SERVER && !seen.includes("*");
  return { ok, detail: seen.join(" "), figures: { hops: seen.length } };
}
