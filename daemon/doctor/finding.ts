/** What the doctor says of one thing that it has looked at. */

/** `unknown`: it could not be looked at, and the message says why. */
export const SEVERITIES = ["ok", "info", "warning", "error", "unknown"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Found {
  readonly severity: Severity;
  readonly message: string;
  /** The line of a command's output that shows it, or null. */
  readonly evidence: string | null;
  /** The command that mends it, or null where there is nothing to mend or no one command does. */
  readonly remedy: string | null;
}

export interface Finding extends Found {
  /** Id of the check. */
  readonly check: string;
  /** null: it is about the host. */
  readonly domain: string | null;
}

export function ok(message: string, evidence: string | null = null): Found {
  return { severity: "ok", message, evidence, remedy: null };
}

export function info(message: string, evidence: string | null = null): Found {
  return { severity: "info", message, evidence, remedy: null };
}

export function unknown(message: string, evidence: string | null = null): Found {
  return { severity: "unknown", message, evidence, remedy: null };
}

export function warning(message: string, evidence: string | null, remedy: string | null): Found {
  return { severity: "warning", message, evidence, remedy };
}

export function error(message: string, evidence: string | null, remedy: string | null): Found {
  return { severity: "error", message, evidence, remedy };
}
