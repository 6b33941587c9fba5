import { test } from "tap";
import {
  ceOf,
  formatIdentity,
  nat44Identity,
  sameIdentity,
} from "../../../../daemon/runtime/identity.js";
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
  { name: "other timeouts", after: `${CE_T}    nat44: { timeouts: { udp: 400 } }\n`, kept: true },
  {
    name: "another mode",
    after: CE_T.replace("map-t", "map-e").replace(
      "dmr-ipv6-prefix: 2001:db8:ffff::/64",
      "br-ipv6-addr: 2001:db8:ffff::1",
    ),
    kept: true,
  },
  { name: "no CE any more", after: BR_T, kept: false },
];

for (const c of cases) {
  test(`address and port set after a reload: ${c.name}`, async (t) => {
    const before = nat44Identity(domainOf(CE_T).settings);
    t.equal(sameIdentity(before, nat44Identity(domainOf(c.after).settings)), c.kept);
  });
}

test("nobody is the same as nobody", async (t) => {
  t.equal(sameIdentity(null, null), false);
});

test("what people read of an address and its ports", async (t) => {
  const shared = { address: 0xc0000212, psid: 52, psidOffset: 6, psidLen: 8 };
  t.same(nat44Identity(domainOf(CE_T).settings), shared);
  t.equal(formatIdentity(shared), "192.0.2.18 PSID 52 (offset 6, length 8)");
  const whole = { address: 0xc6336407, psid: null, psidOffset: 0, psidLen: 0 };
  t.equal(formatIdentity(whole), "198.51.100.7");
});
