/** `mapctl trace`: packets as they pass, before and after, with verdict and rule. */
import { parseFilter, TERMS } from "../../src/tun/trace/filter-text.js";
import { MapdError } from "../errors.js";
import { type CliCommand, type CliContext, type CliInput, isGiven, textOption } from "./command.js";
import { OUTPUT_OPTION, showTrace, type TraceLimits } from "./trace-output.js";
import { wholeValue } from "./values.js";

const LIMIT_OPTIONS = [
  { flags: "--count <n>", description: "end after so many packets" },
  { flags: "--duration <seconds>", description: "end after so long" },
];

export const traceCommand: CliCommand = {
  name: "trace",
  summary: "Show packets as they pass, before and after, with verdict and rule",
  arguments: [
    {
      name: "filter",
      description: `terms that all have to hold: ${Object.values(TERMS).join("; ")}`,
      required: false,
      variadic: true,
      completions: Object.keys(TERMS),
    },
  ],
  options: [
    { flags: "--domain <name>", description: "only this domain" },
    {
      flags: "--drops",
      description: "only packets that are dropped, which costs the others least",
    },
    ...LIMIT_OPTIONS,
    { flags: "--full", description: "whole packets, not their first 256 bytes" },
    OUTPUT_OPTION,
  ],
  schema: "mapd.trace/1",
  examples: [
    "mapctl trace --drops --count 20",
    "mapctl trace host 192.0.2.18 and port 1232 -o subscriber.pcapng",
    "mapctl trace --domain metro-br reason too_big --json",
  ],
  run: runTrace,
};

async function runTrace(input: CliInput, context: CliContext): Promise<number> {
  const filter = input.arguments.filter((word) => word !== undefined);
  const parsed = parseFilter(filter);
  if (!parsed.ok) {
    throw new MapdError("usage", parsed.diagnostics.map(({ message }) => message).join("; "));
  }
  const args = {
    filter,
    domain: textOption(input, "domain") ?? null,
    drops: isGiven(input, "drops"),
    full: isGiven(input, "full"),
  };
  return await showTrace("trace", args, textOption(input, "output"), limitsOf(input), context);
}

export const mirrorCommand: CliCommand = {
  name: "mirror",
  summary: "Show every packet of one subscriber, whole",
  arguments: [],
  options: [
    {
      flags: "--host <address>",
      description:
        "host of a CE's LAN; or IPV4:PORT on a border relay, for the CE that it belongs to",
    },
    { flags: "--ce <prefix>", description: "CE by its IPv6 prefix or MAP address" },
    { flags: "--domain <name>", description: "only this domain" },
    ...LIMIT_OPTIONS,
    OUTPUT_OPTION,
  ],
  schema: "mapd.trace/1",
  examples: [
    "mapctl mirror --host 192.0.2.18:1232 -o subscriber.pcapng",
    "mapctl mirror --ce 2001:db8:12:3400::/56 -o - | tshark -r -",
  ],
  async run(input, context) {
    const args = {
      host: textOption(input, "host") ?? null,
      ce: textOption(input, "ce") ?? null,
      domain: textOption(input, "domain") ?? null,
    };
    if ((args.host === null) === (args.ce === null)) {
      throw new MapdError("usage", "name one subscriber: --host ADDRESS or --ce PREFIX");
    }
    return await showTrace("mirror", args, textOption(input, "output"), limitsOf(input), context);
  },
};

const MS = 1000;

function limitsOf(input: CliInput): TraceLimits {
  const count = wholeValue(textOption(input, "count") ?? "0", "count");
  const seconds = textOption(input, "duration") ?? "0";
  if (!/^[0-9]{1,6}(\.[0-9]+)?$/.test(seconds)) {
    throw new MapdError("usage", `--duration "${seconds}" is no number of seconds`);
  }
  return { count, durationMs: Number(seconds) * MS };
}
