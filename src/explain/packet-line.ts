/** A packet in one line, as tcpdump writes it: `IP 192.0.2.18.1232 > 198.51.100.9.53: UDP, length 44`. */
import { type Header, headersOf } from "./headers.js";

type Fields = Header["fields"];

const NAMES: Readonly<Record<string, string>> = { ipv4: "IP", ipv6: "IP6" };

const WITH_PORTS: readonly Header["layer"][] = ["tcp", "tcp-ports", "udp"];

const FLAGS: Readonly<Record<string, string>> = {
  FIN: "F",
  SYN: "S",
  RST: "R",
  PSH: "P",
  ACK: ".",
  URG: "U",
  ECE: "E",
  CWR: "W",
};

/**
 * `bytes` is the packet or its beginning, `length` how long it is. The length in the line is that of the IP packet; of a
 * super-packet, whose segments have `segmentLength` bytes of payload, the number of its segments stands beside it.
 */
export function packetLine(
  bytes: Uint8Array,
  length: number,
  segmentLength: number | null = null,
): string {
  const headers = headersOf(bytes);
  const own = headers.filter(({ quoted }) => !quoted);
  const parts = ipParts(own);
  if (parts.length === 0) return `not IP, length ${length}`;
  const quote = ipParts(headers.filter(({ quoted }) => quoted)).join(": ");
  const about = quote === "" ? "" : `, about ${quote}`;
  const segments = segmentLength === null ? "" : `, segments of ${segmentLength}`;
  return `${parts.join(": ")}${about}, length ${length}${segments}`;
}

/** An answer in fewer words: `ICMP time exceeded from 203.0.113.8`. */
export function answerLine(bytes: Uint8Array, length: number): string {
  const own = headersOf(bytes).filter(({ quoted }) => !quoted);
  const message = ipParts(own).at(-1);
  const sender = own.find(({ layer }) => NAMES[layer] !== undefined);
  if (message === undefined || sender === undefined) return packetLine(bytes, length);
  return `${message} from ${sender.fields.source}`;
}

/** One part for each IP header, with what it carries behind the last. */
function ipParts(headers: readonly Header[]): readonly string[] {
  const starts = headers.flatMap(({ layer }, index) => (NAMES[layer] === undefined ? [] : [index]));
  return starts.flatMap((start, i) => {
    const carried = headers.slice(start + 1, starts[i + 1]);
    const isLast = i === starts.length - 1;
    const ends = endsText(headers[start]!, carried);
    return isLast ? [ends, carriedText(headers[start]!, carried)] : [ends];
  });
}

function endsText({ layer, fields }: Header, carried: readonly Header[]): string {
  const ports = carried.find(({ layer: kind }) => WITH_PORTS.includes(kind))?.fields;
  const end = (address: keyof Fields, port: keyof Fields): string =>
    ports === undefined ? `${fields[address]}` : `${fields[address]}.${ports[port]}`;
  return `${NAMES[layer]} ${end("source", "sourcePort")} > ${end("destination", "destinationPort")}`;
}

function carriedText({ layer, fields }: Header, carried: readonly Header[]): string {
  const fragment = fragmentText(layer === "ipv4" ? fields : fragmentFields(carried));
  const known = carried.map(transportText).find((text) => text !== null);
  // What an IPv6 fragment is of stands in the header before its payload, as the next of the next.
  const next =
    layer === "ipv4" ? `protocol ${fields.protocol}` : `next header ${fields.nextHeader}`;
  const text = known ?? (layer === "ipv6" && fragment !== "" ? "" : next);
  return [text, fragment].filter((part) => part !== "").join(", ");
}

function fragmentFields(carried: readonly Header[]): Fields {
  const header = carried.find(({ layer }) => layer === "fragment");
  if (header === undefined) return {};
  return { ...header.fields, fragmentOffset: header.fields.offset ?? 0 };
}

function fragmentText({ fragmentOffset, moreFragments, identification }: Fields): string {
  if (fragmentOffset === undefined || (fragmentOffset === 0 && moreFragments !== true)) return "";
  return `fragment ${identification}:${fragmentOffset}${moreFragments === true ? "+" : ""}`;
}

function transportText({ layer, fields }: Header): string | null {
  switch (layer) {
    case "tcp":
      return `TCP [${tcpFlags(fields.flags)}]`;
    case "tcp-ports":
      return "TCP, cut short";
    case "udp":
      return "UDP";
    case "icmpv4":
      return `ICMP ${icmpText(fields)}`;
    case "icmpv6":
      return `ICMP6 ${icmpText(fields)}`;
    default:
      return null;
  }
}

function tcpFlags(flags: Fields[string] | undefined): string {
  const words = typeof flags === "string" && flags !== "" ? flags.split(" ") : [];
  return words.map((word) => FLAGS[word] ?? "?").join("");
}

function icmpText({ name, type, code, identifier, sequence, mtu }: Fields): string {
  if (identifier !== undefined) return `${name}, id ${identifier}, seq ${sequence}`;
  const text = name === null || name === undefined ? `type ${type}` : String(name);
  const codeText = code === 0 ? "" : ` (code ${code})`;
  return `${text}${codeText}${mtu === undefined ? "" : `, mtu ${mtu}`}`;
}
