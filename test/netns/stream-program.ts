/**
 * Program on a LAN host of the lab: a datagram to the echo of the server every ten milliseconds, for as long as its
 * parent is there; tells what became of those between two orders.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Outage, StreamOrder } from "./stream.js";

const PERIOD_MS = 10;
const PAYLOAD_LEN = 100;
/** How long the end waits for a datagram to come back at all, and for stragglers then. */
const BACK_MS = 15_000;
const STRAGGLERS_MS = 500;

const [host = "", port = ""] = process.argv.slice(2);
const socket = createSocket("udp4");
const waiting = new Set<number>();
let next = 0;
let first = 0;
/** Highest number that has come back. */
let newest = -1;
let heardAtMs = performance.now();
let longestMs = 0;

// The kernel tells of a route that is gone for a moment; the next datagram may find it again.
socket.on("error", () => undefined);
socket.on("message", (data) => {
  const number = data.readUInt32BE(0);
  const nowMs = performance.now();
  longestMs = Math.max(longestMs, nowMs - heardAtMs);
  heardAtMs = nowMs;
  newest = Math.max(newest, number);
  waiting.delete(number);
});

function send(): void {
  const data = Buffer.alloc(PAYLOAD_LEN);
  data.writeUInt32BE(next, 0);
  waiting.add(next++);
  socket.send(data, () => undefined);
}

function begin(): void {
  waiting.clear();
  first = next;
  longestMs = 0;
  heardAtMs = performance.now();
}

/** Waits until what is sent from now on comes back. */
async function end(): Promise<Outage> {
  const last = next;
  const deadline = performance.now() + BACK_MS;
  while (newest < last && performance.now() < deadline) await sleep(PERIOD_MS);
  const sent = next - first;
  const isOf = (number: number): boolean => number < first + sent;
  await sleep(STRAGGLERS_MS);
  const lost = [...waiting].filter(isOf).length;
  return { sent, lost, longestMs: Math.round(longestMs), back: newest >= last };
}

socket.connect(Number(port), host);
await once(socket, "connect");
setInterval(send, PERIOD_MS);
process.on("disconnect", () => process.exit(0));
process.on("message", async (order: StreamOrder) => {
  if (order === "begin") begin();
  process.send?.(order === "begin" ? "begun" : await end());
});
process.send?.("at work");
