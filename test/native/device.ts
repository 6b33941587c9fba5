/** A real TUN device for a test, and packets through it. */
import { execFileSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { loadNativeTun } from "../../daemon/native-loader.js";
import { HEADROOM } from "../../src/pipeline/packet-io.js";
import { Arena } from "../../src/tun/arena.js";
import type { NativeTun, OpenOptions, OpenResult } from "../../src/tun/native.js";
import {
  TUN_F_CSUM,
  TUN_F_TSO_ECN,
  TUN_F_TSO4,
  TUN_F_TSO6,
  TUN_F_USO4,
  TUN_F_USO6,
} from "../../src/tun/native.js";
import type { NativeQueue } from "../../src/tun/queue.js";
import { type Offloaded, VIRTIO_LEN } from "../support/offload.js";

export const native: NativeTun = loadNativeTun();

export const ALL_OFFLOADS =
  TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | TUN_F_USO4 | TUN_F_USO6;

/** With every offload and with none: the addon must move the same packets. */
export const MODES = [
  { name: "offloads", vnetHdr: true, offloads: ALL_OFFLOADS },
  { name: "virtio header without offloads", vnetHdr: true, offloads: 0 },
  { name: "plain", vnetHdr: false, offloads: 0 },
] as const;

export type Mode = (typeof MODES)[number];

/** The host's end of the device, and an address behind it that nobody has. */
export const HOST = "10.77.0.1";
export const PEER = "10.77.0.2";

export function options(name: string, more: Partial<OpenOptions> = {}): OpenOptions {
  return { name, multiQueue: false, vnetHdr: true, offloads: 0, attach: false, ...more };
}

export function ip(...args: string[]): string {
  return execFileSync("ip", args, { encoding: "utf8", timeout: 10_000 });
}

/** Opens a device that is up and has HOST with the subnet of PEER. */
export function openUp(name: string, mode: Mode): OpenResult {
  const { vnetHdr, offloads } = mode;
  const queue = native.open(options(name, { vnetHdr, offloads }));
  // Without IPv6 the kernel sends nothing by itself.
  ip("link", "set", "dev", name, "addrgenmode", "none");
  ip("address", "add", `${HOST}/24`, "dev", name);
  ip("link", "set", "dev", name, "mtu", "1500", "up");
  return queue;
}

/** Returns 0 or a negative errno. */
export function writeOffloaded(queue: NativeQueue, { bytes, virtio }: Offloaded): number {
  const arena = new Arena(1);
  arena.memory.set(bytes, HEADROOM);
  arena.memory.set(virtio, HEADROOM - VIRTIO_LEN);
  arena.emit(0, HEADROOM, HEADROOM + bytes.length);
  const results = new Int32Array(arena.outCapacity);
  queue.writeBatch(arena, results);
  return results[0]!;
}

export function hasDevice(name: string): boolean {
  const links: unknown = JSON.parse(ip("-json", "link", "show"));
  if (!Array.isArray(links)) throw new Error("ip -json link show gives no list");
  return links.some((link: unknown) => {
    return typeof link === "object" && link !== null && Reflect.get(link, "ifname") === name;
  });
}

/** A UDP socket on HOST. */
export async function udpSocket(port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(port, HOST);
  await once(socket, "listening");
  return socket;
}

export function send(socket: Socket, data: Uint8Array, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(data, port, PEER, (error) => (error ? reject(error) : resolve()));
  });
}
