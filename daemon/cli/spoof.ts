/** `mapctl spoof`: packets to try any border relay with, right and wrong ones of one CE, as a table and as a capture. */
import { formatAddress } from "../../src/explain/addresses.js";
import { flowsOf } from "../../src/explain/flows.js";
import { type Spoof, spoofs } from "../../src/explain/spoofs.js";
import { verdictText } from "../../src/explain/text.js";
import { ceFromIndex } from "../../src/map/ce.js";
import { ruleValues } from "../control/show/rules.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import { packageVersion } from "../runtime/version.js";
import { PcapngWriter } from "../trace/pcapng.js";
import { ceValues } from "./calc-output.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  textOption,
  writeFields,
  writeJson,
} from "./command.js";
import { writeNew } from "./foreign-text.js";
import {
  chosenCe,
  ONE_RULE_OPTIONS,
  transportOf,
  transportText,
  transportValues,
} from "./one-rule.js";
import { accept, RULE_ARGUMENT, RULE_OPTIONS, ruleArgument } from "./rule-argument.js";
import { type Column, writeTable } from "./table.js";

export const spoofCommand: CliCommand = {
  name: "spoof",
  summary: "Make packets to try a border relay with: a CE's own, and those that it must not send",
  arguments: [RULE_ARGUMENT],
  options: [
    ...RULE_OPTIONS,
    ...ONE_RULE_OPTIONS,
    {
      flags: "-o, --output <file>",
      description: "pcapng to write, which must not exist yet; each packet says what is wrong",
    },
  ],
  schema: "mapd.spoof/1",
  examples: [
    "mapctl spoof '2001:db8::/40 192.0.2.0/24 16 6' --index 0x1234 --dmr 2001:db8:ffff::/64",
    "mapctl spoof metro --config /etc/mapd/mapd.yaml --br 2001:db8:ffff::1 -o spoofs.pcapng",
  ],
  run: runSpoof,
};

async function runSpoof(input: CliInput, context: CliContext): Promise<number> {
  const { rule, diagnostics } = await ruleArgument(input, context);
  const transport = transportOf(input);
  const ce = chosenCe(rule, input) ?? accept(ceFromIndex(rule, 0));
  const made = spoofs({ rule, ce, transport });
  if (!made.ok) {
    const { diagnostics: misfits } = made;
    throw new MapdError("invalid", "no BR can be made of this", { diagnostics: misfits });
  }
  const output = textOption(input, "output");
  if (output !== undefined) await writeNew(output, captureOf(made.value));
  const all = [...diagnostics, ...made.diagnostics];
  if (context.json) {
    writeJson(context, {
      schema: "mapd.spoof/1",
      ...transportValues(transport),
      rule: ruleValues(rule),
      ce: ceValues(ce),
      packets: made.value.map(documentOf),
      diagnostics: all,
    });
    return EXIT.done;
  }
  writeFields(context, [["mode", transportText(transport)]]);
  context.stdout.write("\n");
  writeTable(context, COLUMNS, made.value);
  for (const diagnostic of all) context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  return EXIT.done;
}

const COLUMNS: readonly Column<Spoof>[] = [
  { title: "from", text: ({ side }) => side },
  { title: "what", text: ({ what }) => what },
  { title: "the CE's end", text: endText },
  { title: "BR has to", text: (spoof) => duty(spoof) },
  { title: "mapd", text: ({ report }) => verdictText(report) },
];

function duty({ legal }: Spoof): string {
  return legal ? "forward" : "drop";
}

/** As the packet says it: in a tunnel both addresses. */
function endText({ packet, side }: Spoof): string {
  const flows = flowsOf(packet);
  const end = side === "ce" ? "source" : "destination";
  const addresses = flows.map((flow) => formatAddress(flow[end])).join(" > ");
  return `${addresses} port ${flows.at(-1)?.[`${end}Port`]}`;
}

function documentOf(spoof: Spoof): object {
  const { what, side, legal, packet, report } = spoof;
  const hex = Buffer.from(packet).toString("hex");
  const { verdict, refusal } = report;
  return { what, side, legal, hex, verdict, reason: refusal?.reason ?? null };
}

const NS_PER_PACKET = 1_000_000n;

/** An interface for each side of the BR, so that a reader can send each packet where it belongs. */
function captureOf(all: readonly Spoof[]): Uint8Array {
  const chunks: Uint8Array[] = [];
  const application = `mapctl ${packageVersion()}`;
  const writer = new PcapngWriter((bytes) => chunks.push(bytes), { application });
  all.forEach((spoof, i) => {
    const { side, packet: bytes, what } = spoof;
    writer.packet({
      interface: writer.interfaceOf(side),
      timeNs: BigInt(i) * NS_PER_PACKET,
      bytes,
      originalLength: bytes.length,
      comment: `${duty(spoof)}: ${what}`,
      direction: "inbound",
    });
  });
  return Buffer.concat(chunks);
}
