/** Listens to a command of the daemon that goes on answering. */
import { createConnection } from "node:net";
import { MapdError } from "../errors.js";
import { errorOf, unreachable } from "./client.js";
import { parseReply } from "./protocol.js";

/** How long the daemon may take to begin, milliseconds. */
const BEGIN_MS = 10_000;

/** The longest answer believed, bytes. */
const MAX_LINE_LEN = 4 * 1024 * 1024;

/**
 * Hands every answer to `onDocument`, the first one included, until `signal` ends it; then it resolves. Rejects as
 * `askDaemon()` does, where the daemon hangs up, and with what `onDocument` throws.
 */
export function listenToDaemon(
  socketPath: string,
  command: string,
  args: object,
  onDocument: (document: object) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = `${JSON.stringify({ command, arguments: args })}\n`;
    const socket = createConnection(socketPath, () => socket.write(request));
    const settle = (then: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      then();
    };
    const fail = (error: unknown): void => settle(() => reject(error));
    const hand = (document: object): void => {
      try {
        onDocument(document);
      } catch (error) {
        fail(error);
      }
    };
    const onAbort = (): void => settle(resolve);
    const lines = new Lines((line) => {
      // A stream that nothing happens in is silent, however long.
      socket.setTimeout(0);
      const reply = parseReply(line);
      if (reply === null) fail(notOurs(socketPath));
      else if (!reply.ok) fail(errorOf(reply.error));
      else if (!socket.destroyed) hand(reply.result);
    });
    socket.setTimeout(BEGIN_MS, () =>
      fail(new MapdError("daemon-unreachable", `mapd at ${socketPath} does not answer`)),
    );
    socket.on("data", (chunk: Buffer) => {
      if (!lines.add(chunk)) fail(notOurs(socketPath));
    });
    socket.on("error", (error: NodeJS.ErrnoException) => fail(unreachable(socketPath, error)));
    socket.on("close", () =>
      fail(new MapdError("daemon-unreachable", `mapd at ${socketPath} has hung up`)),
    );
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
  });
}

function notOurs(path: string): MapdError {
  return new MapdError("control-protocol", `${path} does not speak mapd's protocol`);
}

const NEWLINE = 0x0a;

/** Lines out of pieces. */
class Lines {
  readonly #onLine: (line: string) => void;
  readonly #pieces: Buffer[] = [];
  #len = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** False where a line grows too long. */
  add(chunk: Buffer): boolean {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#pieces.push(chunk.subarray(from, end));
      this.#onLine(Buffer.concat(this.#pieces).toString("utf8"));
      this.#pieces.length = 0;
      this.#len = 0;
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    if (rest.length > 0) this.#pieces.push(rest);
    this.#len += rest.length;
    return this.#len <= MAX_LINE_LEN;
  }
}
