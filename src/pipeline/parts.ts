/** What a pipeline is made of besides its addresses; the same for all four. */
import type { ErrorSender } from "../translate/error-sender.js";
import type { PortCacheOptions } from "../translate/fragment/port-cache.js";
import type { Limits } from "../translate/limits.js";
import type { Output } from "./packet-io.js";

export interface Parts {
  readonly limits: Limits;
  readonly output: Output;
  readonly counters: Float64Array;
  readonly errors: ErrorSender;
  /** IPv4 sources for ICMP errors from nodes without an IPv4 address (RFC 6791 §3); never empty. */
  readonly errorSources4: readonly number[];
  /** What becomes of fragments besides their ports. */
  readonly fragments: PortCacheOptions;
  /** Unsigned 32-bit. */
  readonly random: () => number;
}
