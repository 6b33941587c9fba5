import type { BlockPool } from "./block-pool.js";

/** How much a class that follows fragments may remember; all of it is taken when it is made. */
export interface FragmentLimits {
  /** Datagrams followed at once. */
  readonly datagrams: number;
  readonly datagramsPerSource: number;
  readonly fragmentsPerDatagram: number;
  /** Bytes of held fragments, counted in blocks of BLOCK_LEN. */
  readonly memory: number;
  readonly memoryPerSource: number;
  /** From the first fragment that arrives, whichever it is (RFC 8200 §4.5, RFC 1122 §3.3.2). */
  readonly timeout4Ms: number;
  readonly timeout6Ms: number;
}

/**
 * One source can take an eighth of the memory and a sixteenth of the table. Of IPv4 the timeout is short: its
 * identification has 16 bits, and comes round in seconds (RFC 4963 §3).
 */
export const DEFAULT_FRAGMENT_LIMITS: FragmentLimits = {
  datagrams: 4096,
  datagramsPerSource: 256,
  // 65535 bytes in fragments for MTU 1500 are 45; a kernel whose route is narrower cuts each in two, and
  // a translator the larger of them again.
  fragmentsPerDatagram: 144,
  memory: 4 * 1024 * 1024,
  memoryPerSource: 512 * 1024,
  timeout4Ms: 30_000,
  timeout6Ms: 60_000,
};

/** Told of every held fragment that will never be sent, so that it is counted as dropped. */
export interface LostFragments {
  /** `family` 4 or 6 is the one that the fragment came in with; `pool` has it still under the name `fragment`. */
  lost(dropCode: number, family: number, pool: BlockPool, fragment: number): void;
}
