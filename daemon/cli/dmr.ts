/** `mapctl dmr`: an IPv4 address behind a DMR prefix, and back. */
import {
  type DmrAddress,
  embedAtEachLength,
  embedIpv4,
  extractIpv4,
} from "../../src/map/dmr-address.js";
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import { EXIT, formatDiagnostic } from "../errors.js";
import type { CliCommand, CliContext, CliInput } from "./command.js";
import { isGiven, writeFields, writeJson } from "./command.js";
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
  options: [
    { flags: "--lengths", description: "show it behind each of the six lengths of RFC 6052 §2.2" },
  ],
  schema: "mapd.dmr/1",
  examples: [
    "mapctl dmr 2001:db8:ffff::/64 198.51.100.9",
    "mapctl dmr 2001:db8:ffff::/64 2001:db8:ffff:0:c6:3364:900:0",
  ],
  run: runDmr,
};

async function runDmr(input: CliInput, context: CliContext): Promise<number> {
  const [prefixText = "", text = ""] = input.arguments;
  const prefix = ipv6PrefixValue(prefixText, "dmr-ipv6-prefix");
  const checked = text.includes(":")
    ? extractIpv4(prefix, ipv6Value(text))
    : embedIpv4(prefix, ipv4Value(text));
  const found = accept(checked);
  const lengths = isGiven(input, "lengths") ? embedAtEachLength(prefix.address, found.ipv4) : [];
  if (context.json) {
    writeJson(context, {
      schema: "mapd.dmr/1",
      ...documentOf(found),
      bits: found.bits,
      ...(lengths.length === 0 ? {} : { lengths: lengths.map(documentOf) }),
      diagnostics: checked.diagnostics,
    });
    return EXIT.done;
  }
  writeFields(context, [
    ["IPv4", formatIpv4(found.ipv4)],
    ["IPv6", formatIpv6(found.ipv6)],
    ["IPv4 in bits", found.bits.map(([from, to]) => `${from}-${to}`).join(", ")],
  ]);
  for (const one of lengths) {
    context.stdout.write(`  ${formatIpv6Prefix(one.prefix)}  ${formatIpv6(one.ipv6)}\n`);
  }
  for (const diagnostic of checked.diagnostics) {
    context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  }
  return EXIT.done;
}

function documentOf({ prefix, ipv4, ipv6 }: DmrAddress): object {
  return { prefix: formatIpv6Prefix(prefix), ipv4: formatIpv4(ipv4), ipv6: formatIpv6(ipv6) };
}
