/**
 * Bytes from the texts in which people have them: plain hexadecimal, separated octets, an environment variable of a
 * DHCP client's hook, and the dumps of tcpdump, Wireshark, xxd and hexdump.
 */
import { error } from "../map/diagnostic.js";
import type { Checked, Diagnostic } from "../map/types.js";

/** `0x0000:  6000`, `0000   33 33`, `00000000: 6000`: an offset, then octets. */
const DUMP_LINE = /^\s*(?:0x)?([0-9a-f]{4,8})(?::\s+|\s\s+)(\S.*)$/i;
/** hexdump ends with an offset alone. */
const DUMP_END = /^\s*([0-9a-f]{4,8})\s*$/i;
const OCTETS_A_LINE = 16;
/** `new_dhcp6_s46_cont_mape=`, `OPTION_95=` */
const VARIABLE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=\s*/;

export interface HexText {
  readonly bytes: Uint8Array;
  /** Name of the variable that the text assigns to, or empty. */
  readonly variable: string;
}

/** Reads any of the forms; every character that is no part of one is an error with its place. */
export function parseHex(text: string): Checked<HexText> {
  const variable = VARIABLE.exec(text)?.[1] ?? "";
  const rest = text
    .replace(VARIABLE, "")
    .trim()
    .replace(/^["']|["']$/g, "");
  const lines = rest.split(/\r?\n/).filter((line) => line.trim() !== "");
  const dumped = dumpOf(lines);
  if (dumped !== null) return accept(dumped, variable);
  const found: Diagnostic[] = [];
  const digits = lines.map((line, index) => digitsOf(line, index + 1, found)).join("");
  if (found.length > 0) return { ok: false, diagnostics: found };
  if (digits === "") return refuse("hex-empty", "there are no hexadecimal digits here");
  if (digits.length % 2 !== 0) {
    const message = `${digits.length} hexadecimal digits are no whole number of octets; some encoders leave out the zero that fills a prefix length such as 36 or 44 up to an octet`;
    return refuse("hex-odd", message);
  }
  return accept(octetsOf(digits), variable);
}

function accept(bytes: readonly number[], variable: string): Checked<HexText> {
  return { ok: true, value: { bytes: Uint8Array.from(bytes), variable }, diagnostics: [] };
}

function refuse(code: string, message: string): Checked<never> {
  return { ok: false, diagnostics: [error(code, "hex", message)] };
}

function octetsOf(digits: string): number[] {
  return (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

/** The octets of a dump, or null where the lines are none: each must begin at the offset that the one before ended at. */
function dumpOf(lines: readonly string[]): number[] | null {
  const bytes: number[] = [];
  // tcpdump and tshark print a line about the packet above its octets.
  const first = lines.findIndex((line) => DUMP_LINE.test(line));
  if (first < 0) return null;
  for (const line of lines.slice(first)) {
    const match = DUMP_LINE.exec(line) ?? DUMP_END.exec(line);
    const offset = match?.[1] ?? "";
    if (match === null || Number.parseInt(offset, 16) !== bytes.length) return null;
    bytes.push(...dumpedOctets(match[2] ?? ""));
  }
  return bytes;
}

/** Octets of a dump's line, without the column of characters behind a wider gap. */
function dumpedOctets(text: string): number[] {
  const bytes: number[] = [];
  for (const match of text.matchAll(/(\s*)([0-9a-f]{2}|[0-9a-f]{4})(?=\s|$)/gy)) {
    const [, gap = "", digits = ""] = match;
    // hexdump leaves two blanks after eight octets; other wide gaps end them.
    const isMiddle = gap.length === 2 && bytes.length === 8 && digits.length === 2;
    if ((gap.length > 1 && !isMiddle) || bytes.length >= OCTETS_A_LINE) break;
    bytes.push(...octetsOf(digits));
  }
  return bytes;
}

/** Digits of a line of octets, whatever stands between them; short octets (`0:59`) get their zero. */
function digitsOf(line: string, number: number, found: Diagnostic[]): string {
  const plain = line.replace(/\\x|\b0x/gi, " ");
  const wrong = /[^0-9a-f\s:.,;()[\]|_-]/i.exec(plain);
  if (wrong !== null) {
    const message = `line ${number} has "${wrong[0]}" among the digits; write octets as 005f, 00:5f, 0x00 0x5f or as a dump`;
    found.push(error("hex-syntax", "hex", message));
    return "";
  }
  const words = plain.split(/[^0-9a-f]+/i).filter((word) => word !== "");
  // dhclient prints octets between colons without leading zeros.
  const isSeparated = /[0-9a-f]:[0-9a-f]/i.test(plain) && words.every((word) => word.length <= 2);
  return words.map((word) => (isSeparated ? word.padStart(2, "0") : word)).join("");
}

/** `(005f0026)0059...`: the container's code and length in brackets, as IP_MAP_Calculator prints it. */
export function formatBracketed(bytes: Uint8Array): string {
  const hex = formatHex(bytes);
  return `(${hex.slice(0, 8)})${hex.slice(8)}`;
}

export function formatHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
