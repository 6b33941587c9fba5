/**
 * Program on a LAN host of the lab: asks a STUN server with two addresses how the NAT on the way behaves, by the tests
 * of RFC 5780 §4.3, §4.4 and §4.5, and prints one JSON document. Written for the tests, after the RFCs alone.
 */
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { StunFindings } from "./stun.js";

const BINDING_REQUEST = 0x0001;
const BINDING_RESPONSE = 0x0101;
const MAGIC = 0x2112a442;
const CHANGE_REQUEST = 0x0003;
const XOR_MAPPED_ADDRESS = 0x0020;
const OTHER_ADDRESS = 0x802c;
const CHANGE_IP = 0x04;
const CHANGE_PORT = 0x02;
const PATIENCE_MS = 500;
const TRIES = 3;

interface End {
  readonly address: string;
  readonly port: number;
}

interface Response {
  readonly mapped: End;
  readonly other: End | null;
}

function request(change: number): { readonly message: Buffer; readonly id: Buffer } {
  const id = randomBytes(12);
  const body = Buffer.alloc(change === 0 ? 0 : 8);
  if (change !== 0) {
    body.writeUInt16BE(CHANGE_REQUEST, 0);
    body.writeUInt16BE(4, 2);
    body.writeUInt32BE(change, 4);
  }
  const head = Buffer.alloc(8);
  head.writeUInt16BE(BINDING_REQUEST, 0);
  head.writeUInt16BE(body.length, 2);
  head.writeUInt32BE(MAGIC, 4);
  return { message: Buffer.concat([head, id, body]), id };
}

/** RFC 8489 §14.2: the port and the address are masked with the magic cookie. */
function readEnd(value: Buffer, masked: boolean): End {
  const port = value.readUInt16BE(2) ^ (masked ? MAGIC >>> 16 : 0);
  const address = (value.readUInt32BE(4) ^ (masked ? MAGIC : 0)) >>> 0;
  const bytes = [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255];
  return { address: bytes.join("."), port };
}

function parse(message: Buffer, id: Buffer): Response | null {
  if (message.length < 20 || message.readUInt16BE(0) !== BINDING_RESPONSE) return null;
  if (!message.subarray(8, 20).equals(id)) return null;
  const found = new Map<number, Buffer>();
  for (let at = 20; at + 4 <= message.length; ) {
    const len = message.readUInt16BE(at + 2);
    found.set(message.readUInt16BE(at), message.subarray(at + 4, at + 4 + len));
    at += 4 + len + (-len & 3);
  }
  const [mapped, other] = [found.get(XOR_MAPPED_ADDRESS), found.get(OTHER_ADDRESS)];
  if (mapped === undefined) return null;
  return {
    mapped: readEnd(mapped, true),
    other: other === undefined ? null : readEnd(other, false),
  };
}

/** Resolves with what `judge` makes of a datagram, or with null when none comes in time. */
function hear<T>(socket: Socket, judge: (data: Buffer) => T | null): Promise<T | null> {
  return new Promise((resolve) => {
    const end = (result: T | null): void => {
      clearTimeout(timer);
      socket.off("message", read);
      resolve(result);
    };
    const read = (data: Buffer): void => {
      const result = judge(data);
      if (result !== null) end(result);
    };
    const timer = setTimeout(() => end(null), PATIENCE_MS);
    socket.on("message", read);
  });
}

/** A binding request; null where no try is answered. */
async function ask(socket: Socket, to: End, change = 0): Promise<Response | null> {
  for (let i = 0; i < TRIES; i++) {
    const { message, id } = request(change);
    const answer = hear(socket, (data) => parse(data, id));
    socket.send(message, to.port, to.address);
    const response = await answer;
    if (response !== null) return response;
  }
  return null;
}

async function bound(): Promise<Socket> {
  const socket = createSocket("udp4");
  // A hairpinned datagram that is refused comes back as an ICMP error: no reason to end.
  socket.on("error", () => undefined);
  socket.bind(0, "0.0.0.0");
  await once(socket, "listening");
  return socket;
}

function same(a: End, b: End): boolean {
  return a.address === b.address && a.port === b.port;
}

/** RFC 5780 §4.3. */
async function mappingOf(server: End): Promise<StunFindings["mapping"]> {
  const socket = await bound();
  const first = await ask(socket, server);
  if (first === null || first.other === null) throw new Error("the STUN server does not answer");
  const { other } = first;
  const second = await ask(socket, { address: other.address, port: server.port });
  const third = await ask(socket, other);
  socket.close();
  if (second === null || third === null) throw new Error("the other address does not answer");
  if (same(first.mapped, second.mapped)) return "endpoint-independent";
  return same(second.mapped, third.mapped) ? "address-dependent" : "address-and-port-dependent";
}

/** RFC 5780 §4.4, from a socket that has spoken to nobody else. */
async function filteringOf(server: End): Promise<StunFindings["filtering"]> {
  const socket = await bound();
  if ((await ask(socket, server)) === null) throw new Error("the STUN server does not answer");
  const fromElsewhere = await ask(socket, server, CHANGE_IP | CHANGE_PORT);
  const fromOtherPort = await ask(socket, server, CHANGE_PORT);
  socket.close();
  if (fromElsewhere !== null) return "endpoint-independent";
  return fromOtherPort !== null ? "address-dependent" : "address-and-port-dependent";
}

/** RFC 5780 §4.5: from a second socket to the external end of the first, which has spoken to that of the second. */
async function hairpinOf(server: End): Promise<StunFindings["hairpin"]> {
  const [one, two] = [await bound(), await bound()];
  const [first, second] = [await ask(one, server), await ask(two, server)];
  if (first === null || second === null) throw new Error("the STUN server does not answer");
  // Address-dependent filtering lets nobody in who was not spoken to, external addresses of the same NAT included.
  one.send("open", second.mapped.port, second.mapped.address);
  const text = randomBytes(16).toString("hex");
  let source: End | null = null;
  one.on("message", (data, peer) => {
    if (data.toString() === text) source = { address: peer.address, port: peer.port };
  });
  const heard = hear(one, (data) => (data.toString() === text ? true : null));
  two.send(text, first.mapped.port, first.mapped.address);
  const arrived = await heard;
  one.close();
  two.close();
  if (arrived === null || source === null) return "none";
  return same(source, second.mapped) ? "external-source" : "internal-source";
}

const [address = "", port = ""] = process.argv.slice(2);
const server = { address, port: Number(port) };
const findings: StunFindings = {
  mapping: await mappingOf(server),
  filtering: await filteringOf(server),
  hairpin: await hairpinOf(server),
};
process.stdout.write(`${JSON.stringify(findings)}\n`);
