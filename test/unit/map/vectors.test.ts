/** Every mapping vector, and as many of them as there are supposed to be. */
import { test } from "tap";
import {
  ceFromEndUserPrefix,
  ceFromIndex,
  ceFromIpv4Port,
  ceFromIpv4Psid,
  ceFromIpv6,
  portSetOf,
} from "../../../src/map/ce.js";
import { checkDmr, checkEndUserPrefix, checkRule } from "../../../src/map/check.js";
import { Dmr } from "../../../src/map/dmr.js";
import { PortSet } from "../../../src/map/port-set.js";
import { ruleFacts } from "../../../src/map/rule.js";
import { RuleTable } from "../../../src/map/rule-table.js";
import type { Rule } from "../../../src/map/types.js";
import {
  SOURCE_ADDRESS_MISMATCH,
  SOURCE_IID_MISMATCH,
  SOURCE_PSID_MISMATCH,
} from "../../../src/verdict.js";
import { formatIpv4, formatIpv6 } from "../../../src/wire/address.js";
import { ruleIn } from "../../support/rule-in.js";
import { ipv4, ipv6, ipv6Prefix, loadVectors, ruleOfVector, words } from "../../support/vectors.js";

const vectors = loadVectors();
const rules = new Map(vectors.rules.map((vector) => [vector.id, ruleOfVector(vector)]));

function ruleNamed(id: string): Rule {
  const rule = rules.get(id);
  if (rule === undefined) throw new Error(`no rule vector ${id}`);
  return rule;
}

test("the file holds the vectors it is known to hold", (t) => {
  const counts = {
    rules: vectors.rules.length,
    ce: vectors.ce_derivation.length,
    ipv4ToIpv6: vectors.ipv4_to_ipv6.length,
    ipv6ToIpv4: vectors.ipv6_to_ipv4.length,
    dmr: vectors.dmr.length,
    gma: vectors.gma.length,
    sources: vectors.source_validation.length,
    longest: vectors.longest_match.length,
    invalid: vectors.invalid_rules.length,
  };
  t.same(counts, {
    rules: 24,
    ce: 15,
    ipv4ToIpv6: 16,
    ipv6ToIpv4: 16,
    dmr: 13,
    gma: 11,
    sources: 6,
    longest: 3,
    invalid: 12,
  });
  t.end();
});

for (const vector of vectors.rules) {
  test(`rule ${vector.id}: kind, p, q, m`, (t) => {
    const { kind, p, q, m } = ruleFacts(ruleNamed(vector.id));
    t.same({ kind, p, q, m }, { kind: vector.kind, p: vector.p, q: vector.q, m: vector.m });
    t.end();
  });
}

for (const vector of vectors.ce_derivation) {
  test(`${vector.id} (${vector.source}): CE of ${vector.end_user_prefix}`, (t) => {
    const rule = ruleNamed(vector.rule);
    const { expect } = vector;
    const checked = ceFromEndUserPrefix(rule, ipv6Prefix(vector.end_user_prefix));
    if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
    const ce = checked.value;
    t.same(checked.diagnostics, []);
    t.equal(formatIpv4(ce.ipv4.address), expect.ipv4);
    t.equal(ce.ipv4.len, expect.ipv4_prefix_len);
    t.equal(ce.psid, expect.psid);
    t.equal(formatIpv6(ce.mapIpv6), expect.map_ipv6);
    t.equal(rule.psidLen, expect.psid_len);
    t.equal(rule.psidOffset, expect.psid_offset);
    t.equal(ruleFacts(rule).portsPerCe, expect.port_count);
    const ranges = portSetOf(rule, ce.psid).ranges();
    t.equal(portSetOf(rule, ce.psid).count, expect.port_count);
    if (expect.range_count !== undefined) t.equal(ranges.length, expect.range_count);
    if (expect.first_ranges)
      t.same(ranges.slice(0, expect.first_ranges.length), expect.first_ranges);
    if (expect.last_ranges) t.same(ranges.slice(-expect.last_ranges.length), expect.last_ranges);
    t.same(ceFromIpv4Psid(rule, ce.ipv4.address, ce.psid), {
      ok: true,
      value: ce,
      diagnostics: [],
    });
    t.same(ceFromIpv6(rule, ce.mapIpv6), { ok: true, value: ce, diagnostics: [] });
    t.end();
  });
}

for (const vector of vectors.ipv4_to_ipv6) {
  test(`${vector.id} (${vector.source}): ${vector.ipv4}:${vector.port} to IPv6`, (t) => {
    const rule = ruleNamed(vector.rule);
    const table = RuleTable.compile([rule], "map-e");
    const out = new Uint32Array(4);
    const addr4 = ipv4(vector.ipv4);
    t.equal(table.indexOf(table.lookup4(addr4, vector.port)), 0);
    t.equal(
      table.mapAddress(ruleIn(table, rule), addr4, vector.port, out) === 0,
      vector.forwardable,
    );
    t.equal(formatIpv6(out), vector.ipv6);
    const checked = ceFromIpv4Port(rule, addr4, vector.port);
    t.ok(checked.ok && checked.value.psid === vector.psid);
    t.ok(checked.ok && formatIpv6(checked.value.mapIpv6) === vector.ipv6);
    t.end();
  });
}

for (const vector of vectors.ipv6_to_ipv4) {
  test(`${vector.id} (${vector.source}): ${vector.ipv6} to IPv4`, (t) => {
    const rule = ruleNamed(vector.rule);
    const table = RuleTable.compile([rule], "map-e");
    t.equal(table.indexOf(table.lookup6(words(vector.ipv6))), 0);
    t.equal(
      formatIpv4(table.embeddedIpv4(ruleIn(table, rule), words(vector.ipv6)) >>> 0),
      vector.ipv4,
    );
    const checked = ceFromIpv6(rule, ipv6(vector.ipv6));
    t.ok(checked.ok && checked.value.ipv4.len === vector.ipv4_prefix_len);
    t.ok(checked.ok && checked.value.psid === vector.psid);
    t.end();
  });
}

test("F-12: MAP-T puts the whole address behind a prefix rule into the IID and reads it back", (t) => {
  const rule = ruleNamed("prefix24");
  const table = RuleTable.compile([rule], "map-t");
  const found = ruleIn(table, rule);
  const out = new Uint32Array(4);
  t.equal(table.mapAddress(found, ipv4("198.18.66.7"), 80, out), 0);
  // 198.18.66.7 is c612:4207; /40 and the EA bits 0x42 give 2001:db8:9042::/48.
  t.equal(formatIpv6(out), formatIpv6(words("2001:db8:9042:0:0:c612:4207:0")));
  t.equal(formatIpv4(table.embeddedIpv4(found, out) >>> 0), "198.18.66.7");
  t.equal(table.checkSource(found, out, ipv4("198.18.66.7"), 80), 0);
  t.equal(table.checkSource(found, out, ipv4("198.18.66.8"), 80), SOURCE_ADDRESS_MISMATCH);
  t.end();
});

for (const vector of vectors.dmr) {
  test(`${vector.id} (${vector.source}): ${vector.ipv4} behind ${vector.prefix}`, (t) => {
    const prefix = ipv6Prefix(vector.prefix);
    const dmr = new Dmr(prefix);
    t.ok(checkDmr(prefix, "").ok);
    t.ok(dmr.matches(words(vector.ipv6)));
    t.equal(formatIpv4(dmr.extract(words(vector.ipv6)) >>> 0), vector.ipv4);
    if (vector.receive_only !== true) {
      const out = new Uint32Array(4).fill(0xa5a5a5a5);
      t.equal(dmr.embed(ipv4(vector.ipv4), out), 0);
      t.equal(formatIpv6(out), vector.ipv6);
    }
    t.end();
  });
}

for (const vector of vectors.gma) {
  test(`${vector.id} (${vector.source}): ports of PSID ${vector.psid}`, (t) => {
    const set = new PortSet(vector.psid_offset, vector.psid_len, vector.psid);
    const ranges = set.ranges();
    t.equal(16 - vector.psid_offset - vector.psid_len, vector.m);
    t.equal(set.count, vector.port_count);
    t.equal(ranges.length, vector.range_count);
    t.same(ranges.slice(0, vector.first_ranges.length), vector.first_ranges);
    t.same(ranges.slice(-vector.last_ranges.length), vector.last_ranges);
    t.end();
  });
}

/** What the table says to the sources that the vectors have dropped. */
const SOURCE_DROPS: Readonly<Record<string, number>> = {
  "S-3": SOURCE_PSID_MISMATCH,
  "S-5": SOURCE_ADDRESS_MISMATCH,
  "S-7": SOURCE_IID_MISMATCH,
};

for (const vector of vectors.source_validation) {
  test(`${vector.id}: source ${vector.ipv4_src}:${vector.src_port}, ${vector.why}`, (t) => {
    const rule = ruleNamed(vector.rule);
    const table = RuleTable.compile([rule], "map-e");
    const address = words(vector.ipv6_src);
    const verdict = table.checkSource(
      ruleIn(table, rule),
      address,
      ipv4(vector.ipv4_src),
      vector.src_port,
    );
    const expected = vector.strict_iid_verdict ?? vector.verdict;
    t.equal(verdict === 0 ? "accept" : "drop+count", expected);
    t.equal(verdict, SOURCE_DROPS[vector.id] ?? 0);
    t.end();
  });
}

for (const vector of vectors.longest_match) {
  test(`${vector.id}: ${vector.ipv4} goes by ${vector.selected}`, (t) => {
    const table = RuleTable.compile(vector.rules.map(ruleNamed), "map-t");
    const rule = table.lookup4(ipv4(vector.ipv4), vector.port);
    const out = new Uint32Array(4);
    if (vector.selected === "default") {
      t.equal(rule, -1);
      t.equal(new Dmr(ipv6Prefix("2001:db8:ffff::/64")).embed(ipv4(vector.ipv4), out), 0);
      t.equal(formatIpv6(out), vector.map_t);
    } else {
      t.equal(vector.rules[table.indexOf(rule)], vector.selected);
      t.equal(table.mapAddress(rule, ipv4(vector.ipv4), vector.port, out), 0);
      t.equal(formatIpv6(out), vector.ipv6);
    }
    t.end();
  });
}

/** Code of the refusal, for each invalid vector. */
const REFUSALS: Readonly<Record<string, string>> = {
  "X-1": "ea-len-range",
  "X-2": "offset-plus-psid-len",
  "X-3": "psid-offset-range",
  "X-4": "ea-past-128",
  "X-5": "end-user-prefix-too-short",
  "X-6": "end-user-prefix-outside-rule",
  "X-7": "ipv4-prefix-len",
  "X-8": "psid-without-full-address",
  "X-9": "psid-len-mismatch",
  "X-10": "dmr-too-long",
  "X-11": "dmr-length",
  "X-12": "dmr-u-octet",
};

/** X-7 has a length that no parser of prefixes takes. */
function rawIpv4Prefix(text: string): { address: number; len: number } {
  const [address = "", len = ""] = text.split("/");
  return { address: ipv4(address), len: Number(len) };
}

for (const vector of vectors.invalid_rules) {
  test(`${vector.id}: ${vector.why}`, (t) => {
    const codes: string[] = [];
    if (vector.dmr !== undefined) {
      const checked = checkDmr(ipv6Prefix(vector.dmr), "dmr-ipv6-prefix");
      t.notOk(checked.ok);
      codes.push(...checked.diagnostics.map((diagnostic) => diagnostic.code));
    } else {
      const checked = checkRule(
        {
          name: vector.id,
          ipv6: ipv6Prefix(vector.rule6 ?? ""),
          ipv4: rawIpv4Prefix(vector.rule4 ?? ""),
          eaLen: vector.ea ?? 0,
          psidOffset: vector.a,
          psidLen: vector.psid_len,
          psid: vector.psid,
        },
        "rules.x",
      );
      t.equal(checked.ok, vector.enduser !== undefined);
      const found =
        checked.ok && vector.enduser !== undefined
          ? checkEndUserPrefix(checked.value, ipv6Prefix(vector.enduser), "end-user-ipv6-prefix")
          : checked.diagnostics;
      codes.push(...found.filter((one) => one.severity === "error").map((one) => one.code));
    }
    t.ok(codes.includes(REFUSALS[vector.id] ?? "unknown"), codes.join());
    t.end();
  });
}

test("an index names the CE whose EA bits it is", (t) => {
  const checked = ceFromIndex(ruleNamed("rfc-ex1"), 0x1234);
  t.ok(checked.ok && formatIpv6(checked.value.mapIpv6) === "2001:db8:12:3400:0:c000:212:34");
  const last = ceFromIndex(ruleNamed("ea48"), 2 ** 48 - 1);
  t.ok(last.ok && formatIpv4(last.value.ipv4.address) === "255.255.255.255");
  t.ok(last.ok && last.value.psid === 65535);
  t.notOk(ceFromIndex(ruleNamed("rfc-ex1"), 65536).ok);
  t.end();
});
