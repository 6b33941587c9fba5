/** Datagrams to a responder, from ports that NAT44 keeps, and what came back. */

import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** What came back for a port. */
export type Answer =
  /** The responder saw this source. */
  | { readonly kind: "seen"; readonly address: string; readonly port: number }
  | { readonly kind: "silent" }
  /** The port is not free on this host, or the kernel refused the datagram. */
  | { readonly kind: "failed"; readonly reason: string };

export interface Responder {
  /** IPv4 address, or a name. */
  readonly host: string;
  readonly port: number;
}

/** First word of requests and answers. */
export const GREETING = "mapd-doctor";

const TRIES = 3;
const TRY_MS = 700;
/** Sockets open at once. */
const AT_ONCE = 64;

/** One datagram from each port, several times where nothing comes back. */
export async function sendProbes(
  address: string,
  ports: readonly number[],
  responder: Responder,
): Promise<ReadonlyMap<number, Answer>> {
  const answers = new Map<number, Answer>();
  for (let at = 0; at < ports.length; at += AT_ONCE) {
    const some = ports.slice(at, at + AT_ONCE);
    const each = await Promise.all(some.map((port) => probeFrom(address, port, responder)));
    for (const [index, port] of some.entries()) answers.set(port, each[index]!);
  }
  return answers;
}

async function probeFrom(address: string, port: number, responder: Responder): Promise<Answer> {
  const socket = createSocket("udp4");
  try {
    socket.bind(port, address);
    await once(socket, "listening");
    return await exchange(socket, responder);
  } catch (error) {
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  } finally {
    socket.close();
  }
}

function exchange(socket: Socket, { host, port }: Responder): Promise<Answer> {
  const nonce = randomBytes(8).toString("hex");
  let again: NodeJS.Timeout;
  const answer = new Promise<Answer>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data) => {
      const [word, mine, address = "", seen = ""] = data.toString("latin1").split(" ");
      if (word !== GREETING || mine !== nonce) return;
      resolve({ kind: "seen", address, port: Number(seen) });
    });
    const send = (left: number): void => {
      if (left === 0) {
        resolve({ kind: "silent" });
        return;
      }
      again = setTimeout(send, TRY_MS, left - 1);
      socket.send(`${GREETING} ${nonce}`, port, host, (error) => error && reject(error));
    };
    send(TRIES);
  });
  // Nobody waits for the next try of what is answered.
  return answer.finally(() => clearTimeout(again));
}
