/**
 * Program on a host of the lab: holds a UDP socket on the port that it is told, reports every datagram to its
 * parent, and sends what the parent says.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Arrived, Order } from "./endpoint.js";

const [port] = process.argv.slice(2);
const socket = createSocket("udp4");
socket.on("message", (data, peer) => {
  const arrived: Arrived = { from: peer.address, port: peer.port, hex: data.toString("hex") };
  process.send?.(arrived);
});
socket.bind(Number(port), "0.0.0.0");
await once(socket, "listening");
process.on("disconnect", () => process.exit(0));
process.on("message", ({ to, port, hex }: Order) => socket.send(Buffer.from(hex, "hex"), port, to));
process.send?.("ready");
