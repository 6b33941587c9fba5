/** Who speaks to whom, and with what packet, as the command line says it. */
import { type Endpoint, parseEndpoint } from "../../src/explain/endpoint.js";
import type { Question } from "../../src/explain/question.js";
import * as ipv4 from "../../src/wire/ipv4.js";
import { MapdError } from "../errors.js";
import { type CliInput, type CliOption, isGiven, textOption } from "./command.js";
import { wholeValue } from "./values.js";

/** IPv4's numbering; by their names those that people ask for. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  tcp: ipv4.PROTOCOL_TCP,
  udp: ipv4.PROTOCOL_UDP,
  icmp: ipv4.PROTOCOL_ICMP,
  gre: 47,
  esp: 50,
  sctp: 132,
};
const NAMES = Object.keys(PROTOCOLS);

export const ENDPOINT_TEXT = "IPV4[:PORT], IPV6 or [IPV6]:PORT; an ICMP identifier is a port";

export const PACKET_OPTIONS: readonly CliOption[] = [
  {
    flags: "--protocol <protocol>",
    description: `${NAMES.join(", ")} (icmp is echo) or a number; default tcp`,
    completions: NAMES,
  },
  { flags: "--length <bytes>", description: "of the packet, in a tunnel of the one inside" },
  { flags: "--ttl <n>", description: "TTL or hop limit; default 64" },
  { flags: "--may-fragment", description: "the packet has no DF" },
];

const MAX_BYTE = 255;
const MAX_LENGTH = 65535;

export function packetOptions(input: CliInput): Omit<Question, "from" | "to"> {
  const length = textOption(input, "length");
  const ttl = textOption(input, "ttl");
  return {
    protocol: protocolValue(textOption(input, "protocol") ?? "tcp"),
    length: length === undefined ? null : upTo(length, "length", MAX_LENGTH),
    ttl: ttl === undefined ? null : upTo(ttl, "TTL", MAX_BYTE),
    dontFragment: !isGiven(input, "mayFragment"),
  };
}

export function endpointValue(text: string): Endpoint {
  const endpoint = parseEndpoint(text);
  if (endpoint !== null) return endpoint;
  throw new MapdError("usage", `"${text}" is not IPV4[:PORT], IPV6 or [IPV6]:PORT`);
}

function protocolValue(text: string): number {
  const named = PROTOCOLS[text.toLowerCase()];
  if (named !== undefined) return named;
  if (/^[0-9]+$/.test(text)) return upTo(text, "protocol", MAX_BYTE);
  throw new MapdError("usage", `protocol "${text}" is none of ${NAMES.join(", ")}, nor a number`);
}

function upTo(text: string, what: string, most: number): number {
  const value = wholeValue(text, what);
  if (value > most) throw new MapdError("usage", `${what} ${value} is above ${most}`);
  return value;
}
