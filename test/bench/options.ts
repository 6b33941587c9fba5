/** The command line of the bench. */
import { parseArgs } from "node:util";

export interface Options {
  readonly rounds: number;
  /** Of one measurement in the network. */
  readonly seconds: number;
  readonly only: RegExp | null;
  readonly list: boolean;
  readonly help: boolean;
  readonly smoke: boolean;
  readonly json: string;
  /** A result whose tables go into docs/performance.md, instead of measuring. */
  readonly table: string | null;
}

export const USAGE = `npm run bench -- [options]
  --rounds N       rounds, each of which measures every case once (default 3)
  --seconds N      seconds of one measurement (default 2)
  --only PATTERN   only cases whose name matches the regular expression; what they are compared with comes along
  --list           the names of all cases, what they are, and how long they take
  --smoke          one short round of a few cases: does the bench itself work?
  --json PATH      where the result goes (default bench-result.json)
  --table PATH     measures nothing; puts the tables of a result into docs/performance.md
`;

export function parseOptions(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      only: { type: "string" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      smoke: { type: "boolean", default: false },
      json: { type: "string", default: "bench-result.json" },
      table: { type: "string" },
    },
  });
  const { smoke, list, help, json } = values;
  return {
    rounds: positive("rounds", values.rounds, smoke ? 1 : 3),
    seconds: positive("seconds", values.seconds, smoke ? 1 : 2),
    only: values.only === undefined ? null : new RegExp(values.only),
    list,
    help,
    smoke,
    json,
    table: values.table ?? null,
  };
}

/** iperf3, too, counts in whole seconds. */
function positive(name: string, text: string | undefined, preset: number): number {
  if (text === undefined) return preset;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} must be a whole number above 0, not "${text}"`);
}
