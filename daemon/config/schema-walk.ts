/** Walks the zod schema: what it knows about keys, for messages, documentation and reload. */
import { z } from "zod";

type Schema = z.core.$ZodType;
export type Path = readonly PropertyKey[];

/** What a key's `.meta()` may carry beyond what JSON Schema knows. */
export interface KeyMeta {
  readonly description?: string | undefined;
  readonly "requires-restart"?: boolean | undefined;
  /** Default in words, where it depends on other keys. */
  readonly "default-text"?: string | undefined;
  readonly examples?: readonly unknown[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}

function definition(schema: Schema): z.core.$ZodTypes["_zod"]["def"] {
  // Every schema of zod is one of its own classes; the base type merely does not say so.
  return (schema as z.core.$ZodTypes)._zod.def;
}

/** The schema below defaults, optional and nullable. */
export function unwrap(schema: Schema): Schema {
  const def = definition(schema);
  switch (def.type) {
    case "default":
    case "prefault":
    case "optional":
    case "nullable":
      return unwrap(def.innerType);
    default:
      return schema;
  }
}

/** Keys of an object schema with their schemas; none for anything else. */
export function keysOf(schema: Schema): readonly (readonly [string, Schema])[] {
  const def = definition(unwrap(schema));
  return def.type === "object" ? Object.entries(def.shape) : [];
}

/** Schema of list elements or of record values, or null. */
export function elementOf(schema: Schema): Schema | null {
  const def = definition(unwrap(schema));
  if (def.type === "array") return def.element;
  return def.type === "record" ? def.valueType : null;
}

/** Schema at a path, or null where the path leaves what the schema names. */
export function schemaAt(schema: Schema, path: Path): Schema | null {
  let current: Schema | null = schema;
  for (const key of path) {
    if (current === null) return null;
    const found: readonly [string, Schema] | undefined = keysOf(current).find(
      ([name]) => name === key,
    );
    current = found === undefined ? elementOf(current) : found[1];
  }
  return current;
}

export function metaOf(schema: Schema): KeyMeta {
  return z.globalRegistry.get(schema) ?? {};
}

/** Value at a path of parsed YAML, or undefined. */
export function valueAt(root: unknown, path: Path): unknown {
  let current = root;
  for (const key of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) {
      return undefined;
    }
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}

/** `domains[0].mtu.ipv6`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else text += text === "" ? String(key) : `.${String(key)}`;
  }
  return text;
}
