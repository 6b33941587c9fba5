/**
 * Program on a LAN host: sends numbered datagrams to the echo of the server, at a steady rate from several
 * ports to as many, until its parent asks what became of them.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** What became of the datagrams of one host. */
export interface Numbered {
  readonly sent: number;
  readonly lost: number;
  readonly duplicates: number;
  /** Seconds after the start at which the first of the lost were sent. */
  readonly lostAtSeconds: readonly number[];
  readonly longestMs: number;
}

const PERIOD_MS = 10;
/** A datagram whose answer has not come by then is lost. */
const PATIENCE_MS = 3_000;
const PAYLOAD_LEN = 200;
const TOLD = 20;

const [host = "", firstPort = "", ports = "", rate = ""] = process.argv.slice(2);
const startedMs = performance.now();
/** When each datagram without an answer was sent, by its number. */
const waiting = new Map<number, number>();
let sent = 0;
let duplicates = 0;
let longestMs = 0;

function receive(data: Buffer): void {
  const number = data.readUInt32BE(0);
  const sentMs = waiting.get(number);
  if (sentMs === undefined) {
    duplicates++;
    return;
  }
  longestMs = Math.max(longestMs, performance.now() - sentMs);
  waiting.delete(number);
}

async function open(port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", receive);
  socket.connect(port, host);
  await once(socket, "connect");
  return socket;
}

function send(socket: Socket): void {
  const data = Buffer.alloc(PAYLOAD_LEN);
  data.writeUInt32BE(sent, 0);
  waiting.set(sent++, performance.now());
  socket.send(data);
}

async function result(): Promise<Numbered> {
  clearInterval(timer);
  const deadline = performance.now() + PATIENCE_MS;
  while (waiting.size > 0 && performance.now() < deadline) await sleep(PERIOD_MS);
  const times = [...waiting.values()].map((ms) => Math.round(ms - startedMs) / 1000);
  const lostAtSeconds = times.slice(0, TOLD);
  return { sent, lost: waiting.size, duplicates, lostAtSeconds, longestMs };
}

const sockets = await Promise.all(
  Array.from({ length: Number(ports) }, (_, at) => open(Number(firstPort) + at)),
);
const timer = setInterval(() => {
  // As many as are due: a timer that comes late must not make the rate a lower one.
  const due = ((performance.now() - startedMs) / 1000) * Number(rate);
  while (sent < due) send(sockets[sent % sockets.length]!);
}, PERIOD_MS);
process.on("disconnect", () => process.exit(0));
process.on("message", async () => process.send?.(await result()));
process.send?.("at work");
