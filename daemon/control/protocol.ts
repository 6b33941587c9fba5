/**
 * The control socket's protocol: one JSON object a line in, one JSON object a line out, in order.
 * `{"command":"status"}` gives `{"ok":true,"result":{...}}` or `{"ok":false,"error":{"code":...,"message":...}}`.
 */

/** Longest request, bytes; a client that sends more is told so and cut off. */
export const MAX_REQUEST_LEN = 64 * 1024;

/** A connection that says nothing for this long is closed, milliseconds. */
export const IDLE_TIMEOUT_MS = 30_000;

export const MAX_CLIENTS = 32;

export interface ControlRequest {
  readonly command: string;
}

export type ControlErrorCode = "bad-request" | "unknown-command" | "failed";

export type ControlReply =
  | { readonly ok: true; readonly result: object }
  | {
      readonly ok: false;
      readonly error: { readonly code: ControlErrorCode; readonly message: string };
    };

/** Parses one request line; null where it is not a request. */
export function parseRequest(line: string): ControlRequest | null {
  const value = parseJson(line);
  if (typeof value !== "object" || value === null) return null;
  const command: unknown = Reflect.get(value, "command");
  return typeof command === "string" ? { command } : null;
}

/** Parses one reply line; null where it is not a reply. */
export function parseReply(line: string): ControlReply | null {
  const value = parseJson(line);
  if (typeof value !== "object" || value === null) return null;
  const result: unknown = Reflect.get(value, "result");
  if (Reflect.get(value, "ok") === true && typeof result === "object" && result !== null) {
    return { ok: true, result };
  }
  const error: unknown = Reflect.get(value, "error");
  if (typeof error !== "object" || error === null) return null;
  const message: unknown = Reflect.get(error, "message");
  return typeof message === "string"
    ? failure(errorCode(Reflect.get(error, "code")), message)
    : null;
}

export function failure(code: ControlErrorCode, message: string): ControlReply {
  return { ok: false, error: { code, message } };
}

function errorCode(value: unknown): ControlErrorCode {
  return value === "bad-request" || value === "unknown-command" ? value : "failed";
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
