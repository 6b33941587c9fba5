/** The log: JSON lines on standard error, readable text where that is a terminal. Standard output stays free. */
import { type DestinationStream, type Logger, pino } from "pino";
import pretty from "pino-pretty";

export type Log = Logger;

const STDERR_FD = 2;

/**
 * A logger at `level`. Lines are written at once, so that the last one before an exit is not lost;
 * workers do not log, so packets never wait for it.
 */
export function createLog(level: string): Log {
  return pino({ name: "mapd", level }, destination());
}

function destination(): DestinationStream {
  if (!process.stderr.isTTY) {
    const stream = pino.destination({ fd: STDERR_FD, sync: true });
    // Nobody reads any more: packets go on all the same.
    stream.on("error", () => undefined);
    return stream;
  }
  return pretty({
    colorize: process.env.NO_COLOR === undefined,
    destination: STDERR_FD,
    sync: true,
    ignore: "pid,hostname,name",
    translateTime: "SYS:HH:MM:ss.l",
  });
}
