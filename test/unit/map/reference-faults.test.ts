/**
 * The faults of the calculator that people use today, each done right here. Numbers 1 to 13 are those of a list of what
 * running it showed; a fault of its window only is tested on what stands behind our page and command line.
 */
import { test } from "tap";
import { encode } from "../../../src/dhcp/encode.js";
import { type Ce, ceFromEndUserPrefix, ceFromIndex, portSetOf } from "../../../src/map/ce.js";
import { checkDmr, checkRule, checkRuleSet } from "../../../src/map/check.js";
import { ruleDesign } from "../../../src/map/design.js";
import { embedIpv4 } from "../../../src/map/dmr-address.js";
import { eaOfCe } from "../../../src/map/ea.js";
import { findCe } from "../../../src/map/find-ce.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../../src/map/prefix.js";
import { formatRuleString, readRuleLines, readRuleText } from "../../../src/map/rule-text.js";
import { mapAddressBits } from "../../../src/map/ruler.js";
import { stepPlace } from "../../../src/map/step.js";
import type { Checked, Rule } from "../../../src/map/types.js";
import { formatIpv6 } from "../../../src/wire/address.js";
import { ipv4, ipv6Prefix } from "../../support/vectors.js";

function must<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value;
  throw new Error(checked.diagnostics.map(({ message }) => message).join("; "));
}

function rule(text: string): Rule {
  return must(checkRule(must(readRuleText(text)), ""));
}

function codes(checked: Checked<unknown>): string[] {
  return checked.diagnostics.map(({ severity, code }) => `${severity} ${code}`);
}

function judged(text: string): string[] {
  const read = readRuleText(text);
  return codes(read.ok ? checkRule(read.value, "") : read);
}

function ceAt(of: Rule, index: number): Ce {
  return must(ceFromIndex(of, index));
}

test("fault 1: an address that is not shared has all its ports, whatever the offset says", async (t) => {
  const whole = rule("2001:db8:8000::/40 203.0.113.0/24 8 6");
  const { portsPerCe, excludedPorts, excludedRanges, usablePorts } = ruleDesign(whole);
  t.same([portsPerCe, excludedPorts, excludedRanges], [65536, 0, []]);
  t.same(usablePorts, { least: 65535, most: 65535 });
  t.same(portSetOf(whole, null).ranges(), [[0, 65535]]);
  t.same(judged("2001:db8:8000::/40 203.0.113.0/24 8 6"), ["warning offset-ignored"]);
});

const LEGAL = [
  { what: "an IPv4 prefix for each CE", text: "2001:db8:b100::/48 1.1.0.0/16 13", kind: "prefix" },
  { what: "EA length 0", text: "2001:db8:12:3400::/56 192.0.2.18/32 0", kind: "address" },
  { what: "one address, shared", text: "2001:db8:7000::/48 192.0.2.1/32 8", kind: "shared" },
  { what: "more than 64 bits", text: "2001:db8:1:2::/64 192.0.2.0/24 16", kind: "shared" },
  { what: "a PSID of its own", text: "2001:db8:1::/56 192.0.2.18/32 0 6 8 52", kind: "shared" },
];

for (const { what, text, kind } of LEGAL) {
  test(`fault 2: ${what} is a rule`, async (t) => {
    const legal = rule(text);
    t.equal(ruleDesign(legal).kind, kind);
    const ce = ceAt(legal, 0);
    t.same(must(ceFromEndUserPrefix(legal, ce.endUserPrefix)), ce);
  });
}

test("fault 3: option 91 counts as many octets as the DMR's length needs", async (t) => {
  const rules = [rule("2001:db8::/40 192.0.2.0/24 16 6")];
  const encoded = (len: number): Checked<Uint8Array> =>
    encode({ mode: "map-t", rules, dmr: ipv6Prefix(`2001:db8::/${len}`), brAddresses: [] });
  for (const len of [44, 52, 60, 62]) {
    t.notOk(encoded(len).ok, `/${len} has no place for IPv4 addresses, and is refused`);
  }
  for (const len of [32, 40, 48, 56, 64, 96]) {
    const bytes = must(encoded(len));
    const octets = Math.ceil(len / 8);
    const option = bytes.subarray(bytes.length - octets - 5);
    t.same([...option.subarray(0, 5)], [0, 91, 0, 1 + octets, len], `/${len}`);
    t.equal(((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0), bytes.length - 4, "and option 95, too");
  }
});

test("fault 4: a DMR is an IPv6 prefix of a length that RFC 6052 can fill", async (t) => {
  t.equal(readRuleText("10.0.0.0/8 192.0.2.0/24 8").ok, false);
  for (const text of [
    "::/0",
    "2001:db8::/128",
    "2001:db8::/100",
    "2001:db8::/60",
    "2001:db8::/62",
  ]) {
    t.equal(checkDmr(ipv6Prefix(text), "dmr").ok, false, text);
  }
  const embedded = must(embedIpv4(ipv6Prefix("2001:db8:ffff::/64"), ipv4("198.51.100.9")));
  t.equal(formatIpv6(embedded.ipv6), "2001:db8:ffff:0:c6:3364:900:0");
});

test("fault 5: an offset below 0 is refused", async (t) => {
  t.same(judged("x|2001:db8::|40|192.0.2.0|24|10|-1"), ["error rule-syntax"]);
});

test("fault 6: a rejected rule leaves nothing behind that could be used", async (t) => {
  const rejected = checkRule(must(readRuleText("x|2001:db8::1|40|192.0.2.0|24|30|6")), "");
  t.notOk(rejected.ok);
  t.notOk("value" in rejected);
  t.same(codes(rejected), ["error ipv6-host-bits", "error psid-len-range"]);
});

test("fault 7: lengths beyond any slider stay what they are", async (t) => {
  const wide = rule("x|240b:10::|31|106.72.0.0|15|25|4");
  t.same([wide.ipv6.len, wide.ipv4.len, wide.eaLen], [31, 15, 25]);
  t.equal(formatRuleString(wide), "x|240b:10::|31|106.72.0.0|15|25|4");
});

test("fault 8: the next CE carries from the PSID into the address, and past the last comes the first", async (t) => {
  const shared = rule("2001:db8::/40 192.0.2.0/24 16 6");
  const next = (of: Rule, index: number): unknown => {
    const { place, carried, wrapped } = must(
      stepPlace(of, { index, portIndex: 0 }, "ce", { by: 1 }),
    );
    const { ipv4: address, psid } = ceAt(of, place.index);
    return [formatIpv4Prefix(address), psid, carried, wrapped];
  };
  t.same(next(shared, 0x0034), ["192.0.2.0/32", 0x35, false, false]);
  t.same(next(shared, 0x00ff), ["192.0.2.1/32", 0, true, false]);
  t.same(next(shared, 0xffff), ["192.0.2.0/32", 0, true, true]);
  const whole = rule("2001:db8:8000::/40 203.0.113.0/24 8");
  t.same(next(whole, 7), ["203.0.113.8/32", null, true, false]);
});

test("fault 9: steps along the hosts go by the rule and stay inside it", async (t) => {
  const shared = rule("2001:db8::/40 192.0.2.0/24 16 6");
  const last = must(stepPlace(shared, { index: 0x1234, portIndex: 3 }, "host", "last"));
  t.same(last.place, { index: 0xff34, portIndex: 3 });
  const around = must(stepPlace(shared, last.place, "host", { by: 1 }));
  t.same(around, { place: { index: 0x34, portIndex: 3 }, carried: false, wrapped: true });
  t.same(codes(stepPlace(shared, { index: 65536, portIndex: 0 }, "host", { by: 1 })), [
    "error step-range",
  ]);
});

test("fault 10: a PSID of all 16 bits steps, and addresses of the wrong family are refused", async (t) => {
  const all = rule("2001:db8:5200::/40 192.0.2.0/24 24 0");
  const step = must(stepPlace(all, { index: 5, portIndex: 0 }, "port", { by: 1 }));
  t.same(step, { place: { index: 5, portIndex: 0 }, carried: false, wrapped: true });
  t.same(portSetOf(all, 5).ranges(), [[5, 5]]);
  t.same(judged("x|192.0.2.0|24|192.0.2.0|24|10|6"), ["error ipv6-prefix-syntax"]);
  t.same(judged("x|2001:db8::|40|::|24|10|6"), ["error ipv4-prefix-syntax"]);
});

test("fault 11: every IPv4 bit of the identifier is named, for every IPv4 prefix length", async (t) => {
  for (let len = 0; len <= 32; len++) {
    const of = rule(`2001:d00::/24 0.0.0.0/${len} ${Math.min(40, 32 - len + 8)}`);
    const fields = mapAddressBits(of)
      .slice(80, 112)
      .map(({ field }) => field);
    const expected = Array.from({ length: 32 }, (_, bit) => (bit < len ? "rule4" : "host"));
    t.same(fields, expected, `/${len}`);
  }
});

test("fault 12: only rules with the same name or the same prefix are the same", async (t) => {
  const lines =
    "test10|2001:db8::|40|192.0.2.0|24|16|8\ntest1|2001:db8:100::|40|198.51.100.0|24|16|1\n";
  const rules = must(readRuleLines(lines)).map((input) => must(checkRule(input, "")));
  t.same(checkRuleSet(rules), []);
  const twice = [...rules, { ...rules[0]!, name: "test1" }];
  t.same(
    checkRuleSet(twice).map(({ code }) => code),
    ["duplicate-name", "duplicate-ipv6-prefix", "duplicate-ipv4-prefix"],
  );
  t.equal(
    formatRuleString(rule("a|2001:DB8::|40|192.0.2.0|24|16|6")),
    formatRuleString(rule("a|2001:db8:0::|40|192.0.2.0|24|16|6")),
    "however it is written",
  );
});

test("fault 13: a CE is found by user, PSID, port and address, and doubtful values are said", async (t) => {
  const shared = rule("2001:db8::/40 192.0.2.0/24 16 6");
  const wanted = { prefix: "2001:db8:12:3400::/56", index: 0x1234 };
  const host = ipv4("192.0.2.18");
  for (const query of [{ index: 0x1234 }, { ipv4: host, psid: 0x34 }, { ipv4: host, port: 1232 }]) {
    const ce = must(findCe(shared, query));
    const found = { prefix: formatIpv6Prefix(ce.endUserPrefix), index: eaOfCe(shared, ce).ea };
    t.same(found, wanted, JSON.stringify(query));
  }
  t.equal(portSetOf(shared, 0x34).ranges().length, 63);
  t.same(judged("2001:db8::/40 192.0.2.0/24 16 0"), ["warning system-ports"]);
});
