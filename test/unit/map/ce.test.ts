/** Which CE it is, and why it is none. */
import { test } from "tap";
import {
  type Ce,
  ceFromEndUserPrefix,
  ceFromIndex,
  ceFromIpv4Port,
  ceFromIpv4Psid,
  ceFromIpv6,
} from "../../../src/map/ce.js";
import { checkRule, type RuleInput } from "../../../src/map/check.js";
import type { Checked, Rule } from "../../../src/map/types.js";
import { formatIpv6 } from "../../../src/wire/address.js";
import { ipv4, ipv4Prefix, ipv6, ipv6Prefix } from "../../support/vectors.js";

function rule(v6: string, v4: string, eaLen: number, rest: Partial<RuleInput> = {}): Rule {
  const base = { name: "x", ipv6: ipv6Prefix(v6), ipv4: ipv4Prefix(v4), eaLen };
  const checked = checkRule({ ...base, ...rest }, "");
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value;
}

const SHARED = rule("2001:db8::/40", "192.0.2.0/24", 16);
const WHOLE = rule("2001:db8:8000::/40", "203.0.113.0/24", 8);
const ONE = rule("2001:db8:12:3400::/56", "192.0.2.18/32", 0, { psidLen: 8, psid: 0x34 });
const HOST = ipv4("192.0.2.18");

const refusals: readonly { name: string; checked: Checked<Ce>; code: string }[] = [
  { name: "index below 0", checked: ceFromIndex(SHARED, -1), code: "index-range" },
  { name: "index of the next CE", checked: ceFromIndex(SHARED, 65536), code: "index-range" },
  { name: "half an index", checked: ceFromIndex(SHARED, 0.5), code: "index-range" },
  { name: "index 1 of a 1:1 rule", checked: ceFromIndex(ONE, 1), code: "index-range" },
  {
    name: "IPv4 outside",
    checked: ceFromIpv4Psid(SHARED, ipv4("192.0.3.1"), 1),
    code: "ipv4-outside-rule",
  },
  { name: "PSID missing", checked: ceFromIpv4Psid(SHARED, HOST, null), code: "psid-required" },
  { name: "PSID too large", checked: ceFromIpv4Psid(SHARED, HOST, 256), code: "psid-range" },
  {
    name: "PSID of an address that is not shared",
    checked: ceFromIpv4Psid(WHOLE, ipv4("203.0.113.1"), 1),
    code: "psid-not-shared",
  },
  {
    name: "another PSID of a 1:1 rule",
    checked: ceFromIpv4Psid(ONE, HOST, 0x35),
    code: "psid-not-provisioned",
  },
  { name: "port missing", checked: ceFromIpv4Port(SHARED, HOST, null), code: "port-required" },
  { name: "port 65536", checked: ceFromIpv4Port(SHARED, HOST, 65536), code: "port-range" },
  { name: "excluded port", checked: ceFromIpv4Port(SHARED, HOST, 1023), code: "port-excluded" },
  {
    name: "IPv6 outside",
    checked: ceFromIpv6(SHARED, ipv6("2001:db9::1")),
    code: "ipv6-outside-rule",
  },
  {
    name: "prefix too short",
    checked: ceFromEndUserPrefix(SHARED, ipv6Prefix("2001:db8:12::/48")),
    code: "end-user-prefix-too-short",
  },
];

for (const { name, checked, code } of refusals) {
  test(`no CE: ${name}`, (t) => {
    t.notOk(checked.ok);
    t.same(
      checked.diagnostics.map((one) => `${one.severity} ${one.code}`),
      [`error ${code}`],
    );
    t.end();
  });
}

test("the MAP address ignores the delegated bits behind n + o, with a warning", (t) => {
  const checked = ceFromEndUserPrefix(SHARED, ipv6Prefix("2001:db8:12:3410::/60"));
  if (!checked.ok) throw new Error("refused");
  t.equal(formatIpv6(checked.value.mapIpv6), "2001:db8:12:3400:0:c000:212:34");
  t.same(checked.value.endUserPrefix, ipv6Prefix("2001:db8:12:3400::/56"));
  t.same(
    checked.diagnostics.map(({ code }) => code),
    ["delegated-bits-set"],
  );
  t.end();
});

test("a 1:1 rule has one CE, by index, PSID or port", (t) => {
  const byIndex = ceFromIndex(ONE, 0);
  t.ok(byIndex.ok && formatIpv6(byIndex.value.mapIpv6) === "2001:db8:12:3400:0:c000:212:34");
  t.same(ceFromIpv4Psid(ONE, HOST, 0x34), byIndex);
  t.same(ceFromIpv4Port(ONE, HOST, 1232), byIndex);
  t.end();
});

test("of a whole address the port plays no part", (t) => {
  const checked = ceFromIpv4Port(WHOLE, ipv4("203.0.113.66"), 80);
  t.ok(checked.ok && checked.value.psid === null);
  t.same(ceFromIpv4Port(WHOLE, ipv4("203.0.113.66"), null), checked);
  t.end();
});
