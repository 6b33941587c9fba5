/** `mapctl analyse`: what an IPv6 address says under a rule. */
import { type Analysis, analyseAddress } from "../../src/map/analyse.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Diagnostic, Rule } from "../../src/map/types.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import { EXIT, formatDiagnostic } from "../errors.js";
import type { CliCommand, CliContext, CliInput } from "./command.js";
import { textOption, writeFields, writeJson } from "./command.js";
import {
  RULE_ARGUMENT,
  RULE_OPTIONS,
  type RuleArgument,
  ruleSetArgument,
} from "./rule-argument.js";
import { chooseRule } from "./rule-choice.js";
import { ipv6Value, portValue, wholeValue } from "./values.js";

export const analyseCommand: CliCommand = {
  name: "analyse",
  summary: "Show what an IPv6 address says under a rule, and whether it is consistent",
  arguments: [
    RULE_ARGUMENT,
    { name: "ipv6", description: "source or destination in the domain", required: true },
  ],
  options: [
    ...RULE_OPTIONS,
    { flags: "--port <n>", description: "port that came with it" },
    { flags: "--psid <n>", description: "PSID that the CE is said to have" },
  ],
  schema: "mapd.analyse/1",
  examples: [
    "mapctl analyse '2001:db8::/40 192.0.2.0/24 16 6' 2001:db8:12:3400:0:c000:212:34 --port 1232",
  ],
  run: runAnalyse,
};

async function runAnalyse(input: CliInput, context: CliContext): Promise<number> {
  const address = ipv6Value(input.arguments[1] ?? "");
  const argument = chooseRule(await ruleSetArgument(input, context), { ipv6: address });
  const portText = textOption(input, "port");
  const port = portText === undefined ? null : portValue(portText);
  const checked = analyseAddress(argument.rule, address, port);
  const analysis = checked.ok ? checked.value : null;
  const consistent = analysis !== null && isConsistent(argument, analysis);
  const claim = analysis === null ? [] : psidClaim(argument.rule, analysis, input);
  const diagnostics = [...argument.diagnostics, ...checked.diagnostics, ...claim];
  if (context.json) {
    writeJson(context, {
      schema: "mapd.analyse/1",
      ipv4: analysis === null ? null : formatIpv4(analysis.ce.ipv4.address),
      ipv4PrefixLen: analysis?.ce.ipv4.len ?? null,
      psid: analysis?.ce.psid ?? null,
      iid: analysis?.iid ?? null,
      rule: argument.rule.name,
      mapIpv6: analysis === null ? null : formatIpv6(analysis.ce.mapIpv6),
      iidIpv4: analysis === null ? null : formatIpv4(analysis.iidIpv4),
      iidPsid: analysis?.iidPsid ?? null,
      consistent,
      endUserIpv6Prefix: analysis === null ? null : formatIpv6Prefix(analysis.ce.endUserPrefix),
      diagnostics,
    });
    return EXIT.done;
  }
  if (analysis !== null) writeFields(context, fields(analysis, consistent));
  for (const diagnostic of diagnostics) {
    context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  }
  return EXIT.done;
}

/**
 * A rule written without its identifier's style has either of the two; where the style is known,
 * the other one would be dropped. The right-padded oddity is dropped always.
 */
function isConsistent({ rule, isIidGiven }: RuleArgument, analysis: Analysis): boolean {
  if (!analysis.consistent || analysis.iid === "right-padded") return false;
  return !isIidGiven || analysis.iid === rule.iid;
}

/** RFC 7598 §4.5 has the PSID at the left end of 16 bits, and some take it as it stands there. */
function psidClaim(rule: Rule, { ce }: Analysis, input: CliInput): readonly Diagnostic[] {
  const text = textOption(input, "psid");
  if (text === undefined) return [];
  const psid = wholeValue(text, "PSID");
  if (psid === (ce.psid ?? 0)) return [];
  const isLeft = ce.psid !== null && psid === ce.psid << (16 - rule.psidLen);
  const message = isLeft
    ? `PSID ${psid} is ${ce.psid} at the left end of 16 bits, as option 93 has it; the PSID itself is ${ce.psid}`
    : `the EA bits say ${ce.psid === null ? "that there is no PSID" : `PSID ${ce.psid}`}, not ${psid}`;
  const rfc = isLeft ? "RFC 7598 §4.5" : "RFC 7597 §5.2";
  return [{ code: "psid-claim", severity: "warning", path: "psid", message, rfc }];
}

function fields(analysis: Analysis, consistent: boolean): readonly (readonly [string, string])[] {
  const { ce } = analysis;
  const psid =
    ce.psid === null ? "none" : `${ce.psid} (0x${ce.psid.toString(16).padStart(2, "0")})`;
  return [
    ["IPv4", formatIpv4Prefix(ce.ipv4)],
    ["PSID", psid],
    ["end-user IPv6 prefix", formatIpv6Prefix(ce.endUserPrefix)],
    ["interface id", analysis.iid ?? "none that fits"],
    ["identifier says", `${formatIpv4(analysis.iidIpv4)}, PSID field ${analysis.iidPsid}`],
    ["MAP address", formatIpv6(ce.mapIpv6)],
    ["consistent", consistent ? "yes" : "no"],
  ];
}
