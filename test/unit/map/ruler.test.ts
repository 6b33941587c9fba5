/* Rulers: every bit of an address or a port and where it comes from. */
import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { ceFromIndex } from "../../../src/map/ce.js";
import { checkRule, type RuleInput } from "../../../src/map/check.js";
import { parseIpv4Prefix, parseIpv6Prefix } from "../../../src/map/prefix.js";
import { ruleFacts } from "../../../src/map/rule.js";
import {
  addressBit,
  type BitSource,
  fieldRuns,
  flipAddressBit,
  ipv4Bits,
  mapAddressBits,
  portBits,
} from "../../../src/map/ruler.js";
import type { Rule } from "../../../src/map/types.js";
import { anyRule, words6 } from "../../support/arbitrary-rule.js";
import { property } from "../../support/property.js";

function rule(ipv6: string, ipv4: string, eaLen: number, rest: Partial<RuleInput> = {}): Rule {
  const [prefix6, prefix4] = [parseIpv6Prefix(ipv6), parseIpv4Prefix(ipv4)];
  if (prefix6 === null || prefix4 === null) throw new Error("no prefix");
  const input = { name: "r", ipv6: prefix6, ipv4: prefix4, eaLen, ...rest };
  const checked = checkRule(input, "");
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value;
}

function runs(sources: readonly BitSource[]): string[] {
  return fieldRuns(sources).map(({ field, from, to }) => `${field} ${from}-${to}`);
}

const CASES = [
  {
    name: "RFC 7597 App. A example 1",
    rule: rule("2001:db8::/40", "192.0.2.0/24", 16, { psidOffset: 6 }),
    address: [
      "rule6 0-40",
      "host 40-48",
      "psid 48-56",
      "subnet 56-64",
      "zero 64-80",
      "rule4 80-104",
      "host 104-112",
      "zero 112-120",
      "psid 120-128",
    ],
    ipv4: ["rule4 0-24", "host 24-32"],
    port: ["offset 0-6", "psid 6-14", "index 14-16"],
  },
  {
    name: "the identifier of draft-03",
    rule: rule("2001:db8::/40", "192.0.2.0/24", 16, { psidOffset: 4, iid: "draft-03" }),
    address: [
      "rule6 0-40",
      "host 40-48",
      "psid 48-56",
      "subnet 56-64",
      "zero 64-72",
      "rule4 72-96",
      "host 96-104",
      "zero 104-112",
      "psid 112-120",
      "zero 120-128",
    ],
    ipv4: ["rule4 0-24", "host 24-32"],
    port: ["offset 0-4", "psid 4-12", "index 12-16"],
  },
  {
    name: "an IPv4 prefix for each CE",
    rule: rule("2001:db8::/40", "192.0.2.0/24", 4),
    address: [
      "rule6 0-40",
      "host 40-44",
      "subnet 44-64",
      "zero 64-80",
      "rule4 80-104",
      "host 104-108",
      "zero 108-128",
    ],
    ipv4: ["rule4 0-24", "host 24-28", "zero 28-32"],
    port: ["index 0-16"],
  },
  {
    name: "a 1:1 rule with a provisioned PSID",
    rule: rule("2001:db8:12:3400::/56", "192.0.2.18/32", 0, { psidLen: 8, psid: 0x34 }),
    address: [
      "rule6 0-56",
      "subnet 56-64",
      "zero 64-80",
      "rule4 80-112",
      "zero 112-120",
      "psid 120-128",
    ],
    ipv4: ["rule4 0-32"],
    port: ["offset 0-6", "psid 6-14", "index 14-16"],
  },
  {
    name: "EA bits that reach into the identifier",
    rule: rule("2001:db8::/60", "192.0.2.0/24", 16, { psidOffset: 0 }),
    address: [
      "rule6 0-60",
      "host 60-68",
      "psid 68-76",
      "zero 76-80",
      "rule4 80-104",
      "host 104-112",
      "zero 112-120",
      "psid 120-128",
    ],
    ipv4: ["rule4 0-24", "host 24-32"],
    port: ["psid 0-8", "index 8-16"],
  },
];

for (const { name, rule: given, address, ipv4, port } of CASES) {
  test(`fields of ${name}`, async (t) => {
    t.same(runs(mapAddressBits(given)), address);
    t.same(runs(ipv4Bits(given)), ipv4);
    t.same(runs(portBits(given)), port);
  });
}

const indexed = anyRule.chain((given) =>
  fc.tuple(fc.constant(given), fc.integer({ min: 0, max: ruleFacts(given).ceCount - 1 })),
);

property(
  "every bit of a MAP address equals the bit that it is said to copy",
  300,
  [indexed],
  ([given, index]) => {
    const ce = ceFromIndex(given, index);
    if (!ce.ok) throw new Error(ce.diagnostics[0]?.message);
    const { mapIpv6, psid } = ce.value;
    const copied = ({ of, bit }: BitSource): number => {
      if (of === "ipv6") return addressBit(given.ipv6.address, bit);
      if (of === "ipv4") return (given.ipv4.address >>> (31 - bit)) & 1;
      if (of === "ea") return Math.floor(index / 2 ** (given.eaLen - 1 - bit)) % 2;
      return of === "psid" ? ((psid ?? 0) >>> (given.psidLen - 1 - bit)) & 1 : 0;
    };
    const sources = mapAddressBits(given);
    deepEqual(
      sources.map((_, at) => addressBit(mapIpv6, at)),
      sources.map(copied),
    );
  },
);

property(
  "a bit of an address turns alone, and back",
  300,
  [words6, fc.integer({ min: 0, max: 127 })],
  (address, at) => {
    const turned = flipAddressBit(address, at);
    const all = Array.from({ length: 128 }, (_, bit) => bit);
    deepEqual(
      all.filter((bit) => addressBit(turned, bit) !== addressBit(address, bit)),
      [at],
    );
    deepEqual(flipAddressBit(turned, at), address);
  },
);
