/** Facts that name no CE, or two. That they name the right one is a property. */
import { test } from "tap";
import { checkRule } from "../../../src/map/check.js";
import { type CeQuery, findCe } from "../../../src/map/find-ce.js";
import { readRuleText } from "../../../src/map/rule-text.js";
import type { Rule } from "../../../src/map/types.js";
import { ipv4, ipv6, ipv6Prefix } from "../../support/vectors.js";

function rule(text: string): Rule {
  const read = readRuleText(text);
  const checked = read.ok ? checkRule(read.value, "") : read;
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value;
}

const SHARED = rule("2001:db8::/40 192.0.2.0/24 16 6");
const WHOLE = rule("2001:db8:8000::/40 203.0.113.0/24 8");
const ONE = rule("2001:db8:12:3400::/56 192.0.2.18/32 0 6 8 52");

const REFUSALS: readonly (readonly [string, Rule, CeQuery, string, RegExp])[] = [
  ["nothing", SHARED, {}, "ce-incomplete", /nothing names no CE; .* and PSID or port$/],
  ["a PSID alone", SHARED, { psid: 1 }, "ce-incomplete", /a PSID names no CE/],
  [
    "a port alone",
    WHOLE,
    { port: 80 },
    "ce-incomplete",
    /a port names no CE; .*or IPv4 address or host$/,
  ],
  ["a shared address alone", SHARED, { ipv4: ipv4("192.0.2.18") }, "psid-required", /give a PSID/],
  [
    "a host beyond the rule",
    SHARED,
    { host: 256, psid: 1 },
    "host-range",
    /host 256 is not in 0\.\.255/,
  ],
  ["half a host", SHARED, { host: 0.5, psid: 1 }, "host-range", /host 0\.5/],
  ["an excluded port", SHARED, { host: 1, port: 80 }, "port-excluded", /port 80 is below 1024/],
  [
    "an index and another address",
    SHARED,
    { index: 0x1234, ipv4: ipv4("192.0.2.19") },
    "facts-disagree",
    /address 192\.0\.2\.19 is not of the CE 2001:db8:12:3400::\/56 \(192\.0\.2\.18\/32 PSID 52\)/,
  ],
  [
    "an index and another PSID",
    SHARED,
    { index: 0x1234, psid: 53 },
    "facts-disagree",
    /PSID 53 is not of the CE/,
  ],
  [
    "an index and another's port",
    SHARED,
    { index: 0x1234, port: 1236 },
    "facts-disagree",
    /port 1236, which PSID 53 has, is not of the CE/,
  ],
  [
    "an index and nobody's port",
    SHARED,
    { index: 0x1234, port: 80 },
    "facts-disagree",
    /port 80, which no CE has,/,
  ],
  [
    "a prefix and an address of two CEs",
    SHARED,
    { endUserPrefix: ipv6Prefix("2001:db8:12:3400::/56"), ipv6: ipv6("2001:db8:12:3500::1") },
    "facts-disagree",
    /end-user prefix .* is the CE .* but address 2001:db8:12:3500::1 is/,
  ],
  [
    "another PSID than the provisioned",
    ONE,
    { ipv4: ipv4("192.0.2.18"), psid: 1 },
    "psid-not-provisioned",
    /PSID 52/,
  ],
];

for (const [name, of, query, code, message] of REFUSALS) {
  test(`no CE: ${name}`, async (t) => {
    const found = findCe(of, query);
    t.notOk(found.ok);
    t.same(
      found.diagnostics.map((one) => one.code),
      [code],
    );
    t.match(found.diagnostics[0]?.message, message);
  });
}

test("a provisioned PSID need not be repeated, nor one where nothing is shared", async (t) => {
  const one = findCe(ONE, { ipv4: ipv4("192.0.2.18") });
  t.equal(one.ok && one.value.psid, 52);
  const whole = findCe(WHOLE, { host: 7, port: 80 });
  t.equal(whole.ok && whole.value.ipv4.address, ipv4("203.0.113.7"));
});
