/** `mapctl dmr`: an IPv4 address behind a DMR prefix, and back. */
import { checkDmr } from "../../src/map/check.js";
import { Dmr } from "../../src/map/dmr.js";
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Diagnostic, Ipv6Prefix } from "../../src/map/types.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import type { CliCommand, CliContext, CliInput } from "./command.js";
import { writeFields, writeJson } from "./command.js";
import { accept } from "./rule-argument.js";
import { ipv4Value, ipv6PrefixValue, ipv6Value } from "./values.js";

export const dmrCommand: CliCommand = {
  name: "dmr",
  summary: "Put an IPv4 address behind a DMR prefix, or take it out",
  arguments: [
    { name: "prefix", description: "DMR prefix", required: true },
    {
      name: "address",
      description: "IPv4 address, or IPv6 address behind the prefix",
      required: true,
    },
  ],
  options: [],
  schema: "mapd.dmr/1",
  examples: [
    "mapctl dmr 2001:db8:ffff::/64 198.51.100.9",
    "mapctl dmr 2001:db8:ffff::/64 2001:db8:ffff:0:c6:3364:900:0",
  ],
  run: runDmr,
};

interface Pair {
  readonly ipv4: string;
  readonly ipv6: string;
}

async function runDmr(input: CliInput, context: CliContext): Promise<number> {
  const [prefixText = "", text = ""] = input.arguments;
  const checked = checkDmr(ipv6PrefixValue(prefixText, "dmr-ipv6-prefix"), "dmr-ipv6-prefix");
  const prefix = accept(checked);
  const pair = text.includes(":") ? extract(prefix, text) : embed(prefix, text);
  if (context.json) {
    writeJson(context, { schema: "mapd.dmr/1", ...pair, diagnostics: checked.diagnostics });
    return EXIT.done;
  }
  writeFields(context, [
    ["IPv4", pair.ipv4],
    ["IPv6", pair.ipv6],
  ]);
  for (const diagnostic of checked.diagnostics) {
    context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  }
  return EXIT.done;
}

function embed(prefix: Ipv6Prefix, text: string): Pair {
  const addr4 = ipv4Value(text);
  const words = new Uint32Array(4);
  if (new Dmr(prefix).embed(addr4, words) < 0) throw nonGlobal(text);
  return { ipv4: formatIpv4(addr4), ipv6: formatIpv6(words) };
}

function extract(prefix: Ipv6Prefix, text: string): Pair {
  const words = Uint32Array.from(ipv6Value(text));
  const dmr = new Dmr(prefix);
  if (!dmr.matches(words)) {
    const message = `${text} is not behind ${formatIpv6Prefix(prefix)}`;
    throw invalid("address-outside-dmr", message, "RFC 7599 §5.1");
  }
  const addr4 = dmr.extract(words);
  if (!dmr.admits(addr4)) throw nonGlobal(formatIpv4(addr4));
  return { ipv4: formatIpv4(addr4), ipv6: formatIpv6(words) };
}

function nonGlobal(text: string): MapdError {
  const message = `${text} is not global and must not stand behind 64:ff9b::/96; use a prefix of your own`;
  return invalid("non-global-ipv4", message, "RFC 6052 §3.1");
}

function invalid(code: string, message: string, rfc: string): MapdError {
  const diagnostic: Diagnostic = { code, severity: "error", path: "address", message, rfc };
  return new MapdError("invalid", message, { diagnostics: [diagnostic] });
}
