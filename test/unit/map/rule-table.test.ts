/** Verdicts of the compiled table, in their order, and rules that share an address. */
import { test } from "tap";
import { checkRule, type RuleInput } from "../../../src/map/check.js";
import { RuleTable } from "../../../src/map/rule-table.js";
import type { Rule } from "../../../src/map/types.js";
import {
  DESTINATION_PORT_EXCLUDED,
  IPV4_DESTINATION_NO_RULE,
  NO_PORT_FOR_SHARED_ADDRESS,
  SOURCE_ADDRESS_MISMATCH,
  SOURCE_IID_MISMATCH,
  SOURCE_PORT_EXCLUDED,
  SOURCE_PSID_MISMATCH,
} from "../../../src/verdict.js";
import { formatIpv6 } from "../../../src/wire/address.js";
import { ruleIn } from "../../support/rule-in.js";
import { ipv4, ipv4Prefix, ipv6Prefix, words } from "../../support/vectors.js";

function rule(v6: string, v4: string, eaLen: number, rest: Partial<RuleInput> = {}): Rule {
  const base = { name: v6, ipv6: ipv6Prefix(v6), ipv4: ipv4Prefix(v4), eaLen };
  const checked = checkRule({ ...base, ...rest }, "");
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value;
}

const EXAMPLE = rule("2001:db8::/40", "192.0.2.0/24", 16);
const MAP_ADDRESS = "2001:db8:12:3400:0:c000:212:34";

const sources = [
  { name: "first port", from: MAP_ADDRESS, v4: "192.0.2.18", port: 1232, verdict: 0 },
  { name: "last port", from: MAP_ADDRESS, v4: "192.0.2.18", port: 64723, verdict: 0 },
  {
    name: "address before port",
    from: MAP_ADDRESS,
    v4: "192.0.2.19",
    port: -1,
    verdict: SOURCE_ADDRESS_MISMATCH,
  },
  {
    name: "no port",
    from: MAP_ADDRESS,
    v4: "192.0.2.18",
    port: -1,
    verdict: NO_PORT_FOR_SHARED_ADDRESS,
  },
  // S-4: 208 has the PSID bits 0x34, but A = 0.
  {
    name: "excluded port",
    from: MAP_ADDRESS,
    v4: "192.0.2.18",
    port: 208,
    verdict: SOURCE_PORT_EXCLUDED,
  },
  {
    name: "neighbour's port before identifier",
    from: "2001:db8:12:3400::1",
    v4: "192.0.2.18",
    port: 1236,
    verdict: SOURCE_PSID_MISMATCH,
  },
  {
    name: "subnet id set",
    from: "2001:db8:12:3401:0:c000:212:34",
    v4: "192.0.2.18",
    port: 1232,
    verdict: SOURCE_IID_MISMATCH,
  },
  {
    name: "identifier of draft-03",
    from: "2001:db8:12:3400:c0:2:1200:3400",
    v4: "192.0.2.18",
    port: 1232,
    verdict: SOURCE_IID_MISMATCH,
  },
];

for (const c of sources) {
  test(`source: ${c.name}`, (t) => {
    const table = RuleTable.compile([EXAMPLE], "map-e");
    t.equal(
      table.checkSource(ruleIn(table, EXAMPLE), words(c.from), ipv4(c.v4), c.port),
      c.verdict,
    );
    t.end();
  });
}

test("destination: excluded port and no port leave the output alone", (t) => {
  const table = RuleTable.compile([EXAMPLE], "map-t");
  const out = new Uint32Array(4).fill(7);
  const found = ruleIn(table, EXAMPLE);
  t.equal(table.mapAddress(found, ipv4("192.0.2.18"), 208, out), DESTINATION_PORT_EXCLUDED);
  t.equal(table.mapAddress(found, ipv4("192.0.2.18"), -1, out), NO_PORT_FOR_SHARED_ADDRESS);
  t.same([...out], [7, 7, 7, 7]);
  t.end();
});

test("a table lies in the memory that it is given, and asks for it once", (t) => {
  const given: SharedArrayBuffer[] = [];
  const { buffer } = RuleTable.compile([EXAMPLE], "map-t", (byteLength) => {
    const memory = new SharedArrayBuffer(byteLength);
    given.push(memory);
    return memory;
  });
  t.equal(given.length, 1);
  t.equal(buffer, given[0]);
  t.same(new Uint8Array(buffer), new Uint8Array(RuleTable.compile([EXAMPLE], "map-t").buffer));
  t.end();
});

test("a whole address takes packets without ports", (t) => {
  const prefix = rule("2001:db8:8000::/40", "203.0.113.0/24", 8);
  const table = RuleTable.compile([prefix], "map-t");
  const out = new Uint32Array(4);
  const found = ruleIn(table, prefix);
  t.equal(table.mapAddress(found, ipv4("203.0.113.66"), -1, out), 0);
  t.equal(formatIpv6(out), "2001:db8:8042::cb00:7142:0");
  t.equal(table.checkSource(found, out, ipv4("203.0.113.66"), -1), 0);
  t.equal(table.checkSource(found, out, ipv4("203.0.113.66"), 5), 0);
  t.end();
});

test("MAP-T reads the host bits of a prefix from the identifier of draft-03, too", (t) => {
  const prefix = rule("2001:db8:9000::/40", "198.18.0.0/16", 8, { iid: "draft-03" });
  const table = RuleTable.compile([prefix], "map-t");
  const out = new Uint32Array(4);
  const found = ruleIn(table, prefix);
  t.equal(table.mapAddress(found, ipv4("198.18.66.7"), 80, out), 0);
  t.equal(formatIpv6(out), "2001:db8:9042:0:c6:1242:700:0");
  t.equal(table.embeddedIpv4(found, out) >>> 0, ipv4("198.18.66.7"));
  t.end();
});

test("MAP-T: EA bits and identifier of a prefix rule must agree", (t) => {
  const prefix = rule("2001:db8:9000::/40", "198.18.0.0/16", 8);
  const table = RuleTable.compile([prefix], "map-t");
  const found = ruleIn(table, prefix);
  const address = words("2001:db8:9042:0:0:c612:4307:0");
  const addr4 = table.embeddedIpv4(found, address) >>> 0;
  t.equal(addr4, ipv4("198.18.66.7"), "the EA bits are authoritative");
  t.equal(table.checkSource(found, address, addr4, 80), SOURCE_IID_MISMATCH);
  t.end();
});

const HOST = "192.0.2.1/32";
const FIRST = rule("2001:db8:1::/56", HOST, 0, { psidLen: 8, psid: 0x34 });
const SECOND = rule("2001:db8:2::/56", HOST, 0, { psidLen: 8, psid: 0x35 });

test("1:1 rules with one address: the port decides", (t) => {
  const table = RuleTable.compile([FIRST, SECOND], "map-t");
  const out = new Uint32Array(4);
  t.equal(table.indexOf(table.lookup4(ipv4("192.0.2.1"), 1232)), 0);
  t.equal(table.indexOf(table.lookup4(ipv4("192.0.2.1"), 1236)), 1);
  t.equal(table.indexOf(table.lookup4(ipv4("192.0.2.1"), 1240)), -1);
  t.equal(table.indexOf(table.lookup4(ipv4("192.0.2.2"), 1232)), -1);
  t.equal(table.mapAddress(ruleIn(table, SECOND), ipv4("192.0.2.1"), 1236, out), 0);
  t.equal(formatIpv6(out), "2001:db8:2::c000:201:35");
  t.equal(
    table.mapAddress(ruleIn(table, SECOND), ipv4("192.0.2.1"), 1232, out),
    IPV4_DESTINATION_NO_RULE,
  );
  t.ok(table.isShared(ruleIn(table, FIRST)));
  t.end();
});

test("1:1 rules with one address: no port, an excluded port, coverage", (t) => {
  const table = RuleTable.compile([FIRST, SECOND], "map-t");
  const out = new Uint32Array(4);
  const any = table.lookup4(ipv4("192.0.2.1"), -1);
  t.equal(table.indexOf(any), 0);
  t.equal(table.mapAddress(any, ipv4("192.0.2.1"), -1, out), NO_PORT_FOR_SHARED_ADDRESS);
  const excluded = table.lookup4(ipv4("192.0.2.1"), 212);
  t.equal(table.indexOf(excluded), 1);
  t.equal(table.mapAddress(excluded, ipv4("192.0.2.1"), 212, out), DESTINATION_PORT_EXCLUDED);
  t.ok(table.coversIpv4(ipv4("192.0.2.1")));
  t.notOk(table.coversIpv4(ipv4("192.0.2.2")));
  t.end();
});

test("a PSID that no 1:1 rule has falls to the next shorter prefix", (t) => {
  const table = RuleTable.compile([FIRST, EXAMPLE], "map-t");
  t.equal(table.indexOf(table.lookup4(ipv4("192.0.2.1"), 1232)), 0);
  t.equal(table.indexOf(table.lookup4(ipv4("192.0.2.1"), 1240)), 1);
  t.end();
});

test("1:1 rules that divide ports differently, on different addresses", (t) => {
  const other = rule("2001:db8:3::/56", "192.0.2.9/32", 0, { psidOffset: 0, psidLen: 4, psid: 2 });
  const table = RuleTable.compile([FIRST, other], "map-t");
  t.equal(table.indexOf(table.lookup4(ipv4("192.0.2.9"), 0x2fff)), 1);
  t.equal(table.indexOf(table.lookup4(ipv4("192.0.2.9"), 0x3000)), -1);
  t.equal(table.indexOf(table.lookup4(ipv4("192.0.2.9"), -1)), 1);
  t.equal(table.indexOf(table.lookup4(ipv4("192.0.2.1"), 1232)), 0);
  t.end();
});

test("1:1 rules: the source must be the rule's own address and PSID", (t) => {
  const table = RuleTable.compile([FIRST, SECOND], "map-e");
  const source = words("2001:db8:1::c000:201:34");
  t.equal(table.indexOf(table.lookup6(source)), 0);
  t.equal(table.checkSource(ruleIn(table, FIRST), source, ipv4("192.0.2.1"), 1232), 0);
  t.equal(
    table.checkSource(ruleIn(table, FIRST), source, ipv4("192.0.2.1"), 1236),
    SOURCE_PSID_MISMATCH,
  );
  t.equal(
    table.checkSource(ruleIn(table, FIRST), source, ipv4("192.0.2.2"), 1232),
    SOURCE_ADDRESS_MISMATCH,
  );
  t.end();
});

test("the forwarding mark", (t) => {
  const table = RuleTable.compile([EXAMPLE, { ...SECOND, forwarding: true }], "map-t");
  const marks = [EXAMPLE, SECOND].map((one) => table.isForwarding(ruleIn(table, one)));
  t.same(marks, [false, true]);
  t.end();
});
