/** What a round finds out, and how it is told to people. */
import type { LabMode } from "./plan.js";

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** One line, with the figures, or why not. */
  readonly detail: string;
  /** The figures again, for programs: camelCase names that end in their unit. */
  readonly figures: Readonly<Record<string, number>>;
}

export interface ModeReport {
  readonly ok: boolean;
  readonly seconds: number;
  readonly checks: readonly Check[];
}

/** The document of `npm start -- --once --json`. */
export interface LabReport {
  readonly schema: "mapd.lab/1";
  readonly ok: boolean;
  readonly modes: Readonly<Partial<Record<LabMode, ModeReport>>>;
}

export interface Finding {
  readonly ok: boolean;
  readonly detail: string;
  readonly figures?: Readonly<Record<string, number>>;
}

/** Runs one check; what it throws is its failure, so that the others still run. */
export async function check(name: string, look: () => Promise<Finding>): Promise<Check> {
  try {
    const { ok, detail, figures } = await look();
    return { name, ok, detail, figures: figures ?? {} };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { name, ok: false, detail: message.replaceAll("\n", " | "), figures: {} };
  }
}

export function line(result: Check): string {
  return `  ${result.ok ? "ok  " : "FAIL"} ${result.name.padEnd(14)} ${result.detail}`;
}
