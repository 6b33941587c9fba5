/** Reads files of the kernel, many times a second. */
import { readFileSync } from "node:fs";

/**
 * Not "utf8" alone: of that Node 20 makes an object by a spread with one more key, for which V8 makes a hidden class each
 * time, 180 bytes that stay until the next collection of everything.
 */
const TEXT = { encoding: "utf8" } as const;

/** Throws where the file cannot be read. */
export function readText(path: string): string {
  return readFileSync(path, TEXT);
}
