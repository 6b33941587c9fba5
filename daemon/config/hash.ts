/** Identity of an effective configuration, and its immutability. */
import { createHash } from "node:crypto";

const HASH_LEN = 12;

/** The same for two files that mean the same, whatever their order of keys, comments and spelling. */
export function configHash(effective: unknown): string {
  const digest = createHash("sha256").update(canonicalJson(effective)).digest("hex");
  return digest.slice(0, HASH_LEN);
}

/** JSON with sorted keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
