/** Addresses and ports bit by bit, with a letter below each for the field that it belongs to. */
import type { Ce } from "../../src/map/ce.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import {
  addressBit,
  type BitField,
  type BitSource,
  ipv4Bits,
  mapAddressBits,
  portBits,
} from "../../src/map/ruler.js";
import type { Rule, Words6 } from "../../src/map/types.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import type { CliContext } from "./command.js";

const LETTERS: Readonly<Record<BitField, string>> = {
  rule6: "6",
  rule4: "4",
  host: "h",
  psid: "p",
  subnet: "s",
  zero: ".",
  offset: "A",
  index: "j",
};

const LEGEND =
  "6 4: rule prefixes; h: IPv4 suffix; p: PSID; s: subnet id; A j: the port's own; .: zero";

interface BitRow {
  readonly label: string;
  readonly bits: string;
  readonly fields: string;
}

/** `port` is one of the CE's. */
export function writeBits(context: CliContext, rule: Rule, ce: Ce, port: number): void {
  const address = mapAddressBits(rule);
  const { ipv6 } = rule;
  const rows = [
    prefixRow(`rule prefix ${formatIpv6Prefix(ipv6)}`, ipv6.address, ipv6.len, address),
    prefixRow(
      `end-user prefix ${formatIpv6Prefix(ce.endUserPrefix)}`,
      ce.endUserPrefix.address,
      ce.endUserPrefix.len,
      address,
    ),
    halfRow(`MAP address ${formatIpv6(ce.mapIpv6)}`, ce.mapIpv6, 0, address),
    halfRow("interface identifier", ce.mapIpv6, 64, address),
    numberRow(`IPv4 ${formatIpv4Prefix(ce.ipv4)}`, ce.ipv4.address, 32, ipv4Bits(rule), 8),
    numberRow(`port ${port} of ${formatIpv4(ce.ipv4.address)}`, port, 16, portBits(rule), 4),
  ];
  for (const { label, bits, fields } of rows) {
    context.stdout.write(`${label}\n  ${bits}\n  ${fields.trimEnd()}\n`);
  }
  context.stdout.write(`${LEGEND}\n`);
}

/** The first 64 bits, or as many as the prefix has; those behind it have no letter. */
function prefixRow(
  label: string,
  address: Words6,
  len: number,
  sources: readonly BitSource[],
): BitRow {
  const count = Math.max(64, len);
  const letters = sources.map((source, at) => (at < len ? LETTERS[source.field] : " "));
  return {
    label: `${label} = ${hexText(address)}`,
    bits: grouped(bitsOf(address, 0, count), 16, ":"),
    fields: grouped(letters.slice(0, count).join(""), 16, " "),
  };
}

function halfRow(
  label: string,
  address: Words6,
  from: number,
  sources: readonly BitSource[],
): BitRow {
  const fields = sources.slice(from, from + 64).map(({ field }) => LETTERS[field]);
  return {
    label,
    bits: grouped(bitsOf(address, from, 64), 16, ":"),
    fields: grouped(fields.join(""), 16, " "),
  };
}

function numberRow(
  label: string,
  value: number,
  width: number,
  sources: readonly BitSource[],
  group: number,
): BitRow {
  const fields = sources.map(({ field }) => LETTERS[field]).join("");
  const bits = value.toString(2).padStart(width, "0");
  return { label, bits: grouped(bits, group, " "), fields: grouped(fields, group, " ") };
}

function bitsOf(address: Words6, from: number, count: number): string {
  return Array.from({ length: count }, (_, i) => addressBit(address, from + i)).join("");
}

function hexText(address: Words6): string {
  const hextets = address.flatMap((word) => [word >>> 16, word & 0xffff]);
  return hextets.map((hextet) => hextet.toString(16).padStart(4, "0")).join(":");
}

function grouped(text: string, size: number, separator: string): string {
  return (text.match(new RegExp(`.{1,${size}}`, "g")) ?? []).join(separator);
}
