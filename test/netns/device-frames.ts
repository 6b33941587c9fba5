/**
 * Frames handed to a device itself, past routing and the checks of IP: whatever the bytes are, mapd reads them. Node has
 * no packet sockets; Python, which node-gyp needs anyway, has.
 */
import { spawnSync } from "node:child_process";

const LIMIT_MS = 12_000;

/** A line is a pause in seconds and a frame in hex, with its virtio header (virtio 1.2 §5.1.6) before it, packet(7). */
const SCRIPT = `
import socket, sys, time
SOL_PACKET, PACKET_VNET_HDR = 263, 15
ETH_P_IP, ETH_P_IPV6 = 0x0800, 0x86dd
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
for line in sys.stdin:
    pause, text = line.split(" ")
    time.sleep(float(pause))
    frame = bytes.fromhex(text)
    kind = ETH_P_IPV6 if frame[10:11] and frame[10] >> 4 == 6 else ETH_P_IP
    out.sendto(frame, (sys.argv[1], kind))
`;

const NOTHING_TO_DO = new Uint8Array(10);

export interface DeviceFrame {
  readonly packet: Uint8Array;
  /** What the sender asks of the device; nothing where it is left out. */
  readonly virtio?: Uint8Array;
  /** After the frame before it. */
  readonly pauseUs?: number;
}

/** Returns when the device has them all, in that order. */
export function sendToDevice(device: string, frames: readonly DeviceFrame[]): void {
  const lines = frames.map(({ packet, virtio = NOTHING_TO_DO, pauseUs = 0 }) => {
    const hex = Buffer.concat([virtio, packet]).toString("hex");
    return `${pauseUs / 1e6} ${hex}`;
  });
  const { status, stderr } = spawnSync("python3", ["-I", "-S", "-c", SCRIPT, device], {
    input: lines.map((line) => `${line}\n`).join(""),
    encoding: "utf8",
    timeout: LIMIT_MS,
  });
  if (status !== 0) throw new Error(`frames into ${device}: ${stderr}`);
}
