import { test } from "tap";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../../../src/wire/address.js";

const ipv4Texts: readonly (readonly [string, number | null])[] = [
  ["0.0.0.0", 0],
  ["192.0.2.18", 0xc0000212],
  ["255.255.255.255", 0xffffffff],
  ["256.0.0.1", null],
  ["192.0.2", null],
  ["192.0.2.18.", null],
  ["192.0.2.018", null],
  ["192.0.2.-1", null],
  [" 192.0.2.1", null],
  ["192.0.2.0x1", null],
  ["3221226002", null],
  ["", null],
];

for (const [text, address] of ipv4Texts) {
  test(`IPv4 "${text}"`, (t) => {
    t.equal(parseIpv4(text), address);
    if (address !== null) t.equal(formatIpv4(address), text);
    t.end();
  });
}

const ipv6Texts: readonly (readonly [string, string | null])[] = [
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:DB8::", "2001:db8::"],
  ["2001:db8:12:3400:0:c000:212:34", "2001:db8:12:3400:0:c000:212:34"],
  // RFC 5952 §4.2.2: one zero group is not shortened; §4.2.3: the longest run, then the first.
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ["1:2:3:4:5:6:192.0.2.33", "1:2:3:4:5:6:c000:221"],
  ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["1:2:3:4:5:6:7:8::", null],
  ["1:2:3:4:5:6:7", null],
  ["1:2:3:4:5:6:7:8:9", null],
  ["1::2::3", null],
  [":1:2:3:4:5:6:7", null],
  ["1:2:3:4:5:6:7:", null],
  [":::", null],
  [":", null],
  ["", null],
  ["12345::", null],
  ["g::", null],
  ["fe80::1%eth0", null],
  ["[::1]", null],
  ["::192.0.2.33:1", null],
  ["192.0.2.33::", null],
  ["::192.0.2", null],
  ["1:2:3:4:5:6:7:192.0.2.33", null],
  ["2001:db8::/32", null],
];

for (const [text, canonical] of ipv6Texts) {
  test(`IPv6 "${text}"`, (t) => {
    const words = parseIpv6(text);
    t.equal(words === null ? null : formatIpv6(words), canonical);
    t.end();
  });
}

test("IPv6 words are unsigned, most significant first", (t) => {
  t.same(parseIpv6("ffff:1:8000::f"), [0xffff0001, 0x80000000, 0, 15]);
  t.equal(formatIpv6(Uint32Array.of(0xffff0001, 0x80000000, 0, 15)), "ffff:1:8000::f");
  t.end();
});
