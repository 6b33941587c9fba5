/** Rules as people write them. */
import { test } from "tap";
import { checkRule } from "../../../src/map/check.js";
import {
  formatRuleString,
  formatSavedRule,
  isRuleText,
  parseWhole,
  readRuleLines,
  readRuleText,
} from "../../../src/map/rule-text.js";
import { ipv4Prefix, ipv6Prefix } from "../../support/vectors.js";

const EXAMPLE = {
  name: "rule",
  ipv6: ipv6Prefix("2001:db8::/40"),
  ipv4: ipv4Prefix("192.0.2.0/24"),
  eaLen: 16,
  psidOffset: undefined,
  psidLen: undefined,
  psid: undefined,
};

const WRITTEN = [
  { text: "2001:db8::/40 192.0.2.0/24 16", rest: {} },
  { text: "  2001:DB8::/40\t192.0.2.0/24  0x10 6 ", rest: { psidOffset: 6 } },
  { text: '"2001:db8::/40 192.0.2.0/24 16 6 8"', rest: { psidOffset: 6, psidLen: 8 } },
  {
    text: "2001:db8::/40 192.0.2.0/24 16 6 8 0x34",
    rest: { psidOffset: 6, psidLen: 8, psid: 52 },
  },
  { text: "a b|2001:db8::|40|192.0.2.0|24|16|6", rest: { name: "a b", psidOffset: 6 } },
  {
    text: "x | 2001:db8:: | 40 | 192.0.2.0 | 24 | 16 | 4 (IPs-256, SHR-256, USRS-65536)",
    rest: { name: "x", psidOffset: 4 },
  },
];

for (const { text, rest } of WRITTEN) {
  test(`read: ${text}`, async (t) => {
    t.same(readRuleText(text), { ok: true, value: { ...EXAMPLE, ...rest }, diagnostics: [] });
  });
}

const REFUSED = [
  { text: "", codes: ["rule rule-syntax"] },
  { text: "2001:db8::/40 192.0.2.0/24", codes: ["rule rule-syntax"] },
  { text: "2001:db8::/40 192.0.2.0/24 16 6 8 1 2", codes: ["rule rule-syntax"] },
  { text: "x|2001:db8::|40|192.0.2.0|24|16", codes: ["rule rule-syntax"] },
  { text: "2001:db8::/40 192.0.2.0/24 -1", codes: ["ea-len rule-syntax"] },
  {
    text: "2001:db8::/140 192.0.2.256/24 x",
    codes: [
      "rule-ipv6-prefix ipv6-prefix-len",
      "rule-ipv4-prefix ipv4-prefix-syntax",
      "ea-len rule-syntax",
    ],
  },
];

for (const { text, codes } of REFUSED) {
  test(`refused: "${text}"`, async (t) => {
    const read = readRuleText(text);
    t.notOk(read.ok);
    t.same(
      read.diagnostics.map(({ path, code }) => `${path} ${code}`),
      codes,
    );
  });
}

test("a text of many rules, with comments, and with the lines of all its faults", async (t) => {
  const text =
    "# metro\n\n2001:db8::/40 192.0.2.0/24 16\r\nx|2001:db8:100::|40|198.51.100.0|24|16|6\n";
  const read = readRuleLines(text);
  t.same(read.ok && read.value.map(({ name }) => name), ["rule1", "x"]);
  const faulty = readRuleLines("2001:db8::/40 192.0.2.0/24 x\n\n|||\n");
  t.same(
    faulty.diagnostics.map(({ path }) => path),
    ["line 1.ea-len", "line 3.rule"],
  );
  t.match(readRuleLines("# nothing\n").diagnostics, [{ code: "rule-syntax" }]);
});

test("names have no spaces, rules have", async (t) => {
  t.same(["metro", "2001:db8::/40 192.0.2.0/24 16", "a|b"].map(isRuleText), [false, true, true]);
});

test("a rule as a string and as a saved line, with canonical prefixes", async (t) => {
  const read = readRuleText("m|2001:DB8:0::|46|192.168.0.0|24|14|6");
  const checked = read.ok ? checkRule(read.value, "") : read;
  if (!checked.ok) throw new Error("refused");
  t.equal(formatRuleString(checked.value), "m|2001:db8::|46|192.168.0.0|24|14|6");
  const saved =
    "m|2001:db8::|46|192.168.0.0|24|14|6 (IPs-256, SHR-64, USRS-16384, PTS-1008, XPTS-1024)";
  t.equal(formatSavedRule(checked.value), saved);
});

test("whole numbers", async (t) => {
  const texts = ["0", "0x1F", "9007199254740991", "9007199254740992", "-1", "1.5", "", "1e3"];
  t.same(texts.map(parseWhole), [0, 31, 9007199254740991, null, null, null, null, null]);
});
