import { test } from "tap";
import { ceOf } from "../../../../daemon/runtime/identity.js";
import { linkLines, markerEntries, planEntries } from "../../../../daemon/system/route-plan.js";
import { BR_E, BR_T, CE_E, CE_T, configOf, domainOf } from "../samples.js";

const cases = [
  {
    name: "MAP-T BR: rule prefix and DMR prefix",
    domain: BR_T,
    add: [
      "route add 192.0.2.0/24 dev mapt0 proto 200 mtu lock 1480",
      "route add 2001:db8:ffff::/64 dev mapt0 proto 200",
    ],
    remove: [
      "route del 192.0.2.0/24 dev mapt0 proto 200",
      "route del 2001:db8:ffff::/64 dev mapt0 proto 200",
    ],
  },
  {
    name: "MAP-E BR: rule prefix and BR address, MTU less by a whole IPv6 header",
    domain: BR_E,
    add: [
      "route add 192.0.2.0/24 dev mape0 proto 200 mtu lock 1460",
      "route add 2001:db8:ffff::1/128 dev mape0 proto 200",
    ],
    remove: [
      "route del 192.0.2.0/24 dev mape0 proto 200",
      "route del 2001:db8:ffff::1/128 dev mape0 proto 200",
    ],
  },
  {
    name: "BR with neighbouring rule prefixes: one route for both",
    domain: BR_T.replace("[metro]", "[metro, high, low]"),
    add: [
      "route add 192.0.2.0/24 dev mapt0 proto 200 mtu lock 1480",
      "route add 198.51.100.0/24 dev mapt0 proto 200 mtu lock 1480",
      "route add 2001:db8:ffff::/64 dev mapt0 proto 200",
    ],
    remove: [
      "route del 192.0.2.0/24 dev mapt0 proto 200",
      "route del 198.51.100.0/24 dev mapt0 proto 200",
      "route del 2001:db8:ffff::/64 dev mapt0 proto 200",
    ],
  },
  {
    name: "BR whose IPv4 side is smaller than the domain",
    domain: `${BR_T}    mtu: { ipv6: 1500, ipv4: 1400 }\n`,
    add: [
      "route add 192.0.2.0/24 dev mapt0 proto 200 mtu lock 1400",
      "route add 2001:db8:ffff::/64 dev mapt0 proto 200",
    ],
    remove: [
      "route del 192.0.2.0/24 dev mapt0 proto 200",
      "route del 2001:db8:ffff::/64 dev mapt0 proto 200",
    ],
  },
  {
    name: "MAP-T CE: own address, MAP address, default route of last resort",
    domain: CE_T,
    add: [
      "address add 192.0.0.2/32 dev mapt1",
      "route add 2001:db8:12:3400:0:c000:212:34/128 dev mapt1 proto 200",
      "route add default dev mapt1 proto 200 metric 2048 mtu lock 1480 src 192.0.0.2",
    ],
    remove: [
      "address del 192.0.0.2/32 dev mapt1",
      "route del 2001:db8:12:3400:0:c000:212:34/128 dev mapt1 proto 200",
      "route del default dev mapt1 proto 200 metric 2048",
    ],
  },
  {
    name: "MAP-E CE",
    domain: CE_E,
    add: [
      "address add 192.0.0.2/32 dev mape1",
      "route add 2001:db8:12:3400:0:c000:212:34/128 dev mape1 proto 200",
      "route add default dev mape1 proto 200 metric 2048 mtu lock 1460 src 192.0.0.2",
    ],
    remove: [
      "address del 192.0.0.2/32 dev mape1",
      "route del 2001:db8:12:3400:0:c000:212:34/128 dev mape1 proto 200",
      "route del default dev mape1 proto 200 metric 2048",
    ],
  },
  { name: "routes: off installs nothing", domain: `${CE_T}    routes: off\n`, add: [], remove: [] },
];

for (const c of cases) {
  test(c.name, async (t) => {
    const domain = domainOf(c.domain);
    const entries = planEntries(domain, ceOf(domain.settings));
    t.same(
      entries.map((entry) => entry.add),
      c.add,
    );
    t.same(
      entries.map((entry) => entry.remove),
      c.remove,
    );
  });
}

const prefixCes = [
  {
    name: "MAP-T CE with an IPv4 prefix receives at every address that embeds one of its own",
    domain: CE_T,
    rule: "wide",
    // 203.0.112.0/28 behind 64 + 16 bits.
    route: "2001:db8:8000::cb00:7000:0/108",
  },
  {
    name: "the same with the interface identifier of draft-03",
    domain: CE_T,
    rule: "early",
    route: "2001:db8:8000:0:cb:70::/100",
  },
  {
    name: "MAP-E CE with an IPv4 prefix has the one MAP address",
    domain: CE_E,
    rule: "wide",
    route: "2001:db8:8000::cb00:7000:0/128",
  },
];

for (const c of prefixCes) {
  test(c.name, async (t) => {
    const domain = domainOf(
      c.domain
        .replace("[metro]", `[${c.rule}]`)
        .replace("2001:db8:12:3400::/56", "2001:db8:8000::/48"),
    );
    const adds = planEntries(domain, ceOf(domain.settings)).map((entry) => entry.add);
    t.ok(
      adds.some((line) => line.startsWith(`route add ${c.route} `)),
      adds.join("\n"),
    );
    t.notOk(
      adds.some((line) => line.startsWith("address add")),
      "without NAT44 the device has no address",
    );
  });
}

test("two CE domains of one host have addresses and metrics of their own", async (t) => {
  const second = CE_E.replace("2001:db8:12:3400::/56", "2001:db8:12:3500::/56");
  const lines = configOf(CE_T, second).domains.flatMap((domain) =>
    planEntries(domain, ceOf(domain.settings)).map((entry) => entry.add),
  );
  t.ok(lines.includes("address add 192.0.0.3/32 dev mape1"));
  t.ok(
    lines.includes("route add default dev mape1 proto 200 metric 2049 mtu lock 1460 src 192.0.0.3"),
  );
});

test("a shared IPv4 address is never on a device", async (t) => {
  const domain = domainOf(CE_T);
  const addresses = planEntries(domain, ceOf(domain.settings))
    .map((entry) => entry.add)
    .filter((line) => line.startsWith("address "));
  t.same(addresses, ["address add 192.0.0.2/32 dev mapt1"]);
});

const links = [
  {
    name: "our own device comes up with its MTU and without generated addresses",
    domain: BR_T,
    lines: [
      "link set dev mapt0 mtu 1500 txqueuelen 1000",
      "link set dev mapt0 addrgenmode none",
      "link set dev mapt0 up",
    ],
  },
  {
    name: "our own device comes up with routes: off, too",
    domain: `${BR_T}    routes: off\n`,
    lines: [
      "link set dev mapt0 mtu 1500 txqueuelen 1000",
      "link set dev mapt0 addrgenmode none",
      "link set dev mapt0 up",
    ],
  },
  {
    name: "somebody else's device with routes: off is not touched",
    domain: `${BR_T.replace("{ name: mapt0 }", "{ name: mapt0, attach: true }")}    routes: off\n`,
    lines: [],
  },
];

for (const c of links) {
  test(c.name, async (t) => {
    t.same(linkLines(domainOf(c.domain)), c.lines);
  });
}

test("markers: the same destinations in their own table, and none without announce or on a CE", async (t) => {
  const announced = (text: string) => domainOf(`${text}    announce: { table: 4640 }\n`);
  t.same(markerEntries(announced(BR_T.replace("[metro]", "[metro, high, low]"))), [
    {
      add: "route replace 192.0.2.0/24 dev mapt0 table 4640 proto 200",
      remove: "route del 192.0.2.0/24 dev mapt0 table 4640 proto 200",
    },
    {
      add: "route replace 198.51.100.0/24 dev mapt0 table 4640 proto 200",
      remove: "route del 198.51.100.0/24 dev mapt0 table 4640 proto 200",
    },
    {
      add: "route replace 2001:db8:ffff::/64 dev mapt0 table 4640 proto 200",
      remove: "route del 2001:db8:ffff::/64 dev mapt0 table 4640 proto 200",
    },
  ]);
  t.match(
    markerEntries(announced(`${BR_E}    routes: off\n`)).map(({ add }) => add),
    [/192\.0\.2\.0\/24 dev mape0 table 4640/, /2001:db8:ffff::1\/128 dev mape0 table 4640/],
    "also where somebody else installs the routes that forward",
  );
  t.same(markerEntries(domainOf(BR_T)), []);
  t.same(markerEntries(domainOf(CE_T)), []);
});
