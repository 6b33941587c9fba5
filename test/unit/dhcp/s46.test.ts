import { test } from "tap";
import { decodeS46, type S46Container } from "../../../src/dhcp/s46.js";
import { ceFromEndUserPrefix } from "../../../src/map/ce.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../../src/map/prefix.js";
import { formatIpv6 } from "../../../src/wire/address.js";
import { loadVectors } from "../../support/vectors.js";

const bytesOf = (hex: string): Uint8Array =>
  new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));

/** What a CE would go by, in one line. */
function said(container: S46Container): string {
  const { mode, outcome, rules, brAddresses, dmr, diagnostics } = container;
  const parts = rules.map((rule) => {
    const psid = rule.psid === null ? "" : ` psid ${rule.psid}`;
    const prefixes = `${formatIpv6Prefix(rule.ipv6)} ${formatIpv4Prefix(rule.ipv4)}`;
    return `${prefixes} ${rule.eaLen} ${rule.psidOffset} ${rule.psidLen}${psid}${rule.forwarding ? " F" : ""}`;
  });
  const ends = [...brAddresses.map(formatIpv6), ...(dmr === null ? [] : [formatIpv6Prefix(dmr)])];
  const codes = diagnostics.map(({ code }) => code);
  return [`${mode} ${outcome}`, ...parts, ...ends, ...codes].join(" | ");
}

const EX1 = "2001:db8::/40 192.0.2.0/24 16 6 8";
const BR = "2001:db8:ffff::1";
/** By vector; what RFC 7598 and our choice in K-18 make of it. */
const EXPECTED: Record<string, string[]> = {
  "W-1": [`map-e accept | ${EX1} F | ${BR}`],
  "W-3": [
    "map-t accept | 2001:db8:12:3400::/56 192.0.2.18/32 0 6 8 psid 52 | 64:ff9b::/96 | dmr-not-64",
  ],
  "W-5": [`map-e accept | 2001:db8:e000::/38 203.0.96.0/20 18 6 6 F | ${BR}`],
  "W-7": [
    `map-e accept | ${EX1} F | ${EX1} F | 2001:db8:8000::/40 203.0.113.0/24 8 6 0 F | ${BR} | 2001:db8:ffff::2`,
  ],
  "W-9": ["map-t ignore | s46-content"],
  "W-11": ["map-e ignore | s46-content"],
  "W-13": ["map-e discard | ea-len-range"],
  "W-15": [`map-e accept | ${EX1} | ${BR}`],
  "W-17": ["map-e discard | s46-rule"],
  "W-19": [
    "map-t accept | 2001:db8:9000::/40 198.18.0.0/16 8 6 0 | 2001:db8:ffff::/64 | s46-portparams",
  ],
  "W-21": [],
};

const { dhcpv6 } = loadVectors();

test("every DHCPv6 vector has its expectation", async (t) => {
  t.same(
    dhcpv6.map(({ id }) => id),
    Object.keys(EXPECTED),
  );
});

for (const { id, hex, meaning, verdict } of dhcpv6) {
  test(`${id}: ${meaning}: ${verdict}`, async (t) => {
    t.same(decodeS46(bytesOf(hex)).containers.map(said), EXPECTED[id]);
  });
}

test("W-21: the server prefers MAP-T (RFC 8026 §1.4)", async (t) => {
  t.same(decodeS46(bytesOf("006f0004005f005e")).priority, [95, 94]);
  t.same(decodeS46(bytesOf("006f0003005f00")).priority, [], "an odd length counts as no list");
  t.same(decodeS46(bytesOf("006f0004005f005f")).priority, [], "so does a code twice");
});

const FIELD =
  "00590015011018c00002002820010db800005d000406000000005a001020010db8000100000000000000000001";

test("a rule with port parameters and no PSID, as a server sends it", async (t) => {
  const [container] = decodeS46(bytesOf(`005e002d${FIELD}`)).containers;
  t.equal(said(container!), "map-e accept | 2001:db8::/40 192.0.2.0/24 16 6 8 F | 2001:db8:1::1");
});

test("options outside a container are ignored (RFC 7598 §3)", async (t) => {
  t.same(decodeS46(bytesOf(FIELD)), { containers: [], priority: [] });
});

test("what is cut off anywhere is discarded or ignored, and never read past", async (t) => {
  const whole = bytesOf(dhcpv6[0]!.hex);
  for (let len = 0; len < whole.length; len++) {
    const cut = whole.slice(0, len);
    if (len >= 4) new DataView(cut.buffer).setUint16(2, len - 4);
    for (const { outcome } of decodeS46(cut).containers) {
      if (outcome === "accept") t.fail(`accepted ${len} of ${whole.length} bytes`);
    }
  }
});

test("the decoded rule of the RFC's example 5 gives its CE", async (t) => {
  const [container] = decodeS46(bytesOf(dhcpv6.find(({ id }) => id === "W-3")!.hex)).containers;
  const rule = container!.rules[0]!;
  const ce = ceFromEndUserPrefix(rule, rule.ipv6);
  t.ok(ce.ok);
  if (ce.ok) t.equal(formatIpv6(ce.value.mapIpv6), "2001:db8:12:3400:0:c000:212:34");
});
