/**
 * Program on the IPv4 server: HTTP with one large random file, and an echo of TCP and UDP that first
 * says who the peer is. Reports to its parent: `ready` once it listens, then every peer of HTTP.
 */
import { createHash, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createTcpServer } from "node:net";
import { ECHO_PORT, FILE_BYTES, HTTP_PORT } from "./plan.js";
import { DIGEST_HEADER, receive } from "./receipt.js";

export type ServerMessage =
  | { readonly kind: "ready"; readonly sha256: string }
  | { readonly kind: "http"; readonly address: string; readonly port: number };

function report(message: ServerMessage): void {
  process.send?.(message);
}

async function serveHttp(file: Buffer): Promise<void> {
  const server = createHttpServer((request, response) => {
    const { remoteAddress = "", remotePort = 0 } = request.socket;
    report({ kind: "http", address: remoteAddress, port: remotePort });
    response.setHeader("connection", "close");
    if (request.method === "PUT") void takeIn(request, response);
    else if (request.url?.startsWith("/file")) giveOut(file, request.url, response);
    else response.end("hello\n");
  });
  await once(server.listen(HTTP_PORT, "0.0.0.0"), "listening");
}

/** The file, or of "/file/N" its first N bytes, with their digest in the header. */
function giveOut(file: Buffer, url: string, response: ServerResponse): void {
  const [, len] = /^\/file\/(\d+)$/.exec(url) ?? [];
  const part = len === undefined ? file : file.subarray(0, Number(len));
  if (len !== undefined) {
    response.setHeader(DIGEST_HEADER, createHash("sha256").update(part).digest("hex"));
  }
  response.setHeader("content-length", part.length);
  response.end(part);
}

/** Answers what came in, as a Receipt. */
async function takeIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.end(JSON.stringify(await receive(request)));
}

/** Answers "ADDRESS PORT\n", then whatever comes in. */
async function serveTcpEcho(): Promise<void> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.write(`${socket.remoteAddress ?? ""} ${socket.remotePort ?? 0}\n`);
    socket.pipe(socket);
  });
  await once(server.listen(ECHO_PORT, "0.0.0.0"), "listening");
}

/** Answers every datagram with "ADDRESS PORT\n" and the datagram itself. */
async function serveUdpEcho(): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (data, peer) => {
    const head = Buffer.from(`${peer.address} ${peer.port}\n`);
    socket.send(Buffer.concat([head, data]), peer.port, peer.address);
  });
  socket.bind(ECHO_PORT, "0.0.0.0");
  await once(socket, "listening");
}

process.on("disconnect", () => process.exit(0));
const file = randomBytes(FILE_BYTES);
await Promise.all([serveHttp(file), serveTcpEcho(), serveUdpEcho()]);
report({ kind: "ready", sha256: createHash("sha256").update(file).digest("hex") });
