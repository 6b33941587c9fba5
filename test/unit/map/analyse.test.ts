/** Addresses taken apart. The odd forms are those of one vendor's guide, for its own rule. */
import { test } from "tap";
import { analyseAddress } from "../../../src/map/analyse.js";
import { checkRule } from "../../../src/map/check.js";
import { readIid } from "../../../src/map/iid.js";
import type { Rule } from "../../../src/map/types.js";
import { formatIpv4 } from "../../../src/wire/address.js";
import { ipv4Prefix, ipv6, ipv6Prefix } from "../../support/vectors.js";

function rule(v6: string, v4: string, eaLen: number, psidOffset: number): Rule {
  const base = { name: "x", ipv6: ipv6Prefix(v6), ipv4: ipv4Prefix(v4), eaLen, psidOffset };
  const checked = checkRule(base, "");
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value;
}

const GUIDE = rule("2001:db8:1012::/48", "192.0.2.0/24", 16, 4);

const cases = [
  { v6: "2001:db8:1012:1ac:0:c000:201:ac", iid: "rfc7597", consistent: true },
  { v6: "2001:db8:1012:1ac:c0:2:100:ac00", iid: "draft-03", consistent: true },
  { v6: "2001:db8:1012:1ac:0:c000:201:ac00", iid: "right-padded", consistent: true },
  { v6: "2001:db8:1012:1ac:c0:2:1ac:0", iid: "right-padded", consistent: true },
  { v6: "2001:db8:1012:1ac::1", iid: null, consistent: false },
  { v6: "2001:db8:1012:1ac:0:c000:201:ad", iid: null, consistent: false },
  { v6: "2001:db8:1012:1ac:0:c000:202:ac", iid: null, consistent: false },
];

for (const c of cases) {
  test(`${c.v6} is ${c.iid}`, (t) => {
    const checked = analyseAddress(GUIDE, ipv6(c.v6), null);
    if (!checked.ok) throw new Error("refused");
    const { ce, iid, consistent, findings } = checked.value;
    t.equal(formatIpv4(ce.ipv4.address), "192.0.2.1");
    t.equal(ce.psid, 0xac);
    t.equal(iid, c.iid);
    t.equal(consistent, c.consistent);
    t.equal(findings.length, c.iid === "rfc7597" ? 0 : 1);
    t.end();
  });
}

test("a CE that calculates another PSID than its prefix says", (t) => {
  const mistaken = rule("2001:db8:1::/48", "192.0.2.0/26", 12, 4);
  const checked = analyseAddress(mistaken, ipv6("2001:db8:1:10:0:c000:200:10"), null);
  if (!checked.ok) throw new Error("refused");
  t.equal(checked.value.ce.psid, 1);
  t.equal(checked.value.iidPsid, 16);
  t.notOk(checked.value.consistent);
  t.same(
    checked.value.findings.map(({ code }) => code),
    ["iid-mismatch"],
  );
  t.end();
});

test("port, subnet id and address outside the rule", (t) => {
  const example = rule("2001:db8::/40", "192.0.2.0/24", 16, 6);
  const codes = (v6: string, port: number | null): string[] =>
    analyseAddress(example, ipv6(v6), port).diagnostics.map(({ code }) => code);
  t.same(codes("2001:db8:12:3400:0:c000:212:34", 1232), []);
  t.same(codes("2001:db8:12:3400:0:c000:212:34", 1236), ["port-not-in-set"]);
  t.same(codes("2001:db8:12:3400:0:c000:212:34", 208), ["port-not-in-set"]);
  t.same(codes("2001:db8:12:3401:0:c000:212:34", null), ["subnet-id-set"]);
  t.same(codes("2001:db9::1", null), ["ipv6-outside-rule"]);
  t.same(codes("2001:db8:12:3400:0:c000:212:34", 65536), ["port-range"]);
  t.end();
});

test("an overwritten identifier is compared behind the prefix only", (t) => {
  const long = rule("2001:db8:1:2:300::/72", "192.0.2.0/24", 16, 6);
  const checked = analyseAddress(long, ipv6("2001:db8:1:2:312:3400:212:34"), 1232);
  t.ok(checked.ok && checked.value.consistent && checked.value.iid === "rfc7597");
  t.end();
});

test("of a CE's prefix any address may stand in the identifier", (t) => {
  const prefix = rule("2001:db8:9000::/40", "198.18.0.0/16", 8, 6);
  for (const [v6, expected] of [
    ["2001:db8:9042:0:0:c612:4200:0", true],
    ["2001:db8:9042:0:0:c612:4207:0", true],
    ["2001:db8:9042:0:0:c612:4307:0", false],
  ] as const) {
    const checked = analyseAddress(prefix, ipv6(v6), null);
    t.ok(checked.ok && checked.value.consistent === expected, v6);
  }
  t.end();
});

test("fields of both identifiers", (t) => {
  const rfc = readIid("rfc7597", ipv6("2001:db8::c000:212:34"));
  const draft = readIid("draft-03", ipv6("2001:db8:0:0:c0:2:1200:3400"));
  t.same(rfc, { iidIpv4: 0xc0000212, iidPsid: 0x34 });
  t.same(draft, rfc);
  t.end();
});
