/** The calculator's answers agree with each other and with slow ones, for rules of every kind. */
import fc from "fast-check";
import { test } from "tap";
import { type Ce, ceFromIndex, ceFromIpv6, portSetOf } from "../../../src/map/ce.js";
import { CeList, ROW_BYTES } from "../../../src/map/ce-list.js";
import { checkRule } from "../../../src/map/check.js";
import { compareRules } from "../../../src/map/compare.js";
import { ruleDesign } from "../../../src/map/design.js";
import { embedIpv4, extractIpv4 } from "../../../src/map/dmr-address.js";
import { eaOfCe } from "../../../src/map/ea.js";
import { findCe } from "../../../src/map/find-ce.js";
import { addressForms } from "../../../src/map/iid.js";
import { matchIpv4, matchIpv6 } from "../../../src/map/match.js";
import { neighboursOf } from "../../../src/map/neighbours.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../../src/map/prefix.js";
import { ruleFacts } from "../../../src/map/rule.js";
import { formatRuleString, readRuleText } from "../../../src/map/rule-text.js";
import { type StepAxis, stepPlace } from "../../../src/map/step.js";
import type { Rule, Words6 } from "../../../src/map/types.js";
import { formatIpv4, formatIpv6 } from "../../../src/wire/address.js";
import { Ascii } from "../../../src/wire/ascii.js";
import { anyRule, ipv6PrefixOf, port, word, words6 } from "../../support/arbitrary-rule.js";
import { property } from "../../support/property.js";
import { slowLookup4, slowLookup6 } from "../../support/slow-map.js";

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function equal(got: unknown, expected: unknown, what: string): void {
  const [one, other] = [JSON.stringify(got), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${what}: ${one}, expected ${other}`);
}

function ceAt(rule: Rule, at: number): Ce {
  const checked = ceFromIndex(rule, Math.floor(at * ruleFacts(rule).ceCount));
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value;
}

property(
  "facts name the CE that they come from, one by one and all together",
  1500,
  [anyRule, fraction, fraction],
  (rule, at, portAt) => {
    const ce = ceAt(rule, at);
    const { ea, host } = eaOfCe(rule, ce);
    const ports = portSetOf(rule, ce.psid);
    const psid = ce.psid ?? undefined;
    const own = ports.at(Math.floor(portAt * ports.count));
    const ipv4 = ce.ipv4.address;
    const queries = [
      { endUserPrefix: ce.endUserPrefix },
      { ipv6: ce.mapIpv6 },
      { index: ea },
      { ea },
      { ipv4, psid },
      { host, psid },
      { ipv4, port: own },
      { host, port: own },
      { index: ea, psid, port: own, ipv4 },
      { endUserPrefix: ce.endUserPrefix, ipv6: ce.mapIpv6, ea, host, psid, port: own },
    ];
    for (const query of queries) {
      const found = findCe(rule, query);
      equal(found.ok && found.value, ce, JSON.stringify(query));
    }
    if (ruleFacts(rule).ceCount < 2) return;
    const other = findCe(rule, { index: ea, ipv6: ceAt(rule, ea === 0 ? 0.99999 : 0).mapIpv6 });
    equal(other.ok, ceAt(rule, ea === 0 ? 0.99999 : 0).mapIpv6 === ce.mapIpv6, "two CEs");
  },
);

const axis = fc.constantFrom<StepAxis>("ce", "host", "psid", "port");

property(
  "a step there and back ends where it began, whatever it wraps around",
  2000,
  [anyRule, axis, fraction, fraction, fc.integer({ min: -1000, max: 1000 })],
  (rule, along, at, portAt, by) => {
    const { ceCount, portsPerCe } = ruleFacts(rule);
    const from = { index: Math.floor(at * ceCount), portIndex: Math.floor(portAt * portsPerCe) };
    const there = stepPlace(rule, from, along, { by });
    if (!there.ok) throw new Error(there.diagnostics[0]?.message);
    const back = stepPlace(rule, there.value.place, along, { by: -by });
    equal(back.ok && back.value.place, from, "back");
    equal(back.ok && back.value.wrapped, there.value.wrapped, "wrapped alike");
    const [first, last] = [
      stepPlace(rule, from, along, "first"),
      stepPlace(rule, from, along, "last"),
    ];
    if (!first.ok || !last.ok) throw new Error("no end");
    if (along === "psid") return;
    const around = stepPlace(rule, last.value.place, along, { by: 1 });
    equal(
      around.ok && [around.value.place, around.value.wrapped],
      [first.value.place, true],
      "around",
    );
  },
);

property(
  "the forms of an address lead to its CE, and its own is the MAP address",
  1000,
  [anyRule, fraction],
  (rule, at) => {
    const ce = ceAt(rule, at);
    const forms = addressForms(rule, ce);
    equal(rule.iid === "rfc7597" ? forms.rfc7597 : forms.draft03, ce.mapIpv6, "own form");
    for (const form of Object.values(forms) as Words6[]) {
      const read = ceFromIpv6(rule, form);
      equal(read.ok && read.value, ce, "CE of the form");
    }
  },
);

property(
  "rows of a list say what the CE says, in every format",
  1000,
  [anyRule, fraction],
  (rule, at) => {
    const ce = ceAt(rule, at);
    const { ea } = eaOfCe(rule, ce);
    const [range] = portSetOf(rule, ce.psid).ranges();
    const ipv4 = ce.ipv4.len === 32 ? formatIpv4(ce.ipv4.address) : formatIpv4Prefix(ce.ipv4);
    const prefix = formatIpv6Prefix(ce.endUserPrefix);
    const address = formatIpv6(ce.mapIpv6);
    const row = { index: ea, ipv4, psid: ce.psid, endUserIpv6Prefix: prefix, mapIpv6: address };
    const json = JSON.stringify({ ...row, firstRange: range });
    const text = range?.join("-");
    const written = (format: "text" | "csv" | "ndjson" | "json"): string => {
      const out = new Ascii(new Uint8Array(ROW_BYTES));
      new CeList(rule, format).write(ea, false, out);
      return new TextDecoder().decode(out.bytes.subarray(0, out.at));
    };
    equal(written("ndjson"), `${json}\n`, "NDJSON");
    equal(written("json"), `,${json}`, "JSON");
    equal(written("csv"), `${ea},${ipv4},${ce.psid ?? ""},${prefix},${address},${text}\n`, "CSV");
    const cells = written("text").trimEnd().split(/ +/);
    equal(
      cells,
      [String(ea), ipv4, ce.psid === null ? "-" : String(ce.psid), prefix, address, text],
      "text",
    );
  },
);

property(
  "addresses and numbers as bytes read like the texts",
  3000,
  [
    fc.oneof(
      words6,
      ipv6PrefixOf(fc.integer({ min: 0, max: 128 })).map((one) => one.address),
      fc.tuple(
        ...Array.from({ length: 4 }, () => fc.constantFrom(0, 1, 0x10000, 0xffff0000)),
      ) as fc.Arbitrary<[number, number, number, number]>,
    ),
    word,
    fc.maxSafeNat(),
  ],
  (address, ipv4, number) => {
    const out = new Ascii(new Uint8Array(200));
    out.ipv6(Uint32Array.from(address));
    out.text(" ");
    out.ipv4(ipv4);
    out.text(" ");
    out.decimal(number);
    const text = new TextDecoder().decode(out.bytes.subarray(0, out.at));
    equal(text, `${formatIpv6(address)} ${formatIpv4(ipv4)} ${number}`, "text");
  },
);

property(
  "of many rules the longest match is that of a search one by one",
  500,
  [fc.array(anyRule, { minLength: 1, maxLength: 8 }), words6, word, port],
  (rules, address, addr4, at) => {
    for (const target of [address, ...rules.map(({ ipv6 }) => ipv6.address)]) {
      equal(matchIpv6(rules, target)?.index ?? -1, slowLookup6(rules, target), "IPv6");
    }
    for (const target of [addr4, ...rules.map(({ ipv4 }) => ipv4.address)]) {
      equal(matchIpv4(rules, target, at)?.index ?? -1, slowLookup4(rules, target, at), "IPv4");
    }
  },
);

property(
  "neighbours and the CE have all ports of the address between them",
  200,
  [anyRule.filter(({ psidLen, psid }) => psidLen <= 6 && psid === null), fraction],
  (rule, at) => {
    const ce = ceAt(rule, at);
    const everyone = [ce, ...neighboursOf(rule, ce)];
    const { excludedRanges, sharingRatio } = ruleDesign(rule);
    equal(everyone.length, sharingRatio, "CEs");
    const owners = new Uint8Array(65536);
    const mark = ([first, last]: readonly [number, number]): void => {
      for (let one = first; one <= last; one++) owners[one]!++;
    };
    for (const { psid, ipv4 } of everyone) {
      equal(ipv4, ce.ipv4, "address");
      portSetOf(rule, psid).ranges().forEach(mark);
    }
    excludedRanges.forEach(mark);
    equal(
      owners.every((count) => count === 1),
      true,
      "one owner each",
    );
  },
);

property(
  "an address behind a DMR prefix comes back",
  1000,
  [ipv6PrefixOf(fc.constantFrom(32, 40, 48, 56, 64)), word],
  (prefix, addr4) => {
    const there = embedIpv4(prefix, addr4);
    if (!there.ok) throw new Error(there.diagnostics[0]?.message);
    const back = extractIpv4(prefix, there.value.ipv6);
    equal(back.ok && back.value, there.value, "back");
    const { bits } = there.value;
    const width = bits.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    equal([width, bits.some(([from, to]) => from <= 71 && to >= 64)], [32, false], "bits");
  },
);

property(
  "a rule without PSID of its own survives its text",
  500,
  [anyRule.filter(({ psid }) => psid === null)],
  (rule) => {
    const read = readRuleText(formatRuleString(rule));
    const checked = read.ok ? checkRule({ ...read.value, iid: rule.iid }, "") : read;
    equal(checked.ok && checked.value, rule, "read back");
  },
);

/** Rules with few CEs, near to each other, so that they have some in common. */
const smallRule: fc.Arbitrary<Rule> = fc
  .record({
    n: fc.integer({ min: 50, max: 54 }),
    r: fc.integer({ min: 24, max: 30 }),
    end: fc.constantFrom(56, 58),
    a: fc.constantFrom(0, 4, 6),
    low: fc.integer({ min: 0, max: 3 }),
    iid: fc.constantFrom("rfc7597" as const, "draft-03" as const),
  })
  .map(({ n, r, end, a, low, iid }) => {
    const second = ((low << 8) & (0xffffffff << (64 - n))) >>> 0;
    const ipv4 = { address: (0xc0000200 & (0xffffffff << (32 - r))) >>> 0, len: r };
    const ipv6 = { address: [0x20010db8, second, 0, 0] as const, len: n };
    const input = { name: "small", ipv6, ipv4, eaLen: end - n, psidOffset: a, iid };
    const checked = checkRule(input, "");
    if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
    return checked.value;
  });

let common = 0;

property(
  "what a change means for CEs is what a count of them says",
  400,
  [smallRule, smallRule],
  (one, other) => {
    const { ces } = compareRules(one, other);
    const counted = { common: 0, sameIpv4: 0, samePorts: 0, sameMapIpv6: 0 };
    const text = (ce: Ce, rule: Rule): string => JSON.stringify(portSetOf(rule, ce.psid).ranges());
    for (let index = 0; index < ruleFacts(one).ceCount; index++) {
      const ce = ceAt(one, index / ruleFacts(one).ceCount);
      const found = ceFromIpv6(other, ce.endUserPrefix.address);
      if (!found.ok || found.value.endUserPrefix.len !== ce.endUserPrefix.len) continue;
      counted.common++;
      if (formatIpv4Prefix(found.value.ipv4) === formatIpv4Prefix(ce.ipv4)) counted.sameIpv4++;
      if (text(found.value, other) === text(ce, one)) counted.samePorts++;
      if (formatIpv6(found.value.mapIpv6) === formatIpv6(ce.mapIpv6)) counted.sameMapIpv6++;
    }
    equal(ces, counted, `${formatRuleString(one)} and ${formatRuleString(other)}`);
    common += counted.common;
  },
);

test("the run above had CEs in common", (t) => {
  t.ok(common >= 100, `${common} CEs`);
  t.end();
});
