/** An answer that goes on until the client hangs up: one JSON document a line, an empty line now and then. */
import type { ServerResponse } from "node:http";
import type { ControlStream } from "../control/stream.js";
import { MapdError } from "../errors.js";
import { withoutPayload } from "./header-packets.js";
import { errorReply, type Reply } from "./reply.js";
import { SECURITY_HEADERS } from "./security.js";

/** How long it goes on at most: who wants more asks again. Milliseconds. */
const LONGEST_MS = 10 * 60_000;

/** An empty line tells the client that somebody is there, and the server whether somebody reads. */
const PULSE_MS = 2000;

/** Who reads nothing for so long is cut off. */
const UNREAD_TIMEOUT_MS = 10_000;

/** Documents of a second: more nobody can read, and the others are counted as lost. */
const MOST_PER_SECOND = 200;

export const STREAM_TYPE = "application/x-ndjson; charset=utf-8";

const HEADERS = {
  "Content-Type": STREAM_TYPE,
  "Cache-Control": "no-store",
  // A proxy that gathers what it passes on would pass it on too late.
  "X-Accel-Buffering": "no",
};

/**
 * Begins; everything ends with the response. `cutOff` is told of a client that reads too slowly. Gives the refusal where
 * there is one.
 */
export function sendStream(
  response: ServerResponse,
  stream: ControlStream,
  cutOff: () => void,
): Reply | null {
  // Who has hung up meanwhile will not do so once more.
  if (response.socket?.destroyed !== false) return null;
  let left = MOST_PER_SECOND;
  let stop: () => void;
  try {
    stop = stream.begin((document) => {
      const isOpen = response.headersSent && !response.writableEnded;
      if (!isOpen || left <= 0 || response.writableNeedDrain) return false;
      left--;
      response.write(line(withoutPayload(document)));
      return true;
    });
  } catch (error) {
    if (error instanceof MapdError) return errorReply(409, error);
    throw error;
  }
  response.writeHead(200, { ...HEADERS, ...SECURITY_HEADERS });
  response.write(line(stream.first));
  const refill = setInterval(() => {
    left = MOST_PER_SECOND;
  }, 1000);
  const pulse = setInterval(pulseOf(response, cutOff), PULSE_MS);
  const over = (): void => {
    response.off("close", over);
    clearInterval(pulse);
    clearInterval(refill);
    clearTimeout(end);
    stop();
  };
  const end = setTimeout(() => {
    over();
    finish(response, cutOff);
  }, LONGEST_MS);
  response.once("close", over);
  return null;
}

/** Nothing may be written any more; what has been is the client's to read. */
function finish(response: ServerResponse, cutOff: () => void): void {
  const unread = setTimeout(() => {
    cutOff();
    response.destroy();
  }, UNREAD_TIMEOUT_MS);
  response.once("close", () => clearTimeout(unread));
  response.end();
}

type Pulsed = Pick<ServerResponse, "writableNeedDrain" | "write" | "destroy">;

/** What is done every PULSE_MS: a sign of life, or the end for who has not read for too long. */
export function pulseOf(response: Pulsed, cutOff: () => void): () => void {
  let unreadMs = 0;
  return () => {
    unreadMs = response.writableNeedDrain ? unreadMs + PULSE_MS : 0;
    if (unreadMs === 0) response.write("\n");
    if (unreadMs < UNREAD_TIMEOUT_MS) return;
    cutOff();
    response.destroy();
  };
}

function line(document: object): string {
  return `${JSON.stringify(document)}\n`;
}
