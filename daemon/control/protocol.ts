/**
 * The control socket's protocol: one JSON object a line in, one JSON object a line out, in order.
 * `{"command":"status"}`, or `{"command":"top","arguments":{...}}`, gives `{"ok":true,"result":{...}}` or
 * `{"ok":false,"error":{"code":...,"message":...,"diagnostics":[...]}}`. A command that streams goes on with such lines,
 * and hears no more requests, until the client hangs up.
 */
import type { Diagnostic } from "../../src/map/types.js";
import type { MapdErrorCode } from "../errors.js";

/** Longest request, bytes; a client that sends more is told so and cut off. */
export const MAX_REQUEST_LEN = 64 * 1024;

/** A connection that says nothing for this long is closed, milliseconds. */
export const IDLE_TIMEOUT_MS = 30_000;

/** A client that does not read an answer for this long is cut off, milliseconds. */
export const UNREAD_TIMEOUT_MS = 5_000;

/** What more a stream has for a client that has not read this much yet, bytes, is lost. */
export const MAX_UNREAD_LEN = 1024 * 1024;

/** So many requests in a row that are none, and the client is cut off: it speaks something else. */
export const MAX_BAD_REQUESTS = 8;

/** One more is told so and cut off. */
export const MAX_CLIENTS = 32;

export interface ControlRequest {
  readonly command: string;
  /** As they came; each command judges its own. Empty where there were none. */
  readonly arguments: unknown;
}

/** A code of the protocol's own, or that of the MapdError that the command ended with. */
export type ControlErrorCode = "bad-request" | "unknown-command" | "failed" | MapdErrorCode;

export type ControlReply =
  | { readonly ok: true; readonly result: object }
  | { readonly ok: false; readonly error: ControlError };

export interface ControlError {
  /** From a newer daemon it may be one that this program does not know. */
  readonly code: string;
  readonly message: string;
  /** All findings, where there is more to say than one sentence. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses one request line; null where it is not a request. */
export function parseRequest(line: string): ControlRequest | null {
  const value = parseJson(line);
  if (typeof value !== "object" || value === null) return null;
  const command: unknown = Reflect.get(value, "command");
  const given: unknown = Reflect.get(value, "arguments");
  return typeof command === "string" ? { command, arguments: given ?? {} } : null;
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
  const code: unknown = Reflect.get(error, "code");
  const message: unknown = Reflect.get(error, "message");
  const diagnostics: unknown = Reflect.get(error, "diagnostics");
  if (typeof code !== "string" || typeof message !== "string") return null;
  const found = Array.isArray(diagnostics) ? diagnostics.filter(isDiagnostic) : [];
  return { ok: false, error: { code, message, diagnostics: found } };
}

export function failure(
  code: ControlErrorCode,
  message: string,
  diagnostics: readonly Diagnostic[] = [],
): ControlReply {
  return { ok: false, error: { code, message, diagnostics } };
}

function isDiagnostic(value: unknown): value is Diagnostic {
  if (typeof value !== "object" || value === null) return false;
  const severity: unknown = Reflect.get(value, "severity");
  const isText = (key: string): boolean => typeof Reflect.get(value, key) === "string";
  const rest = ["code", "path", "message", "rfc"];
  return (severity === "error" || severity === "warning") && rest.every(isText);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
