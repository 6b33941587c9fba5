/** The feed and further documents as hooks: asked for while they are on the screen, and then in step. */
import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "./client.js";
import type { Documents, SchemaName } from "./documents.js";
import { Feed, firstSnapshot, type Snapshot } from "./feed.js";

export function useFeed(): [Snapshot, (token: string) => void] {
  const [snapshot, setSnapshot] = useState(firstSnapshot);
  const feed = useRef<Feed | null>(null);
  useEffect(() => {
    const one = new Feed(setSnapshot);
    feed.current = one;
    one.start();
    return () => one.stop();
  }, []);
  return [snapshot, (token) => feed.current?.setToken(token)];
}

/** The document of `path`, anew every `every` answers of the feed; null before the first, or where there is none. */
export function usePolled<S extends SchemaName>(
  schema: S,
  path: string,
  { tick, token }: Snapshot,
  every: number,
): Documents[S] | null {
  const [known, setKnown] = useState<{ path: string; document: Documents[S] | null } | null>(null);
  const turn = Math.floor(tick / every);
  useEffect(() => {
    let isWanted = true;
    void ask(schema, path, token).then((answer) => {
      if (!isWanted || answer.kind === "gone") return;
      setKnown({ path, document: answer.kind === "document" ? answer.document : null });
    });
    return () => {
      isWanted = false;
    };
  }, [schema, path, token, turn]);
  return known?.path === path ? known.document : null;
}
