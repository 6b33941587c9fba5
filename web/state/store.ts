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

/** A slider moves faster than browsers let an address bar follow: Chromium ignores more than 200 changes in 10 s. */
const ADDRESS_BAR_MS = 100;

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
  const shown = hashOf(route.tab, queryOf(model.good));
  useEffect(() => {
    // What links into the live view brings a hash of its own.
    if (route.tab === "live") return;
    const write = (): void => replaceHash(shown);
    const timer = setTimeout(write, ADDRESS_BAR_MS);
    addEventListener("pagehide", write);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", write);
    };
  }, [shown, route.tab]);
  const change = useCallback<Store["change"]>((patch, tag = "") => {
    setModel((now) => changeModel(now, patch(now.inputs, now), tag));
  }, []);
  return { model, change, undo: () => setModel(undo), redo: () => setModel(redo) };
}
