/** `mapctl plan solve`: EA length, offset, PSID length, ratio and ports from each other. */
import { type Solution, type SolveInput, solveRule } from "../../src/map/solve.js";
import { EXIT } from "../errors.js";
import {
  type CliCommand,
  type CliInput,
  type CliOption,
  textOption,
  writeJson,
} from "./command.js";
import { accept } from "./rule-argument.js";
import { type Column, writeTable } from "./table.js";
import { wholeValue } from "./values.js";

interface SolveOption extends CliOption {
  readonly key: keyof SolveInput;
  /** camelCase, as the command line gives it. */
  readonly name: string;
}

const OPTIONS: readonly SolveOption[] = [
  { key: "ipv6Len", name: "ipv6Len", flags: "--ipv6-len <n>", description: "rule IPv6 prefix, n" },
  { key: "ipv4Len", name: "ipv4Len", flags: "--ipv4-len <n>", description: "rule IPv4 prefix, r" },
  { key: "eaLen", name: "eaLen", flags: "--ea-len <n>", description: "EA length, o" },
  {
    key: "endUserPrefixLen",
    name: "endUserPrefixLen",
    flags: "--end-user-prefix-len <n>",
    description: "n + o",
  },
  { key: "psidOffset", name: "psidOffset", flags: "--psid-offset <n>", description: "a" },
  { key: "psidLen", name: "psidLen", flags: "--psid-len <n>", description: "k" },
  {
    key: "sharingRatio",
    name: "sharingRatio",
    flags: "--sharing-ratio <n>",
    description: "CEs on an address, 2^k",
  },
  {
    key: "portsPerCe",
    name: "ports",
    flags: "--ports <n>",
    description: "ports of a CE, at least",
  },
  {
    key: "contiguousPorts",
    name: "contiguous",
    flags: "--contiguous <n>",
    description: "ports of a range, at least",
  },
];

export const planSolveCommand: CliCommand = {
  name: "plan solve",
  summary:
    "Find EA length, PSID offset and PSID length from whichever lengths and wishes are known",
  arguments: [],
  options: OPTIONS.map(({ flags, description }) => ({ flags, description })),
  schema: "mapd.plan-solve/1",
  examples: [
    "mapctl plan solve --ipv4-len 24 --ports 250 --end-user-prefix-len 56",
    "mapctl plan solve --ipv4-len 24 --ea-len 16 --sharing-ratio 64",
  ],
  async run(input, context) {
    const solutions = accept(solveRule(solveInput(input)));
    if (context.json) {
      writeJson(context, { schema: "mapd.plan-solve/1", solutions, diagnostics: [] });
    } else writeTable(context, COLUMNS, solutions);
    return EXIT.done;
  },
};

function solveInput(input: CliInput): SolveInput {
  const given = OPTIONS.flatMap(({ key, name }) => {
    const text = textOption(input, name);
    return text === undefined ? [] : [[key, wholeValue(text, name)] as const];
  });
  return Object.fromEntries(given);
}

function orOpen(value: number | null): string {
  return value === null ? "?" : String(value);
}

const COLUMNS: readonly Column<Solution>[] = [
  { title: "n", right: true, text: ({ ipv6Len }) => orOpen(ipv6Len) },
  { title: "r", right: true, text: ({ ipv4Len }) => orOpen(ipv4Len) },
  { title: "o", right: true, text: ({ eaLen }) => orOpen(eaLen) },
  { title: "n+o", right: true, text: ({ endUserPrefixLen }) => orOpen(endUserPrefixLen) },
  { title: "a", right: true, text: (one) => (one.psidLen === 0 ? "-" : String(one.psidOffset)) },
  { title: "k", right: true, text: ({ psidLen }) => String(psidLen) },
  { title: "CEs/address", right: true, text: ({ sharingRatio }) => String(sharingRatio) },
  { title: "ports/CE", right: true, text: ({ portsPerCe }) => String(portsPerCe) },
  { title: "ranges", right: true, text: ({ rangesPerCe }) => String(rangesPerCe) },
  { title: "run", right: true, text: ({ rangeLen }) => String(rangeLen) },
  { title: "excluded", right: true, text: ({ excludedPorts }) => String(excludedPorts) },
];
