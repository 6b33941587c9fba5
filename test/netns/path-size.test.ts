import "./sandboxed.js";

import { type Test, test } from "tap";
import { tunName } from "../../lab/daemons.js";
import { forgetPaths, knownMtu, pingOf } from "../../lab/path.js";
import { LAB_MODES, SERVER } from "../../lab/plan.js";
import { bringUp } from "../../lab/round.js";

const MTU = { "map-t": 1480, "map-e": 1460 } as const;
const ICMP_AND_IP = 28;

for (const mode of LAB_MODES) {
  const network = await bringUp(mode);
  const { topology } = network;
  const timeout = { timeout: 60_000 };
  const largest = MTU[mode] - ICMP_AND_IP;

  await test(`${mode}: fragmented echo comes back whole`, timeout, async (t) => {
    for (const node of ["lan1", "lan2", "ce1"] as const) {
      for (const size of [largest + 1, 1472, 3000, 20_000]) {
        const { sent, received } = await pingOf(topology, node, { size });
        t.same({ sent, received }, { sent: 3, received: 3 }, `${size} bytes from ${node}`);
      }
    }
  });

  /** A ping too big is answered by `from`, and the largest one that fits passes. */
  const findsMtu = async (t: Test, from: string): Promise<void> => {
    await forgetPaths(topology, "lan1");
    const refused = await pingOf(topology, "lan1", { size: 1472, dontFragment: true, count: 1 });
    t.same(refused, { sent: 1, received: 0, tooBig: [{ from, mtu: MTU[mode] }] });
    t.equal(await knownMtu(topology, "lan1", SERVER), MTU[mode], "the host has learnt it");
    const passed = await pingOf(topology, "lan1", { size: largest, dontFragment: true });
    t.same(passed, { sent: 3, received: 3, tooBig: [] }, `${largest} bytes pass`);
  };

  await test(`${mode}: the kernel tells the MTU of its route`, timeout, (t) =>
    findsMtu(t, "192.168.1.1"),
  );

  await test(`${mode}: mapd tells the MTU where the route has none`, timeout, async (t) => {
    const route = `default dev ${tunName(mode)} proto 200 metric 2048 src 192.0.0.2`;
    await topology.run("ce1", ["ip", "route", "replace", ...route.split(" ")]);
    await findsMtu(t, "192.0.0.8");
  });

  await network.down();
}
