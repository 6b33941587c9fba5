/** `mapctl reverse`: which CE gets packets to an IPv4 address and port. */
import { type Ce, ceFromIpv4Port } from "../../src/map/ce.js";
import { psidOfPort } from "../../src/map/port-set.js";
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import { portSetOf } from "../../src/map/rule.js";
import type { Rule } from "../../src/map/types.js";
import { formatIpv6 } from "../../src/wire/address.js";
import { EXIT, formatDiagnostic } from "../errors.js";
import type { CliCommand, CliContext, CliInput } from "./command.js";
import { writeFields, writeJson } from "./command.js";
import { RULE_ARGUMENT, RULE_OPTIONS, ruleSetArgument } from "./rule-argument.js";
import { chooseRule } from "./rule-choice.js";
import { ipv4PortValue } from "./values.js";

export const reverseCommand: CliCommand = {
  name: "reverse",
  summary: "Show which CE gets packets to an IPv4 address and port",
  arguments: [
    RULE_ARGUMENT,
    { name: "ipv4", description: "IPV4[:PORT]; an ICMP echo id is a port", required: true },
  ],
  options: RULE_OPTIONS,
  schema: "mapd.reverse/1",
  examples: [
    "mapctl reverse '2001:db8::/40 192.0.2.0/24 16 6' 192.0.2.18:1232",
    "mapctl reverse /etc/mapd/mapd.yaml 192.0.2.18:1232",
  ],
  run: runReverse,
};

async function runReverse(input: CliInput, context: CliContext): Promise<number> {
  const { addr4, port } = ipv4PortValue(input.arguments[1] ?? "");
  const query = { ipv4: addr4, ...(port === null ? {} : { port }) };
  const set = await ruleSetArgument(input, context);
  const { rule, diagnostics } = chooseRule(set, query);
  const found = ceFromIpv4Port(rule, addr4, port);
  const ce = found.ok ? found.value : null;
  const all = [...diagnostics, ...found.diagnostics];
  const psid = psidOf(rule, port);
  const place = ce === null || port === null ? null : placeOf(rule, ce, port);
  if (context.json) {
    writeJson(context, {
      schema: "mapd.reverse/1",
      forwardable: found.ok,
      rule: rule.name,
      psid,
      endUserIpv6Prefix: ce === null ? null : formatIpv6Prefix(ce.endUserPrefix),
      mapIpv6: ce === null ? null : formatIpv6(ce.mapIpv6),
      place,
      diagnostics: all,
    });
    return EXIT.done;
  }
  const name = set.rules.length > 1 ? rule.name : null;
  writeFields(context, fields(ce, psid, place, name));
  for (const diagnostic of all) context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  return EXIT.done;
}

/** What the port's bits say, also where no CE has the port; null where addresses are not shared. */
function psidOf(rule: Rule, port: number | null): number | null {
  if (rule.psidLen === 0 || port === null) return null;
  return psidOfPort(port, rule.psidOffset, rule.psidLen);
}

/** Where the port stands in the CE's set; ranges count from 1. */
interface PortPlace {
  readonly portIndex: number;
  readonly range: readonly [number, number];
  readonly rangeNumber: number;
  readonly ranges: number;
}

function placeOf(rule: Rule, ce: Ce, port: number): PortPlace {
  const set = portSetOf(rule, ce.psid);
  const ranges = set.ranges();
  const at = ranges.findIndex(([, last]) => port <= last);
  return {
    portIndex: set.indexOf(port),
    range: ranges[at]!,
    rangeNumber: at + 1,
    ranges: ranges.length,
  };
}

function fields(
  ce: Ce | null,
  psid: number | null,
  place: PortPlace | null,
  rule: string | null,
): readonly (readonly [string, string])[] {
  const rows: (readonly [string, string])[] = [
    ["forwardable", ce === null ? "no" : "yes"],
    ["PSID", psid === null ? "none" : `${psid} (0x${psid.toString(16).padStart(2, "0")})`],
    ["end-user IPv6 prefix", ce === null ? "none" : formatIpv6Prefix(ce.endUserPrefix)],
    ["MAP address", ce === null ? "none" : formatIpv6(ce.mapIpv6)],
  ];
  if (rule !== null) rows.unshift(["rule", rule]);
  if (place === null) return rows;
  const { range, rangeNumber, ranges } = place;
  return [...rows, ["port range", `${range[0]}-${range[1]}, ${rangeNumber} of ${ranges}`]];
}
