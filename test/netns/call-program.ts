/**
 * Program on a LAN host of the lab: one TCP connection and one UDP socket to the echo of the server, held for as long
 * as the parent wants, and used when it says so.
 */
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import type { CallOrder, Spoken } from "./call.js";

const ANSWER_MS = 8_000;
const RESEND_MS = 500;

const [address = "", port = ""] = process.argv.slice(2);
const tcp = connect(Number(port), address);
const udp = createSocket("udp4");
let tcpFailure: string | null = null;
let heard = "";
tcp.setEncoding("latin1").on("data", (text: string) => {
  heard += text;
});
tcp.on("error", (error: NodeJS.ErrnoException) => {
  tcpFailure = error.code ?? error.message;
});
// The kernel tells of a route that is gone for a moment; the next datagram may find it again.
udp.on("error", () => undefined);

/** Resolves with what `look` gives once that is not null, looking at each event; null when time is up. */
function eventually<T>(
  socket: Socket | typeof udp,
  events: readonly string[],
  look: (...args: readonly unknown[]) => T | null,
): Promise<T | null> {
  return new Promise((resolve) => {
    const end = (result: T | null): void => {
      clearTimeout(timer);
      for (const event of events) socket.off(event, again);
      resolve(result);
    };
    const again = (...args: readonly unknown[]): void => {
      const result = look(...args);
      if (result !== null) end(result);
    };
    const timer = setTimeout(() => end(null), ANSWER_MS);
    for (const event of events) socket.on(event, again);
    again();
  });
}

/** Says a new word through the connection; "intact" when it comes back. */
async function speakTcp(): Promise<string> {
  const word = randomBytes(8).toString("hex");
  if (tcpFailure === null) tcp.write(word);
  const look = (): string | null => tcpFailure ?? (heard.endsWith(word) ? "intact" : null);
  return (await eventually(tcp, ["data", "error"], look)) ?? "no answer";
}

/** The external port that the server sees the datagram come from; 0 where no answer comes. */
async function speakUdp(): Promise<number> {
  const word = randomBytes(8).toString("hex");
  const send = (): void => udp.send(word, Number(port), address, () => undefined);
  const timer = setInterval(send, RESEND_MS);
  send();
  const look = (...[data]: readonly unknown[]): number | null => {
    const [, seen = "", back = ""] = /^\S+ (\d+)\n(.*)$/.exec(String(data ?? "")) ?? [];
    return back === word ? Number(seen) : null;
  };
  const seen = await eventually(udp, ["message"], look);
  clearInterval(timer);
  return seen ?? 0;
}

async function speak(): Promise<Spoken> {
  const [said, udpPort] = await Promise.all([speakTcp(), speakUdp()]);
  const [, tcpPort = "0"] = /^\S+ (\d+)\n/.exec(heard) ?? [];
  return { tcp: said, tcpPort: Number(tcpPort), udpPort };
}

process.on("disconnect", () => process.exit(0));
process.on("message", async (_order: CallOrder) => process.send?.(await speak()));
process.send?.("ready");
