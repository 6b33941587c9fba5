/**
 * From one CE and port to the next: along the CEs, the hosts (addresses), the PSIDs of an address, or the ports of a CE.
 * PSIDs carry into the host; past either end it goes on at the other, and says so. Letters as in rule.ts.
 */
import { error } from "./diagnostic.js";
import { ruleFacts } from "./rule.js";
import type { Checked, Rule } from "./types.js";

export type StepAxis = "ce" | "host" | "psid" | "port";

/** Where along an axis; `by` may be negative, `to` counts from 0. */
export type Step = "first" | "last" | { readonly by: number } | { readonly to: number };

export interface Place {
  /** The CE's EA bits as a number. */
  readonly index: number;
  /** The port, counted among those of the CE: `portSetOf(...).at(portIndex)`. */
  readonly portIndex: number;
}

export interface Stepped {
  readonly place: Place;
  /** The step along PSIDs or CEs led to another host. */
  readonly carried: boolean;
  /** The step led past the end of the axis. */
  readonly wrapped: boolean;
}

/** An axis as a row of `size` places. */
interface Row {
  readonly size: number;
  readonly at: number;
  readonly place: (at: number) => Place;
}

/** Refuses only a place that is not in the rule, and a goal beyond the axis. */
export function stepPlace(rule: Rule, from: Place, axis: StepAxis, step: Step): Checked<Stepped> {
  const { ceCount, portsPerCe } = ruleFacts(rule);
  if (!isWithin(from.index, ceCount)) return beyond("index", from.index, ceCount);
  if (!isWithin(from.portIndex, portsPerCe))
    return beyond("port-index", from.portIndex, portsPerCe);
  const isRelative = typeof step === "object" && "by" in step;
  const row = rowOf(rule, from, axis, isRelative);
  const goal = goalOf(row, step);
  if (!isRelative && !isWithin(goal, row.size)) return beyond(axis, goal, row.size);
  const at = modulo(goal, row.size);
  const place = row.place(at);
  const value = {
    place,
    carried: axis !== "host" && hostOf(rule, place) !== hostOf(rule, from),
    wrapped: at !== goal,
  };
  return { ok: true, value, diagnostics: [] };
}

/** Relative steps along the PSIDs are steps along the CEs: that is the carry. */
function rowOf(rule: Rule, from: Place, axis: StepAxis, isRelative: boolean): Row {
  const { ceCount, portsPerCe, p, q } = ruleFacts(rule);
  const { index, portIndex } = from;
  const psids = 2 ** q;
  const psid = index % psids;
  if (axis === "port") {
    return { size: portsPerCe, at: portIndex, place: (at) => ({ index, portIndex: at }) };
  }
  if (axis === "host") {
    const place = (at: number): Place => ({ index: at * psids + psid, portIndex });
    return { size: 2 ** p, at: Math.floor(index / psids), place };
  }
  if (axis === "psid" && !isRelative) {
    const place = (at: number): Place => ({ index: index - psid + at, portIndex });
    return { size: psids, at: psid, place };
  }
  return { size: ceCount, at: index, place: (at) => ({ index: at, portIndex }) };
}

function goalOf({ size, at }: Row, step: Step): number {
  if (step === "first") return 0;
  if (step === "last") return size - 1;
  return "by" in step ? at + Math.trunc(step.by) : step.to;
}

function hostOf(rule: Rule, { index }: Place): number {
  return Math.floor(index / 2 ** ruleFacts(rule).q);
}

function modulo(value: number, size: number): number {
  const rest = value % size;
  return rest < 0 ? rest + size : rest;
}

function isWithin(value: number, size: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < size;
}

function beyond(what: string, value: number, size: number): Checked<never> {
  const message = `${what} ${value} is not in 0..${size - 1}`;
  return { ok: false, diagnostics: [error("step-range", what, message, "RFC 7597 §5.2")] };
}
