/** One number with its formula and its source: a row of what why.ts and why-ce.ts give. */

export interface Reason {
  /** Stable, in camelCase: what `--json` and translations go by. */
  readonly key: string;
  /** Letter of the RFC, or empty. */
  readonly symbol: string;
  readonly label: string;
  /** Empty for a value that is given. */
  readonly formula: string;
  /** The formula with the values in it. */
  readonly filled: string;
  readonly value: string;
  /** Empty where no RFC speaks. */
  readonly rfc: string;
}

export const LENGTHS = "RFC 7597 §5.2";
export const PORTS = "RFC 7597 §5.1";
export const IDENTIFIER = "RFC 7597 §6";
/** An address that is not shared has all its ports. */
export const UNSHARED = "RFC 7597 §4";

/** A row of a table of reasons; `T` is what the values come from. */
export interface ReasonRow<T> {
  readonly key: string;
  readonly symbol?: string;
  readonly label: string;
  readonly formula?: string;
  readonly value: (of: T) => number | string;
  readonly rfc: string;
  /** Where the row applies; everywhere if left out. */
  readonly when?: (of: T) => boolean;
}

/** The rows that apply, filled in; `values` are those of the names that stand in the formulas. */
export function reasonsOf<T>(
  rows: readonly ReasonRow<T>[],
  of: T,
  values: Readonly<Record<string, number | string>>,
): Reason[] {
  return rows
    .filter(({ when }) => when?.(of) !== false)
    .map(({ key, symbol = "", label, formula = "", value, rfc }) => {
      const filled = fill(formula, values);
      return { key, symbol, label, formula, filled, value: String(value(of)), rfc };
    });
}

/** Puts the values in the place of their names; a text without one is no formula to fill in. */
function fill(formula: string, values: Readonly<Record<string, number | string>>): string {
  const names = new RegExp(`\\b(?:${Object.keys(values).join("|")})\\b`, "g");
  const filled = formula.replace(names, (name) => String(values[name]));
  return filled === formula ? "" : filled;
}
