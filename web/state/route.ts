/** The part of the page that is shown, by the URL's hash: `#/calculator?rule=…`. */
import { useEffect, useState } from "preact/hooks";

export const TABS = ["calculator", "dhcp", "tools", "live"] as const;
export type Tab = (typeof TABS)[number];

export interface Route {
  readonly tab: Tab;
  /** What stands behind the `?` of the hash. */
  readonly query: string;
}

export function parseHash(hash: string): Route {
  const [, path = "", query = ""] = /^#?\/?([^?]*)\??(.*)$/.exec(hash) ?? [];
  return { tab: TABS.find((tab) => tab === path) ?? "calculator", query };
}

export function hashOf(tab: Tab, query: string): string {
  return query === "" ? `#/${tab}` : `#/${tab}?${query}`;
}

/** The route as the reader or a link sets it. What the page itself writes with `replaceHash()` does not come back. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseHash(location.hash));
  useEffect(() => {
    // Of the event, as the page may have written the address bar in between.
    const follow = ({ newURL }: HashChangeEvent): void => setRoute(parseHash(new URL(newURL).hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

/** Puts the state into the address bar without a step in the history. */
export function replaceHash(hash: string): void {
  if (location.hash !== hash) history.replaceState(null, "", hash);
}
