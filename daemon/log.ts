/** The log: JSON lines on standard error, readable text where that is a terminal. Standard output stays free. */
import { createRequire } from "node:module";
import { type DestinationStream, type Logger, pino } from "pino";
import type { PinoPretty } from "pino-pretty";

export type Log = Logger;

const STDERR_FD = 2;

/**
 * A logger at `level`. Lines are written at once, so that the last one before an exit is not lost;
 * workers do not log, so packets never wait for it.
 */
export function createLog(level: string): Log {
  const children: WeakRef<Log>[] = [];
  const onChild = (child: Log): void => {
    children.push(new WeakRef(child));
  };
  const log = pino({ name: "mapd", level, onChild }, destination());
  CHILDREN.set(log, children);
  return log;
}

/** A child has a level of its own from its birth on, so those that live are kept in mind. */
const CHILDREN = new WeakMap<Log, WeakRef<Log>[]>();

/** Changes the level of a log that `createLog()` made, and of all that were made from it. */
export function setLogLevel(log: Log, level: string): void {
  log.level = level;
  const children = CHILDREN.get(log) ?? [];
  const living = children.filter((child) => child.deref() !== undefined);
  for (const child of living) {
    const found = child.deref();
    if (found !== undefined) found.level = level;
  }
  children.splice(0, children.length, ...living);
}

function destination(): DestinationStream {
  if (!process.stderr.isTTY) {
    const stream = pino.destination({ fd: STDERR_FD, sync: true });
    // Nobody reads any more: packets go on all the same.
    stream.on("error", () => undefined);
    return stream;
  }
  // Loaded for terminals alone: it takes a while, and under a service manager nobody needs it.
  const pretty: typeof PinoPretty = createRequire(import.meta.url)("pino-pretty");
  return pretty({
    colorize: process.env.NO_COLOR === undefined,
    destination: STDERR_FD,
    sync: true,
    ignore: "pid,hostname,name",
    translateTime: "SYS:HH:MM:ss.l",
  });
}
