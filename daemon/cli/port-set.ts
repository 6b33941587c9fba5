/** `mapctl ports RULE`: the ports of a PSID, without a daemon. */
import { ceFromIndex } from "../../src/map/ce.js";
import { error } from "../../src/map/diagnostic.js";
import { isExcludedPort, type PortSet, psidOfPort } from "../../src/map/port-set.js";
import { portSetOf, ruleFacts } from "../../src/map/rule.js";
import type { Rule } from "../../src/map/types.js";
import { ruleValues } from "../control/show/rules.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import { writeRanges } from "./calc-output.js";
import {
  type CliContext,
  type CliInput,
  type CliOption,
  textOption,
  writeFields,
  writeJson,
} from "./command.js";
import { accept, RULE_OPTIONS, ruleArgument } from "./rule-argument.js";
import { portValue, wholeValue } from "./values.js";

export const PORT_SET_SCHEMA = "mapd.port-set/1";

export const PORT_SET_OPTIONS: readonly CliOption[] = [
  ...RULE_OPTIONS,
  { flags: "--psid <n>", description: "with RULE: the ports of this PSID" },
  { flags: "--index <n>", description: "with RULE: the ports of the CE with these EA bits" },
  { flags: "--port <n>", description: "with RULE: the ports of the PSID that has this one" },
  { flags: "--nth <i>", description: "with RULE: the port with this number, from 0" },
];

const NAMES = ["config", "iid", "psid", "index", "port", "nth"] as const;

/** Options that say nothing without a rule are refused, rather than ignored. */
export function refuseRuleOptions(input: CliInput): void {
  const given = NAMES.find((name) => textOption(input, name) !== undefined);
  if (given === undefined) return;
  throw new MapdError("usage", `--${given} needs a RULE; without one the daemon is asked`);
}

export async function showPortSet(input: CliInput, context: CliContext): Promise<number> {
  const { rule, diagnostics } = await ruleArgument(input, context);
  const psid = chosenPsid(rule, input);
  const set = portSetOf(rule, psid);
  const nth = nthPort(set, input);
  const port = portPlace(rule, set, input);
  const usable = set.count - (set.contains(0) ? 1 : 0);
  const { excludedPorts } = ruleFacts(rule);
  if (context.json) {
    const counts = { psid, count: set.count, usable, excludedPorts };
    const head = { schema: PORT_SET_SCHEMA, rule: ruleValues(rule), ...counts };
    writeJson(context, { ...head, ranges: set.ranges(), nth, port, diagnostics });
    return EXIT.done;
  }
  const ranges = set.ranges();
  writeFields(context, [
    ["PSID", psid === null ? "none" : `${psid} (0x${psid.toString(16).padStart(2, "0")})`],
    ["ports", `${set.count} in ${ranges.length === 1 ? "1 range" : `${ranges.length} ranges`}`],
    ["usable", usable === set.count ? String(usable) : `${usable}; port 0 is not`],
    ["excluded", String(excludedPorts)],
    ...(nth === null ? [] : [[`port number ${nth.index}`, String(nth.port)] as const]),
    ...(port === null ? [] : [[`port ${port.port}`, placeText(port)] as const]),
  ]);
  writeRanges(context, ranges);
  for (const diagnostic of diagnostics) context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  return EXIT.done;
}

/** null where the address is not shared. */
function chosenPsid(rule: Rule, input: CliInput): number | null {
  const [index, psid, port] = ["index", "psid", "port"].map((name) => textOption(input, name));
  if (index !== undefined) {
    if (psid !== undefined) throw new MapdError("usage", "give one of --index and --psid");
    return accept(ceFromIndex(rule, wholeValue(index, "index"))).psid;
  }
  if (rule.psidLen === 0) return null;
  if (psid !== undefined) return checkedPsid(rule, wholeValue(psid, "PSID"));
  if (port !== undefined) return psidOfGiven(rule, portValue(port));
  if (rule.psid !== null) return rule.psid;
  const most = 2 ** rule.psidLen - 1;
  throw new MapdError("usage", `whose ports? give --psid 0..${most}, --index or --port`);
}

function checkedPsid(rule: Rule, psid: number): number {
  const most = 2 ** rule.psidLen - 1;
  if (psid <= most) return psid;
  const found = error("psid-range", "psid", `PSID ${psid} is not in 0..${most}`, "RFC 7597 §5.1");
  return accept({ ok: false, diagnostics: [found] });
}

function psidOfGiven({ psidOffset: a, psidLen: k }: Rule, port: number): number {
  if (!isExcludedPort(port, a, k)) return psidOfPort(port, a, k);
  const message = `port ${port} is below ${2 ** (16 - a)} and belongs to no CE with psid-offset ${a}`;
  const found = error("port-excluded", "port", message, "RFC 7597 §5.1");
  return accept({ ok: false, diagnostics: [found] });
}

interface PortAt {
  readonly index: number;
  readonly port: number;
}

function nthPort(set: PortSet, input: CliInput): PortAt | null {
  const text = textOption(input, "nth");
  if (text === undefined) return null;
  const index = wholeValue(text, "nth");
  if (index < set.count) return { index, port: set.at(index) };
  throw new MapdError("usage", `port number ${index} is not in 0..${set.count - 1}`);
}

interface PortPlace {
  readonly port: number;
  /** Number in the set; null for a port of another PSID or of nobody. */
  readonly index: number | null;
  /** Who has it; null where nobody has, or the address is not shared. */
  readonly psid: number | null;
}

function portPlace(rule: Rule, set: PortSet, input: CliInput): PortPlace | null {
  const text = textOption(input, "port");
  if (text === undefined) return null;
  const port = portValue(text);
  const { psidOffset: a, psidLen: k } = rule;
  const index = set.contains(port) ? set.indexOf(port) : null;
  const psid = k === 0 || isExcludedPort(port, a, k) ? null : psidOfPort(port, a, k);
  return { port, index, psid };
}

function placeText({ index, psid }: PortPlace): string {
  if (index !== null) return `number ${index}`;
  return psid === null ? "nobody's" : `PSID ${psid}'s`;
}
