/** Program on the server: sends datagrams back as they came, on a number of ports, so that no socket has many to hold. */
import { createSocket } from "node:dgram";
import { once } from "node:events";

const [first = "", count = ""] = process.argv.slice(2);
const sockets = Array.from({ length: Number(count) }, () => createSocket("udp4"));
for (const [at, socket] of sockets.entries()) {
  socket.on("message", (data, peer) => socket.send(data, peer.port, peer.address));
  socket.bind(Number(first) + at, "0.0.0.0");
}
await Promise.all(sockets.map((socket) => once(socket, "listening")));
process.on("disconnect", () => process.exit(0));
process.on("message", () => process.send?.("done"));
process.send?.("at work");
