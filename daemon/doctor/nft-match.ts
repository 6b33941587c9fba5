/**
 * Whether a packet meets a match of nftables. The answer may be `maybe`: what is asked about is not known of the packet
 * (its mark, its port), or is something that this program does not know.
 */
import { parseIpv4Prefix, parseIpv6Prefix } from "../../src/map/prefix.js";
import { parseIpv4, parseIpv6 } from "../../src/wire/address.js";
import { keyOf, listOf, type NftRuleset, textOf } from "./nft-ruleset.js";
import type { Witness } from "./witness.js";

export type Met = "yes" | "no" | "maybe";

/** Names of nft for numbers that matter here, of protocols and of ICMPv6 types alike. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  ipencap: 4,
  ipip: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  esp: 50,
  ah: 51,
  "ipv6-icmp": 58,
  icmpv6: 58,
  sctp: 132,
};
const ICMPV6_TYPES: Readonly<Record<string, number>> = {
  "destination-unreachable": 1,
  "packet-too-big": 2,
  "time-exceeded": 3,
  "parameter-problem": 4,
  "echo-request": 128,
  "echo-reply": 129,
};

/** What the left side of a match is for the packet: a number, a name, an address; `other`: not in this packet. */
type Fact =
  | {
      readonly kind: "number";
      readonly value: number;
      readonly names: Readonly<Record<string, number>>;
    }
  | { readonly kind: "name"; readonly value: string }
  | { readonly kind: "address"; readonly value: bigint }
  | { readonly kind: "other" };

const OTHER: Fact = { kind: "other" };

/** One `match` statement. `place` is `FAMILY TABLE`, for sets by name. */
export function meets(match: unknown, packet: Witness, ruleset: NftRuleset, place: string): Met {
  const left = keyOf(match, "left");
  const op = textOf(keyOf(match, "op"));
  if (keyOf(left, "exthdr") !== undefined) return op === "==" ? "no" : "maybe";
  const fact = factOf(left, packet);
  if (fact === null) return "maybe";
  const found = among(keyOf(match, "right"), fact, ruleset, place);
  // A header that the packet does not have fails every match, also one that says "not".
  if (fact.kind === "other") return "no";
  if (op === "==" || op === "in") return found;
  if (op !== "!=" || found === "maybe") return "maybe";
  return found === "yes" ? "no" : "yes";
}

/** null: not known of the packet. */
function factOf(left: unknown, packet: Witness): Fact | null {
  const meta = keyOf(keyOf(left, "meta"), "key");
  if (meta !== undefined) return metaFact(textOf(meta), packet);
  const ct = keyOf(keyOf(left, "ct"), "key");
  if (ct !== undefined) return ct === "state" ? { kind: "name", value: packet.state } : null;
  const payload = keyOf(left, "payload");
  if (payload === undefined) return null;
  return payloadFact(textOf(keyOf(payload, "protocol")), textOf(keyOf(payload, "field")), packet);
}

function metaFact(key: string, packet: Witness): Fact | null {
  const device = (name: string | null): Fact | null =>
    name === null ? null : { kind: "name", value: name };
  switch (key) {
    case "l4proto":
      return { kind: "number", value: packet.protocol, names: PROTOCOLS };
    case "nfproto":
      return { kind: "name", value: packet.family === "ip" ? "ipv4" : "ipv6" };
    case "protocol":
      return { kind: "name", value: packet.family };
    case "iif":
    case "iifname":
      return device(packet.from);
    case "oif":
    case "oifname":
      return device(packet.to);
    default:
      return null;
  }
}

function payloadFact(protocol: string, field: string, packet: Witness): Fact | null {
  if (protocol === "ip" || protocol === "ip6") {
    if (protocol !== packet.family) return OTHER;
    if (field === "saddr") return addressFact(packet.source);
    if (field === "daddr") return addressFact(packet.destination);
    const isNext = field === "nexthdr" || field === "protocol";
    return isNext ? { kind: "number", value: packet.protocol, names: PROTOCOLS } : null;
  }
  if (protocol === "th") return null;
  if (PROTOCOLS[protocol] !== packet.protocol) return OTHER;
  if (protocol !== "icmpv6" || field !== "type" || packet.icmpType === null) return null;
  return { kind: "number", value: packet.icmpType, names: ICMPV6_TYPES };
}

function addressFact(text: string): Fact | null {
  const value = addressValue(text);
  return value === null ? null : { kind: "address", value };
}

function addressValue(text: string): bigint | null {
  const four = parseIpv4(text);
  if (four !== null) return BigInt(four);
  const six = parseIpv6(text);
  return six === null ? null : six.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

/** Whether the fact is, or is in, the right side of a match or the key of a map. */
export function among(right: unknown, fact: Fact, ruleset: NftRuleset, place: string): Met {
  if (typeof right === "string" && right.startsWith("@")) {
    const elements = ruleset.sets.get(`${place} ${right.slice(1)}`);
    return elements === undefined ? "maybe" : anyOf(elements, fact);
  }
  const set = keyOf(right, "set");
  if (set !== undefined) return anyOf(listOf(set), fact);
  return Array.isArray(right) ? anyOf(right, fact) : isOne(right, fact);
}

function anyOf(elements: readonly unknown[], fact: Fact): Met {
  const each = elements.map((element) => isOne(element, fact));
  if (each.includes("yes")) return "yes";
  return each.includes("maybe") ? "maybe" : "no";
}

function isOne(element: unknown, fact: Fact): Met {
  const inner = keyOf(keyOf(element, "elem"), "val");
  if (inner !== undefined) return isOne(inner, fact);
  switch (fact.kind) {
    case "number":
      return numberIs(element, fact);
    case "name":
      return nameIs(element, fact.value);
    case "address":
      return addressIs(element, fact.value);
    case "other":
      return "no";
  }
}

function numberIs(element: unknown, fact: Extract<Fact, { kind: "number" }>): Met {
  const range = listOf(keyOf(element, "range")).map((end) => numberOf(end, fact.names));
  const [first, last] = range;
  if (typeof first === "number" && typeof last === "number") {
    return fact.value >= first && fact.value <= last ? "yes" : "no";
  }
  const value = numberOf(element, fact.names);
  // A name that is not in the table is of none of the numbers that are asked about.
  return value === fact.value ? "yes" : "no";
}

function numberOf(value: unknown, names: Readonly<Record<string, number>>): number | null {
  if (typeof value === "number") return value;
  return typeof value === "string" ? (names[value] ?? null) : null;
}

function nameIs(element: unknown, value: string): Met {
  if (typeof element !== "string") return "maybe";
  if (element.endsWith("*")) return value.startsWith(element.slice(0, -1)) ? "yes" : "no";
  return element === value ? "yes" : "no";
}

function addressIs(element: unknown, value: bigint): Met {
  const [first, last] = listOf(keyOf(element, "range")).map((end) => addressValue(textOf(end)));
  if (typeof first === "bigint" && typeof last === "bigint") {
    return value >= first && value <= last ? "yes" : "no";
  }
  const prefix = keyOf(element, "prefix");
  if (prefix !== undefined) return prefixHas(prefix, value);
  const address = addressValue(textOf(element));
  if (address === null) return "maybe";
  return address === value ? "yes" : "no";
}

function prefixHas(prefix: unknown, value: bigint): Met {
  const text = `${textOf(keyOf(prefix, "addr"))}/${keyOf(prefix, "len")}`;
  const bits = parseIpv4Prefix(text) !== null ? 32 : 128;
  const parsed = parseIpv4Prefix(text) ?? parseIpv6Prefix(text);
  const base = addressValue(textOf(keyOf(prefix, "addr")));
  if (parsed === null || base === null) return "maybe";
  const shift = BigInt(bits - parsed.len);
  return base >> shift === value >> shift ? "yes" : "no";
}

/** The key of a verdict map, against its elements' keys. */
export function keyMeets(
  key: unknown,
  element: unknown,
  packet: Witness,
  ruleset: NftRuleset,
  place: string,
): Met {
  const fact = factOf(key, packet);
  return fact === null ? "maybe" : among(element, fact, ruleset, place);
}
