/** `mapctl walk`: a packet from a LAN host through CE and BR to the Internet, and the answer back, all from one rule. */

import type { Transport } from "../../src/explain/one-rule-domains.js";
import { verdictText } from "../../src/explain/text.js";
import { type Walk, type WalkStep, walk } from "../../src/explain/walk.js";
import { ruleValues } from "../control/show/rules.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  textOption,
  writeFields,
  writeJson,
} from "./command.js";
import {
  chosenCe,
  ONE_RULE_OPTIONS,
  transportOf,
  transportText,
  transportValues,
} from "./one-rule.js";
import { writeReport } from "./packet-text.js";
import { writeHeading } from "./paint.js";
import {
  ENDPOINT_TEXT,
  endpointValue,
  PACKET_OPTIONS,
  packetOptions,
} from "./question-argument.js";
import { RULE_ARGUMENT, RULE_OPTIONS, ruleArgument } from "./rule-argument.js";
import { wholeValue } from "./values.js";

export const walkCommand: CliCommand = {
  name: "walk",
  summary: "Follow a packet from a LAN host through CE and BR to the Internet, and the answer back",
  arguments: [
    RULE_ARGUMENT,
    {
      name: "from",
      description: `LAN host, or the CE's own IPv4 and port, or its MAP address: ${ENDPOINT_TEXT}`,
      required: true,
    },
    { name: "to", description: "IPv4 host on the Internet: IPV4[:PORT]", required: true },
  ],
  options: [
    ...RULE_OPTIONS,
    ...ONE_RULE_OPTIONS,
    { flags: "--mtu <bytes>", description: "of the provider's IPv6 network; default 1500" },
    ...PACKET_OPTIONS,
  ],
  schema: "mapd.walk/1",
  examples: [
    "mapctl walk '2001:db8::/40 192.0.2.0/24 16 6' 192.168.1.10:50000 198.51.100.1:443 --index 0x1234",
    "mapctl walk '2001:db8::/40 192.0.2.0/24 16 6' 192.0.2.18:1232 198.51.100.1 --br 2001:db8:ffff::1 --json",
  ],
  run: runWalk,
};

const DEFAULT_MTU = "1500";
/** RFC 8200 §5. */
const LEAST_MTU = 1280;
const MOST_MTU = 65535;

async function runWalk(input: CliInput, context: CliContext): Promise<number> {
  const { rule, diagnostics } = await ruleArgument(input, context);
  const transport = transportOf(input);
  const walked = walk({
    rule,
    transport,
    from: endpointValue(input.arguments[1] ?? ""),
    to: endpointValue(input.arguments[2] ?? ""),
    ce: chosenCe(rule, input),
    packet: packetOptions(input),
    mtu6: mtuOf(input),
  });
  if (!walked.ok) {
    throw new MapdError("invalid", "no packet can walk this way", {
      diagnostics: walked.diagnostics,
    });
  }
  const all = [...diagnostics, ...walked.diagnostics];
  if (context.json) {
    writeJson(context, {
      schema: "mapd.walk/1",
      ...transportValues(transport),
      rule: ruleValues(rule),
      ...walked.value,
      diagnostics: all,
    });
    return EXIT.done;
  }
  writeWalk(context, transport, walked.value);
  for (const diagnostic of all) context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  return EXIT.done;
}

function mtuOf(input: CliInput): number {
  const mtu = wholeValue(textOption(input, "mtu") ?? DEFAULT_MTU, "MTU");
  if (mtu >= LEAST_MTU && mtu <= MOST_MTU) return mtu;
  throw new MapdError("usage", `MTU ${mtu} is not in ${LEAST_MTU}..${MOST_MTU}`);
}

const TITLES: Readonly<Record<WalkStep["leg"], Readonly<Record<WalkStep["node"], string>>>> = {
  out: { ce: "CE, from the LAN to the provider", br: "BR, from the CE to the Internet" },
  back: { br: "BR, the answer from the Internet", ce: "CE, the answer to the LAN" },
};

function writeWalk(
  context: CliContext,
  transport: Transport,
  { ce, assumptions, steps, ...walked }: Walk,
): void {
  writeFields(context, [
    ["mode", transportText(transport)],
    ["CE", `${ce.ipv4}${ce.psid === null ? "" : `, PSID ${ce.psid}`}, ${ce.mapIpv6}`],
    ...(assumptions.length === 0 ? [] : [["assumed", assumptions.join("; ")] as const]),
    ["largest IPv4 packet", `${walked.largestIpv4} bytes both ways without fragments`],
    ["result", resultText(walked, steps)],
  ]);
  steps.forEach(({ node, leg, report }, i) => {
    context.stdout.write("\n");
    writeHeading(context, `${i + 1}. ${TITLES[leg][node]}`);
    writeReport(context, report, i > 0);
  });
}

function resultText(
  { delivered, answered }: Pick<Walk, "delivered" | "answered">,
  steps: readonly WalkStep[],
): string {
  if (answered) return "there and back";
  const last = steps.at(-1);
  if (last === undefined) return "nothing passed";
  if (last.report.hairpin) return "turned around by the BR to another CE";
  const where = last.node === "ce" ? "the CE" : "the BR";
  const what = delivered ? "there, but the answer" : "ended";
  return `${what} at ${where}: ${verdictText(last.report)}`;
}
