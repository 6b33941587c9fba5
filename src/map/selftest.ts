/**
 * The worked examples of the RFCs, and samples of other rules, calculated anew: what `mapctl selftest` and the page run
 * where they are. Expected texts are those of the RFCs; nothing here is read from a file.
 */
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../wire/address.js";
import { analyseAddress } from "./analyse.js";
import { type Ce, ceFromEndUserPrefix, ceFromIpv4Port } from "./ce.js";
import { checkRule } from "./check.js";
import { embedIpv4, extractIpv4 } from "./dmr-address.js";
import { PortSet } from "./port-set.js";
import { formatIpv4Prefix, parseIpv6Prefix } from "./prefix.js";
import { portSetOf } from "./rule.js";
import { readRuleText } from "./rule-text.js";
import type { Checked, Iid, Ipv6Prefix, Rule } from "./types.js";

export interface SelftestResult {
  readonly name: string;
  /** Where the example stands, or empty for a sample of ours. */
  readonly source: string;
  readonly expected: string;
  readonly actual: string;
  readonly passed: boolean;
}

export interface SelftestExample {
  readonly name: string;
  readonly source: string;
  readonly expected: string;
  readonly actual: () => string;
}

const EXAMPLE_1 = "2001:db8::/40 192.0.2.0/24 16 6";
const EXAMPLE_4 = "2001:db8:12:3400::/56 192.0.2.18/32 0";
const EXAMPLE_5 = "2001:db8:12:3400::/56 192.0.2.18/32 0 6 8 0x34";
const MAP_ADDRESS = "2001:db8:12:3400:0:c000:212:34";

/** IPv4, PSID, first and last range with their number, MAP address. */
const EXAMPLE_CE = `192.0.2.18/32, PSID 52, 1232-1235 .. 64720-64723 (63), ${MAP_ADDRESS}`;

const EXAMPLES: readonly SelftestExample[] = [
  ...["RFC 7597 App. A", "RFC 7599 App. A"].map((source) => ({
    name: "example 1: a CE's address, PSID and ports from its end-user prefix",
    source,
    expected: EXAMPLE_CE,
    actual: () => ceText(EXAMPLE_1, "2001:db8:12:3400::/56"),
  })),
  {
    name: "example 2: the BR finds the CE of 192.0.2.18 port 1232",
    source: "RFC 7597 App. A",
    expected: MAP_ADDRESS,
    actual: () => reverseText(EXAMPLE_1, "192.0.2.18", 1232),
  },
  {
    name: "a packet from the CE of example 1 is consistent in address and port",
    source: "RFC 7597 App. A",
    expected: "192.0.2.18/32, PSID 52, rfc7597, consistent",
    actual: () => analysisText(EXAMPLE_1, MAP_ADDRESS, 1232),
  },
  {
    name: "example 4: no EA bits, the address is not shared",
    source: "RFC 7597 App. A",
    expected: "192.0.2.18/32, no PSID, 0-65535 .. 0-65535 (1), 2001:db8:12:3400:0:c000:212:0",
    actual: () => ceText(EXAMPLE_4, "2001:db8:12:3400::/56"),
  },
  ...["RFC 7597 App. A", "RFC 7599 App. A"].map((source) => ({
    name: "example 5: no EA bits, the PSID is provisioned",
    source,
    expected: EXAMPLE_CE,
    actual: () => ceText(EXAMPLE_5, "2001:db8:12:3400::/56"),
  })),
  {
    name: "examples 2 and 3: 10.2.3.4 behind the DMR prefix, and back",
    source: "RFC 7599 App. A",
    expected: "2001:db8:ffff:0:a:203:400:0, 10.2.3.4",
    actual: () => dmrText("2001:db8:ffff::/64", "10.2.3.4"),
  },
  ...portExample("a = 6, k = 8, PSID 0", [6, 8, 0], "1024-1027 .. 64512-64515 (63)"),
  ...portExample("a = 0, k = 6, PSID 0", [0, 6, 0], "0-1023 .. 0-1023 (1)"),
  ...dmrExample("2001:db8::/32", "2001:db8:c000:221::"),
  ...dmrExample("2001:db8:100::/40", "2001:db8:1c0:2:21::"),
  ...dmrExample("2001:db8:122::/48", "2001:db8:122:c000:2:2100::"),
  ...dmrExample("2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"),
  ...dmrExample("2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100:0"),
  ...dmrExample("2001:db8:122:344::/96", "2001:db8:122:344::c000:221"),
  ...dmrExample("64:ff9b::/96", "64:ff9b::c000:221"),
  ...sample(
    "draft-03 identifier, offset 4",
    "240b:10::/31 106.72.0.0/15 25 4",
    "240b:10:3251:6400::/56",
    "106.72.50.81/32, PSID 100, 5696-5711 .. 63040-63055 (15), 240b:10:3251:6400:6a:4832:5100:6400",
    "draft-03",
  ),
  ...sample(
    "an IPv4 prefix for each CE",
    "2001:db8:b100::/48 1.1.0.0/16 13",
    "2001:db8:b100:100::/61",
    "1.1.1.0/29, no PSID, 0-65535 .. 0-65535 (1), 2001:db8:b100:100:0:101:100:0",
  ),
  ...sample(
    "offset 0, one range",
    "2001:db8:ce::/51 192.0.2.0/24 13 0",
    "2001:db8:ce:41::/64",
    "192.0.2.2/32, PSID 1, 2048-4095 .. 2048-4095 (1), 2001:db8:ce:41:0:c000:202:1",
  ),
  {
    name: "sample: the PSID padded on the right is recognised",
    source: "",
    expected: "192.0.2.1/32, PSID 172, right-padded, consistent",
    actual: () =>
      analysisText(
        "2001:db8:1012::/48 192.0.2.0/24 16 4",
        "2001:db8:1012:1ac:0:c000:201:ac00",
        6848,
      ),
  },
];

/** All of them, or those that are given; one that throws has failed, and says how. */
export function selftest(
  examples: readonly SelftestExample[] = EXAMPLES,
): readonly SelftestResult[] {
  return examples.map(({ name, source, expected, actual }) => {
    const got = attempt(actual);
    return { name, source, expected, actual: got, passed: got === expected };
  });
}

function attempt(actual: () => string): string {
  try {
    return actual();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function portExample(
  what: string,
  [a, k, psid]: readonly [number, number, number],
  expected: string,
): SelftestExample[] {
  const actual = (): string => rangesText(new PortSet(a, k, psid));
  return [{ name: `ports of ${what}`, source: "RFC 7597 App. B", expected, actual }];
}

function dmrExample(prefix: string, ipv6: string): SelftestExample[] {
  const actual = (): string => dmrText(prefix, "192.0.2.33");
  const name = `192.0.2.33 behind ${prefix}, and back`;
  return [{ name, source: "RFC 6052 §2.4", expected: `${ipv6}, 192.0.2.33`, actual }];
}

function sample(
  what: string,
  rule: string,
  prefix: string,
  expected: string,
  iid: Iid = "rfc7597",
): SelftestExample[] {
  const actual = (): string => ceText(rule, prefix, iid);
  return [{ name: `sample: ${what}`, source: "", expected, actual }];
}

function ceText(rule: string, prefix: string, iid: Iid = "rfc7597"): string {
  const checked = ruleOf(rule, iid);
  const ce = must(ceFromEndUserPrefix(checked, prefixOf(prefix)));
  const ranges = rangesText(portSetOf(checked, ce.psid));
  return `${addressText(ce)}, ${ranges}, ${formatIpv6(ce.mapIpv6)}`;
}

function reverseText(rule: string, ipv4: string, port: number): string {
  const ce = must(ceFromIpv4Port(ruleOf(rule), parseIpv4(ipv4) ?? 0, port));
  return formatIpv6(ce.mapIpv6);
}

function analysisText(rule: string, ipv6: string, port: number): string {
  const address = parseIpv6(ipv6) ?? [0, 0, 0, 0];
  const { ce, iid, consistent } = must(analyseAddress(ruleOf(rule), address, port));
  const verdict = consistent ? "consistent" : "not consistent";
  return `${addressText(ce)}, ${iid ?? "no known style"}, ${verdict}`;
}

function dmrText(prefix: string, ipv4: string): string {
  const there = must(embedIpv4(prefixOf(prefix), parseIpv4(ipv4) ?? 0));
  const back = must(extractIpv4(prefixOf(prefix), there.ipv6));
  return `${formatIpv6(there.ipv6)}, ${formatIpv4(back.ipv4)}`;
}

function addressText({ ipv4, psid }: Ce): string {
  return `${formatIpv4Prefix(ipv4)}, ${psid === null ? "no PSID" : `PSID ${psid}`}`;
}

function rangesText(set: PortSet): string {
  const ranges = set.ranges();
  const text = ([first, last]: readonly number[]): string => `${first}-${last}`;
  return `${text(ranges[0]!)} .. ${text(ranges.at(-1)!)} (${ranges.length})`;
}

function ruleOf(text: string, iid: Iid = "rfc7597"): Rule {
  return must(checkRule({ ...must(readRuleText(text)), iid }, ""));
}

function prefixOf(text: string): Ipv6Prefix {
  return parseIpv6Prefix(text) ?? { address: [0, 0, 0, 0], len: 0 };
}

function must<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value;
  throw new Error(checked.diagnostics.map(({ message }) => message).join("; "));
}
