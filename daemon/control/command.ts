/** What the control socket can be asked for. The table of all commands is `commands.ts`. */
import type { z } from "zod";
import { issuesToDiagnostics } from "../config/issues.js";
import type { Config } from "../config/types.js";
import { MapdError } from "../errors.js";
import type { AskNat44 } from "../runtime/nat44-questions.js";
import type { RuleHits } from "../runtime/rule-hits.js";
import type { DaemonView, DomainView } from "../runtime/status.js";

/** A domain as commands see it; Domain has this shape. */
export interface ControlledDomain extends DomainView {
  readonly askNat44: AskNat44;
  /** Of the rules from index `from` up to `to`, all if left out, by name; null where `rule-counters` is off. */
  ruleHits(from?: number, to?: number): ReadonlyMap<string, RuleHits> | null;
}

/** A daemon as commands see it; Daemon has this shape. */
export interface ControlledDaemon extends DaemonView {
  readonly config: Config;
  readonly domains: readonly ControlledDomain[];
  readonly logLevel: string;
  setLogLevel(level: string): void;
}

export interface ControlCommand {
  readonly name: string;
  readonly summary: string;
  /** True where it changes what the daemon does, so that the log tells of it. */
  readonly changes?: true;
  /** True where it shows what subscribers send: it is for those who may change things, and the log tells of it. */
  readonly reveals?: true;
  /** Gives the result document, or a ControlStream of them. A MapdError reaches the client with its code, so that its exit status is the right one. */
  run(given: unknown): object | Promise<object>;
}

/** A command whose arguments have this schema; others are refused with MapdError `usage` and every finding. */
export function controlCommand<S extends z.ZodType>(
  name: string,
  summary: string,
  schema: S,
  run: (args: z.output<S>) => object | Promise<object>,
): ControlCommand {
  return {
    name,
    summary,
    run(given) {
      const parsed = schema.safeParse(given);
      if (parsed.success) return run(parsed.data);
      const context = { schema, input: given, base: [] };
      throw new MapdError("usage", `${name}: arguments that do not fit`, {
        diagnostics: issuesToDiagnostics(parsed.error.issues, context),
      });
    },
  };
}
