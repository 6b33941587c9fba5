/**
 * Watches the packet loop for those who trace: gathers what each packet was and became, asks everybody's filter, and
 * puts what is wanted into their rings. Packets never wait for it; what finds no room is lost to the trace alone.
 */
import type { RuleTable } from "../../map/rule-table.js";
import { FROM_MAPD, FROM_WAITING, type Observer, WRITTEN } from "../../pipeline/observer.js";
import { FORWARDED, HEADROOM } from "../../pipeline/packet-io.js";
import type { BlockPool } from "../../translate/fragment/block-pool.js";
import { TUN_WRITE_FAILED } from "../../verdict.js";
import * as virtio from "../../wire/virtio.js";
import type { Arena } from "../arena.js";
import { Draft, MAX_PARTS } from "./draft.js";
import type { Filter, FilterContext, Seen } from "./filter.js";
import { type Judged, writeRecord } from "./record.js";
import type { TraceRing } from "./ring.js";

/** A packet, its segments or datagram, fragments that one lets go, and what becomes of those. */
const LEVELS = 4;

/** The longest packet there is. */
export const WHOLE = 65_575;

/** Room of a draft beside the packet as it was: what a whole one may become, headers of all pieces included. */
const DRAFT_LEN = 2 * WHOLE;

/** Somebody who traces. */
export interface Watcher {
  readonly filter: Filter;
  /** Only dropped packets. */
  readonly dropsOnly: boolean;
  /** Bytes of each packet. */
  readonly snapLen: number;
  readonly ring: TraceRing;
}

/** The rules that packets are judged by; `revision` names them. */
export interface TappedDomain extends FilterContext {
  readonly revision: number;
}

export class Tap implements Observer {
  readonly #arena: Arena;
  readonly #view: DataView;
  readonly #watchers: readonly Watcher[];
  readonly #clock: () => number;
  readonly #dropsOnly: boolean;
  readonly #snapLen: number;
  readonly #drafts: readonly Draft[];
  /** Of what is dropped or refused while others are judged. */
  readonly #aside: Draft;
  /** Scratch for fragments that waited. */
  readonly #held = new DataView(new ArrayBuffer(HEADROOM + WHOLE));
  #domain: TappedDomain;
  #depth = 0;
  /** The first packet in the arena's list that no draft has. */
  #outAt = 0;

  /** `clock`: milliseconds since 1970, with a fraction. */
  constructor(
    arena: Arena,
    domain: TappedDomain,
    watchers: readonly Watcher[],
    clock: () => number,
  ) {
    this.#arena = arena;
    this.#view = new DataView(arena.memory.buffer);
    this.#domain = domain;
    this.#watchers = watchers;
    this.#clock = clock;
    this.#dropsOnly = watchers.every((watcher) => watcher.dropsOnly);
    this.#snapLen = Math.max(...watchers.map(({ snapLen }) => snapLen));
    const capacity = Math.min(MAX_PARTS * this.#snapLen, DRAFT_LEN);
    this.#drafts = Array.from({ length: LEVELS }, () => new Draft(capacity));
    this.#aside = new Draft(capacity);
  }

  /** From now on packets are judged by these rules. */
  setDomain(domain: TappedDomain): void {
    this.#domain = domain;
  }

  entered(slot: number, at: number, end: number, origin: number): void {
    const base = slot * this.#arena.slotLen;
    this.#open(base + at, base + end, origin);
    const draft = this.#current();
    // A packet that is dropped can be copied afterwards.
    if (draft !== null && !this.#dropsOnly) this.#keepInput(draft);
  }

  left(verdict: number): void {
    const draft = this.#current();
    if (draft !== null && (verdict < 0 || !this.#dropsOnly)) {
      if (!draft.hasInput) this.#keepInput(draft);
      this.#collect();
      this.#publish(draft, verdict);
    }
    this.#close();
  }

  /** The loop gives up the packet that it read, and with it whatever was being judged of it: one drop, as it is counted. */
  abandoned(verdict: number): void {
    while (this.#depth > 1) this.#close();
    if (this.#depth > 0) this.left(verdict);
  }

  lost(dropCode: number, pool: BlockPool, fragment: number): void {
    const len = pool.len(fragment);
    pool.copy(fragment, 0, len, this.#held, HEADROOM);
    virtio.write(this.#held, HEADROOM, 0, virtio.GSO_NONE, 0, 0, 0, 0);
    const draft = this.#aside;
    draft.begin(FROM_WAITING, HEADROOM, HEADROOM + len);
    draft.keepInput(new Uint8Array(this.#held.buffer), this.#held, this.#snapLen);
    this.#publish(draft, dropCode);
  }

  /** The kernel has refused a packet that was to be written, which lies in [at, end) of the arena's memory. */
  refused(at: number, end: number): void {
    const draft = this.#aside;
    draft.begin(WRITTEN, at, end);
    this.#keepInput(draft);
    this.#publish(draft, TUN_WRITE_FAILED);
  }

  /** What is emitted until `spoken()` is mapd's own. */
  speaking(): void {
    this.#open(0, 0, FROM_MAPD);
  }

  spoken(): void {
    const draft = this.#current();
    this.#collect();
    if (draft !== null && draft.outputs > 0 && !this.#dropsOnly) this.#publish(draft, FORWARDED);
    this.#close();
  }

  /** The arena's list is about to be written, and forgotten. */
  flushing(): void {
    this.#collect();
    this.#outAt = 0;
  }

  #current(): Draft | null {
    return this.#depth > 0 && this.#depth <= LEVELS ? this.#drafts[this.#depth - 1]! : null;
  }

  #open(inputAt: number, inputEnd: number, origin: number): void {
    this.#collect();
    this.#outAt = this.#arena.outCount;
    this.#depth++;
    this.#current()?.begin(origin, inputAt, inputEnd);
  }

  #close(): void {
    this.#depth--;
    this.#outAt = this.#arena.outCount;
  }

  #keepInput(draft: Draft): void {
    draft.keepInput(this.#arena.memory, this.#view, this.#snapLen);
  }

  /** What was emitted since is of the packet at hand. */
  #collect(): void {
    const draft = this.#current();
    const { outStarts, outEnds, outCount, memory } = this.#arena;
    if (draft !== null && this.#outAt < outCount) {
      if (!draft.hasInput && draft.origin !== FROM_MAPD) this.#keepInput(draft);
      for (let i = this.#outAt; i < outCount; i++) {
        draft.keepOutput(memory, this.#view, outStarts[i]!, outEnds[i]!, this.#snapLen);
      }
    }
    this.#outAt = outCount;
  }

  #publish(draft: Draft, verdict: number): void {
    draft.readFacts();
    const seen: Seen = {
      verdict,
      family: familyOf(draft),
      facts: draft.facts,
      count: draft.count,
    };
    let judged: Judged | null = null;
    for (const watcher of this.#watchers) {
      if (watcher.dropsOnly && verdict >= 0) continue;
      if (!watcher.filter.wants(seen, this.#domain)) continue;
      judged ??= this.#judgedOf(draft, verdict);
      writeRecord(watcher.ring, draft, watcher.snapLen, judged);
    }
  }

  #judgedOf(draft: Draft, verdict: number): Judged {
    const { table, revision } = this.#domain;
    return {
      verdict,
      timeMs: this.#clock(),
      revision,
      ruleFrom: ruleFrom(draft, table),
      ruleTo: ruleTo(draft, verdict, table),
    };
  }
}

function familyOf(draft: Draft): number {
  if (!draft.hasInput) return 0;
  return draft.facts[0]!.isIpv6 ? 6 : 4;
}

/** Index of the rule of the CE that the packet comes from, by the lookup that judged it; -1: none. */
function ruleFrom(draft: Draft, table: RuleTable): number {
  const facts = draft.facts[0]!;
  if (!draft.hasInput || draft.origin === WRITTEN) return -1;
  return facts.isIpv6 ? table.indexOf(table.lookup6(facts.source6)) : -1;
}

/** Likewise of the CE that it goes to. */
function ruleTo(draft: Draft, verdict: number, table: RuleTable): number {
  const isForwarded = verdict === FORWARDED && draft.hasInput && draft.count > 1;
  const last = isForwarded ? draft.facts[1]! : draft.facts[0]!;
  if (last.isIpv6) {
    const isOnItsWay = isForwarded || draft.origin === WRITTEN || !draft.hasInput;
    return isOnItsWay ? table.indexOf(table.lookup6(last.destination6)) : -1;
  }
  if (!last.isIpv4 || isForwarded) return -1;
  return table.indexOf(table.lookup4(last.destination4, last.destinationPort));
}
