/**
 * Program on a LAN host of the lab: opens many flows to the echo of the server at once, holds them open, and reports
 * under which external address and port the server saw each.
 */
import { randomBytes } from "node:crypto";
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import type { FlowOrder, FlowResult, Opened } from "./flows.js";

/** Flows that are opened at the same time. */
const WIDTH = 200;
const ANSWER_MS = 5_000;
const RESENDS = 3;

const udpSockets: UdpSocket[] = [];
const connections: Socket[] = [];

/** Runs `job` for 0..count-1, WIDTH at a time; the results are in order. */
async function many<T>(count: number, job: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) results[i] = await job(i);
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, count) }, worker));
  return results;
}

function parseSeen(text: string): Opened | null {
  const [, address = "", port = ""] = /^(\S+) (\d+)\n/.exec(text) ?? [];
  return address === "" ? null : { address, port: Number(port), error: null };
}

function failed(error: string): Opened {
  return { address: "", port: 0, error };
}

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message;
}

function openUdp(to: string, port: number): Promise<Opened> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    udpSockets.push(socket);
    let sent = 0;
    const send = (): void => {
      if (sent++ < RESENDS) socket.send("?", () => undefined);
      else end(failed("no answer"));
    };
    const timer = setInterval(send, ANSWER_MS / RESENDS);
    const end = (opened: Opened): void => {
      clearInterval(timer);
      resolve(opened);
    };
    socket.on("error", (error: NodeJS.ErrnoException) => end(failed(codeOf(error))));
    socket.on("message", (data) => end(parseSeen(data.toString()) ?? failed("another answer")));
    socket.connect(port, to, send);
  });
}

function openTcp(host: string, port: number, localPort: number): Promise<Opened> {
  return new Promise((resolve) => {
    const socket = connect(localPort === 0 ? { host, port } : { host, port, localPort });
    connections.push(socket);
    let head = "";
    const timer = setTimeout(() => end(failed("no answer")), ANSWER_MS * 2);
    const end = (opened: Opened): void => {
      clearTimeout(timer);
      socket.off("data", read);
      socket.pause();
      resolve(opened);
    };
    const read = (data: Buffer): void => {
      head += data.toString("latin1");
      const seen = parseSeen(head);
      if (seen !== null) end(seen);
    };
    socket.on("data", read);
    socket.on("error", (error: NodeJS.ErrnoException) => end(failed(codeOf(error))));
  });
}

/** Sends random bytes through an open connection; true where exactly they come back. */
function exchange(socket: Socket, bytes: number): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = randomBytes(bytes);
    const back: Buffer[] = [];
    let len = 0;
    const timer = setTimeout(() => end(false), ANSWER_MS * 2);
    const end = (intact: boolean): void => {
      clearTimeout(timer);
      socket.off("data", read);
      resolve(intact);
    };
    const read = (data: Buffer): void => {
      back.push(data);
      len += data.length;
      if (len >= bytes) end(Buffer.concat(back).equals(sent));
    };
    socket.on("data", read);
    socket.on("close", () => end(false));
    socket.resume();
    socket.write(sent);
  });
}

async function obey(order: FlowOrder): Promise<FlowResult> {
  const { kind } = order;
  if (kind === "udp") {
    return { kind: "opened", flows: await many(order.count, () => openUdp(order.to, order.port)) };
  }
  if (kind === "tcp") {
    const { to, port, count, localPort } = order;
    const open = (i: number): Promise<Opened> => openTcp(to[i % to.length]!, port, localPort);
    return { kind: "opened", flows: await many(count, open) };
  }
  if (kind === "exchange") {
    const intact = await many(connections.length, (i) => exchange(connections[i]!, order.bytes));
    return { kind: "exchanged", intact: intact.filter(Boolean).length };
  }
  for (const socket of udpSockets.splice(0)) socket.close();
  for (const socket of connections.splice(0)) socket.resetAndDestroy();
  return { kind: "closed" };
}

process.on("disconnect", () => process.exit(0));
process.on("message", async (order: FlowOrder) => process.send?.(await obey(order)));
process.send?.("ready");
