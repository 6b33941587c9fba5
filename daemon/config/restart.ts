/** Which changes a reload cannot make: the keys that the schema marks with `requires-restart`. */
import type { z } from "zod";
import { canonicalJson } from "./hash.js";
import { configSchema, domainSchema } from "./schema.js";
import { formatPath, keysOf, metaOf, type Path, valueAt } from "./schema-walk.js";
import type { Config } from "./types.js";

/**
 * Paths of the changed keys that need a restart, such as `domains.metro-br.tun.queues`; domains are
 * matched by name, and a domain that comes or goes is no such change.
 */
export function changesNeedingRestart(before: Config, after: Config): string[] {
  const changed = differing(configSchema, before.document, after.document).map(formatPath);
  for (const domain of after.document.domains) {
    const old = before.document.domains.find((other) => other.name === domain.name);
    if (old === undefined) continue;
    const paths = differing(domainSchema, old, domain);
    changed.push(...paths.map((path) => formatPath(["domains", domain.name, ...path])));
  }
  return changed;
}

/** Marked keys whose values differ. */
function differing(schema: z.core.$ZodType, before: unknown, after: unknown): Path[] {
  return markedPaths(schema, []).filter((path) => {
    const one = valueAt(before, path) ?? null;
    return canonicalJson(one) !== canonicalJson(valueAt(after, path) ?? null);
  });
}

function markedPaths(schema: z.core.$ZodType, path: Path): Path[] {
  return keysOf(schema).flatMap(([key, child]): Path[] => {
    const at = [...path, key];
    return metaOf(child)["requires-restart"] === true ? [at] : markedPaths(child, at);
  });
}
