/** The far end of `mapctl doctor --probe`: tells each sender which source it has seen. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { GREETING } from "./probe.js";

/** A request: the greeting and a number of the sender's own. The answer is less than twice as long. */
const REQUEST = new RegExp(`^${GREETING} [0-9a-f]{16}$`);

/** Answers until the socket is closed. */
export async function startResponder(port: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (data, { address, port: from }) => {
    const text = data.toString("latin1");
    // What is no request gets no answer; an answer that cannot be sent is a datagram lost.
    if (REQUEST.test(text))
      socket.send(`${text} ${address} ${from}`, from, address, () => undefined);
  });
  socket.bind(port);
  await once(socket, "listening");
  return socket;
}
