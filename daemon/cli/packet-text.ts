/** A packet's report for people: what came in, which rule, what came out, and why. */
import { causeText } from "../../src/explain/reasons.js";
import type { LaterDrop } from "../../src/explain/replay.js";
import type { OutputView, PacketReport } from "../../src/explain/report.js";
import type { RuleEnd } from "../../src/explain/rule-ends.js";
import { mtuText, packetTexts, verdictText } from "../../src/explain/text.js";
import type { CliContext } from "./command.js";
import { paint } from "./paint.js";

type Row = readonly [string, string];

const OUTPUT_LABELS: Readonly<Record<OutputView["kind"], string>> = {
  forwarded: "out",
  "icmp-error": "error",
  released: "also",
};

/** Rows of label and text, each label once. `isBrief`: the rules are named, and what they give was said before. */
export function writeReport(context: CliContext, report: PacketReport, isBrief = false): void {
  const rows: Row[] = [
    ...labelled("in", [lengthText(report.input), ...packetTexts(report.input)]),
    ...report.rules.flatMap((end) => labelled(end.end, ruleTexts(end, isBrief))),
    ...nat44Rows(report),
    ...report.output.flatMap((output) =>
      labelled(OUTPUT_LABELS[output.kind], [lengthText(output), ...packetTexts(output)]),
    ),
    ...checksumRows(report),
    ["MTU", mtuText(report.mtu)],
    ...verdictRows(context, report),
    ...report.otherDrops.map((reason): Row => ["also", `another packet dropped: ${reason}`]),
  ];
  writeRows(context, rows);
}

export function writeRows(context: CliContext, rows: readonly Row[]): void {
  const width = Math.max(...rows.map(([label]) => label.length));
  for (const [label, text] of rows) {
    context.stdout.write(`${`  ${label.padEnd(width)}  ${text}`.trimEnd()}\n`);
  }
}

function labelled(label: string, texts: readonly string[]): Row[] {
  return texts.map((text, i): Row => [i === 0 ? label : "", text]);
}

function lengthText({ length }: { readonly length: number }): string {
  return `${length} bytes`;
}

const NO_PORT = "one of the CEs that share the address; there is no port to tell them apart by";

function ruleTexts(
  { address, port, isIdentifier, rule, ce, findings }: RuleEnd,
  isBrief: boolean,
): readonly string[] {
  const { name, use, ruleIpv6Prefix, ruleIpv4Prefix, eaLen, psidOffset, psidLen, iid } = rule;
  const values = `${ruleIpv6Prefix} ${ruleIpv4Prefix} ${eaLen} ${psidOffset} ${psidLen}`;
  const lines = [
    `${address}${port === null ? "" : ` ${isIdentifier ? "identifier" : "port"} ${port}`}: ${use} rule ${name} (${values}, ${iid})`,
  ];
  if (ce === null) lines.push(port === null ? NO_PORT : "no CE");
  else if (!isBrief) {
    const psid = ce.psid === null ? "" : `, PSID ${ce.psid} (0x${ce.psid.toString(16)})`;
    const ea = ce.eaBits === "" ? "no EA bits" : `EA bits ${ce.eaBits}`;
    const range = ce.range === null ? "" : `, this one in ${ce.range[0]}-${ce.range[1]}`;
    lines.push(
      `${ea}: ${ce.ipv4}${psid}`,
      `end-user prefix ${ce.endUserIpv6Prefix}, MAP address ${ce.mapIpv6}`,
      `${ce.ports} ports${range}`,
    );
  }
  return [...lines, ...findings.map(({ message, rfc }) => `! ${message} (${rfc})`)];
}

function nat44Rows({ nat44 }: PacketReport): readonly Row[] {
  if (nat44 === null) return [];
  const text = `${nat44.inside} in the LAN is ${nat44.external} outside`;
  return [["NAT44", nat44.isNew ? `${text}: a new session, on some free port` : text]];
}

function checksumRows({ checksum }: PacketReport): readonly Row[] {
  if (checksum === null) return [];
  const hex = (value: number): string => `0x${value.toString(16).padStart(4, "0")}`;
  const text = checksum.neutral
    ? `stays ${hex(checksum.before)}`
    : `${hex(checksum.before)} becomes ${hex(checksum.after)}, as the headers that it covers change`;
  return [["checksum", text]];
}

function verdictRows(context: CliContext, report: PacketReport): readonly Row[] {
  const { verdict, refusal, fault } = report;
  const text = paint(context, verdict === "dropped" ? "red" : "green", verdictText(report));
  if (refusal === null) return [["verdict", text]];
  const thrown: Row[] = fault === null ? [] : [["", fault]];
  return [["verdict", text], ["", causeText(refusal)], ...thrown, ["do", refusal.remedy]];
}

/** Of a packet that was held. */
export function laterRows(context: CliContext, later: LaterDrop): readonly Row[] {
  const seconds = `${Math.round(later.afterMs / 100) / 10} s`;
  const text = paint(context, "red", `dropped: ${later.reason}, ${seconds} after it came`);
  return [
    ["later", text],
    ["", causeText(later)],
    ["do", later.remedy],
  ];
}
