import { test } from "tap";
import {
  checkIpv4Prefix,
  checkIpv6Prefix,
  containsIpv4,
  containsIpv6,
  coversIpv4Prefix,
  coversIpv6Prefix,
  formatIpv4Prefix,
  formatIpv6Prefix,
  maskOf,
  maskOf6,
  parseIpv4Prefix,
  parseIpv6Prefix,
} from "../../../src/map/prefix.js";
import { ipv4, ipv4Prefix, ipv6, ipv6Prefix } from "../../support/vectors.js";

test("masks at the edges of words", (t) => {
  t.same([maskOf(0), maskOf(1), maskOf(31), maskOf(32)], [0, 0x80000000, 0xfffffffe, 0xffffffff]);
  t.same(maskOf6(0), [0, 0, 0, 0]);
  t.same(maskOf6(33), [0xffffffff, 0x80000000, 0, 0]);
  t.same(maskOf6(64), [0xffffffff, 0xffffffff, 0, 0]);
  t.same(maskOf6(128), [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]);
  t.end();
});

test("prefixes in text", (t) => {
  t.equal(formatIpv4Prefix(ipv4Prefix("192.0.2.0/24")), "192.0.2.0/24");
  t.equal(formatIpv6Prefix(ipv6Prefix("2001:DB8:0::/40")), "2001:db8::/40");
  for (const text of [
    "192.0.2.0",
    "192.0.2.0/",
    "192.0.2.0/33",
    "192.0.2.0/024",
    "192.0.2/24",
    "/24",
  ]) {
    t.equal(parseIpv4Prefix(text), null, text);
  }
  for (const text of ["2001:db8::", "2001:db8::/129", "2001:db8::/-1", "2001:db8::/4 0", "x/40"]) {
    t.equal(parseIpv6Prefix(text), null, text);
  }
  t.end();
});

test("containment", (t) => {
  t.ok(containsIpv4(ipv4Prefix("0.0.0.0/0"), ipv4("255.255.255.255")));
  t.ok(containsIpv4(ipv4Prefix("192.0.2.128/25"), ipv4("192.0.2.200")));
  t.notOk(containsIpv4(ipv4Prefix("192.0.2.128/25"), ipv4("192.0.2.127")));
  t.ok(containsIpv6(ipv6Prefix("2001:db8::/33"), ipv6("2001:db8:7fff::1")));
  t.notOk(containsIpv6(ipv6Prefix("2001:db8::/33"), ipv6("2001:db8:8000::1")));
  t.ok(coversIpv4Prefix(ipv4Prefix("192.0.2.0/24"), ipv4Prefix("192.0.2.128/25")));
  t.notOk(coversIpv4Prefix(ipv4Prefix("192.0.2.0/24"), ipv4Prefix("192.0.0.0/16")));
  t.ok(coversIpv6Prefix(ipv6Prefix("2001:db8::/40"), ipv6Prefix("2001:db8::/40")));
  t.notOk(coversIpv6Prefix(ipv6Prefix("2001:db8::/40"), ipv6Prefix("2001:db8::/39")));
  t.end();
});

test("a refusal names the prefix that was meant", (t) => {
  const cases = [
    { checked: checkIpv4Prefix("192.0.2.1/24", "p"), code: "ipv4-host-bits", says: "192.0.2.0/24" },
    { checked: checkIpv4Prefix("192.0.2.0/33", "p"), code: "ipv4-prefix-len", says: "0..32" },
    {
      checked: checkIpv4Prefix("192.0.2.0", "p"),
      code: "ipv4-prefix-syntax",
      says: "192.0.2.0/24",
    },
    {
      checked: checkIpv6Prefix("2001:db8::1/40", "p"),
      code: "ipv6-host-bits",
      says: "2001:db8::/40",
    },
    { checked: checkIpv6Prefix("2001:db8::/129", "p"), code: "ipv6-prefix-len", says: "0..128" },
    {
      checked: checkIpv6Prefix("2001:db8", "p"),
      code: "ipv6-prefix-syntax",
      says: "2001:db8::/40",
    },
  ];
  for (const { checked, code, says } of cases) {
    const [first] = checked.diagnostics;
    t.notOk(checked.ok);
    t.equal(first?.code, code);
    t.equal(first?.path, "p");
    t.match(first?.message, says);
  }
  t.ok(checkIpv4Prefix("192.0.2.0/24", "p").ok);
  t.ok(checkIpv6Prefix("2001:db8::/40", "p").ok);
  t.end();
});
