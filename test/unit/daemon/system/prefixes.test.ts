import { test } from "tap";
import { aggregateIpv4 } from "../../../../daemon/system/prefixes.js";
import { formatIpv4Prefix, parseIpv4Prefix } from "../../../../src/map/prefix.js";
import type { Ipv4Prefix } from "../../../../src/map/types.js";

function prefix(text: string): Ipv4Prefix {
  const parsed = parseIpv4Prefix(text);
  if (parsed === null) throw new Error(text);
  return parsed;
}

const cases = [
  { name: "nothing", given: [], expected: [] },
  { name: "duplicates", given: ["192.0.2.0/24", "192.0.2.0/24"], expected: ["192.0.2.0/24"] },
  { name: "one inside another", given: ["10.1.0.0/16", "10.0.0.0/8"], expected: ["10.0.0.0/8"] },
  {
    name: "two halves, in the wrong order",
    given: ["192.0.2.128/25", "192.0.2.0/25"],
    expected: ["192.0.2.0/24"],
  },
  {
    name: "neighbours that are not halves of one prefix",
    given: ["192.0.1.0/24", "192.0.2.0/24"],
    expected: ["192.0.1.0/24", "192.0.2.0/24"],
  },
  {
    name: "joins cascade",
    given: ["10.0.0.0/26", "10.0.0.64/26", "10.0.0.128/25", "10.0.1.0/24"],
    expected: ["10.0.0.0/23"],
  },
  {
    name: "both halves of everything",
    given: ["0.0.0.0/1", "128.0.0.0/1"],
    expected: ["0.0.0.0/0"],
  },
  {
    name: "the last address of all",
    given: ["255.255.255.255/32", "255.255.255.254/32"],
    expected: ["255.255.255.254/31"],
  },
];

for (const c of cases) {
  test(`aggregateIpv4: ${c.name}`, async (t) => {
    t.same(aggregateIpv4(c.given.map(prefix)).map(formatIpv4Prefix), c.expected);
  });
}
