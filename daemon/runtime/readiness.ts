/** Whether the daemon should get packets. */
import type { DrainStatus } from "./drain.js";

/**
 * `starting`, then `ready`; `degraded` while something is wrong, `draining` while somebody wants it out of service,
 * `stopped` from the moment on at which it forwards no more.
 */
export type Phase = "starting" | "ready" | "degraded" | "draining" | "stopped";

export interface Readiness {
  readonly phase: Phase;
  readonly ready: boolean;
  /** Why not ready; empty when ready. */
  readonly reasons: readonly string[];
  /** Names of the domains that have their marker routes. */
  readonly announced: readonly string[];
  /** null while the daemon is in service. */
  readonly drain: DrainStatus | null;
}
