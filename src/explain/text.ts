/** What a report says, in words: lines for a terminal, comments for a capture. */
import type { DroppedPacket } from "./drop-watch.js";
import type { FieldValue, Header } from "./headers.js";
import type { MtuReport } from "./mtu.js";
import type { PacketReport, PacketView } from "./report.js";
import type { RuleEnd } from "./rule-ends.js";

type Fields = Header["fields"];

/** The words of a header, by its layer. */
const HEADER_TEXTS: Readonly<Record<Header["layer"], (fields: Fields) => readonly string[]>> = {
  ipv4: (f) => [
    `IPv4 ${f.source} > ${f.destination}`,
    `ttl ${f.ttl}`,
    `tos ${f.tos}`,
    `id ${f.identification}`,
    f.dontFragment === true ? "DF" : "may be fragmented",
    fragmentText(f),
    `protocol ${f.protocol}`,
    `length ${f.totalLength}`,
    f.optionsLength === 0 ? "" : `${f.optionsLength} bytes of options`,
    f.checksumGood === false ? "header checksum WRONG" : "",
  ],
  ipv6: (f) => [
    `IPv6 ${f.source} > ${f.destination}`,
    `hop limit ${f.hopLimit}`,
    `traffic class ${f.trafficClass}`,
    `next header ${f.nextHeader}`,
    `payload ${f.payloadLength}`,
  ],
  "hop-by-hop": (f) => [`hop-by-hop options, ${f.length} bytes`],
  routing: (f) => [`routing header, ${f.length} bytes`, `segments left ${f.segmentsLeft}`],
  "destination-options": (f) => [`destination options, ${f.length} bytes`],
  fragment: (f) => [
    `fragment header, offset ${f.offset}`,
    f.moreFragments === true ? "more follow" : "the last",
    `id ${f.identification}`,
  ],
  tcp: (f) => [
    `TCP ${f.sourcePort} > ${f.destinationPort}`,
    `${f.flags}`,
    `sequence ${f.sequence}`,
    f.mss === null ? "" : `MSS ${f.mss}`,
    checksumText(f),
  ],
  "tcp-ports": (f) => [
    `TCP ${f.sourcePort} > ${f.destinationPort}`,
    `${f.length} bytes of its header`,
  ],
  udp: (f) => [`UDP ${f.sourcePort} > ${f.destinationPort}`, `length ${f.length}`, checksumText(f)],
  icmpv4: (f) => ["ICMP", ...icmpTexts(f)],
  icmpv6: (f) => ["ICMPv6", ...icmpTexts(f)],
  data: (f) => [`${f.length} bytes`],
};

export function headerText({ layer, quoted, fields }: Header): string {
  const words = HEADER_TEXTS[layer](fields).filter((word) => word !== "");
  return `${quoted ? "quoted: " : ""}${words.join(", ")}`;
}

function fragmentText({ fragmentOffset, moreFragments }: Fields): string {
  if (fragmentOffset === 0 && moreFragments === false) return "";
  return `fragment at ${fragmentOffset}${moreFragments === true ? ", more follow" : ", the last"}`;
}

function icmpTexts(f: Fields): readonly string[] {
  const known = f.name === null ? [] : [`${f.name}`];
  const rest = ["identifier", "sequence", "mtu", "pointer"]
    .filter((key) => f[key] !== undefined)
    .map((key) => `${key} ${f[key]}`);
  return [...known, `type ${f.type} code ${f.code}`, ...rest, checksumText(f)];
}

function checksumText({ checksum, checksumGood }: Fields): string {
  const wrong = checksumGood === false ? " WRONG" : "";
  return `checksum ${hex(checksum)}${wrong}`;
}

function hex(value: FieldValue | undefined): string {
  return typeof value === "number" ? `0x${value.toString(16).padStart(4, "0")}` : "none";
}

/** The rule of one end: `metro, EA bits 0001..., 192.0.2.18 PSID 52 (0x34)`. */
export function ruleText({ rule, ce, port }: RuleEnd): string {
  const name = `${rule.use} rule ${rule.name}`;
  if (ce === null) return port === null ? name : `${name}, no CE`;
  const psid = ce.psid === null ? "" : ` PSID ${ce.psid} (0x${ce.psid.toString(16)})`;
  return `${name}, ${ce.ipv4}${psid}`;
}

/** What happened, in a few words: `dropped: too_big`, `forwarded`, `turned around`. */
export function verdictText({ verdict, refusal, hairpin, output, mtu }: PacketReport): string {
  if (refusal !== null) return `dropped: ${refusal.reason}`;
  if (verdict === "held") return "held: waits for other fragments";
  const pieces = output.filter(({ kind }) => kind === "forwarded").length;
  const cut = pieces > 1 ? ` in ${pieces} packets` : "";
  if (verdict === "absorbed")
    return `became part of ${pieces > 0 ? "the packet" : "another"}${cut}`;
  const to = mtu.family === "ipv6" ? "IPv6" : "IPv4";
  return hairpin ? `turned around${cut}` : `forwarded as ${to}${cut}`;
}

/** One line for a capture's comment: verdict first, then domain and rules. */
export function commentText(report: PacketReport): string {
  const rules = report.rules.filter(({ ce, port }) => ce !== null || port !== null).map(ruleText);
  return [verdictText(report), `domain ${report.domain}`, ...rules].join("; ");
}

/** Of a packet that was dropped later than it came, or that was made here. */
export function lateDropText(domain: string, { reason }: DroppedPacket): string {
  return `dropped: ${reason}; domain ${domain}`;
}

/** Of what was sent because time has passed. */
export function lateText(domain: string): string {
  return `ICMP error of our own; domain ${domain}`;
}

export function mtuText(report: MtuReport): string {
  const { family, limit, overhead, fragmentHeader, largest, learnt } = report;
  const to = family === "ipv6" ? "IPv6" : "IPv4";
  const gain = overhead === 0 ? "headers as long" : `headers ${signed(overhead)} bytes`;
  const cut = fragmentHeader === 0 ? "" : `, fragment header ${signed(fragmentHeader)}`;
  const less = learnt ? "; cut, as a smaller path MTU was learnt" : "";
  return `${to} up to ${limit}; ${gain}${cut}; up to ${largest} pass in one piece${less}`;
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}

export function packetTexts({ headers }: PacketView): readonly string[] {
  return headers.map(headerText);
}
