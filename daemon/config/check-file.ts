/** `mapd --check FILE` and `mapctl check FILE`: every finding in words, and the verdict as exit status. */
import type { Writable } from "node:stream";
import { EXIT, formatDiagnostic } from "../errors.js";
import { loadConfig } from "./load.js";

/** Writes one line a finding; returns 0 (warnings are allowed) or 5. */
export async function checkFile(path: string, stderr: Writable): Promise<number> {
  const checked = await loadConfig(path);
  for (const diagnostic of checked.diagnostics) {
    stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  }
  return checked.ok ? EXIT.done : EXIT.invalid;
}
