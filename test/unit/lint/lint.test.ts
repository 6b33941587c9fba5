/** Every code has a text that brings it up; what is sound brings up nothing. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "tap";
import { IMPORT_FORMATS } from "../../../src/convert/detect.js";
import { LINT_GROUPS, lintCode } from "../../../src/lint/codes.js";
import { lintRules } from "../../../src/lint/lint.js";
import { type LintReport, lintFormat, lintText } from "../../../src/lint/text.js";
import { parseIpv4Prefix, parseIpv6Prefix } from "../../../src/map/prefix.js";
import { formatIpv4 } from "../../../src/wire/address.js";
import { TEXTS } from "../convert/texts.js";
import { LINT_CASES, type LintCase } from "./cases.js";

function reportOf({ text, format, endUserPrefix }: LintCase): LintReport {
  const prefix = endUserPrefix === undefined ? undefined : parseIpv6Prefix(endUserPrefix)!;
  const named = IMPORT_FORMATS.find(({ name }) => name === format);
  const options = { endUserPrefix: prefix };
  const report = named === undefined ? lintText(text, options) : lintFormat(text, named, options);
  if (report === null) throw new Error(`in no format: ${text}`);
  return report;
}

const CODES = LINT_GROUPS.flatMap(({ codes }) => codes);

test("every code of the table has a text here, and is there once", async (t) => {
  const names = CODES.map(({ code }) => code);
  t.strictSame(Object.keys(LINT_CASES).sort(), [...names].sort());
  t.equal(new Set(names).size, names.length);
});

for (const row of CODES) {
  test(`${row.code}: ${row.what}`, async (t) => {
    const { diagnostics } = reportOf(LINT_CASES[row.code]!);
    const found = diagnostics.find(({ code }) => code === row.code);
    t.ok(found, JSON.stringify(diagnostics.map(({ code }) => code)));
    t.strictSame([found?.severity, found?.rfc, found?.fix], [row.severity, row.rfc, row.fix]);
    t.not(found?.message, "");
  });
}

/** Codes of functions that answer about one CE, one port or one plan, and of writers: no text brings them up. */
const ELSEWHERE = /^(?:not-exported|nothing-exported|by-hand|other-end)$/;
/** Coarser codes of the daemon's own decoder. */
const DECODER = "s46.ts";

test("every code that reading and judging texts can give is in the table", async (t) => {
  const root = join(dirname(fileURLToPath(import.meta.url)), "../../../../src");
  const files = ["convert", "dhcp", "lint"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(DECODER))
      .map((name) => join(root, folder, name)),
  );
  const codes = files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/\b(?:error|warning|refuse)\(\s*"([a-z0-9-]+)"/g)].map(
      (match) => match[1] ?? "",
    ),
  );
  const known = codes.filter((code) => code.includes("-") && !ELSEWHERE.test(code));
  t.ok(known.length > 30);
  const untold = known.filter((code) => lintCode(code) === undefined);
  t.strictSame([...new Set(untold)].sort(), WITHOUT_TEXT);
});

/** Options of `mapctl import` and `dhcp encode`, which a text does not have. */
const WITHOUT_TEXT = [
  "end-user-prefix-unknown",
  "mode-unknown",
  "option-unused",
  "role-changed",
  "s46-too-long",
];

test("the vendor guide's example is reported with all six of its inconsistencies", async (t) => {
  const { diagnostics } = reportOf({ text: TEXTS.ASTERNOS_EXAMPLE });
  const messages = diagnostics.map(({ code, path, message }) => `${code} ${path}: ${message}`);
  const six: readonly (readonly [string, readonly RegExp[]])[] = [
    [
      "1: interface and BR lie in the prefix of 192.0.2.18, PSID 0x34",
      [
        /^inside-customer-prefix line 13: 2001:db8:1012:1234::1\/64 .* 2001:db8:1012:1234::\/64, the prefix of the customer with 192\.0\.2\.18, PSID 0x34/,
        /^inside-customer-prefix line 3: the BR address 2001:db8:1012:1234::10 .* 192\.0\.2\.18, PSID 0x34/,
      ],
    ],
    [
      "2: the BR's link has the rule's addresses",
      [/^link-in-rule-prefix line 9: 192\.0\.2\.1 .* 256 customers/],
    ],
    [
      "3: network and broadcast address are customers'",
      [/^link-edge-addresses line 9: 192\.0\.2\.0 and 192\.0\.2\.255/],
    ],
    [
      "4: the BR has a length, and is on no interface",
      [/^br-not-an-address line 3: 2001:db8:1012:1234::10\/64/, /^br-not-configured line 3:/],
    ],
    [
      "5: map enable is missing, map-zone-br is in no table",
      [/^map-not-enabled /, /^not-imported line 10: "nat64 map-zone-br enable"/],
    ],
    [
      "6: no CE side, no forwarding rules",
      [
        /^no-ce-side line 4: .*end-user prefix and local IPv4 prefixes/,
        /^no-forwarding-rules line 4:/,
      ],
    ],
  ];
  for (const [name, patterns] of six) {
    for (const pattern of patterns) {
      t.equal(messages.filter((message) => pattern.test(message)).length, 1, `${name}: ${pattern}`);
    }
  }
});

test("a rule database: the row without BR, the one with host bits, and the one whose hextet was cut off", async (t) => {
  const report = reportOf({ text: TEXTS.MAP_RULES, endUserPrefix: "2001:db8:e123:4500::/56" });
  t.equal(report.ruleCount, 3);
  t.strictSame(
    report.diagnostics.map(({ code, path }) => `${code} ${path}`),
    [
      "br-missing basicmaprules[2]",
      "not-imported basicmaprules[2].since",
      "iid-assumed basicMapRules",
      "duplicate-ipv6-prefix basicmaprules[1].rule-ipv6-prefix",
      "ipv6-host-bits basicmaprules[2].rule-ipv6-prefix",
      "ipv4-host-bits basicmaprules[2].rule-ipv4-prefix",
    ],
  );
  const { match } = report;
  t.strictSame(
    [match?.path, match && formatIpv4(match.ipv4), match?.psid],
    ["basicmaprules[0]", "203.0.100.141", 5],
  );
});

test("the longest match wins, across domains", async (t) => {
  const text = [
    "ipv6,ipv4,ea,br",
    "2001:db8::/32,198.18.0.0/15,24,2001:db9::1",
    "2001:db8:4000::/34,192.0.0.0/18,22,2001:db9::2",
  ].join("\n");
  const { match, diagnostics } = reportOf({ text, endUserPrefix: "2001:db8:4001:200::/56" });
  t.equal(match?.path, "line 3");
  t.strictSame(
    diagnostics.map(({ code }) => code),
    [],
  );
});

test("sound rules bring up nothing, with their domain and without", async (t) => {
  const input = {
    name: "metro",
    ipv6: parseIpv6Prefix("2001:db8::/40")!,
    ipv4: parseIpv4Prefix("192.0.2.0/24")!,
    eaLen: 16,
  };
  const rules = [{ input, path: "" }];
  const domain = {
    path: "",
    mode: "map-t",
    dmr: parseIpv6Prefix("2001:db8:ffff::/64"),
    brAddresses: [],
    endUserPrefix: parseIpv6Prefix("2001:db8:12:3400::/56"),
  } as const;
  t.strictSame(lintRules({ rules }), []);
  t.strictSame(lintRules({ rules, domain }), []);
  t.equal(lintText("hello", {}), null);
});
