/** Texts of other programs in, a whole configuration with its comments and all findings out. */
import { test } from "tap";
import { parseConfig } from "../../../../daemon/config/load.js";
import { importText } from "../../../../daemon/convert/import.js";
import type { ImportOptions } from "../../../../src/convert/assemble.js";
import { detectFormat, IMPORT_FORMATS } from "../../../../src/convert/detect.js";
import { TEXTS } from "../../convert/texts.js";
import { EXPECTED_FROM_DOCUMENTS } from "./expected-from-documents.js";
import { EXPECTED_FROM_OPENWRT } from "./expected-from-openwrt.js";
import { EXPECTED_FROM_TABLES } from "./expected-from-tables.js";
import { EXPECTED_FROM_VENDORS } from "./expected-from-vendors.js";

interface Case {
  readonly name: string;
  readonly format: string;
  readonly text: keyof typeof TEXTS;
  readonly options?: ImportOptions;
}

const CE: ImportOptions = { endUserPrefix: "2001:db8:12:3400::/56" };

const CASES: readonly Case[] = [
  {
    name: "the vendor guide's example, with the faults that are in it",
    format: "asternos",
    text: "ASTERNOS_EXAMPLE",
  },
  { name: "every command of the vendor guide", format: "asternos", text: "ASTERNOS_ALL" },
  {
    name: "an OpenWrt network file with the draft's identifier",
    format: "uci",
    text: "UCI",
    options: { endUserPrefix: "2001:db8:1012:3400::/56" },
  },
  { name: "what uci show prints, with two rules", format: "uci", text: "UCI_SHOW", options: CE },
  { name: "lw4o6 as a 1:1 rule of MAP-E", format: "uci", text: "UCI_LW4O6", options: CE },
  { name: "odhcp6c's environment", format: "mapcalc", text: "ODHCP6C", options: CE },
  {
    name: "a PSID that is not left-justified, where it should be",
    format: "mapcalc",
    text: "MAPCALC_SLIP",
    options: CE,
  },
  {
    name: "saved rule strings, under one name",
    format: "rule-string",
    text: "RULE_STRINGS",
    options: { dmr: "2001:db8:ffff::/64" },
  },
  { name: "VPP commands of MAP-E, with a subscriber", format: "vpp", text: "VPP" },
  { name: "VPP lengths that contradict each other", format: "vpp", text: "VPP_T" },
  { name: "a CE of nat46 with a forwarding rule", format: "nat46", text: "NAT46_CE", options: CE },
  { name: "a BR of nat46", format: "nat46", text: "NAT46_BR" },
  { name: "Jool's commands of a CE", format: "jool", text: "JOOL_CE" },
  { name: "Jool's JSON of a BR", format: "jool", text: "JOOL_BR" },
  { name: "RFC 8676, algorithm and binding table", format: "rfc8676", text: "SOFTWIRE" },
  { name: "a provisioning server's answer", format: "hb46pp", text: "HB46PP", options: CE },
  {
    name: "a rule database with the faults that such have",
    format: "map-rules",
    text: "MAP_RULES",
    options: { endUserPrefix: "2001:db8:e123:4500::/56" },
  },
  { name: "a table of a BR's rules", format: "csv", text: "CSV" },
  {
    name: "lines of rules",
    format: "rule",
    text: "RULE_LINES",
    options: { dmr: "2001:db8:ffff::/64" },
  },
  { name: "a hook's variable with option 95", format: "dhcp", text: "DHCP", options: CE },
];

const EXPECTED = {
  ...EXPECTED_FROM_VENDORS,
  ...EXPECTED_FROM_OPENWRT,
  ...EXPECTED_FROM_DOCUMENTS,
  ...EXPECTED_FROM_TABLES,
};

for (const { name, format, text, options } of CASES) {
  test(`${format}: ${name}`, (t) => {
    const found = detectFormat(TEXTS[text]);
    t.equal(found?.name, format, "recognised");
    const result = importText(TEXTS[text], found ?? IMPORT_FORMATS[0]!, options ?? {});
    const findings = result.diagnostics.map(({ severity, code, path }) => {
      return `${severity} ${code} ${path}`.trim();
    });
    t.strictSame(
      { configuration: result.configuration, valid: result.valid, findings },
      EXPECTED[text],
    );
    // A rule that could not be read is missing from a configuration that is sound without it.
    const isRead = !result.diagnostics.some(({ severity }) => severity === "error");
    const isSound = parseConfig(result.configuration).ok;
    t.equal(isSound && isRead, result.valid, "as mapd --check says");
    t.end();
  });
}

test("every format that can be imported has a case here", (t) => {
  const covered = new Set(CASES.map(({ format }) => format));
  t.strictSame(
    IMPORT_FORMATS.map(({ name }) => name).filter((name) => !covered.has(name)),
    [],
  );
  t.end();
});

test("a text of no format is none", (t) => {
  for (const text of ["", "# a comment\n", "hello\n", '{"a":1}', "interface eth0\n"]) {
    t.equal(detectFormat(text), null, JSON.stringify(text));
  }
  t.end();
});
