/** The calculator's commands give what the mapping vectors say, for rules named in a configuration. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { loadVectors, type RuleVector } from "../../../support/vectors.js";
import { documentIn, runMapctl } from "./run.js";

const VECTORS = loadVectors();

function ruleDocument(vector: RuleVector): object {
  return {
    "rule-ipv6-prefix": vector.rule_ipv6_prefix,
    "rule-ipv4-prefix": vector.rule_ipv4_prefix,
    "ea-len": vector.ea_len,
    "psid-offset": vector.psid_offset,
    "psid-len": vector.psid_len,
    iid: vector.iid === "draft03" ? "draft-03" : vector.iid,
    ...(vector.psid === undefined ? {} : { psid: vector.psid }),
  };
}

const RULES = Object.fromEntries(VECTORS.rules.map((rule) => [rule.id, ruleDocument(rule)]));

/** A configuration file with all the rules of the vectors; it needs no domains to name rules. */
function rulesFile(folder: string): string {
  const path = join(folder, "rules.yaml");
  writeFileSync(path, JSON.stringify({ rules: RULES }));
  return path;
}

for (const { id, source, rule, end_user_prefix, expect } of VECTORS.ce_derivation) {
  test(`calc ${id} (${source})`, async (t) => {
    const words = [
      rule,
      "--config",
      rulesFile(t.testdir({})),
      "--end-user-prefix",
      end_user_prefix,
      "--json",
    ];
    const outcome = await runMapctl("calc", ...words);
    t.equal(outcome.status, 0, outcome.stderr);
    const document = documentIn(outcome);
    t.match(document, { schema: "mapd.calc/1", mode: expect.kind, portsPerCe: expect.port_count });
    t.match(document.rule, { psidLen: expect.psid_len, psidOffset: expect.psid_offset });
    const ce = document.ce as Record<string, unknown>;
    t.equal(ce.endUserIpv6Prefix, end_user_prefix);
    t.equal(ce.ipv4, expect.ipv4);
    t.equal(ce.ipv4PrefixLen, expect.ipv4_prefix_len);
    t.equal(ce.psid, expect.psid);
    t.equal(ce.mapIpv6, expect.map_ipv6);
    const ranges = ce.portRanges as readonly (readonly [number, number])[];
    t.equal(
      ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0),
      expect.port_count,
    );
    if (expect.first_ranges === undefined || expect.last_ranges === undefined) return;
    t.equal(ranges.length, expect.range_count);
    t.same(ranges.slice(0, expect.first_ranges.length), expect.first_ranges);
    t.same(ranges.slice(-expect.last_ranges.length), expect.last_ranges);
  });
}

for (const { id, source, rule, ipv4, port, psid, ipv6, forwardable } of VECTORS.ipv4_to_ipv6) {
  test(`reverse ${id} (${source})`, async (t) => {
    const words = [rule, `${ipv4}:${port}`, "--config", rulesFile(t.testdir({})), "--json"];
    const outcome = await runMapctl("reverse", ...words);
    t.equal(outcome.status, 0, outcome.stderr);
    const document = documentIn(outcome);
    t.equal(document.schema, "mapd.reverse/1");
    t.equal(document.forwardable, forwardable);
    t.equal(document.psid, psid);
    t.equal(document.mapIpv6, ipv6);
  });
}

for (const vector of VECTORS.ipv6_to_ipv4) {
  test(`analyse ${vector.id} (${vector.source})`, async (t) => {
    const words = [vector.rule, vector.ipv6, "--config", rulesFile(t.testdir({})), "--json"];
    const outcome = await runMapctl("analyse", ...words);
    t.equal(outcome.status, 0, outcome.stderr);
    const document = documentIn(outcome);
    t.equal(document.schema, "mapd.analyse/1");
    t.equal(document.ipv4, vector.ipv4);
    t.equal(document.ipv4PrefixLen, vector.ipv4_prefix_len);
    t.equal(document.psid, vector.psid);
    t.equal(document.consistent, true);
  });
}

for (const { id, source, prefix, ipv4, ipv6, receive_only } of VECTORS.dmr) {
  test(`dmr ${id} (${source})`, async (t) => {
    const out = await runMapctl("dmr", prefix, ipv6, "--json");
    t.match(documentIn(out), { schema: "mapd.dmr/1", ipv4, ipv6 });
    if (receive_only === true) return;
    const back = await runMapctl("dmr", prefix, ipv4, "--json");
    t.match(documentIn(back), { schema: "mapd.dmr/1", ipv4, ipv6 });
  });
}

for (const vector of VECTORS.invalid_rules) {
  test(`refusal ${vector.id}: ${vector.why}`, async (t) => {
    const outcome = await runMapctl(...invalidWords(vector), "--json");
    t.equal(outcome.status, 5);
    const document = documentIn(outcome);
    t.equal(document.schema, "mapd.error/1");
    const [first] = document.diagnostics as readonly Record<string, unknown>[];
    t.match(first, { code: /^[a-z0-9-]+$/, path: /./, message: /./, severity: "error" });
    t.type(first?.rfc, "string");
    t.match(outcome.stderr, /^error: /);
  });
}

/** The command that has to refuse the vector; one with a PSID of its own needs a configuration. */
function invalidWords(vector: (typeof VECTORS.invalid_rules)[number]): string[] {
  if (vector.dmr !== undefined) return ["dmr", vector.dmr, "192.0.2.1"];
  const { rule6, rule4, ea, a, psid_len, enduser } = vector;
  const rule = [rule6, rule4, ea, a, psid_len].filter((part) => part !== undefined).join(" ");
  return ["calc", rule, ...(enduser === undefined ? [] : ["--end-user-prefix", enduser])];
}
