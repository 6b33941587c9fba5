import "./sandboxed.js";

import { test } from "tap";
import { PORT_SETS } from "../../lab/checks.js";
import type { Adjust, Daemon } from "../../lab/daemons.js";
import { pingOf, traceroute, transfer } from "../../lab/path.js";
import { CES, DMR_PREFIX, HTTP_PORT, LAN_HOST, LAN_PREFIX, RULE, SERVER } from "../../lab/plan.js";
import { bringUp } from "../../lab/round.js";
import { startServer } from "../../lab/services.js";

// Three domains of one BR daemon: CE 1 is in the one of MAP-T, CE 2 in the one of MAP-E, and nobody in the third.

const [CE1, CE2] = CES;
const E = {
  rule: "2001:db8:8000::/40",
  ipv4: "203.0.113.0/24",
  endUserPrefix: "2001:db8:8012:3500::/56",
  /** 203.0.113.18 with PSID 0x35. */
  shared: "203.0.113.18",
  addresses: ["2001:db8:fffe::1", "2001:db8:fffe::2"],
  block: "2001:db8:fffe::/64",
} as const;
const TCP_PORT = PORT_SETS.ce2.at(10);
const BYTES = 20e6;

const metro = {
  "rule-ipv6-prefix": RULE.ipv6,
  "rule-ipv4-prefix": RULE.ipv4,
  "ea-len": RULE.eaLen,
};
const suburb = { ...metro, "rule-ipv6-prefix": E.rule, "rule-ipv4-prefix": E.ipv4 };
const rules = {
  metro,
  suburb,
  village: {
    "rule-ipv6-prefix": "2001:db8:4000::/40",
    "rule-ipv4-prefix": "198.18.0.0/24",
    "ea-len": 8,
  },
};

const domainT = { name: "t", mode: "map-t", tun: { name: "mapt0" }, rules: ["metro"] };
const domainE = { name: "e", mode: "map-e", tun: { name: "mape0" }, rules: ["suburb"] };
const dmr = { "dmr-ipv6-prefix": DMR_PREFIX };
const ce = { role: "ce", "local-ipv4-prefixes": [LAN_PREFIX] };
const forwards = [
  { protocol: "tcp", "external-port": TCP_PORT, to: `${LAN_HOST}:${HTTP_PORT}` },
] as const;

/** The CE sends to the first of its BR addresses and hears from the second. */
const DOMAINS: Adjust = (daemon) => {
  if (daemon === "ce1") {
    const domain = { ...domainT, ...ce, ...dmr, "end-user-ipv6-prefix": CE1.endUserPrefix };
    return { rules, domains: [domain] };
  }
  if (daemon === "ce2") {
    const border = { "br-ipv6-addr": E.addresses, "end-user-ipv6-prefix": E.endUserPrefix };
    return { rules, domains: [{ ...domainE, ...ce, ...border, nat44: { forwards } }] };
  }
  const third = { name: "e2", mode: "map-e", tun: { name: "mape1" }, rules: ["village"] };
  return {
    rules,
    domains: [
      { ...domainT, role: "br", ...dmr },
      { ...domainE, role: "br", "br-ipv6-addr": E.addresses.toReversed() },
      { ...third, role: "br", "br-ipv6-addr": "2001:db8:fffd::1" },
    ],
  };
};

/** Packets that a domain of a daemon has read and written, without what it dropped. */
async function carried(daemon: Daemon, name: string): Promise<number> {
  const domain = (await daemon.counters()).domains.find((one) => one.name === name);
  const { out_ipv4_packets: ipv4 = 0, out_ipv6_packets: ipv6 = 0 } = domain?.counters ?? {};
  return ipv4 + ipv6;
}

const network = await bringUp("map-t", DOMAINS);
const { topology, daemons } = network;
const stopServer = await startServer(topology, "lan2");
for (const [node, route] of [
  ["isp", `${E.endUserPrefix} via ${CE2.link}2`],
  ["isp", `${E.block} via 2001:db8:fe00:fe::2`],
  ["core", `${E.block} via 2001:db8:fe00:ff::2`],
  ["srv", `${E.ipv4} via 198.51.100.1`],
] as const) {
  await topology.run(node, ["ip", "route", "add", ...route.split(" ")]);
}
const timeout = { timeout: 60_000 };

await test("one daemon serves MAP-T and MAP-E at once", timeout, async (t) => {
  for (const lan of ["lan1", "lan2"] as const) {
    t.equal((await pingOf(topology, lan, { size: 3000 })).received, 3, `ping from ${lan}`);
  }
  const before = { t: await carried(daemons.br, "t"), e: await carried(daemons.br, "e") };
  const done = await Promise.all(
    (["lan1", "lan2"] as const).flatMap((lan) =>
      (["up", "down"] as const).map((direction) =>
        transfer(topology, lan, direction, { bytes: BYTES, timeout: 30_000 }),
      ),
    ),
  );
  t.same(
    done.map((one) => one?.intact),
    [true, true, true, true],
    "20 MB up and down in both domains at once",
  );
  for (const name of ["t", "e"] as const) {
    const packets = (await carried(daemons.br, name)) - before[name];
    t.ok(packets > 0, `domain ${name} carried ${packets} packets`);
  }
  t.equal(await carried(daemons.br, "e2"), 0, "the third carried nothing");
});

await test("the CE of MAP-E takes packets from another address of its BR", timeout, async (t) => {
  t.same(await traceroute(topology, "lan2"), ["192.168.1.1", "192.0.0.8", "198.51.100.1", SERVER]);
});

await test("from a domain of MAP-T to one of MAP-E", timeout, async (t) => {
  const origin = `http://${E.shared}:${TCP_PORT}`;
  for (const direction of ["up", "down"] as const) {
    const done = await transfer(topology, "lan1", direction, {
      bytes: BYTES,
      timeout: 30_000,
      origin,
    });
    t.equal(done?.intact, true, `${direction}: ${done?.bytes} bytes, ${done?.seconds} s`);
  }
});

await stopServer();
await network.down();
