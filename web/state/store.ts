/** The model as a hook: one for the whole page, followed by the address bar and followed by links. */
import { useCallback, useEffect, useLayoutEffect, useState } from "preact/hooks";
import {
  changeModel,
  FIRST_INPUTS,
  type Inputs,
  type Model,
  redo,
  startModel,
  undo,
} from "./model.js";
import { inputsOf, queryOf } from "./permalink.js";
import { hashOf, type Route, replaceHash } from "./route.js";

export interface Store {
  readonly model: Model;
  /** `tag` joins changes of one gesture into one step of the history; empty for a step of its own. */
  change(patch: (inputs: Inputs, model: Model) => Inputs, tag?: string): void;
  undo(): void;
  redo(): void;
}

/** Changes the rule from elsewhere on the page, and goes to where it is shown. */
export function showInCalculator(
  store: Store,
  patch: (inputs: Inputs, model: Model) => Inputs,
): void {
  store.change(patch);
  location.hash = hashOf("calculator", "");
}

export function useStore(route: Route): Store {
  const [model, setModel] = useState(() => startModel(inputsOf(route.query) ?? FIRST_INPUTS));
  // Before the next paint, so that a link never shows the rule before.
  useLayoutEffect(() => {
    const linked = inputsOf(route.query);
    if (linked === null) return;
    setModel((now) => (queryOf(now.good) === queryOf(linked) ? now : changeModel(now, linked, "")));
  }, [route]);
  useEffect(() => {
    // What links into the page brings a hash of its own; only the state's changes are written.
    if (route.tab !== "live") replaceHash(hashOf(route.tab, queryOf(model.good)));
  }, [model.good, route.tab]);
  const change = useCallback<Store["change"]>((patch, tag = "") => {
    setModel((now) => changeModel(now, patch(now.inputs, now), tag));
  }, []);
  return { model, change, undo: () => setModel(undo), redo: () => setModel(redo) };
}
