/**
 * Program on a LAN host. `probe.js flows N` opens N TCP connections and N UDP sockets to the echo
 * service at once, reports how the server saw each, and holds them all until its parent hangs up.
 * `probe.js trickle` sends a little of everything each second, until then.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { get } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ECHO_PORT, HTTP_PORT, SERVER } from "./plan.js";
import { tryRun } from "./process.js";

export interface Flow {
  readonly protocol: "tcp" | "udp";
  /** The peer as the server saw it; null where no answer came. */
  readonly seen: { readonly address: string; readonly port: number } | null;
}

const ANSWER_MS = 4000;
const UDP_TRIES = 3;

function parseSeen(text: string): Flow["seen"] {
  const [, address, port] = /^(\S+) (\d+)\n/.exec(text) ?? [];
  return address === undefined ? null : { address, port: Number(port) };
}

async function tcpFlow(): Promise<Flow> {
  const socket = connect(ECHO_PORT, SERVER);
  socket.on("error", () => socket.destroy());
  const answer = once(socket, "data").catch(() => null);
  const data = await Promise.race([answer, sleep(ANSWER_MS, null, { ref: false })]);
  return { protocol: "tcp", seen: data === null ? null : parseSeen(String(data[0])) };
}

/** A datagram may be lost, on any network: three tries. */
async function udpFlow(): Promise<Flow> {
  const socket = createSocket("udp4");
  const answer = once(socket, "message");
  for (let left = UDP_TRIES; left > 0; left--) {
    socket.send("probe", ECHO_PORT, SERVER);
    const data = await Promise.race([answer, sleep(ANSWER_MS / UDP_TRIES, null, { ref: false })]);
    if (data !== null) return { protocol: "udp", seen: parseSeen(String(data[0])) };
  }
  return { protocol: "udp", seen: null };
}

async function flows(count: number): Promise<void> {
  const each = Array.from({ length: count });
  const seen = await Promise.all([...each.map(tcpFlow), ...each.map(udpFlow)]);
  process.send?.(seen);
}

async function trickle(): Promise<void> {
  const socket = createSocket("udp4");
  for (;;) {
    for (let n = 0; n < 20; n++) socket.send("trickle", ECHO_PORT, SERVER);
    get({ host: SERVER, port: HTTP_PORT, path: "/hello", agent: false }, (r) => r.resume()).on(
      "error",
      () => undefined,
    );
    await Promise.all([
      tryRun(["ping", "-n", "-c", "2", "-i", "0.4", "-W", "1", SERVER]),
      sleep(1000),
    ]);
  }
}

process.on("disconnect", () => process.exit(0));
const [what, count] = process.argv.slice(2);
await (what === "flows" ? flows(Number(count)) : trickle());
