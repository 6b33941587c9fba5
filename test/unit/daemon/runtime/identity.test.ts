import { test } from "tap";
import { ceOf, sameNat44Identity } from "../../../../daemon/runtime/identity.js";
import { formatIpv6 } from "../../../../src/wire/address.js";
import { BR_T, CE_T, domainOf } from "../samples.js";

test("ceOf: the CE of RFC 7599 App. A example 1", async (t) => {
  const ce = ceOf(domainOf(CE_T).settings);
  t.equal(ce?.psid, 0x34);
  t.equal(formatIpv6(ce?.mapIpv6 ?? [0, 0, 0, 0]), "2001:db8:12:3400:0:c000:212:34");
});

test("ceOf: a BR is nobody's CE", async (t) => {
  t.equal(ceOf(domainOf(BR_T).settings), null);
});

const cases = [
  { name: "nothing changed", after: CE_T, kept: true },
  { name: "MTU", after: `${CE_T}    mtu: { ipv6: 1480 }\n`, kept: true },
  {
    name: "another rule to forward by",
    after: CE_T.replace("[metro]", "[metro, whole]"),
    kept: true,
  },
  { name: "another LAN", after: CE_T.replace("192.168.1.0", "192.168.2.0"), kept: true },
  { name: "another end-user prefix", after: CE_T.replace("3400::/56", "3500::/56"), kept: false },
  { name: "other timeouts", after: `${CE_T}    nat44: { timeouts: { udp: 400 } }\n`, kept: false },
];

for (const c of cases) {
  test(`NAT44 sessions after a reload: ${c.name}`, async (t) => {
    t.equal(sameNat44Identity(domainOf(CE_T).settings, domainOf(c.after).settings), c.kept);
  });
}
