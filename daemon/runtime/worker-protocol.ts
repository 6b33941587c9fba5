/** What the main thread and a worker say to each other. Packets and counters never travel this way. */
import type { HostRow, ImportResult, Refusals } from "../../src/nat44/records.js";
import type { DomainSettings } from "../../src/pipeline/settings.js";
import type { TapStart } from "../trace/taps.js";
import type { Nat44Change } from "./nat44-life.js";
import type { Nat44Answers, Nat44Question, Nat44State } from "./nat44-questions.js";

/** A domain as a worker runs it. */
export interface WorkerDomain {
  /** `withoutRules()`: to take over very many would stop the packet loop. */
  readonly settings: DomainSettings;
  /** Another one each time that anything changes; records of traces name their rules by it. */
  readonly revision: number;
  /** Compiled rules, shared by all workers of the domain. */
  readonly table: SharedArrayBuffer;
  /** Packets by rule, one part a worker (rule-hits.ts); null where they are not counted. */
  readonly hits: SharedArrayBuffer | null;
}

/** Sessions of an earlier worker, or of an earlier mapd. */
export interface Restorable {
  readonly state: Uint8Array;
  /** Since the state was exported. */
  readonly elapsedMs: number;
}

/** What became of a `Restorable`; `problem` says why nothing did. */
export type Restored = ImportResult | { readonly problem: string };

/** `workerData` of a worker. The file descriptors belong to the main thread, so they outlive the worker. */
export interface WorkerStart {
  readonly domain: WorkerDomain;
  /** Of the worker among those of the domain. */
  readonly index: number;
  readonly fd: number;
  readonly wakeFd: number;
  /** Where IPv6 comes in by itself, or -1. */
  readonly intakeFd: number;
  readonly vnetHdr: boolean;
  /** TUN_F_* bits in force. */
  readonly offloads: number;
  /** The device cuts super-packets of IPv4 that lie inside IPv6: it has the classifier. */
  readonly cutsInsideTunnels: boolean;
  /** Float64Array of COUNTER_COUNT elements; the worker is its only writer. */
  readonly counters: SharedArrayBuffer;
  /** Float64Array as nat44-ports.ts has it; likewise. */
  readonly ports: SharedArrayBuffer;
  /** As loop-times.ts has it; likewise. */
  readonly loop: SharedArrayBuffer;
  /** As heartbeat.ts has it; likewise. */
  readonly heartbeat: SharedArrayBuffer;
  /** Those who trace its packets. */
  readonly taps: readonly TapStart[];
  /** Of the domain's own NAT44; null: it starts empty. */
  readonly restorable: Restorable | null;
}

export type ToWorker =
  /**
   * Take this domain from now on; answered by `configured` or `refused` with the same id. `undo`: it is the one before
   * the last, and its NAT44 is to be as it was.
   */
  | {
      readonly type: "configure";
      readonly id: number;
      readonly domain: WorkerDomain;
      readonly undo: boolean;
    }
  /** Answered by `answer` or `refused` with the same id. */
  | { readonly type: "ask"; readonly id: number; readonly question: Nat44Question }
  /** From now on packets are traced for these, and for nobody else. */
  | { readonly type: "trace"; readonly taps: readonly TapStart[] }
  /** Leave the loop; `stopped` is the last word. */
  | { readonly type: "stop" };

export type FromWorker =
  /** `restored`: null where there was nothing to restore. `threadId`: the kernel's, null where it cannot be known. */
  | {
      readonly type: "started";
      readonly restored: Restored | null;
      readonly threadId: number | null;
    }
  /** The device does not exist any more; sent once. */
  | { readonly type: "gone" }
  /** The pipeline threw; the packet at fault was counted as internal_error and the loop went on. */
  | { readonly type: "fault"; readonly message: string }
  /** NAT44 refused packets for want of ports or room; sent once a minute at most. */
  | { readonly type: "short"; readonly refusals: Refusals; readonly top: readonly HostRow[] }
  | { readonly type: "configured"; readonly id: number; readonly change: Nat44Change }
  | {
      readonly type: "answer";
      readonly id: number;
      readonly answer: Nat44Answers[Nat44Question["kind"]];
    }
  | { readonly type: "refused"; readonly id: number; readonly message: string }
  /** The last word, also of a loop that threw: with the state of NAT44, where there is one. */
  | { readonly type: "stopped"; readonly state: Nat44State | null };

/** Longest time in the kernel between two turns of the loop, so that ticks and heartbeats happen. */
export const WAIT_MS = 1000;

/**
 * Packets read, judged and written at once: enough for 64 flows in turn to have some each that can be merged, half of what
 * a TUN queue of the usual length holds.
 */
export const BATCH_SIZE = 256;
