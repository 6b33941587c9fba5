/** A CE and its BR out of one rule, as options of the command line: for commands that send packets through them. */
import type { Transport } from "../../src/explain/one-rule-domains.js";
import { type Ce, ceFromEndUserPrefix, ceFromIndex } from "../../src/map/ce.js";
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Checked, Ipv6Prefix, Rule } from "../../src/map/types.js";
import { formatIpv6 } from "../../src/wire/address.js";
import { MapdError } from "../errors.js";
import { type CliInput, type CliOption, textOption } from "./command.js";
import { accept } from "./rule-argument.js";
import { ipv6PrefixValue, ipv6Value, wholeValue } from "./values.js";

export const ONE_RULE_OPTIONS: readonly CliOption[] = [
  {
    flags: "--dmr <prefix>",
    description: "MAP-T with this DMR prefix; default 2001:db8:ffff::/64",
  },
  { flags: "--br <address>", description: "MAP-E with this BR address" },
  { flags: "--end-user-prefix <prefix>", description: "the CE; default the rule's first" },
  { flags: "--index <n>", description: "the CE with these EA bits, as a number" },
];

/** Of the documentation prefix (RFC 3849 §2). */
const SOME_DMR: Ipv6Prefix = { address: [0x20010db8, 0xffff0000, 0, 0], len: 64 };

export function transportOf(input: CliInput): Transport {
  const dmr = textOption(input, "dmr");
  const br = textOption(input, "br");
  if (dmr !== undefined && br !== undefined) {
    throw new MapdError("usage", "give --dmr for MAP-T or --br for MAP-E, not both");
  }
  if (br !== undefined) return { mode: "map-e", brAddress: ipv6Value(br) };
  return { mode: "map-t", dmr: dmr === undefined ? SOME_DMR : ipv6PrefixValue(dmr, "dmr") };
}

/** null where none is named. */
export function chosenCe(rule: Rule, input: CliInput): Ce | null {
  const prefix = textOption(input, "endUserPrefix");
  const index = textOption(input, "index");
  if (prefix !== undefined && index !== undefined) {
    throw new MapdError("usage", "give one of --end-user-prefix and --index");
  }
  let found: Checked<Ce> | null = null;
  if (prefix !== undefined) {
    found = ceFromEndUserPrefix(rule, ipv6PrefixValue(prefix, "end-user-ipv6-prefix"));
  } else if (index !== undefined) found = ceFromIndex(rule, wholeValue(index, "index"));
  return found === null ? null : accept(found);
}

/** The keys that a document has for it. */
export function transportValues(transport: Transport): {
  readonly mode: Transport["mode"];
  readonly dmrIpv6Prefix: string | null;
  readonly brIpv6Address: string | null;
} {
  return {
    mode: transport.mode,
    dmrIpv6Prefix: transport.mode === "map-t" ? formatIpv6Prefix(transport.dmr) : null,
    brIpv6Address: transport.mode === "map-e" ? formatIpv6(transport.brAddress) : null,
  };
}

/** `map-t, DMR 2001:db8:ffff::/64` */
export function transportText(transport: Transport): string {
  return transport.mode === "map-t"
    ? `map-t, DMR ${formatIpv6Prefix(transport.dmr)}`
    : `map-e, BR ${formatIpv6(transport.brAddress)}`;
}
