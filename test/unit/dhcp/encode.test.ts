/** Rules in, options out; what the reference prints wrongly for lengths that are no multiple of 8; lines for servers. */
import { test } from "tap";
import { encode, type S46Request } from "../../../src/dhcp/encode.js";
import { formatHex } from "../../../src/dhcp/hex.js";
import { iscLines, keaOptionData } from "../../../src/dhcp/snippets.js";
import { checkRule, type RuleInput } from "../../../src/map/check.js";
import { parseIpv4Prefix, parseIpv6Prefix } from "../../../src/map/prefix.js";
import type { Rule } from "../../../src/map/types.js";
import { parseIpv6 } from "../../../src/wire/address.js";
import { loadVectors } from "../../support/vectors.js";

function rule(ipv6: string, ipv4: string, eaLen: number, more: Partial<RuleInput> = {}): Rule {
  const prefixes = { ipv6: parseIpv6Prefix(ipv6)!, ipv4: parseIpv4Prefix(ipv4)! };
  const checked = checkRule({ name: "r", ...prefixes, eaLen, ...more }, "");
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return checked.value;
}

const BR = parseIpv6("2001:db8:ffff::1")!;
const METRO = rule("2001:db8::/40", "192.0.2.0/24", 16, { forwarding: true });
const MAP_E: S46Request = { mode: "map-e", rules: [METRO], dmr: null, brAddresses: [BR] };
const ONE_TO_ONE = rule("2001:db8:12:3400::/56", "192.0.2.18/32", 0, { psidLen: 8, psid: 0x34 });
const MAP_T: S46Request = {
  mode: "map-t",
  rules: [ONE_TO_ONE],
  dmr: parseIpv6Prefix("64:ff9b::/96"),
  brAddresses: [],
};

function hexOf(request: S46Request): string {
  const encoded = encode(request);
  if (!encoded.ok) throw new Error(JSON.stringify(encoded.diagnostics));
  return formatHex(encoded.value);
}

test("the vectors' options are what their rules give", async (t) => {
  const vector = (id: string): string => loadVectors().dhcpv6.find((one) => one.id === id)!.hex;
  t.equal(hexOf({ ...MAP_E, portParams: false }), vector("W-1"));
  t.equal(hexOf(MAP_T), vector("W-3"));
  const ocn = rule("2001:db8:e000::/38", "203.0.96.0/20", 18, { forwarding: true });
  t.equal(hexOf({ ...MAP_E, rules: [ocn], portParams: false }), vector("W-5"));
  const third = rule("2001:db8:8000::/40", "203.0.113.0/24", 8);
  const plain = { ...METRO, forwarding: false };
  const brAddresses = [BR, parseIpv6("2001:db8:ffff::2")!];
  const rules = [METRO, plain, third];
  t.equal(hexOf({ ...MAP_E, rules, brAddresses, portParams: false }).length, vector("W-7").length);
});

test("port parameters stand in every rule that shares addresses, and in no other", async (t) => {
  t.equal(
    hexOf(MAP_E),
    "005e002d00590015011018c00002002820010db800005d000406000000005a001020010db8ffff00000000000000000001",
  );
  const whole = rule("2001:db8:8000::/40", "203.0.113.0/24", 8);
  t.notMatch(hexOf({ ...MAP_E, rules: [whole] }), /005d0004/);
  const zero = rule("2001:db8::/40", "192.0.2.0/24", 16, { psidOffset: 0 });
  t.match(hexOf({ ...MAP_E, rules: [zero], portParams: false }), /005d000400000000/);
});

test("a DMR has as many octets as its length needs, and option 91 counts them", async (t) => {
  const rows = [
    [32, "005b00052020010db8"],
    [40, "005b00062820010db800"],
    [48, "005b00073020010db80000"],
    [56, "005b00083820010db8000000"],
    [64, "005b00094020010db800000000"],
    [96, "005b000d6020010db80000000000000000"],
  ] as const;
  for (const [len, expected] of rows) {
    const dmr = parseIpv6Prefix(`2001:db8::/${len}`);
    t.equal(hexOf({ ...MAP_T, dmr }).slice(-expected.length), expected, `/${len}`);
  }
  for (const len of [44, 52, 60, 62, 97, 128]) {
    const encoded = encode({ ...MAP_T, dmr: parseIpv6Prefix(`2001:db8::/${len}`) });
    t.match(encoded.diagnostics.at(-1)?.code, /^dmr-(?:length|too-long)$/, `/${len}`);
  }
});

test("lw4o6 is a binding with the PSID left-justified", async (t) => {
  const binding = rule("2001:db8:77::1/128", "192.0.2.18/32", 0, {
    psidLen: 8,
    psid: 0x34,
    psidOffset: 0,
  });
  t.equal(
    hexOf({ mode: "lw4o6", rules: [binding], dmr: null, brAddresses: [BR] }),
    "00600035005c001dc00002128020010db8007700000000000000000001005d000400083400005a001020010db8ffff00000000000000000001",
  );
});

test("what RFC 7598 §6 lets no container hold is refused before it is written", async (t) => {
  const dmr = parseIpv6Prefix("2001:db8:ffff::/64");
  const rows: readonly (readonly [string, S46Request, readonly string[]])[] = [
    ["MAP-E without a BR", { ...MAP_E, brAddresses: [] }, ["br"]],
    ["MAP-E with a DMR", { ...MAP_E, dmr }, ["dmr"]],
    ["MAP-T without a DMR", { ...MAP_T, dmr: null }, ["dmr"]],
    ["MAP-T with a BR", { ...MAP_T, brAddresses: [BR] }, ["br"]],
    ["no rules", { ...MAP_E, rules: [] }, ["rules"]],
    ["lw4o6 of a rule with EA bits", { ...MAP_E, mode: "lw4o6" }, ["rules"]],
    [
      "lw4o6 with two bindings",
      { ...MAP_E, mode: "lw4o6", rules: [ONE_TO_ONE, ONE_TO_ONE] },
      ["rules"],
    ],
    ["more than an option holds", { ...MAP_E, rules: Array(3000).fill(METRO) }, ["rules"]],
  ];
  for (const [name, request, paths] of rows) {
    const { ok, diagnostics } = encode(request);
    t.strictSame([ok, diagnostics.map(({ path }) => path)], [false, paths], name);
  }
});

test("warnings of encoding are what a client will meet", async (t) => {
  const zero = rule("2001:db8::/40", "192.0.2.0/24", 16, { psidOffset: 4 });
  const { diagnostics } = encode({ ...MAP_E, rules: [zero] });
  t.strictSame(
    diagnostics.map(({ code }) => code),
    ["s46-portparams-ignored"],
  );
});

function bytesOf(request: S46Request): Uint8Array {
  return new Uint8Array(Buffer.from(hexOf(request), "hex"));
}

test("Kea: named fields for one rule, octets for what Kea keeps only one of", async (t) => {
  t.strictSame(keaOptionData(MAP_T, bytesOf(MAP_T)), [
    { name: "s46-cont-mapt" },
    {
      space: "s46-cont-mapt-options",
      name: "s46-rule",
      data: "0, 0, 32, 192.0.2.18, 2001:db8:12:3400::/56",
    },
    { space: "s46-cont-mapt-options", name: "s46-dmr", data: "64:ff9b::/96" },
    { space: "s46-rule-options", name: "s46-portparams", data: "6, 52/8" },
  ]);
  const two = { ...MAP_E, brAddresses: [BR, parseIpv6("2001:db8:ffff::2")!] };
  t.strictSame(keaOptionData(two, bytesOf(two)), [
    {
      name: "s46-cont-mape",
      "csv-format": false,
      data: hexOf(two).slice(8).toUpperCase(),
    },
  ]);
});

test("ISC dhcpd: the definition that it lacks, and octets", async (t) => {
  t.equal(
    iscLines(MAP_T, bytesOf(MAP_T)),
    `option dhcp6.s46-cont-mapt code 95 = string;
option dhcp6.s46-cont-mapt 00:59:00:17:00:00:20:c0:00:02:12:38:20:01:0d:b8:00:12:34:00:5d:00:04:06:08:34:00:00:5b:00:0d:60:00:64:ff:9b:00:00:00:00:00:00:00:00;
`,
  );
});
