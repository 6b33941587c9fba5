/** One rule: EA bits, address and port in a circle, against bit strings. */
import fc from "fast-check";
import { test } from "tap";
import { analyseAddress } from "../../../src/map/analyse.js";
import { ceFromIndex, ceFromIpv4Psid, ceFromIpv6, portSetOf } from "../../../src/map/ce.js";
import { containsIpv4 } from "../../../src/map/prefix.js";
import { ruleFacts, ruleKind } from "../../../src/map/rule.js";
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
import { anyRule, port, word } from "../../support/arbitrary-rule.js";
import { property } from "../../support/property.js";
import { ruleIn } from "../../support/rule-in.js";
import {
  bitsOfWords,
  type SlowVerdict,
  slowCheckSource,
  slowIidHostBits,
  slowMapAddress,
  slowPsid,
  slowReadEa,
  wordsOfBits,
} from "../../support/slow-map.js";

const mode = fc.constantFrom("map-t" as const, "map-e" as const);
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function equal(got: unknown, expected: unknown, what: string): void {
  const [one, other] = [JSON.stringify(got), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${what}: ${one}, expected ${other}`);
}

/** An address inside the rule's IPv4 prefix. */
function insideOf(rule: Rule, random: number): number {
  const free = 2 ** (32 - rule.ipv4.len);
  return rule.ipv4.address + (random % free);
}

function keepsWholeAddress(rule: Rule, how: "map-t" | "map-e"): boolean {
  return how === "map-t" && ruleKind(rule) === "prefix";
}

property("index, CE, address and PSID name each other", 3000, [anyRule, fraction], (rule, at) => {
  const { ceCount, p } = ruleFacts(rule);
  const index = Math.floor(at * ceCount);
  const checked = ceFromIndex(rule, index);
  if (!checked.ok) throw new Error("no CE at a valid index");
  const ce = checked.value;
  equal(ce.ipv4.len, rule.ipv4.len + p, "IPv4 length");
  equal(ce.mapIpv6, slowMapAddress(rule, ce.ipv4.address, ce.psid, false), "MAP address");
  const ea = bitsOfWords(ce.mapIpv6).slice(rule.ipv6.len, rule.ipv6.len + rule.eaLen);
  equal(Number.parseInt(ea === "" ? "0" : ea, 2), index, "EA bits");
  const read = slowReadEa(rule, ce.mapIpv6);
  equal([ce.ipv4.address, ce.ipv4.len, ce.psid], [read.addr4, read.len, read.psid], "EA bits read");
  equal(ceFromIpv6(rule, ce.mapIpv6), checked, "CE of the address");
  equal(ceFromIpv4Psid(rule, ce.ipv4.address, ce.psid), checked, "CE of IPv4 and PSID");
});

property(
  "a MAP address is consistent in its own style",
  2000,
  [anyRule, fraction, fraction],
  (rule, at, portAt) => {
    const checked = ceFromIndex(rule, Math.floor(at * ruleFacts(rule).ceCount));
    if (!checked.ok) throw new Error("no CE at a valid index");
    const ports = portSetOf(rule, checked.value.psid);
    const own = ports.at(Math.floor(portAt * ports.count));
    const analysis = analyseAddress(rule, checked.value.mapIpv6, own);
    if (!analysis.ok) throw new Error("address refused");
    equal([analysis.value.iid, analysis.value.consistent], [rule.iid, true], "analysis");
  },
);

property(
  "IPv4 and port to IPv6 agree with the bit strings, and the way back restores them",
  4000,
  [anyRule, mode, word, fc.oneof(port, fc.constant(-1))],
  (rule, how, random, dport) => {
    const table = RuleTable.compile([rule], how);
    const found = ruleIn(table, rule);
    const whole = keepsWholeAddress(rule, how);
    const addr4 = insideOf(rule, random);
    const out = new Uint32Array(4).fill(0xa5a5a5a5);
    const psid = dport < 0 ? null : slowPsid(dport, rule.psidOffset, rule.psidLen);
    const got = table.mapAddress(found, addr4, dport, out);
    if (rule.psidLen > 0 && dport < 0) return equal(got, NO_PORT_FOR_SHARED_ADDRESS, "no port");
    if (psid === "excluded") return equal(got, DESTINATION_PORT_EXCLUDED, "excluded");
    if (rule.psid !== null && psid !== rule.psid)
      return equal(got, IPV4_DESTINATION_NO_RULE, "1:1");
    equal(got, 0, "verdict");
    equal([...out], slowMapAddress(rule, addr4, psid, whole), "address");
    equal(
      table.checkSource(found, out, addr4, dport),
      slowAccepts(rule, out, addr4, whole),
      "source",
    );
    const ce = ceFromIpv6(rule, [out[0]!, out[1]!, out[2]!, out[3]!]);
    if (!ce.ok) throw new Error("the MAP address is outside its rule");
    if (!containsIpv4(ce.value.ipv4, addr4)) throw new Error("the CE does not own the address");
    equal(ce.value.psid, psid, "PSID");
    if (!whole || slowIidHostBits(rule, out) === bitsFrom(addr4, ce.value.ipv4.len)) {
      const expected = whole ? addr4 : ce.value.ipv4.address;
      equal(table.embeddedIpv4(found, out) >>> 0, expected, "IPv4 read back");
    }
    return undefined;
  },
);

function bitsFrom(addr4: number, at: number): string {
  return addr4.toString(2).padStart(32, "0").slice(at);
}

/** A MAP-T prefix rule whose IPv6 prefix overwrites the host bits is refused by checkDomainRules(), and loses them here. */
function slowAccepts(rule: Rule, out: Uint32Array, addr4: number, whole: boolean): number {
  const known = rule.ipv4.len + rule.eaLen;
  const isLost = whole && slowIidHostBits(rule, out) !== bitsFrom(addr4, known);
  return isLost ? SOURCE_ADDRESS_MISMATCH : 0;
}

const CODES: Readonly<Record<SlowVerdict, number>> = {
  accept: 0,
  address: SOURCE_ADDRESS_MISMATCH,
  "no-port": NO_PORT_FOR_SHARED_ADDRESS,
  excluded: SOURCE_PORT_EXCLUDED,
  psid: SOURCE_PSID_MISMATCH,
  iid: SOURCE_IID_MISMATCH,
};
const seen = new Map<SlowVerdict, number>();

property(
  "the source check agrees with the bit strings after any one bit is changed",
  6000,
  [
    anyRule,
    mode,
    word,
    fc.oneof(port, fc.constant(-1)),
    fc.integer({ min: -40, max: 127 }),
    fraction,
  ],
  (rule, how, random, sport, flipped, portAt) => {
    const table = RuleTable.compile([rule], how);
    const found = ruleIn(table, rule);
    const whole = keepsWholeAddress(rule, how);
    const psid = rule.psid ?? random % 2 ** rule.psidLen;
    const addr4 = insideOf(rule, random);
    const address = slowMapAddress(rule, addr4, rule.psidLen > 0 ? psid : null, whole);
    const ports = portSetOf(rule, rule.psidLen > 0 ? psid : null);
    // Half of the time a port of the CE itself.
    const used = random % 2 === 0 ? sport : ports.at(Math.floor(portAt * ports.count));
    // Bits of the rule prefix are lookup6()'s affair.
    const source = flipped >= rule.ipv6.len ? flipBit(address, flipped) : address;
    const claimed = flipped < -8 ? (addr4 ^ (1 << (-flipped - 9))) >>> 0 : addr4;
    const expected = slowCheckSource(rule, source, claimed, used, whole);
    seen.set(expected, (seen.get(expected) ?? 0) + 1);
    const got = table.checkSource(found, Uint32Array.from(source), claimed, used);
    equal(got, CODES[expected], `verdict ${expected}`);
  },
);

function flipBit(address: readonly number[], at: number): readonly number[] {
  const text = bitsOfWords(address);
  const bit = text[at] === "1" ? "0" : "1";
  return wordsOfBits(text.slice(0, at) + bit + text.slice(at + 1));
}

test("the run above met every verdict", (t) => {
  for (const verdict of Object.keys(CODES) as SlowVerdict[]) {
    t.ok((seen.get(verdict) ?? 0) > 20, `${verdict}: ${seen.get(verdict)} times`);
  }
  t.end();
});
