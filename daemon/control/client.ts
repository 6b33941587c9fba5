/** Asks the daemon through its control socket. */
import { createConnection } from "node:net";
import { isMapdErrorCode, MapdError } from "../errors.js";
import { type ControlError, parseReply } from "./protocol.js";

const TIMEOUT_MS = 10_000;

/** Longest answer believed, bytes. */
const MAX_REPLY_LEN = 64 * 1024 * 1024;

/**
 * Sends one command and gives its result document. Rejects with MapdError `daemon-unreachable` where
 * nobody answers, `control-protocol` where the answer makes no sense, and with the daemon's own error
 * where it refuses.
 */
export async function askDaemon(
  socketPath: string,
  command: string,
  args: object = {},
  timeoutMs: number = TIMEOUT_MS,
): Promise<object> {
  const request = `${JSON.stringify({ command, arguments: args })}\n`;
  const line = await exchange(socketPath, request, timeoutMs);
  const reply = parseReply(line);
  if (reply === null) {
    throw new MapdError("control-protocol", `${socketPath} does not speak mapd's protocol`);
  }
  if (!reply.ok) throw errorOf(reply.error);
  return reply.result;
}

/** What the daemon refused with. */
export function errorOf({ code, message, diagnostics }: ControlError): MapdError {
  if (isMapdErrorCode(code)) return new MapdError(code, message, { diagnostics });
  return new MapdError("control-protocol", `mapd refused: ${message}`, { diagnostics });
}

function exchange(path: string, request: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const socket = createConnection(path, () => socket.write(request));
    const fail = (error: MapdError): void => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(timeoutMs, () =>
      fail(new MapdError("daemon-unreachable", `mapd at ${path} does not answer`)),
    );
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received > MAX_REPLY_LEN) {
        fail(new MapdError("control-protocol", `the answer of ${path} is too long`));
      } else if (chunk.includes("\n")) {
        socket.destroy();
        resolve(Buffer.concat(chunks).toString("utf8").split("\n", 1)[0] ?? "");
      }
    });
    socket.on("error", (error: NodeJS.ErrnoException) => fail(unreachable(path, error)));
    socket.on("close", () =>
      reject(new MapdError("daemon-unreachable", `mapd at ${path} hung up without an answer`)),
    );
  });
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: "no mapd runs there; start it, or name its socket with --socket or MAPD_SOCKET",
  ECONNREFUSED: "nobody listens (a killed mapd left the socket); start mapd again",
  EAGAIN: "more clients wait than it can accept at once; try again in a moment",
  EACCES: "you may not use the socket; become root or join the socket's group",
};

/** A failure of the socket, with what to do. */
export function unreachable(path: string, error: NodeJS.ErrnoException): MapdError {
  const remedy = REMEDIES[error.code ?? ""] ?? error.message;
  return new MapdError("daemon-unreachable", `cannot reach mapd at ${path}: ${remedy}`, {
    cause: error,
  });
}
