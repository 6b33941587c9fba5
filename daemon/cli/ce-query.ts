/** Options that name a CE, and steps from it to another one. */

import type { Ce } from "../../src/map/ce.js";
import { ceFromIndex } from "../../src/map/ce.js";
import { eaOfCe } from "../../src/map/ea.js";
import { type CeQuery, findCe } from "../../src/map/find-ce.js";
import { portSetOf } from "../../src/map/rule.js";
import {
  type Place,
  type Step,
  type StepAxis,
  type Stepped,
  stepPlace,
} from "../../src/map/step.js";
import type { Diagnostic, Rule } from "../../src/map/types.js";
import { MapdError } from "../errors.js";
import { type CliInput, type CliOption, textOption } from "./command.js";
import { accept } from "./rule-argument.js";
import { ipv4Value, ipv6PrefixValue, ipv6Value, portValue, wholeValue } from "./values.js";

const AXES = ["ce", "host", "psid", "port"] as const satisfies readonly StepAxis[];

export const QUERY_OPTIONS: readonly CliOption[] = [
  { flags: "--end-user-prefix <prefix>", description: "the CE with this delegated IPv6 prefix" },
  { flags: "--ipv6 <address>", description: "the CE with this IPv6 address" },
  { flags: "--index <n>", description: "the CE with these EA bits, as a number" },
  { flags: "--ea <n>", description: "the same; 0x1234 is a number, too" },
  { flags: "--ipv4 <address>", description: "the CE with this IPv4 address" },
  {
    flags: "--host <n>",
    description: "the CE with this IPv4 suffix, counted from the rule's first",
  },
  { flags: "--psid <n>", description: "with --ipv4 or --host: the CE's PSID" },
  { flags: "--port <n>", description: "with --ipv4 or --host: a port of the CE" },
];

export const STEP_OPTIONS: readonly CliOption[] = [
  { flags: "--first <axis>", description: "the first of these instead", choices: AXES },
  { flags: "--previous <axis>", description: "the one before instead", choices: AXES },
  { flags: "--next <axis>", description: "the one behind instead", choices: AXES },
  { flags: "--last <axis>", description: "the last one instead", choices: AXES },
  { flags: "--by <n>", description: "with --previous and --next: so many; 1 if left out" },
];

export interface FoundCe {
  readonly ce: Ce;
  /** Of the ports of the CE, the one that is looked at. */
  readonly port: number;
  readonly place: Place;
  /** null where no step was asked for. */
  readonly step: (Stepped & { readonly axis: StepAxis }) | null;
  readonly diagnostics: readonly Diagnostic[];
}

export function ceQuery(input: CliInput): CeQuery {
  const parsed = <T>(name: string, parse: (text: string) => T): T | undefined => {
    const text = textOption(input, name);
    return text === undefined ? undefined : parse(text);
  };
  return {
    endUserPrefix: parsed("endUserPrefix", (text) => ipv6PrefixValue(text, "end-user-ipv6-prefix")),
    ipv6: parsed("ipv6", ipv6Value),
    index: parsed("index", (text) => wholeValue(text, "index")),
    ea: parsed("ea", (text) => wholeValue(text, "EA")),
    ipv4: parsed("ipv4", ipv4Value),
    host: parsed("host", (text) => wholeValue(text, "host")),
    psid: parsed("psid", (text) => wholeValue(text, "PSID")),
    port: parsed("port", portValue),
  };
}

/** The CE of query and step, or null where nothing was asked; a step alone begins at the first CE. */
export function foundCe(rule: Rule, query: CeQuery, input: CliInput): FoundCe | null {
  const asked = stepOf(input);
  const isEmpty = Object.values(query).every((value) => value === undefined);
  if (isEmpty && asked === null) return null;
  const found = isEmpty ? ceFromIndex(rule, 0) : findCe(rule, query);
  refuseSenseless(found.diagnostics);
  const ce = accept(found);
  const ports = portSetOf(rule, ce.psid);
  const portIndex = query.port === undefined ? 0 : ports.indexOf(query.port);
  const place = { index: eaOfCe(rule, ce).ea, portIndex };
  const { diagnostics } = found;
  if (asked === null) return { ce, port: ports.at(portIndex), place, step: null, diagnostics };
  const stepped = accept(stepPlace(rule, place, asked.axis, asked.step));
  const goal = accept(ceFromIndex(rule, stepped.place.index));
  return {
    ce: goal,
    port: portSetOf(rule, goal.psid).at(stepped.place.portIndex),
    place: stepped.place,
    step: { ...stepped, axis: asked.axis },
    diagnostics,
  };
}

/** Options that name no CE, or two: that is no fault of the rule. */
function refuseSenseless(diagnostics: readonly Diagnostic[]): void {
  const found = diagnostics.filter(
    ({ code }) => code === "ce-incomplete" || code === "facts-disagree",
  );
  const [first] = found;
  if (first !== undefined) throw new MapdError("usage", first.message, { diagnostics: found });
}

function stepOf(input: CliInput): { readonly axis: StepAxis; readonly step: Step } | null {
  const byText = textOption(input, "by");
  const by = wholeValue(byText ?? "1", "by");
  const steps: readonly (readonly [string, Step])[] = [
    ["first", "first"],
    ["previous", { by: -by }],
    ["next", { by }],
    ["last", "last"],
  ];
  const given = steps.flatMap(([name, step]) => {
    const axis = AXES.find((word) => word === textOption(input, name));
    return axis === undefined ? [] : [{ axis, step }];
  });
  if (given.length > 1) {
    throw new MapdError("usage", "give one of --first, --previous, --next and --last");
  }
  const [step] = given;
  if (byText !== undefined && typeof step?.step !== "object") {
    throw new MapdError("usage", "--by needs --previous or --next");
  }
  return step ?? null;
}
