/** Reads a JSON object key by key, and says at the end which keys nobody asked for. */
import type { Findings } from "../map/findings.js";
import { leftOut } from "./model.js";

type Block = Readonly<Record<string, unknown>>;

function isBlock(value: unknown): value is Block {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text as a JSON object; undefined, with the reason in `findings`, where it is none. */
export function readJson(text: string, findings: Findings): JsonFields | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    findings.error("import-syntax", "", `this is no JSON: ${reason}`);
    return undefined;
  }
  if (isBlock(value)) return new JsonFields(value, "", findings);
  findings.error("import-syntax", "", "must be a JSON object");
  return undefined;
}

export class JsonFields {
  readonly path: string;
  readonly #values = new Map<string, unknown>();
  readonly #findings: Findings;
  /** Keys as written, by the name that they are asked for. */
  readonly #unread = new Map<string, string>();

  constructor(block: Block, path: string, findings: Findings) {
    this.path = path;
    this.#findings = findings;
    for (const [key, value] of Object.entries(block)) {
      // RFC 7951 §4: names may carry their module. Jool does not care about capitals.
      const name = key.slice(key.indexOf(":") + 1).toLowerCase();
      this.#values.set(name, value);
      this.#unread.set(name, key);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string | undefined {
    return this.#take(name, (value) => typeof value === "string", "text");
  }

  whole(name: string): number | undefined {
    // Some servers write numbers as text.
    const value = this.#values.get(name);
    if (typeof value === "string" && /^[0-9]{1,10}$/.test(value)) {
      this.#unread.delete(name);
      return Number(value);
    }
    return this.#take(name, (one) => Number.isInteger(one), "a whole number");
  }

  flag(name: string): boolean | undefined {
    return this.#take(name, (value) => typeof value === "boolean", "true or false");
  }

  block(name: string): JsonFields | undefined {
    const value: Block | undefined = this.#take(name, isBlock, "an object");
    return value && new JsonFields(value, this.#pathOf(name), this.#findings);
  }

  /** Objects of a list; others in it are errors. */
  blocks(name: string): readonly JsonFields[] {
    const list: readonly unknown[] = this.#take(name, Array.isArray, "a list") ?? [];
    return list.flatMap((value, index) => {
      const path = `${this.#pathOf(name)}[${index}]`;
      if (isBlock(value)) return [new JsonFields(value, path, this.#findings)];
      this.#findings.error("import-syntax", path, "must be an object");
      return [];
    });
  }

  texts(name: string): readonly string[] | undefined {
    const isTexts = (value: unknown): boolean =>
      Array.isArray(value) && value.every((item) => typeof item === "string");
    return this.#take(name, isTexts, "a list of texts");
  }

  /** Keys that mean nothing to a MAP configuration. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#unread.delete(name);
  }

  /** The value of a key that must be there. */
  required<T>(name: string, value: T | undefined): T | undefined {
    if (!this.has(name)) {
      this.#findings.error("import-incomplete", this.#pathOf(name), "is missing");
    }
    return value;
  }

  /** To be called last: what was not asked for is not taken over. */
  sayRest(): void {
    for (const key of this.#unread.values()) {
      leftOut(this.#findings, this.#pathOf(key), "mapd has no counterpart to this");
    }
  }

  #take<T>(name: string, fits: (value: unknown) => boolean, what: string): T | undefined {
    this.#unread.delete(name);
    const value = this.#values.get(name);
    if (value === undefined || value === null) return undefined;
    if (fits(value)) return value as T;
    this.#findings.error("import-syntax", this.#pathOf(name), `must be ${what}`);
    return undefined;
  }

  #pathOf(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }
}
