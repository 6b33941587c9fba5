/** Every refusal and every warning about one rule, a DMR or an end-user prefix. */
import { test } from "tap";
import {
  checkDmr,
  checkEndUserPrefix,
  checkRule,
  type RuleInput,
  selectBmr,
} from "../../../src/map/check.js";
import type { Diagnostic, Rule } from "../../../src/map/types.js";
import { ipv4Prefix, ipv6Prefix } from "../../support/vectors.js";

function input(v6: string, v4: string, eaLen: number, rest: Partial<RuleInput> = {}): RuleInput {
  return { name: "x", ipv6: ipv6Prefix(v6), ipv4: ipv4Prefix(v4), eaLen, ...rest };
}

function rule(v6: string, v4: string, eaLen: number, rest: Partial<RuleInput> = {}): Rule {
  const checked = checkRule(input(v6, v4, eaLen, rest), "");
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value;
}

function summary(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ severity, code, path }) => `${severity} ${code} ${path}`);
}

const V6 = "2001:db8::/40";
const V4 = "192.0.2.0/24";

interface Case {
  readonly name: string;
  readonly input: RuleInput;
  readonly found: readonly string[];
}

const cases: readonly Case[] = [
  { name: "RFC 7597 A example 1", input: input(V6, V4, 16), found: [] },
  {
    name: "psid-len that agrees",
    input: input("2001:db8:1012::/47", V4, 16, { psidLen: 8, psidOffset: 4 }),
    found: [],
  },
  {
    name: "psid-len that contradicts ea-len",
    input: input(V6, V4, 16, { psidLen: 6 }),
    found: ["error psid-len-mismatch r.psid-len"],
  },
  {
    name: "psid-len with a full address in the EA bits",
    input: input(V6, V4, 8, { psidLen: 8 }),
    found: ["error psid-len-mismatch r.psid-len"],
  },
  {
    name: "PSID beside EA bits",
    input: input(V6, V4, 16, { psidLen: 8, psid: 0x34 }),
    found: ["error psid-with-ea r.psid"],
  },
  {
    name: "PSID with no PSID length",
    input: input(V6, "192.0.2.1/32", 0, { psid: 1 }),
    found: ["error psid-without-len r.psid"],
  },
  {
    name: "PSID length 0 with a PSID",
    input: input(V6, "192.0.2.1/32", 0, { psidLen: 0, psid: 1 }),
    found: ["error psid-without-len r.psid"],
  },
  {
    name: "1:1 rule without its PSID",
    input: input(V6, "192.0.2.1/32", 0, { psidLen: 8 }),
    found: ["error psid-required r.psid"],
  },
  {
    name: "PSID that does not fit",
    input: input(V6, "192.0.2.1/32", 0, { psidLen: 4, psid: 16 }),
    found: ["error psid-range r.psid"],
  },
  {
    name: "PSID for a prefix, ea-len 0",
    input: input(V6, V4, 0, { psidLen: 8, psid: 1 }),
    found: ["error psid-without-full-address r.psid"],
  },
  {
    name: "psid-len for a prefix",
    input: input(V6, V4, 4, { psidLen: 8 }),
    found: ["error psid-without-full-address r.psid-len"],
  },
  {
    name: "all problems at once",
    input: {
      ...input(V6, V4, 49, { psidOffset: 16, psidLen: 17 }),
      ipv4: { address: 0xc0000201, len: 24 },
      ipv6: { address: [0x20010db8, 0, 0, 1], len: 40 },
    },
    found: [
      "error ipv6-host-bits r.rule-ipv6-prefix",
      "error ipv4-host-bits r.rule-ipv4-prefix",
      "error ea-len-range r.ea-len",
      "error psid-offset-range r.psid-offset",
      "error psid-len-range r.psid-len",
    ],
  },
  {
    name: "lengths that are no integers",
    input: {
      ...input(V6, V4, 1.5, { psidOffset: Number.NaN }),
      ipv6: { address: [0, 0, 0, 0], len: 129 },
      ipv4: { address: 0, len: -1 },
    },
    found: [
      "error ipv6-prefix-len r.rule-ipv6-prefix",
      "error ipv4-prefix-len r.rule-ipv4-prefix",
      "error ea-len-range r.ea-len",
      "error psid-offset-range r.psid-offset",
    ],
  },
  {
    name: "more PSID bits than ports have",
    input: input("2001:db8::/32", "192.0.2.0/24", 25),
    found: ["error psid-len-range r.ea-len"],
  },
  {
    name: "a + k = 17",
    input: input(V6, V4, 16, { psidOffset: 9 }),
    found: ["error offset-plus-psid-len r.psid-offset"],
  },
  {
    name: "n + o = 129",
    input: input("2001:db8::/113", V4, 16),
    found: ["error ea-past-128 r.ea-len"],
  },
  {
    name: "offset with an address that is not shared",
    input: input(V6, V4, 8, { psidOffset: 6 }),
    found: ["warning offset-ignored r.psid-offset"],
  },
  { name: "no offset with an address that is not shared", input: input(V6, V4, 8), found: [] },
  {
    name: "offset 0 gives PSID 0 the system ports",
    input: input(V6, V4, 16, { psidOffset: 0 }),
    found: ["warning system-ports r.psid-offset"],
  },
  {
    name: "offset 7 leaves ports 512..1023 to CEs",
    input: input(V6, V4, 16, { psidOffset: 7 }),
    found: ["warning system-ports r.psid-offset"],
  },
  {
    name: "offset 0 of a 1:1 rule whose PSID starts at 1024",
    input: input(V6, "192.0.2.1/32", 0, { psidOffset: 0, psidLen: 6, psid: 1 }),
    found: [],
  },
  {
    name: "offset 0 of a 1:1 rule whose PSID starts at 512",
    input: input(V6, "192.0.2.1/32", 0, { psidOffset: 0, psidLen: 7, psid: 1 }),
    found: ["warning system-ports r.psid-offset"],
  },
  {
    name: "EA bits beyond bit 64",
    input: input("2001:db8:1:2::/64", V4, 16),
    found: ["warning iid-overwritten r.ea-len"],
  },
  {
    name: "multicast IPv4",
    input: input(V6, "224.0.2.0/24", 16),
    found: ["warning ipv4-not-unicast r.rule-ipv4-prefix"],
  },
  { name: "the whole IPv4 space", input: input("2001:db8::/32", "0.0.0.0/0", 32), found: [] },
  {
    name: "multicast IPv6",
    input: input("ff02::/40", V4, 16),
    found: ["warning ipv6-not-unicast r.rule-ipv6-prefix"],
  },
];

for (const c of cases) {
  test(`rule: ${c.name}`, (t) => {
    const checked = checkRule(c.input, "r");
    t.same(summary(checked.diagnostics), c.found);
    t.equal(checked.ok, !c.found.some((line) => line.startsWith("error")));
    for (const { message, rfc } of checked.diagnostics) {
      t.ok(message.length > 20, message);
      t.match(rfc, /^(?:RFC \d+ §[\d.]+)?$/);
    }
    t.end();
  });
}

test("host bits: the message names the corrected prefix", (t) => {
  const faulty = { ...input(V6, V4, 16), ipv4: { address: 0xc0000201, len: 24 } };
  const [first] = checkRule(faulty, "").diagnostics;
  t.equal(first?.path, "rule-ipv4-prefix");
  t.match(first?.message, "192.0.2.0/24");
  t.end();
});

test("defaults and derived values", (t) => {
  t.same(rule(V6, V4, 16), {
    name: "x",
    ipv6: ipv6Prefix(V6),
    ipv4: ipv4Prefix(V4),
    eaLen: 16,
    psidOffset: 6,
    psidLen: 8,
    psid: null,
    iid: "rfc7597",
    forwarding: false,
  });
  t.equal(rule(V6, "192.0.2.1/32", 0, { psidLen: 8, psid: 0 }).psid, 0);
  t.equal(rule(V6, "192.0.2.1/32", 0).psid, null);
  t.end();
});

const dmrs: readonly (readonly [string, readonly string[]])[] = [
  ["2001:db8:ffff::/64", []],
  ["64:ff9b::/96", ["warning dmr-not-64 d"]],
  ["2001:db8::/32", ["warning dmr-not-64 d"]],
  ["2001:db8::/97", ["error dmr-too-long d"]],
  ["2001:db8::/128", ["error dmr-too-long d"]],
  ["2001:db8::/44", ["error dmr-length d"]],
  ["::/0", ["error dmr-length d"]],
  ["2001:db8:0:0:100::/96", ["error dmr-u-octet d"]],
  ["2001:db8:0:1::/56", ["error ipv6-host-bits d"]],
];

for (const [text, found] of dmrs) {
  test(`DMR ${text}`, (t) => {
    const checked = checkDmr(ipv6Prefix(text), "d");
    t.same(summary(checked.diagnostics), found);
    t.equal(checked.ok, !found.some((line) => line.startsWith("error")));
    t.end();
  });
}

const endUserPrefixes: readonly (readonly [string, readonly string[]])[] = [
  ["2001:db8:12:3400::/56", []],
  ["2001:db8:12:3400::/60", []],
  ["2001:db8:12:3400::/64", []],
  // K-4: the subnet id of the MAP address is zero, so a CE behind these bits is not reached.
  ["2001:db8:12:3410::/60", ["warning delegated-bits-set e"]],
  ["2001:db8:12::/48", ["error end-user-prefix-too-short e"]],
  ["2001:db8::/32", ["error end-user-prefix-too-short e"]],
  ["2001:db9:12:3400::/56", ["error end-user-prefix-outside-rule e"]],
  ["2001:db8:12:3401::/56", ["error ipv6-host-bits e"]],
];

for (const [text, found] of endUserPrefixes) {
  test(`end-user prefix ${text}`, (t) => {
    t.same(summary(checkEndUserPrefix(rule(V6, V4, 16), ipv6Prefix(text), "e")), found);
    t.end();
  });
}

test("the BMR is the longest match, wherever it stands", (t) => {
  const wide = rule("2001:db8::/32", "198.51.0.0/16", 24);
  const narrow = rule("2001:db8::/40", V4, 16);
  const other = rule("2001:db9::/40", "203.0.113.0/24", 16);
  const prefix = ipv6Prefix("2001:db8:12:3400::/56");
  t.equal(selectBmr([wide, narrow, other], prefix), 1);
  t.equal(selectBmr([narrow, wide, other], prefix), 0);
  t.equal(selectBmr([other], prefix), -1);
  t.equal(selectBmr([narrow], ipv6Prefix("2001:db8::/39")), -1);
  t.equal(selectBmr([], prefix), -1);
  t.end();
});
