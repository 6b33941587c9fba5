/** What a configuration must not say: each case with exactly the findings that it gets. */
import { test } from "tap";
import { type Case, D, domain, rule, testCase, top } from "./cases.js";
import { BR_E, BR_T, CE_E, CE_T, check, documentOf, METRO, outline } from "./documents.js";

const CASES: readonly Case[] = [
  // The top level.
  { name: "an empty file", document: null, findings: ["error wrong-type "] },
  { name: "a list", document: [], findings: ["error wrong-type "] },
  { name: "no domains", document: {}, findings: ["error missing-key domains"] },
  top("an empty list of domains", { domains: [] }, "error out-of-range domains"),
  top("a domain that is a number", { domains: [5] }, "error wrong-type domains[0]"),
  top("an unknown key", { htp: null }, "error unknown-key htp"),
  top("a relative socket", { "control-socket": "run/x" }, "error bad-value control-socket"),
  top(
    "a socket path that the kernel cannot hold",
    { "control-socket": `/${"x".repeat(107)}` },
    "error out-of-range control-socket",
  ),
  top(
    "a socket mode that YAML takes for a number",
    { "control-socket-mode": 660 },
    "error wrong-type control-socket-mode",
  ),
  top(
    "a socket mode that is not octal",
    { "control-socket-mode": "0680" },
    "error bad-value control-socket-mode",
  ),
  top(
    "a group that no name could be",
    { "control-socket-group": "net ops" },
    "error bad-value control-socket-group",
  ),
  top(
    "operators by number",
    { "control-socket-operators": 1000 },
    "error wrong-type control-socket-operators",
  ),
  top("a bare IPv6 listener", { http: { listen: "::1:9464" } }, "error bad-host-port http.listen"),
  top(
    "a listener without a port",
    { http: { listen: "[::1]" } },
    "error bad-host-port http.listen",
  ),
  top(
    "a listener with a port above 65535",
    { http: { listen: "127.0.0.1:65536" } },
    "error bad-host-port http.listen",
  ),
  top(
    "a listener on half an address",
    { http: { listen: "127.0.1:80" } },
    "error bad-host-port http.listen",
  ),
  top(
    "a name of the page that no Host header holds",
    { http: { hosts: ["br1.example.net", "br2.example.net/"] } },
    "error bad-value http.hosts[1]",
  ),
  top(
    "a relative token file",
    { http: { "token-file": "token" } },
    "error bad-value http.token-file",
  ),
  top("an unknown log level", { log: { level: "verbose" } }, "error bad-value log.level"),
  top(
    "a rule's name with a space",
    { rules: { metro: METRO, "a b": METRO } },
    "error bad-name rules.a b",
  ),
  // Rules.
  rule("no EA length", { "ea-len": undefined }, "error missing-key rules.metro.ea-len"),
  rule("a quoted number", { "ea-len": "16" }, "error wrong-type rules.metro.ea-len"),
  rule("a fraction", { "ea-len": 16.5 }, "error wrong-type rules.metro.ea-len"),
  rule("X-1", { "ea-len": 49 }, "error ea-len-range rules.metro.ea-len"),
  rule("X-2", { "psid-offset": 9 }, "error offset-plus-psid-len rules.metro.psid-offset"),
  rule("X-3", { "psid-offset": 16 }, "error psid-offset-range rules.metro.psid-offset"),
  rule("X-4", { "rule-ipv6-prefix": "2001:db8::/120" }, "error ea-past-128 rules.metro.ea-len"),
  rule(
    "X-7",
    { "rule-ipv4-prefix": "192.0.2.0/33" },
    "error ipv4-prefix-len rules.metro.rule-ipv4-prefix",
  ),
  rule(
    "X-8",
    { "ea-len": 4, "psid-len": 8, psid: 1 },
    "error psid-without-full-address rules.metro.psid",
  ),
  rule(
    "X-9",
    { "psid-len": 4, psid: 1 },
    "error psid-len-mismatch rules.metro.psid-len",
    "error psid-with-ea rules.metro.psid",
  ),
  rule(
    "host bits on both sides",
    { "rule-ipv6-prefix": "2001:db8::1/40", "rule-ipv4-prefix": "192.0.2.1/24" },
    "error ipv4-host-bits rules.metro.rule-ipv4-prefix",
    "error ipv6-host-bits rules.metro.rule-ipv6-prefix",
  ),
  rule("an unknown identifier", { iid: "draft03" }, "error bad-value rules.metro.iid"),
  rule("a truth in words", { forwarding: "yes" }, "error wrong-type rules.metro.forwarding"),
  rule("a camelCase key", { psidOffset: 6 }, "error unknown-key rules.metro.psidOffset"),
  top(
    "two rules of one domain with one IPv6 prefix",
    {
      rules: { metro: METRO, other: { ...METRO, "rule-ipv4-prefix": "198.51.100.0/24" } },
      domains: [{ ...BR_T, rules: ["metro", "other"] }],
    },
    "error duplicate-ipv6-prefix rules.other.rule-ipv6-prefix",
  ),
  // Mode and role.
  domain("no mode", BR_T, { mode: undefined }, `error missing-key ${D}.mode`),
  domain("an unknown mode", BR_T, { mode: "map" }, `error bad-value ${D}.mode`),
  domain("an unknown role", BR_T, { role: "cpe" }, `error bad-value ${D}.role`),
  domain(
    "map-t without a DMR",
    BR_T,
    { "dmr-ipv6-prefix": undefined },
    `error missing-key ${D}.dmr-ipv6-prefix`,
  ),
  domain(
    "map-t with a BR address",
    BR_T,
    { "br-ipv6-addr": "2001:db8:ffff::1" },
    `error not-allowed ${D}.br-ipv6-addr`,
  ),
  domain(
    "map-e without a BR address",
    BR_E,
    { "br-ipv6-addr": undefined },
    `error missing-key ${D}.br-ipv6-addr`,
  ),
  domain(
    "map-e with a DMR",
    CE_E,
    { "dmr-ipv6-prefix": "2001:db8:ffff::/64" },
    `error not-allowed ${D}.dmr-ipv6-prefix`,
  ),
  domain(
    "a BR with a CE's keys",
    BR_T,
    { "end-user-ipv6-prefix": "2001:db8:12:3400::/56", "local-ipv4-prefixes": ["10.0.0.0/8"] },
    `error not-allowed ${D}.end-user-ipv6-prefix`,
    `error not-allowed ${D}.local-ipv4-prefixes`,
  ),
  domain(
    "a CE without its prefix",
    CE_T,
    { "end-user-ipv6-prefix": undefined },
    `error missing-key ${D}.end-user-ipv6-prefix`,
  ),
  domain("an unknown rule", BR_T, { rules: ["metr"] }, `error unknown-rule ${D}.rules[0]`),
  domain("a rule twice", BR_T, { rules: ["metro", "metro"] }, `error duplicate-rule ${D}.rules[1]`),
  domain("no rules", BR_T, { rules: [] }, `error out-of-range ${D}.rules`),
  // Addresses of the provider.
  domain(
    "X-10",
    BR_T,
    { "dmr-ipv6-prefix": "2001:db8:ffff::/100" },
    `error dmr-too-long ${D}.dmr-ipv6-prefix`,
  ),
  domain(
    "X-11",
    BR_T,
    { "dmr-ipv6-prefix": "2001:db8:ffff::/72" },
    `error dmr-length ${D}.dmr-ipv6-prefix`,
  ),
  domain(
    "X-12",
    BR_T,
    { "dmr-ipv6-prefix": "2001:db8:0:0:100::/96" },
    `error dmr-u-octet ${D}.dmr-ipv6-prefix`,
  ),
  domain(
    "a DMR that is no prefix",
    BR_T,
    { "dmr-ipv6-prefix": "2001:db8::" },
    `error ipv6-prefix-syntax ${D}.dmr-ipv6-prefix`,
  ),
  domain(
    "a DMR inside a rule's prefix",
    BR_T,
    { "dmr-ipv6-prefix": "2001:db8:ff::/64" },
    `warning inside-rule-prefix ${D}.dmr-ipv6-prefix`,
  ),
  domain(
    "no address for ICMPv6 errors",
    BR_T,
    { "dmr-ipv6-prefix": "64:ff9b::/96" },
    `warning dmr-not-64 ${D}.dmr-ipv6-prefix`,
    `warning no-error-source ${D}.icmp.ipv4-sources`,
  ),
  domain(
    "an address for ICMPv6 errors",
    BR_T,
    { "dmr-ipv6-prefix": "64:ff9b::/96", icmp: { "ipv4-sources": ["192.0.0.9", "8.8.8.8"] } },
    `warning dmr-not-64 ${D}.dmr-ipv6-prefix`,
  ),
  domain(
    "a BR inside a rule's prefix",
    BR_E,
    { "br-ipv6-addr": "2001:db8:12::1" },
    `warning inside-rule-prefix ${D}.br-ipv6-addr`,
  ),
  domain(
    "a BR that is the CE itself",
    CE_E,
    { "br-ipv6-addr": "2001:db8:12:3400:0:c000:212:34" },
    `error tunnel-to-self ${D}.br-ipv6-addr`,
    `warning inside-rule-prefix ${D}.br-ipv6-addr`,
  ),
  domain(
    "a BR address with a length",
    BR_E,
    { "br-ipv6-addr": "2001:db8:ffff::1/64" },
    `error bad-ipv6-address ${D}.br-ipv6-addr`,
  ),
  domain(
    "BR addresses that are none",
    CE_E,
    { "br-ipv6-addr": 5 },
    `error bad-value ${D}.br-ipv6-addr`,
  ),
  domain(
    "an empty list of BRs",
    CE_E,
    { "br-ipv6-addr": [] },
    `error out-of-range ${D}.br-ipv6-addr`,
  ),
  domain(
    "BR addresses that nobody can have, and one twice",
    CE_E,
    { "br-ipv6-addr": ["::1", "ff02::1", "fe80::1", "2001:db8:ffff::1", "2001:DB8:FFFF::1"] },
    `error duplicate-address ${D}.br-ipv6-addr[4]`,
    `error not-unicast ${D}.br-ipv6-addr[0]`,
    `error not-unicast ${D}.br-ipv6-addr[1]`,
    `error not-unicast ${D}.br-ipv6-addr[2]`,
  ),
  // The customer's prefix.
  domain(
    "X-5",
    CE_T,
    { "end-user-ipv6-prefix": "2001:db8:12::/48" },
    `error end-user-prefix-too-short ${D}.end-user-ipv6-prefix`,
  ),
  domain(
    "X-6",
    CE_T,
    { "end-user-ipv6-prefix": "2001:db9:12:3400::/56" },
    `error no-matching-rule ${D}.end-user-ipv6-prefix`,
  ),
  // Device, MTU and simple values.
  domain(
    "a long device name",
    BR_T,
    { tun: { name: "mapt-name-too-long" } },
    `error bad-value ${D}.tun.name`,
  ),
  domain(
    "a device name with a slash",
    BR_T,
    { tun: { name: "a/b" } },
    `error bad-value ${D}.tun.name`,
  ),
  domain(
    "a device name that the kernel expands",
    BR_T,
    { tun: { name: "tun%d" } },
    `error bad-value ${D}.tun.name`,
  ),
  domain("a device named ..", BR_T, { tun: { name: ".." } }, `error bad-value ${D}.tun.name`),
  domain("no device name", BR_T, { tun: {} }, `error missing-key ${D}.tun.name`),
  domain(
    "no queues",
    BR_T,
    { tun: { name: "t", queues: 0 } },
    `error out-of-range ${D}.tun.queues`,
  ),
  domain(
    "more queues than the kernel has",
    BR_T,
    { tun: { name: "t", queues: 257 } },
    `error out-of-range ${D}.tun.queues`,
  ),
  domain(
    "queues beside NAT44",
    CE_T,
    { tun: { name: "t", queues: 2 } },
    `error queues-with-nat44 ${D}.tun.queues`,
  ),
  domain(
    "offload as a truth",
    BR_T,
    { tun: { name: "t", offload: false } },
    `error bad-value ${D}.tun.offload`,
  ),
  domain(
    "an IPv6 MTU below 1280",
    BR_T,
    { mtu: { ipv6: 1279 } },
    `error out-of-range ${D}.mtu.ipv6`,
  ),
  domain("an IPv4 MTU below 576", BR_T, { mtu: { ipv4: 575 } }, `error out-of-range ${D}.mtu.ipv4`),
  domain(
    "lowest above largest",
    BR_T,
    { mtu: { ipv6: 1400, "lowest-ipv6": 1401 } },
    `error mtu-contradiction ${D}.mtu.lowest-ipv6`,
  ),
  domain(
    "an IPv4 MTU that needs fragments",
    CE_T,
    { mtu: { ipv4: 1481 } },
    `warning mtu-above-path ${D}.mtu.ipv4`,
  ),
  domain("an MSS in words", BR_T, { "mss-clamp": "on" }, `error bad-value ${D}.mss-clamp`),
  domain("an MSS below 536", BR_T, { "mss-clamp": 535 }, `error out-of-range ${D}.mss-clamp`),
  domain(
    "a traffic class above 255",
    BR_T,
    { "traffic-class": 256 },
    `error out-of-range ${D}.traffic-class`,
  ),
  domain("routes as a truth", BR_T, { routes: true }, `error bad-value ${D}.routes`),
  domain(
    "an IPv6 source of ICMPv4",
    BR_T,
    { icmp: { "ipv4-sources": ["::1"] } },
    `error bad-ipv4-address ${D}.icmp.ipv4-sources[0]`,
  ),
];

for (const row of CASES) testCase(row);

test("every problem is reported at once, each domain to its end", async (t) => {
  const checked = check({
    log: { level: "x" },
    rules: { metro: { ...METRO, "ea-len": 49, "psid-offset": 16 }, next: { ...METRO, iid: 3 } },
    domains: [
      { ...BR_T, mtu: { ipv6: 1 }, rules: ["metro", "nxt"] },
      { ...BR_T, mode: "x", rules: ["mtro"] },
      { ...CE_E, "br-ipv6-addr": undefined, nat44: { enabld: true } },
    ],
  });
  t.same(outline(checked.diagnostics), [
    "error bad-value domains[1].mode",
    "error bad-value log.level",
    "error bad-value rules.next.iid",
    "error ea-len-range rules.metro.ea-len",
    "error missing-key domains[2].br-ipv6-addr",
    "error out-of-range domains[0].mtu.ipv6",
    "error psid-offset-range rules.metro.psid-offset",
    "error unknown-key domains[2].nat44.enabld",
    "error unknown-rule domains[0].rules[1]",
    "error unknown-rule domains[1].rules[0]",
  ]);
});

const SUGGESTIONS = [
  { name: "a short form", base: BR_T, change: { dmr: 1 }, says: '"dmr-ipv6-prefix"' },
  {
    name: "another spelling",
    base: BR_T,
    change: { endUserIpv6Prefix: 1 },
    says: '"end-user-ipv6-prefix"',
  },
  { name: "a slip", base: BR_T, change: { hairpni: true }, says: '"hairpin"' },
  { name: "a slip in a value", base: BR_T, change: { mode: "mapt" }, says: '"map-t"' },
  { name: "a rule", base: BR_T, change: { rules: ["metor"] }, says: '"metro"' },
];

for (const { name, base, change, says } of SUGGESTIONS) {
  test(`the nearest valid name is suggested for ${name}`, async (t) => {
    const { diagnostics } = check(documentOf([{ ...base, ...change }]));
    t.equal(diagnostics.length, 1);
    t.match(diagnostics[0]?.message, `did you mean ${says}?`);
  });
}

test("nothing is suggested where nothing is near", async (t) => {
  const { diagnostics } = check(documentOf([BR_T], { zzzzzzzz: 1 }));
  t.equal(diagnostics[0]?.message, "unknown key");
});

test("a slip in a rule or a domain does not hide the lengths beside it", async (t) => {
  const metro = { ...METRO, "rule-ipv4-prefix": "x", "ea-len": 49, "psid-len": 17, offset: 1 };
  const br = { ...BR_T, mode: "map-x", "dmr-ipv6-prefix": "2001:db8:ffff::/63" };
  const { diagnostics } = check(documentOf([br], { rules: { metro } }));
  t.same(outline(diagnostics), [
    "error bad-value domains[0].mode",
    "error dmr-length domains[0].dmr-ipv6-prefix",
    "error ea-len-range rules.metro.ea-len",
    "error ipv4-prefix-syntax rules.metro.rule-ipv4-prefix",
    "error psid-len-range rules.metro.psid-len",
    "error unknown-key rules.metro.offset",
  ]);
});
