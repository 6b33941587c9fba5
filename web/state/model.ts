/**
 * What the page knows: what was typed, and the last rule that could be made of it. Plain values and functions; the hook
 * is in store.ts.
 */
import { ceFromIndex } from "../../src/map/ce.js";
import { portSetOf, ruleFacts } from "../../src/map/rule.js";
import type { Diagnostic, Rule } from "../../src/map/types.js";
import { checkDraft, type Draft, draftOfText } from "./draft.js";

export type MapMode = "map-t" | "map-e";

export interface Inputs {
  readonly draft: Draft;
  /** EA bits of the CE that is shown, as a number. */
  readonly ce: number;
  /** Index of the port that is shown in the CE's port set. */
  readonly port: number;
  readonly mode: MapMode;
  readonly dmr: string;
  readonly br: string;
  /** The rule to compare with, as a rule string; empty for none. */
  readonly other: string;
}

export interface Model {
  readonly inputs: Inputs;
  /** The last inputs that gave a rule: what is shown, saved and linked to. */
  readonly good: Inputs;
  readonly rule: Rule;
  /** About `inputs`, whether they give a rule or not. */
  readonly findings: readonly Diagnostic[];
  /** False where `inputs` give no rule and the results are those of `good`. */
  readonly isCurrent: boolean;
  readonly past: readonly Inputs[];
  readonly future: readonly Inputs[];
  /** Changes with the same tag one after another are one step of the history. */
  readonly lastTag: string;
}

const FIRST_RULE = "example_1|2001:db8::|40|192.0.2.0|24|16|6";
const HISTORY = 100;

export const FIRST_INPUTS: Inputs = firstInputs();

function firstInputs(): Inputs {
  const draft = draftOfText(FIRST_RULE);
  if (draft === null) throw new Error("the first rule is no rule");
  return {
    draft,
    ce: 0,
    port: 0,
    mode: "map-t",
    dmr: "2001:db8:ffff::/64",
    br: "2001:db8:ffff::1",
    other: "",
  };
}

/** A model of inputs that may be of no use; then the first example is behind them. */
export function startModel(inputs: Inputs): Model {
  const first = checkDraft(FIRST_INPUTS.draft);
  if (!first.ok) throw new Error("the first rule is no rule");
  const base: Model = {
    inputs: FIRST_INPUTS,
    good: FIRST_INPUTS,
    rule: first.value,
    findings: first.diagnostics,
    isCurrent: true,
    past: [],
    future: [],
    lastTag: "",
  };
  return { ...settle(base, inputs), past: [], future: [] };
}

/** The model after a change; the one before can be undone to, unless both have the same tag. */
export function changeModel(model: Model, inputs: Inputs, tag: string): Model {
  if (inputs === model.inputs) return model;
  const isSameStep = tag !== "" && tag === model.lastTag;
  const past = isSameStep ? model.past : [...model.past, model.good].slice(-HISTORY);
  return { ...settle(model, inputs), past, future: [], lastTag: tag };
}

export function undo(model: Model): Model {
  const before = model.isCurrent ? model.past.at(-1) : model.good;
  if (before === undefined) return model;
  const past = model.isCurrent ? model.past.slice(0, -1) : model.past;
  return { ...settle(model, before), past, future: [model.inputs, ...model.future], lastTag: "" };
}

export function redo(model: Model): Model {
  const [next, ...future] = model.future;
  if (next === undefined) return model;
  return { ...settle(model, next), past: [...model.past, model.good], future, lastTag: "" };
}

function settle(model: Model, wanted: Inputs): Model {
  const checked = checkDraft(wanted.draft);
  if (!checked.ok) {
    return { ...model, inputs: wanted, findings: checked.diagnostics, isCurrent: false };
  }
  const inputs = { ...wanted, ...fitting(checked.value, wanted) };
  return {
    ...model,
    inputs,
    good: inputs,
    rule: checked.value,
    findings: checked.diagnostics,
    isCurrent: true,
  };
}

/** CE and port as the rule has them: a rule with fewer CEs shows its last one. */
function fitting(rule: Rule, { ce, port }: Inputs): Pick<Inputs, "ce" | "port"> {
  const index = Math.max(0, Math.min(ce, ruleFacts(rule).ceCount - 1));
  const found = ceFromIndex(rule, index);
  const ports = portSetOf(rule, found.ok ? found.value.psid : null);
  return { ce: index, port: Math.max(0, Math.min(port, ports.count - 1)) };
}
