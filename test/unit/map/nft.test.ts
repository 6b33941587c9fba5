/** Source NAT for nftables, one ruleset for each kind of rule. */
import { test } from "tap";
import { ceFromIndex } from "../../../src/map/ce.js";
import { checkRule } from "../../../src/map/check.js";
import { nftSourceNat } from "../../../src/map/nft.js";
import { readRuleText } from "../../../src/map/rule-text.js";

function statementsOf(text: string, index: number): readonly string[] {
  const read = readRuleText(text);
  const rule = read.ok ? checkRule(read.value, "") : read;
  if (!rule.ok) throw new Error(rule.diagnostics.map(({ message }) => message).join("; "));
  const ce = ceFromIndex(rule.value, index);
  if (!ce.ok) throw new Error("no CE");
  const lines = nftSourceNat(rule.value, ce.value).split("\n");
  return lines.slice(5, -3).map((line) => line.slice(4));
}

const PACKETS = "oifname $wan meta l4proto { tcp, udp, icmp }";

test("a port set of several ranges is a map with all of them", async (t) => {
  t.same(statementsOf("2001:db8::/40 192.0.2.0/24 16 2", 0x1234), [
    `${PACKETS} snat ip to numgen inc mod 3 map {`,
    "  0 : 192.0.2.18 . 19712-19775,",
    "  1 : 192.0.2.18 . 36096-36159,",
    "  2 : 192.0.2.18 . 52480-52543,",
    "}",
  ]);
});

test("ranges of one port are written as one", async (t) => {
  t.match(statementsOf("2001:db8::/40 192.0.2.0/24 23 1", 5), [
    `${PACKETS} snat to 192.0.2.0:32773`,
  ]);
});

test("a port set of one range needs no map; port 0 is left out", async (t) => {
  t.same(statementsOf("2001:db8:ce::/51 192.0.2.0/24 13 0", 0x41), [
    `${PACKETS} snat to 192.0.2.2:2048-4095`,
  ]);
  t.same(statementsOf("2001:db8:ce::/51 192.0.2.0/24 13 0", 0x40), [
    `${PACKETS} snat to 192.0.2.2:1-2047`,
  ]);
});

test("a whole address has no ports to choose; an IPv4 prefix needs no NAT", async (t) => {
  t.same(statementsOf("2001:db8::/40 192.0.2.0/24 8", 18), ["oifname $wan snat to 192.0.2.18"]);
  t.same(statementsOf("2001:db8:b100::/48 1.1.0.0/16 13", 1), []);
});
