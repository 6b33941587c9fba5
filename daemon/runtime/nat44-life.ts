/** The NAT44 of a worker's domain, and what becomes of its sessions when the configuration changes. */
import type { Nat44 } from "../../src/nat44/nat44.js";
import type { ImportResult } from "../../src/nat44/records.js";
import { createNat44 } from "../../src/pipeline/create.js";
import type { DomainSettings } from "../../src/pipeline/settings.js";
import { type Nat44Identity, nat44Identity, sameIdentity } from "./identity.js";

/** How long the NAT44 before a change of settings is kept in case the change is undone, milliseconds. */
const UNDO_MS = 60_000;

/** What a change did to the sessions. */
export interface Nat44Change {
  /** False where the address or the port set is another one, or NAT44 was or is off. */
  readonly kept: boolean;
  /** Sessions that ended by it, and explicit mappings that the changed NAT44 could not take over. */
  readonly ended: number;
}

interface Former {
  readonly settings: DomainSettings;
  readonly nat44: Nat44;
  /** Until when the change may be undone. */
  readonly untilMs: number;
}

/** A state of the object below, made aside so that it can be given up. */
export interface Nat44Next {
  readonly settings: DomainSettings;
  readonly nat44: Nat44 | null;
  /** The NAT44 of the CE's former address, or null. */
  readonly retired: Nat44 | null;
  readonly former: Former | null;
  readonly change: Nat44Change;
}

const NOTHING_ENDS: Nat44Change = { kept: true, ended: 0 };

export class Nat44Life {
  readonly #random: () => number;
  #settings: DomainSettings;
  #nat44: Nat44 | null;
  #former: Former | null = null;

  constructor(settings: DomainSettings, random: () => number) {
    this.#random = random;
    this.#settings = settings;
    this.#nat44 = this.#create(settings);
  }

  /** null on a BR and where NAT44 is off. */
  get nat44(): Nat44 | null {
    return this.#nat44;
  }

  get identity(): Nat44Identity | null {
    return nat44Identity(this.#settings);
  }

  /**
   * What `settings` would make of the sessions: they stay where address and port set do, and come back where those are
   * the former ones. With `undo` the NAT44 before the last change comes back as it was, if it was of these settings.
   */
  prepare(settings: DomainSettings, undo: boolean, nowMs: number): Nat44Next {
    const before = this.#nat44;
    const former = this.#former;
    if (key(settings) === key(this.#settings)) {
      const retired = retiredOf(former, settings);
      return { settings, nat44: before, retired, former, change: NOTHING_ENDS };
    }
    if (undo && former !== null && key(settings) === key(former.settings)) {
      const { nat44 } = former;
      return { settings, nat44, retired: null, former: null, change: NOTHING_ENDS };
    }
    const nat44 = this.#create(settings);
    const kept = sameIdentity(nat44Identity(settings), this.identity);
    const source = kept ? before : cameBack(former, settings);
    const state = source?.exportState(nowMs);
    const lost = state === undefined ? 0 : (nat44?.importState(state, 0, nowMs).lost ?? 0);
    const replaced =
      before === null
        ? null
        : { settings: this.#settings, nat44: before, untilMs: nowMs + UNDO_MS };
    return {
      settings,
      nat44,
      retired: nat44 === null ? null : retiredOf(replaced, settings),
      former: replaced,
      change: { kept, ended: lost + (kept ? 0 : (before?.sessions ?? 0)) },
    };
  }

  take({ settings, nat44, former }: Nat44Next): void {
    this.#settings = settings;
    this.#nat44 = nat44;
    this.#former = former;
    if (settings.role === "ce" && settings.nat44 !== null) {
      nat44?.setTimeouts(settings.nat44.timeoutsMs);
    }
  }

  /** Takes over a saved state. Throws where the state cannot be read, and is empty then. */
  restore(state: Uint8Array, elapsedMs: number, nowMs: number): ImportResult {
    if (this.#nat44 === null) return { sessions: 0, mappings: 0, lost: 0 };
    try {
      return this.#nat44.importState(state, elapsedMs, nowMs);
    } catch (error) {
      this.#nat44 = this.#create(this.#settings);
      throw error;
    }
  }

  /**
   * Lets the former NAT44 go: that of another address when its last session has ended by its timer, so that until then
   * its hosts can be told, and its sessions can come back.
   */
  tick(nowMs: number): void {
    const former = this.#former;
    if (former === null) return;
    former.nat44.expire(nowMs);
    const isOver = isOf(former, this.#settings)
      ? nowMs >= former.untilMs
      : former.nat44.sessions === 0;
    if (isOver) this.#former = null;
  }

  #create(settings: DomainSettings): Nat44 | null {
    return settings.role === "ce" ? createNat44(settings, this.#random) : null;
  }
}

/** The former NAT44 where its address or port set is another than that of the settings. */
function retiredOf(former: Former | null, settings: DomainSettings): Nat44 | null {
  if (former === null) return null;
  return isOf(former, settings) ? null : former.nat44;
}

/** The former NAT44 where the settings go back to its address and port set. */
function cameBack(former: Former | null, settings: DomainSettings): Nat44 | null {
  if (former === null) return null;
  return isOf(former, settings) ? former.nat44 : null;
}

function isOf(former: Former, settings: DomainSettings): boolean {
  return sameIdentity(nat44Identity(former.settings), nat44Identity(settings));
}

/** Equal where NAT44 may go on as the object that it is: same address, port set and settings but for timeouts. */
function key(settings: DomainSettings): string {
  const nat44 = settings.role === "ce" ? settings.nat44 : null;
  return JSON.stringify([nat44Identity(settings), nat44], (name, value: unknown) =>
    name === "timeoutsMs" ? undefined : value,
  );
}
