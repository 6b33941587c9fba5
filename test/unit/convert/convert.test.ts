/** Every text into every format: what is written is recognised and read again, and what is lost is said. */
import { test } from "tap";
import type { ImportOptions } from "../../../src/convert/assemble.js";
import { convertText } from "../../../src/convert/convert.js";
import { detectFormat } from "../../../src/convert/detect.js";
import { EXPORT_FORMATS } from "../../../src/convert/formats.js";
import { TEXTS } from "./texts.js";

const OPTIONS: ImportOptions = { endUserPrefix: "2001:db8:12:3400::/56" };
/** What the strings and lines of rules leave open. */
const PEERS: ImportOptions = { ...OPTIONS, dmr: "2001:db8:ffff::/64" };

/** Texts with faults that no format can carry on; the code of the first. */
const FAULTY: Readonly<Record<string, string>> = {
  VPP_T: "psid-len-mismatch",
  MAP_RULES: "duplicate-ipv6-prefix",
  CSV: "import-incomplete",
  RULE_LINES: "import-syntax",
};

for (const [name, text] of Object.entries(TEXTS)) {
  const format = detectFormat(text);
  test(`${name} into every format`, async (t) => {
    if (format === null) throw new Error("in no format");
    const options = format.name === "rule-string" ? PEERS : OPTIONS;
    for (const target of Object.keys(EXPORT_FORMATS)) {
      const converted = convertText(text, format, target, options);
      const failures = converted.diagnostics.filter(({ severity }) => severity === "error");
      if (FAULTY[name] !== undefined) {
        t.strictSame([converted.ok, converted.text], [false, ""], target);
        t.equal(failures[0]?.code, FAULTY[name], target);
        continue;
      }
      // Programs of one mode get nothing of a domain of the other, and that is a failure.
      if (!converted.ok) {
        t.strictSame(
          [converted.text, failures.map(({ code }) => code)],
          ["", ["nothing-exported"]],
        );
        const lost = converted.diagnostics.some(({ code }) => code === "not-exported");
        t.ok(lost, `${target}: why nothing is written is said`);
        continue;
      }
      t.strictSame(failures, [], target);
      t.equal(detectFormat(converted.text)?.name, target, `${target} is recognised`);
    }
  });
}

test("a CE with several rules whose prefix is not known is not written as another's", async (t) => {
  const format = detectFormat(TEXTS.UCI_SHOW);
  if (format === null) throw new Error("in no format");
  const { text, diagnostics } = convertText(TEXTS.UCI_SHOW, format, "nat46", {});
  t.equal(text, "");
  t.strictSame(
    diagnostics.map(({ code, path }) => `${code} ${path}`),
    [
      "end-user-prefix-unknown line 2",
      "not-exported rules.map-1",
      "not-exported rules.map-2",
      "nothing-exported ",
    ],
  );
});

test("settings go along where the target has words for them", async (t) => {
  const format = detectFormat(TEXTS.JOOL_BR);
  if (format === null) throw new Error("in no format");
  const jool = convertText(TEXTS.JOOL_BR, format, "jool", {});
  t.strictSame(JSON.parse(jool.text), {
    instance: "BR",
    framework: "netfilter",
    global: {
      pool6: "64:ff9b::/96",
      "map-t-type": "BR",
      "lowest-ipv6-mtu": 1400,
      "amend-udp-checksum-zero": true,
    },
    fmrt: [
      {
        "ipv6 prefix": "2001:db8:ce::/51",
        "ipv4 prefix": "192.0.2.0/24",
        "ea-bits length": 13,
        a: 0,
      },
    ],
  });
  const vpp = convertText(TEXTS.JOOL_BR, format, "vpp", {});
  t.ok(vpp.diagnostics.some(({ path }) => path.endsWith("mtu.lowest-ipv6")));
  t.ok(vpp.diagnostics.some(({ path }) => path.endsWith("udp-zero-checksum")));
});

test("recognising a text takes time that grows with its length, not faster", async (t) => {
  const hostile = [
    "\n".repeat(100_000),
    " \n\t\n".repeat(50_000),
    "#\n".repeat(100_000),
    "ipv6,".repeat(50_000),
    "2:59:".repeat(50_000),
    `{${'"a":'.repeat(50_000)}`,
    "a|".repeat(50_000),
  ];
  const start = performance.now();
  for (const text of hostile) t.equal(detectFormat(text), null, JSON.stringify(text.slice(0, 8)));
  t.ok(performance.now() - start < 10_000);
});
