/** Makers of findings, so that each reads as one line where it is found. */
import type { Diagnostic } from "./types.js";

export function error(code: string, path: string, message: string, rfc = ""): Diagnostic {
  return { code, severity: "error", path, message, rfc };
}

export function warning(code: string, path: string, message: string, rfc = ""): Diagnostic {
  return { code, severity: "warning", path, message, rfc };
}

export function hasError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/** `rules.metro` and `ea-len` give `rules.metro.ea-len`; an empty path gives the key alone. */
export function pathOf(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
