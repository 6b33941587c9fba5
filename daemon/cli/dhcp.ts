/** `mapctl dhcp encode` and `mapctl dhcp decode`: rules as the DHCPv6 options that tell them to CEs, and back. */
import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { type Decoded, decode, decodeText, type Span } from "../../src/dhcp/decode.js";
import { encode, type S46Request } from "../../src/dhcp/encode.js";
import { formatBracketed, formatHex, parseHex } from "../../src/dhcp/hex.js";
import { optionOf, type SoftwireMode } from "../../src/dhcp/options.js";
import { iscLines, keaOptionData } from "../../src/dhcp/snippets.js";
import { checkRule } from "../../src/map/check.js";
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Diagnostic, Rule, Words6 } from "../../src/map/types.js";
import { formatIpv6 } from "../../src/wire/address.js";
import { ruleValues } from "../control/show/rules.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  isGiven,
  textOption,
  writeJson,
} from "./command.js";
import { accept, RULE_ARGUMENT, RULE_OPTIONS, ruleSetArgument } from "./rule-argument.js";
import { type Column, writeTable } from "./table.js";
import { ipv6PrefixValue, ipv6Value, wholeValue } from "./values.js";

export const dhcpEncodeCommand: CliCommand = {
  name: "dhcp encode",
  summary: "Write rules as DHCPv6 options (RFC 7598), octet by octet",
  arguments: [{ ...RULE_ARGUMENT, variadic: true }],
  options: [
    ...RULE_OPTIONS.filter(({ flags }) => !flags.startsWith("--iid")),
    {
      flags: "--mode <mode>",
      description: "whose container; without it MAP-T with --dmr, else MAP-E",
      choices: ["map-e", "map-t", "lw4o6"],
    },
    { flags: "--dmr <prefix>", description: "MAP-T: the DMR prefix" },
    { flags: "--br <addresses>", description: "MAP-E, lw4o6: BR addresses, apart by commas" },
    { flags: "--fmr", description: "the rules are forwarding mapping rules, too (mesh)" },
    { flags: "--psid <n>", description: "PSID of a 1:1 rule, whose EA length is 0" },
    { flags: "--psid-len <n>", description: "with --psid: its bits" },
    { flags: "--kea", description: "print option-data for Kea" },
    { flags: "--isc", description: "print lines for ISC dhcpd" },
  ],
  schema: "mapd.dhcp-encode/1",
  examples: [
    "mapctl dhcp encode '2001:db8::/40 192.0.2.0/24 16 6' --dmr 2001:db8:ffff::/64",
    "mapctl dhcp encode metro --config /etc/mapd/mapd.yaml --br 2001:db8:ffff::1 --fmr --kea",
  ],
  run: runEncode,
};

export const dhcpDecodeCommand: CliCommand = {
  name: "dhcp decode",
  summary: "Explain DHCPv6 options octet by octet, and name every trap in them",
  arguments: [
    {
      name: "octets",
      description:
        "hexadecimal digits in any usual form, or a file with them or a dump; - or none: standard input",
      required: false,
    },
  ],
  options: [
    {
      flags: "--inside <mode>",
      description: "the octets are the inside of this mode's container, as hooks of clients get it",
      choices: ["map-e", "map-t", "lw4o6"],
    },
  ],
  schema: "mapd.dhcp-decode/1",
  examples: [
    "mapctl dhcp decode '(005f0026)00590015001018c00002002820010db800005d000406000000005b00094020010db8ffff0000'",
    "tcpdump -r lease.pcap -x port 546 | mapctl dhcp decode",
  ],
  run: runDecode,
};

async function runEncode(input: CliInput, context: CliContext): Promise<number> {
  const request = await requestOf(input, context);
  const encoded = encode(request);
  if (!encoded.ok) {
    const { diagnostics } = encoded;
    throw new MapdError("invalid", "these options are not possible", { diagnostics });
  }
  const { value: bytes, diagnostics } = encoded;
  const kea = keaOptionData(request, bytes);
  const isc = iscLines(request, bytes);
  if (context.json) {
    const hex = formatHex(bytes);
    const spans = decode(bytes).spans.map((span) => spanDocument(span, bytes));
    const shown = { schema: "mapd.dhcp-encode/1", mode: request.mode, hex, spans, kea, isc };
    writeJson(context, { ...shown, diagnostics });
    return EXIT.done;
  }
  writeFindings(diagnostics, context);
  if (isGiven(input, "kea")) {
    context.stdout.write(`${JSON.stringify({ "option-data": kea }, null, 2)}\n`);
  }
  if (isGiven(input, "isc")) context.stdout.write(isc);
  if (isGiven(input, "kea") || isGiven(input, "isc")) return EXIT.done;
  context.stdout.write(`${formatBracketed(bytes)}\n\n`);
  writeSpans(decode(bytes), context);
  return EXIT.done;
}

async function requestOf(input: CliInput, context: CliContext): Promise<S46Request> {
  const words = input.arguments.filter((word) => word !== undefined);
  const rules: Rule[] = [];
  for (const [at] of words.entries()) {
    const argument = await ruleSetArgument(input, context, at);
    rules.push(...argument.rules.map((rule) => changed(rule, input)));
  }
  const dmrText = textOption(input, "dmr");
  const dmr = dmrText === undefined ? null : ipv6PrefixValue(dmrText, "--dmr");
  const mode: SoftwireMode = modeOf(textOption(input, "mode"), dmr !== null);
  const brAddresses = addressesOf(textOption(input, "br"));
  return { mode, rules, dmr, brAddresses };
}

function modeOf(text: string | undefined, hasDmr: boolean): SoftwireMode {
  if (text === "map-e" || text === "map-t" || text === "lw4o6") return text;
  return hasDmr ? "map-t" : "map-e";
}

function addressesOf(text: string | undefined): readonly Words6[] {
  return text === undefined ? [] : text.split(",").map((one) => ipv6Value(one.trim()));
}

/** The rule with what --fmr, --psid and --psid-len make of it. */
function changed(rule: Rule, input: CliInput): Rule {
  const psid = textOption(input, "psid");
  const psidLen = textOption(input, "psidLen");
  const forwarding = rule.forwarding || isGiven(input, "fmr");
  if (psid === undefined && psidLen === undefined) return { ...rule, forwarding };
  const own = {
    ...rule,
    forwarding,
    psid: psid === undefined ? undefined : wholeValue(psid, "PSID"),
    psidLen: psidLen === undefined ? rule.psidLen : wholeValue(psidLen, "PSID length"),
  };
  return accept(checkRule(own, ""));
}

async function runDecode(input: CliInput, context: CliContext): Promise<number> {
  const text = await octetsOf(input.arguments[0] ?? "-", context);
  const inside = textOption(input, "inside");
  const mode = inside === undefined ? undefined : modeOf(inside, false);
  const read = decodeText(text, mode);
  if (!read.ok) {
    throw new MapdError("invalid", "these are no octets", { diagnostics: read.diagnostics });
  }
  const decoded = read.value;
  const failed = decoded.diagnostics.some(({ severity }) => severity === "error");
  if (context.json) writeJson(context, decodedDocument(decoded));
  else {
    writeSpans(decoded, context);
    for (const line of containerLines(decoded)) context.stdout.write(`\n${line}`);
    context.stdout.write("\n");
    writeFindings(decoded.diagnostics, context);
  }
  return failed ? EXIT.invalid : EXIT.done;
}

/** Octets are octets, everything else is a file's name; `./cafe` is a file all the same. */
async function octetsOf(word: string, context: CliContext): Promise<string> {
  if (word === "-") return await readAll(context.stdin);
  if (parseHex(word).ok) return word;
  return await readFile(word, "utf8").catch((cause: Error) => {
    // What was meant as octets is told what is wrong with it.
    if (/^[("']*(?:0x)?[0-9a-f]{4}/i.test(word)) return word;
    const message = `cannot read ${word}, and it is no hexadecimal either: ${cause.message}`;
    throw new MapdError("not-found", message, { cause });
  });
}

function writeFindings(diagnostics: readonly Diagnostic[], context: CliContext): void {
  for (const diagnostic of diagnostics) context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
}

interface Row {
  readonly span: Span;
  readonly octets: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "Octet", right: true, text: ({ span }) => String(span.from) },
  { title: "Hex", text: ({ octets }) => octets },
  { title: "Option", text: ({ span }) => `${"  ".repeat(span.depth)}${span.option}` },
  { title: "Field", text: ({ span }) => span.field },
  { title: "Value", text: ({ span }) => span.value },
  { title: "Meaning", text: ({ span }) => span.meaning },
];

/** Octets that a row shows; of longer ones the first. */
const SHOWN_OCTETS = 16;

function octetsText({ from, to }: Span, bytes: Uint8Array): string {
  const hex = formatHex(bytes.subarray(from, Math.min(to, from + SHOWN_OCTETS)));
  return to - from > SHOWN_OCTETS ? `${hex}...` : hex;
}

function writeSpans({ spans, bytes }: Decoded, context: CliContext): void {
  const rows = spans.map((span) => ({ span, octets: octetsText(span, bytes) }));
  writeTable(context, COLUMNS, rows);
}

const OUTCOMES = {
  accept: "a client takes it",
  ignore: "a client ignores it as a whole (RFC 7598 §6)",
  discard: "a client discards it (RFC 7598 §8)",
} as const;

function containerLines({ containers, priority }: Decoded): readonly string[] {
  const order = priority.map((code) => optionOf(code)?.name ?? String(code)).join(", ");
  return [
    ...containers.map(({ mode, outcome }) => `${mode}: ${OUTCOMES[outcome]}`),
    ...(order === "" ? [] : [`order of preference: ${order}`]),
  ];
}

function spanDocument(span: Span, bytes: Uint8Array): object {
  const { from, to } = span;
  return { ...span, hex: formatHex(bytes.subarray(from, to)) };
}

function decodedDocument({ bytes, spans, containers, priority, diagnostics }: Decoded): object {
  return {
    schema: "mapd.dhcp-decode/1",
    hex: formatHex(bytes),
    spans: spans.map((span) => spanDocument(span, bytes)),
    containers: containers.map(({ mode, outcome, rules, brAddresses, dmr, binding }) => ({
      mode,
      outcome,
      rules: rules.map(ruleDocument),
      brAddresses: brAddresses.map(formatIpv6),
      dmr: dmr === null ? null : formatIpv6Prefix(dmr),
      binding: binding === null ? null : ruleDocument(binding),
    })),
    priority,
    diagnostics,
  };
}

/** What the option says: an interface identifier is no part of it. */
function ruleDocument(rule: Rule): object {
  const { iid: _, ...values } = { ...ruleValues(rule), iid: rule.iid };
  return values;
}
