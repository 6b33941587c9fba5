/** A packet's report for people: what came in, which rule, what came out, and why. */
import type { PacketReport } from "../../src/explain/report.js";
import type { RuleEnd } from "../../src/explain/rule-ends.js";
import { mtuText, packetTexts, verdictText } from "../../src/explain/text.js";
import type { CliContext } from "./command.js";
import { paint } from "./paint.js";

type Row = readonly [string, string];

/** Rows of label and text, each label once. `isBrief`: the rules are named, and what they give was said before. */
export function writeReport(context: CliContext, report: PacketReport, isBrief = false): void {
  const rows: Row[] = [
    ...labelled("in", [lengthText(report.input), ...packetTexts(report.input)]),
    ...report.rules.flatMap((end) => labelled(end.end, ruleTexts(end, isBrief))),
    ...nat44Rows(report),
    ...report.output.flatMap((output) =>
      labelled(output.kind === "forwarded" ? "out" : "error", [
        lengthText(output),
        ...packetTexts(output),
      ]),
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

function ruleTexts(
  { address, port, isIdentifier, rule, ce, findings }: RuleEnd,
  isBrief: boolean,
): readonly string[] {
  const { name, use, ruleIpv6Prefix, ruleIpv4Prefix, eaLen, psidOffset, psidLen, iid } = rule;
  const values = `${ruleIpv6Prefix} ${ruleIpv4Prefix} ${eaLen} ${psidOffset} ${psidLen}`;
  const lines = [
    `${address}${port === null ? "" : ` ${isIdentifier ? "identifier" : "port"} ${port}`}: ${use} rule ${name} (${values}, ${iid})`,
  ];
  if (ce === null) lines.push("no CE");
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
  const { verdict, refusal } = report;
  const text = paint(context, verdict === "dropped" ? "red" : "green", verdictText(report));
  if (refusal === null) return [["verdict", text]];
  const why = refusal.rfc === "none" ? refusal.help : `${refusal.help} (${refusal.rfc})`;
  return [
    ["verdict", text],
    ["", why],
    ["do", refusal.remedy],
  ];
}
