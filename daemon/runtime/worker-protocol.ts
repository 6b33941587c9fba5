/** What the main thread and a worker say to each other. Packets and counters never travel this way. */
import type { DomainSettings } from "../../src/pipeline/settings.js";

/** A domain as a worker runs it. */
export interface WorkerDomain {
  readonly settings: DomainSettings;
  /** Compiled rules, shared by all workers of the domain. */
  readonly table: SharedArrayBuffer;
}

/** `workerData` of a worker. The file descriptors belong to the main thread, so they outlive the worker. */
export interface WorkerStart {
  readonly domain: WorkerDomain;
  readonly fd: number;
  readonly wakeFd: number;
  readonly vnetHdr: boolean;
  /** TUN_F_* bits in force. */
  readonly offloads: number;
  /** Float64Array of COUNTER_COUNT elements; the worker is its only writer. */
  readonly counters: SharedArrayBuffer;
  /** Int32Array of one element, advanced by every turn of the loop. */
  readonly heartbeat: SharedArrayBuffer;
}

export type ToWorker =
  /** Take this domain from now on; answered by `configured` or `refused` with the same id. */
  | { readonly type: "configure"; readonly id: number; readonly domain: WorkerDomain }
  /** Leave the loop. */
  | { readonly type: "stop" };

export type FromWorker =
  | { readonly type: "started" }
  /** The pipeline threw; its batch was counted as internal_error and the loop went on. */
  | { readonly type: "fault"; readonly message: string }
  | { readonly type: "configured"; readonly id: number; readonly sessionsKept: boolean }
  | { readonly type: "refused"; readonly id: number; readonly message: string };

/** Longest time in the kernel between two turns of the loop, so that ticks and heartbeats happen. */
export const WAIT_MS = 1000;

/** Packets read, judged and written at once. */
export const BATCH_SIZE = 64;
