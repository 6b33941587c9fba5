/** Names of other programs as ours: letters, digits and `_().-`, at most 63, each once for its kind. */

const LONGEST = 63;
/** Room for `-` and a number behind it. */
const LONGEST_STEM = 56;

export class NameTable {
  readonly #taken = new Set<string>();

  /** `wanted`, as near as it goes. */
  take(kind: "rule" | "domain", wanted: string): string {
    const legal = wanted.replace(/[^A-Za-z0-9_().-]+/g, "-").slice(0, LONGEST);
    const stem = legal === "" ? kind : legal;
    let name = stem;
    for (let n = 2; this.#taken.has(`${kind} ${name}`); n++) {
      name = `${stem.slice(0, LONGEST_STEM)}-${n}`;
    }
    this.#taken.add(`${kind} ${name}`);
    return name;
  }
}
