/** Collects what is wrong, so that everything is reported at once. */
import type { Diagnostic } from "./types.js";

export class Findings {
  readonly #list: Diagnostic[] = [];
  readonly #seen = new Set<string>();

  error(code: string, path: string, message: string, rfc = ""): void {
    this.add({ code, severity: "error", path, message, rfc });
  }

  warning(code: string, path: string, message: string, rfc = ""): void {
    this.add({ code, severity: "warning", path, message, rfc });
  }

  /** The same finding is kept once, such as the one that two domains make about one rule. */
  add(...diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) {
      const key = JSON.stringify(diagnostic);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.#list.push(diagnostic);
    }
  }

  get list(): readonly Diagnostic[] {
    return this.#list;
  }

  get failed(): boolean {
    return this.#list.some((diagnostic) => diagnostic.severity === "error");
  }
}
