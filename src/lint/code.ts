/** A row of the table of what lint finds, and makers, so that each row stands on few lines. */

export interface LintCode {
  readonly code: string;
  readonly severity: "error" | "warning";
  /** What it says. */
  readonly what: string;
  /** `RFC 7597 §5.2`, or empty where no RFC speaks. */
  readonly rfc: string;
  /** What to do. */
  readonly fix: string;
}

export function fault(code: string, rfc: string, what: string, fix: string): LintCode {
  return { code, severity: "error", what, rfc, fix };
}

export function advice(code: string, rfc: string, what: string, fix: string): LintCode {
  return { code, severity: "warning", what, rfc, fix };
}
