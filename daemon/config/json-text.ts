/** JSON is YAML, too, and what a program writes; the engine reads it many times faster than the YAML parser does. */

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** Deeper than any configuration; the YAML parser says what is wrong with such a text. */
const MAX_DEPTH = 32;

/**
 * The value of a text that is JSON; undefined where it is not, and where it says something that a value does not show:
 * a key that stands twice, or one that JavaScript objects do not hold as it is.
 */
export function readJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  // Of equal keys only the last is left in the value.
  return keysWritten(text) === keysOf(value, 0) ? value : undefined;
}

/** Colons outside strings; `text` is sound JSON. */
function keysWritten(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COLON) count++;
    else if (code === QUOTE) at = closingQuote(text, at + 1);
  }
  return count;
}

function closingQuote(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
    at += code === BACKSLASH ? 2 : 1;
  }
  return at;
}

/** Keys of all objects within; NaN, which equals nothing, where the text needs a closer look. */
function keysOf(value: unknown, depth: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (depth > MAX_DEPTH || Object.hasOwn(value, "__proto__")) return Number.NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += keysOf(item, depth + 1);
    return count;
  }
  for (const key in value) count += 1 + keysOf(Reflect.get(value, key), depth + 1);
  return count;
}
