/** Failures that people meet: each has a code, an exit status and a message that says what to do. */
import type { Diagnostic } from "../src/map/types.js";

/** Exit statuses of `mapd` and `mapctl`. */
export const EXIT = {
  done: 0,
  failure: 1,
  usage: 2,
  unreachable: 3,
  notReady: 4,
  invalid: 5,
  notFound: 6,
} as const;

/** What each means, for help and manual pages. */
export const STATUSES: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "done",
  failure: "failed, or refused by the daemon; the message says why",
  usage: "a command line that makes no sense",
  unreachable: "no daemon answers",
  notReady: "the daemon runs but does not forward",
  invalid: "configuration, rule or address not valid",
  notFound: "what was asked for does not exist",
};

/** One row a code; the exit status follows from it. */
const ERROR_CODES = {
  /** A command line that makes no sense. */
  usage: EXIT.usage,
  /** Configuration, rule or address refused; `diagnostics` says why. */
  invalid: EXIT.invalid,
  /** Nobody listens on the control socket. */
  "daemon-unreachable": EXIT.unreachable,
  /** The daemon answered something that is not its protocol, or refused. */
  "control-protocol": EXIT.failure,
  /** The daemon runs but does not forward. */
  "not-ready": EXIT.notReady,
  /** What was asked for does not exist. */
  "not-found": EXIT.notFound,
  /** The running daemon understood, but cannot do that now; the message says why. */
  refused: EXIT.failure,
  /** The daemon serves as many clients as it may. */
  busy: EXIT.failure,
  /** Who asks may look, but change nothing. */
  "not-permitted": EXIT.failure,
  /** The domain has no NAT44: it is a BR, or NAT44 is off. */
  "no-nat44": EXIT.notFound,
  /** The state file cannot be written where the configuration wants it. */
  "state-file": EXIT.failure,
  /** The native addon is missing or does not fit this Node. */
  "addon-unavailable": EXIT.failure,
  /** /dev/net/tun is missing. */
  "tun-unavailable": EXIT.failure,
  /** The device's name is taken. */
  "tun-name-in-use": EXIT.failure,
  /** The kernel refused the device for another reason. */
  "tun-failed": EXIT.failure,
  /** Neither root nor CAP_NET_ADMIN. */
  "permission-denied": EXIT.failure,
  /** A program of the system (ip, sysctl) is missing or failed. */
  "system-command": EXIT.failure,
  /** Another mapd listens on the control socket, or it cannot be made. */
  "control-socket": EXIT.failure,
  /** The HTTP address cannot be listened on. */
  "http-listen": EXIT.failure,
  /** The port of PCP and NAT-PMP cannot be listened on. */
  "pcp-listen": EXIT.failure,
  /** A worker thread ended. */
  "worker-failed": EXIT.failure,
} as const;

export type MapdErrorCode = keyof typeof ERROR_CODES;

/** True for a code of the table: what another process sends may be anything. */
export function isMapdErrorCode(value: unknown): value is MapdErrorCode {
  return typeof value === "string" && Object.hasOwn(ERROR_CODES, value);
}

export interface MapdErrorDetails {
  /** All findings, where there is more to say than one sentence. */
  readonly diagnostics?: readonly Diagnostic[];
  readonly cause?: unknown;
}

/** A failure on the cold path. The message names the thing, the reason and the remedy. */
export class MapdError extends Error {
  readonly code: MapdErrorCode;
  readonly diagnostics: readonly Diagnostic[];

  constructor(code: MapdErrorCode, message: string, details: MapdErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "MapdError";
    this.code = code;
    this.diagnostics = details.diagnostics ?? [];
  }

  get exitStatus(): number {
    return ERROR_CODES[this.code];
  }
}

/** The `mapd.error/1` document. */
export interface ErrorDocument {
  readonly schema: "mapd.error/1";
  readonly diagnostics: readonly Diagnostic[];
}

/** An error as a document; one without diagnostics of its own becomes the one diagnostic. */
export function errorDocument(error: MapdError): ErrorDocument {
  const own: Diagnostic = {
    code: error.code,
    severity: "error",
    path: "",
    message: error.message,
    rfc: "",
  };
  return {
    schema: "mapd.error/1",
    diagnostics: error.diagnostics.length > 0 ? error.diagnostics : [own],
  };
}

/** `error: domains[0].mtu.ipv6: too small (RFC 8200 §5)`, as `--check` and `mapctl` print it. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const where = diagnostic.path === "" ? "" : `${diagnostic.path}: `;
  const source = diagnostic.rfc === "" ? "" : ` (${diagnostic.rfc})`;
  return `${diagnostic.severity}: ${where}${diagnostic.message}${source}`;
}
