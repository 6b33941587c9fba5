/**
 * Program that sends whole crafted IP packets from the namespace it runs in, with raw-socket. Its
 * parent sends one message a batch and gets one back when the kernel has taken all of it.
 */
import { createRequire } from "node:module";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";

/** What is used of the npm package raw-socket, which has no types. */
interface RawSocket {
  send(
    buffer: Buffer,
    offset: number,
    length: number,
    address: string,
    done: (error: Error | null) => void,
  ): void;
}
interface RawSocketModule {
  readonly AddressFamily: { readonly IPv4: number; readonly IPv6: number };
  createSocket(options: { readonly addressFamily: number; readonly protocol: number }): RawSocket;
}

/** IPPROTO_RAW: the packet brings its own IP header, raw(7). */
const IPPROTO_RAW = 255;

const raw = createRequire(import.meta.url)("raw-socket") as RawSocketModule;
const sockets = {
  4: raw.createSocket({ addressFamily: raw.AddressFamily.IPv4, protocol: IPPROTO_RAW }),
  6: raw.createSocket({ addressFamily: raw.AddressFamily.IPv6, protocol: IPPROTO_RAW }),
};

function send(packet: Buffer): Promise<void> {
  const family = packet.readUInt8(0) >> 4 === 4 ? 4 : 6;
  const at = (offset: number): number => packet.readUInt32BE(offset);
  const destination =
    family === 4 ? formatIpv4(at(16)) : formatIpv6([at(24), at(28), at(32), at(36)]);
  return new Promise((resolve, reject) => {
    sockets[family].send(packet, 0, packet.length, destination, (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

process.on("disconnect", () => process.exit(0));
process.on("message", async (packets: readonly string[]) => {
  for (const packet of packets) await send(Buffer.from(packet, "hex"));
  process.send?.("sent");
});
process.send?.("ready");
