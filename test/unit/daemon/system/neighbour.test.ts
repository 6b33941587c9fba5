import { test } from "tap";
import { proxyDevices } from "../../../../daemon/system/neighbour.js";
import { parseIpv6 } from "../../../../src/wire/address.js";

const MAP_ADDRESS = parseIpv6("2001:db8:12:3400:0:c000:212:34");
if (MAP_ADDRESS === null) throw new Error("address");
const address = MAP_ADDRESS;

const onLink = (dst: string, dev: string) => ({ dst, dev, gateway: false });

const cases = [
  {
    name: "on-link prefix on the WAN covers the MAP address",
    routes: [onLink("2001:db8:12:3400::/64", "wan"), onLink("fe80::/64", "wan")],
    wan: "wan",
    expected: ["wan"],
  },
  {
    name: "delegated prefix on the LAN needs no proxy",
    routes: [onLink("2001:db8:12:3400::/64", "lan")],
    wan: "wan",
    expected: [],
  },
  {
    name: "without a known WAN every covering device counts",
    routes: [onLink("2001:db8:12:3400::/64", "eth0"), onLink("2001:db8:12::/48", "eth1")],
    wan: null,
    expected: ["eth0", "eth1"],
  },
  {
    name: "a route through a gateway is not on-link",
    routes: [{ dst: "2001:db8:12:3400::/64", dev: "wan", gateway: true }],
    wan: "wan",
    expected: [],
  },
  {
    name: "loopback, our own device, host routes and default routes do not count",
    routes: [
      onLink("2001:db8:12:3400::/56", "lo"),
      onLink("2001:db8:12:3400::/64", "mapt0"),
      onLink("2001:db8:12:3400:0:c000:212:34", "wan"),
      onLink("default", "wan"),
    ],
    wan: null,
    expected: [],
  },
  {
    name: "other prefixes do not count",
    routes: [onLink("2001:db8:12:3500::/64", "wan")],
    wan: "wan",
    expected: [],
  },
];

for (const c of cases) {
  test(`proxyDevices: ${c.name}`, async (t) => {
    t.same(proxyDevices(c.routes, address, c.wan, "mapt0"), c.expected);
  });
}
