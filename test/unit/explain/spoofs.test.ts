/** Packets to try a BR with: each is legal or wrong by the standard, and mapd's own BR judges so. */
import { test } from "tap";
import type { Transport } from "../../../src/explain/one-rule-domains.js";
import { type Spoof, spoofs } from "../../../src/explain/spoofs.js";
import { verdictText } from "../../../src/explain/text.js";
import { ceFromIndex } from "../../../src/map/ce.js";
import { checkRule } from "../../../src/map/check.js";
import { readRuleText } from "../../../src/map/rule-text.js";
import type { Iid } from "../../../src/map/types.js";
import { ipv6Prefix } from "../../support/vectors.js";

const MAP_T: Transport = { mode: "map-t", dmr: ipv6Prefix("2001:db8:ffff::/64") };
const MAP_E: Transport = {
  mode: "map-e",
  brAddress: ipv6Prefix("2001:db8:ffff::1/128").address,
};

function spoofsOf(
  text: string,
  index: number,
  transport: Transport,
  iid: Iid = "rfc7597",
): readonly Spoof[] {
  const read = readRuleText(text);
  const rule = read.ok ? checkRule({ ...read.value, iid }, "") : read;
  const ce = rule.ok ? ceFromIndex(rule.value, index) : rule;
  if (!rule.ok || !ce.ok) throw new Error(`no CE ${index} of ${text}`);
  const made = spoofs({ rule: rule.value, ce: ce.value, transport });
  if (!made.ok) throw new Error(made.diagnostics.map(({ message }) => message).join("; "));
  return made.value;
}

function rows(all: readonly Spoof[]): readonly string[] {
  return all.map(({ side, what, legal, report }) => {
    return `${side}, ${what}, ${legal ? "legal" : "wrong"}: ${verdictText(report)}`;
  });
}

const SHARED = "2001:db8::/40 192.0.2.0/24 16 6";

const FROM_CE = [
  "ce, own address, first port, legal: forwarded as IPv4",
  "ce, own address, last port, legal: forwarded as IPv4",
  "ce, echo with an identifier of the set, legal: forwarded as IPv4",
  "ce, another subscriber's port, wrong: dropped: source_psid_mismatch",
  "ce, echo with another's identifier, wrong: dropped: source_psid_mismatch",
  "ce, a port of nobody, wrong: dropped: source_port_excluded",
  "ce, identifier of the other style, wrong: dropped: source_iid_mismatch",
  "ce, PSID at the wrong end of its field, wrong: dropped: source_iid_mismatch",
  "ce, another IPv4 address in the identifier, wrong: dropped: source_iid_mismatch",
  "ce, outside the rule's prefix, wrong: dropped: ipv6_source_not_in_domain",
  "ce, a subnet bit set, wrong: dropped: source_iid_mismatch",
  "ce, another CE's prefix, own identifier, wrong: dropped: source_psid_mismatch",
];

const FROM_INTERNET = [
  "internet, to the CE's first port, legal: forwarded as IPv6",
  "internet, to a port of nobody, wrong: dropped: destination_port_excluded",
];

test("of a shared address in MAP-T", async (t) => {
  t.same(rows(spoofsOf(SHARED, 0x1234, MAP_T)), [...FROM_CE, ...FROM_INTERNET]);
});

test("of a shared address in MAP-E there is the packet inside, too", async (t) => {
  t.same(rows(spoofsOf(SHARED, 0x1234, MAP_E)), [
    ...FROM_CE,
    "ce, another IPv4 source inside the tunnel, wrong: dropped: source_address_mismatch",
    ...FROM_INTERNET,
  ]);
});

test("what would be the right address all the same is left out", async (t) => {
  const first = spoofsOf(SHARED, 0, MAP_T).map(({ what }) => what);
  t.notOk(first.includes("PSID at the wrong end of its field"), "PSID 0 is 0 at either end");
  const whole = spoofsOf("2001:db8::/40 192.0.2.0/24 8", 1, MAP_T).map(({ what }) => what);
  t.notOk(whole.some((what) => /subscriber's|nobody/.test(what)));
});

const RULES = [
  { text: SHARED, indexes: [0, 1, 0xffff] },
  { text: "2001:db8::/40 192.0.2.0/24 16 0", indexes: [0, 1, 0xffff] },
  { text: "2001:db8::/40 192.0.2.0/24 8", indexes: [0, 255] },
  { text: "2001:db8:b100::/48 203.0.0.0/16 13", indexes: [0, 8191] },
  { text: "2001:db8:1::/56 192.0.2.18/32 0 6 8 52", indexes: [0] },
  { text: "2001:db8:12:3400::/56 192.0.2.18/32 0", indexes: [0] },
  { text: "2001:db8:1:2::/64 192.0.2.0/24 16", indexes: [0, 7] },
  { text: "2001:db8::/40 192.0.2.0/24 24 0", indexes: [0, 7] },
];

test("whatever the rule, a BR forwards what is legal and drops the rest", async (t) => {
  for (const { text, indexes } of RULES) {
    for (const index of indexes) {
      for (const transport of [MAP_T, MAP_E]) {
        for (const iid of ["rfc7597", "draft-03"] as const) {
          for (const { legal, what, report } of spoofsOf(text, index, transport, iid)) {
            const name = `${text}, ${transport.mode}, ${iid}, CE ${index}: ${what}`;
            t.equal(report.verdict, legal ? "forwarded" : "dropped", name);
          }
        }
      }
    }
  }
});

test("a DMR that covers the rule makes no BR", async (t) => {
  const read = readRuleText(SHARED);
  const rule = read.ok ? checkRule(read.value, "") : read;
  const ce = rule.ok ? ceFromIndex(rule.value, 0) : rule;
  if (!rule.ok || !ce.ok) throw new Error("no CE");
  const transport: Transport = { mode: "map-t", dmr: ipv6Prefix("2001:db8::/32") };
  const made = spoofs({ rule: rule.value, ce: ce.value, transport });
  t.match(made, { ok: false, diagnostics: [{ code: "dmr-not-64" }, { code: "dmr-covers-rule" }] });
});
