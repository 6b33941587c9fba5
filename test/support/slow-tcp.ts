/** What the slow NAT44 knows of a TCP connection: four facts, from which state and timer follow. */
import type { TcpStateName } from "../../src/nat44/records.js";
import { ACK, FIN, RST, SYN } from "./nat44-fixture.js";

export interface Connection {
  /** `syn`: we opened; `half`: we answered or were caught in mid-stream; `full`: both were heard. */
  opened: "syn" | "half" | "full";
  finOut: boolean;
  finIn: boolean;
  reset: boolean;
}

export function beginConnection(flags: number): Connection {
  const isOpening = (flags & (SYN | ACK)) === SYN;
  return { opened: isOpening ? "syn" : "half", finOut: false, finIn: false, reset: false };
}

export function isOver(connection: Connection): boolean {
  return isClosed(connection) || connection.reset;
}

export function stateName(connection: Connection): TcpStateName {
  if (connection.reset) return "reset";
  if (isClosed(connection)) return "closing";
  if (connection.opened !== "full") return connection.opened === "syn" ? "syn-sent" : "half-open";
  if (connection.finOut) return "fin-out";
  return connection.finIn ? "fin-in" : "established";
}

/** Lets a connection see a segment; true when that taught it something. */
export function observe(connection: Connection, fromInside: boolean, flags: number): boolean {
  const { opened, finOut, finIn, reset } = connection;
  if ((flags & RST) !== 0) {
    if (!isClosed(connection)) connection.reset = true;
  } else if ((flags & SYN) !== 0) {
    observeSyn(connection, fromInside, (flags & ACK) !== 0);
  } else if (!isClosed(connection) && !(connection.reset && (flags & FIN) !== 0)) {
    observeData(connection, fromInside, (flags & FIN) !== 0);
  }
  return (
    opened !== connection.opened ||
    finOut !== connection.finOut ||
    finIn !== connection.finIn ||
    reset !== connection.reset
  );
}

function isClosed(connection: Connection): boolean {
  return connection.finOut && connection.finIn;
}

function observeSyn(connection: Connection, fromInside: boolean, acknowledges: boolean): void {
  if (fromInside && isOver(connection)) {
    connection.opened = acknowledges ? "half" : "syn";
    connection.finOut = false;
    connection.finIn = false;
    connection.reset = false;
  } else if (!fromInside && !isOver(connection)) {
    if (connection.opened === "syn" || acknowledges) connection.opened = "full";
  }
}

function observeData(connection: Connection, fromInside: boolean, isLast: boolean): void {
  if (connection.reset) {
    connection.reset = false;
    connection.opened = "full";
    connection.finOut = false;
    connection.finIn = false;
    return;
  }
  if (!fromInside && connection.opened === "half") connection.opened = "full";
  if (connection.opened !== "full" || !isLast) return;
  if (fromInside) connection.finOut = true;
  else connection.finIn = true;
}
