/** Configurations of many rules take short cuts; what comes out is the same. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { serialize } from "node:v8";
import { test } from "tap";
import { loadConfig, parseConfig } from "../../../../daemon/config/load.js";
import type { Config } from "../../../../daemon/config/types.js";
import { parseYaml, readYaml } from "../../../../daemon/config/yaml-text.js";
import { nat44Identity } from "../../../../daemon/runtime/identity.js";
import { withoutRules } from "../../../../src/pipeline/settings.js";
import { accept, BR_T, CE_T, documentOf, type Fields, METRO } from "./documents.js";

/** More bytes than are read in the main thread. */
const LARGE = 4 * 1024 * 1024;

/** JSON of a BR with so many rules, all but the first of one address each. */
function textOf(count: number, more: Fields = {}): string {
  const others = Array.from({ length: count - 1 }, (_, i): [string, object] => {
    const ipv6 = `2001:dba:${(i >>> 8).toString(16)}:${((i & 0xff) << 8).toString(16)}::/56`;
    const ipv4 = `16.${i >>> 16}.${(i >>> 8) & 255}.${i & 255}/32`;
    return [`r${i}`, { "rule-ipv6-prefix": ipv6, "rule-ipv4-prefix": ipv4, "ea-len": 8 }];
  });
  const rules = { metro: METRO, ...Object.fromEntries(others) };
  return JSON.stringify({ rules, domains: [{ ...BR_T, ...more, rules: Object.keys(rules) }] });
}

function accepted(text: string): Config {
  const checked = parseConfig(text);
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value;
}

/** All of it as plain values, with the rules as texts. */
function plain(config: Config): unknown {
  return JSON.parse(JSON.stringify(config));
}

test("20,000 rules are the same configuration as JSON and the long way", async (t) => {
  const text = textOf(20_000);
  const short = accepted(text);
  // With a comment it is no JSON.
  const long = accepted(`# rules\n${text}`);
  t.equal(short.rules.length, 20_000);
  t.equal(short.hash, long.hash);
  t.ok(short.rules.equals(long.rules));
  t.ok(isDeepStrictEqual(plain(short), plain(long)));
});

const JSON_TEXTS = [
  '{"a": "\\"quoted\\": \\\\", "b": [1, -2.5e3, true, null, {"c:d": "e:f"}], "": {}}',
  ' {"\\u00e9\\ud83d\\ude00": "\\/\\t"}\n',
  "[]",
  '"text"',
  "12",
];

for (const text of JSON_TEXTS) {
  test(`the JSON ${text.trim()} is read as the YAML that it is`, async (t) => {
    t.strictSame(readYaml(text), parseYaml(text));
  });
}

const REFUSED_JSON = [
  { name: "a key twice", text: '{"a": 1,\n "b": {"c": 1, "c": 2}}', code: "duplicate-key" },
  { name: "a key twice, once escaped", text: '{"a": 1, "\\u0061": 2}', code: "duplicate-key" },
  { name: "a key of JavaScript", text: '{"rules": {"__proto__": {}}}', code: "bad-yaml" },
  { name: "lists without end", text: "[".repeat(99_999) + "]".repeat(99_999), code: "bad-yaml" },
];

for (const { name, text, code } of REFUSED_JSON) {
  test(`JSON with ${name} is refused with its place`, async (t) => {
    const { ok, diagnostics } = readYaml(text);
    t.equal(ok, false);
    t.equal(diagnostics[0]?.code, code);
    t.match(diagnostics[0]?.message, /^line \d+:\d+: /);
  });
}

test("a large file is read in a thread, with the same outcome", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "mapd-rules-"));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, "mapd.yaml");
  const text = textOf(100, { hairpin: false }) + " ".repeat(LARGE);
  await writeFile(path, text);
  const checked = await loadConfig(path);
  const expected = accepted(text);
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  t.strictSame(plain(checked.value), plain(expected));
  t.ok(checked.value.rules.equals(expected.rules));
  t.ok(Object.isFrozen(checked.value.domains[0]?.settings));

  await writeFile(path, text.replace('"ea-len":16', '"ea-len":49'));
  const faulty = await loadConfig(path);
  t.strictSame(faulty, parseConfig(text.replace('"ea-len":16', '"ea-len":49')));
  t.equal(faulty.ok, false);
});

test("no rules go to the workers of a BR, and its own to that of a CE", async (t) => {
  const [br] = accepted(textOf(20_000)).domains;
  if (br === undefined) throw new Error("no domain");
  t.equal(br.settings.rules.length, 20_000);
  t.strictSame(withoutRules(br.settings).rules, []);
  t.ok(serialize(withoutRules(br.settings)).length < 1000, "bytes of the message");

  const [ce] = accept(documentOf([{ ...CE_T, rules: ["full", "metro"] }])).domains;
  if (ce?.settings.role !== "ce") throw new Error("no CE");
  const own = withoutRules(ce.settings);
  t.strictSame(own.rules, [ce.settings.rules[ce.settings.bmr]]);
  t.strictSame(nat44Identity(own), nat44Identity(ce.settings));
});
