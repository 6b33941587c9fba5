/** Every number with its formula: the rows of RFC 7597 App. A example 1 whole, and what other modes have instead. */
import { test } from "tap";
import { ceFromIndex } from "../../../src/map/ce.js";
import { checkRule, type RuleInput } from "../../../src/map/check.js";
import type { Rule } from "../../../src/map/types.js";
import { ceReasons, type Reason, ruleReasons } from "../../../src/map/why.js";
import { ipv4Prefix, ipv6Prefix } from "../../support/vectors.js";

function rule(v6: string, v4: string, eaLen: number, rest: Partial<RuleInput> = {}): Rule {
  const base = { name: "x", ipv6: ipv6Prefix(v6), ipv4: ipv4Prefix(v4), eaLen };
  const checked = checkRule({ ...base, ...rest }, "");
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value;
}

function reasonsOfCe(of: Rule, index: number): readonly Reason[] {
  const checked = ceFromIndex(of, index);
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return ceReasons(of, checked.value);
}

function columns(reasons: readonly Reason[]): string[] {
  return reasons.map(({ key, symbol, formula, filled, value, rfc }) =>
    [key, symbol, formula, filled, value, rfc].join("; "),
  );
}

function valuesOf(reasons: readonly Reason[], ...keys: readonly string[]): (string | undefined)[] {
  return keys.map((key) => reasons.find((reason) => reason.key === key)?.value);
}

const EXAMPLE = rule("2001:db8::/40", "192.0.2.0/24", 16, { psidOffset: 6 });
const DRAFT = rule("240b:10::/31", "106.72.0.0/15", 25, { psidOffset: 4, iid: "draft-03" });
const PREFIX = rule("2001:db8:b100::/48", "1.1.0.0/16", 13);
const ONE = rule("2001:db8:12:3400::/56", "192.0.2.18/32", 0, { psidLen: 8, psid: 0x34 });
const PORT_0 = rule("2001:db8:ce::/51", "192.0.2.0/24", 13, { psidOffset: 0 });

test("RFC 7597 App. A example 1: every number of the rule, with its formula filled in", async (t) => {
  t.same(columns(ruleReasons(EXAMPLE)), [
    "ruleIpv6Prefix; ; ; ; 2001:db8::/40; RFC 7597 §5.2",
    "ruleIpv4Prefix; ; ; ; 192.0.2.0/24; RFC 7597 §5.2",
    "ipv6Len; n; ; ; 40; RFC 7597 §5.2",
    "ipv4Len; r; ; ; 24; RFC 7597 §5.2",
    "eaLen; o; ; ; 16; RFC 7597 §5.2",
    "psidOffset; a; ; ; 6; RFC 7597 §5.1",
    "mode; ; o + r; 16 + 24; 40 > 32: shared address; RFC 7597 §5.2",
    "suffixLen; p; min(o, 32 - r); min(16, 32 - 24); 8; RFC 7597 §5.2",
    "psidBits; q; o - p; 16 - 8; 8; RFC 7597 §5.2",
    "psidLen; k; q; 8; 8; RFC 7597 §5.2",
    "endUserPrefixLen; ; n + o; 40 + 16; /56; RFC 7597 §5.2",
    "subnetBits; s; 64 - (n + o); 64 - (40 + 16); 8; RFC 7597 §5.2",
    "contiguousBits; m; 16 - a - k; 16 - 6 - 8; 2; RFC 7597 §5.1",
    "ceCount; ; 2^o; 2^16; 65536; RFC 7597 §5.2",
    "addressCount; ; 2^(32 - r); 2^(32 - 24); 256; RFC 7597 §5.2",
    "sharingRatio; R; 2^k; 2^8; 256 : 1; RFC 7597 §5.1",
    "ipv4Share; ; 2^-r; 2^-24; 0.00000596 %; RFC 7597 §5.2",
    "ipv6Share; ; 2^-n; 2^-40; 9.09e-11 %; RFC 7597 §5.2",
    "delegate; ; 2^o x /(n + o); 2^16 x /(40 + 16); 65536 x /56 out of 2001:db8::/40; RFC 7597 §5.2",
    "rangesPerCe; ; 2^a - 1; 2^6 - 1; 63; RFC 7597 §5.1",
    "rangeLen; ; 2^m; 2^2; 4; RFC 7597 §5.1",
    "portsPerCe; ; ranges x 2^m; 63 x 2^2; 252; RFC 7597 §5.1",
    "excludedPorts; ; 2^(16 - a); 2^(16 - 6); 1024; RFC 7597 §5.1",
    "usablePorts; ; ; ; 252; RFC 768",
    "portSum; ; 2^k x ports + excluded; 2^8 x 252 + 1024; 65536; RFC 7597 §5.1",
  ]);
});

test("RFC 7597 App. A example 1: every number of the CE, with its formula filled in", async (t) => {
  t.same(columns(reasonsOfCe(EXAMPLE, 0x1234)), [
    "ea; EA; bits n..(n + o - 1) of prefix; bits 40..(40 + 16 - 1) of 2001:db8:12:3400::/56; 0x1234 (4660); RFC 7597 §5.2",
    "host; ; EA >> q; 0x1234 >> 8; 0x12 (18); RFC 7597 §5.2",
    "psid; PSID; EA mod 2^q; 0x1234 mod 2^8; 0x34 (52); RFC 7597 §5.2",
    "ipv4; ; rule4 | suffix << (32 - r - p); 192.0.2.0 | 0x12 << (32 - 24 - 8); 192.0.2.18/32; RFC 7597 §5.2",
    "endUserPrefix; ; rule6 | EA << (128 - n - o); 2001:db8:: | 0x1234 << (128 - 40 - 16); 2001:db8:12:3400::/56; RFC 7597 §5.2",
    "firstRange; ; Amin << (16 - a) | PSID << m; 1 << (16 - 6) | 52 << 2; 1232-1235; RFC 7597 §5.1",
    "lastRange; ; Amax << (16 - a) | PSID << m; 63 << (16 - 6) | 52 << 2; 64720-64723; RFC 7597 §5.1",
    "ports; ; ranges x 2^m; 63 x 2^2; 252; RFC 7597 §5.1",
    "iid; ; 0 (16 bits) | IPv4 (32) | PSID (16); 0 (16 bits) | 192.0.2.18 (32) | 52 (16); 0000c00002120034; RFC 7597 §6",
    "mapIpv6; ; prefix | zeros up to bit 64 | interface identifier; 2001:db8:12:3400::/56 | zeros up to bit 64 | interface identifier; 2001:db8:12:3400:0:c000:212:34; RFC 7597 §6",
  ]);
});

test("modes differ where their formulas differ", async (t) => {
  const keys = ["mode", "psidOffset", "psidLen", "portsPerCe", "excludedPorts", "usablePorts"];
  const of = (one: Rule): unknown => valuesOf(ruleReasons(one), ...keys);
  t.same(of(DRAFT), ["40 > 32: shared address", "4", "8", "240", "4096", "240"]);
  t.same(of(PREFIX), ["29 < 32: IPv4 prefix", "n/a", "0", "65536", "0", "65535"]);
  t.same(of(ONE), ["provisioned PSID: shared address, 1:1", "6", "8", "252", "1024", "252"]);
  const port0 = "2048, and 2047 with PSID 0";
  t.same(of(PORT_0), ["37 > 32: shared address", "0", "5", "2048", "0", port0]);
  t.same(valuesOf(ruleReasons(PREFIX), "addressesPerCe", "contiguousBits"), ["8", undefined]);
});

test("CEs of other modes", async (t) => {
  const keys = ["ea", "host", "psid", "ipv4", "endUserPrefix", "firstRange", "ports", "iid"];
  const of = (one: Rule, index: number): unknown => valuesOf(reasonsOfCe(one, index), ...keys);
  t.same(of(PREFIX, 0x20), [
    "0x20 (32)",
    "0x20 (32)",
    "none",
    "1.1.1.0/29",
    "2001:db8:b100:100::/61",
    undefined,
    "0-65535",
    "0000010101000000",
  ]);
  t.same(of(ONE, 0), [
    "none",
    undefined,
    "0x34 (52)",
    "192.0.2.18/32",
    "2001:db8:12:3400::/56",
    "1232-1235",
    "252",
    "0000c00002120034",
  ]);
  t.equal(valuesOf(reasonsOfCe(DRAFT, 0x325164), "iid")[0], "006a483251006400");
});

test("an end-user prefix beyond bit 64 says how many bits it takes", async (t) => {
  const long = rule("2001:db8:12:3400::/60", "192.0.2.0/24", 16);
  t.same(valuesOf(ruleReasons(long), "subnetBits", "overwrittenBits"), [undefined, "12"]);
  const address = reasonsOfCe(long, 0x1234).find(({ key }) => key === "mapIpv6");
  t.equal(
    address?.filled,
    "2001:db8:12:3401:2340::/76 over the first (60 + 16 - 64) bits of the identifier",
  );
  t.equal(address?.value, "2001:db8:12:3401:2340:c000:212:34");
});
