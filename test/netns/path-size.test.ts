import "./sandboxed.js";

import { type Test, test } from "tap";
import type { DomainCounters } from "../../daemon/runtime/status.js";
import { tunName, withKeys } from "../../lab/daemons.js";
import { forgetPaths, knownMtu, pingOf } from "../../lab/path.js";
import { LAB_MODES, RULE, SERVER } from "../../lab/plan.js";
import { bringUp } from "../../lab/round.js";

const MTU = { "map-t": 1480, "map-e": 1460 } as const;
const ICMP_AND_IP = 28;

for (const mode of LAB_MODES) {
  const network = await bringUp(mode);
  const { topology, daemons } = network;
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

  const createdAndAbsorbed = (): Promise<readonly { created: number; absorbed: number }[]> =>
    Promise.all(
      [daemons.ce1, daemons.br].map(async (daemon) => {
        const { counters } = (await daemon.counters()).domains[0] as DomainCounters;
        const { created_packets: created = 0, absorbed_packets: absorbed = 0 } = counters;
        return { created, absorbed };
      }),
    );

  await test(`${mode}: the kernel tells the MTU of its route`, timeout, (t) =>
    findsMtu(t, "192.168.1.1"),
  );

  await test(`${mode}: mapd tells the MTU where the route has none`, timeout, async (t) => {
    const dev = `dev ${tunName(mode)} proto 200`;
    const replace = `ip route replace`.split(" ");
    const home = `default ${dev} metric 2048 src 192.0.0.2`.split(" ");
    await topology.run("ce1", [...replace, ...home]);
    await topology.run("br", [...replace, ...`${RULE.ipv4} ${dev}`.split(" ")]);
    await findsMtu(t, "192.0.0.8");
  });

  // From here on no kernel cuts anything on its way into a TUN device.
  for (const fragmentation of mode === "map-e" ? (["outer", "inner"] as const) : [null]) {
    const how = fragmentation === null ? "" : `, ${fragmentation} fragments`;
    await test(`${mode}: mapd cuts what nobody else has cut${how}`, timeout, async (t) => {
      const keys = fragmentation === null ? {} : { fragmentation };
      for (const name of ["ce1", "br"] as const) {
        await daemons[name].reload(withKeys({ [name]: keys }));
      }
      await forgetPaths(topology, "lan1");
      const before = await createdAndAbsorbed();
      for (const size of [largest + 1, 1472, 3000, 20_000]) {
        const { sent, received } = await pingOf(topology, "lan1", { size });
        t.same({ sent, received }, { sent: 3, received: 3 }, `${size} bytes`);
      }
      const after = await createdAndAbsorbed();
      for (const [i, name] of (["ce1", "br"] as const).entries()) {
        t.ok((after[i]?.created ?? 0) > (before[i]?.created ?? 0), `${name} has cut packets`);
        const joins = (after[i]?.absorbed ?? 0) > (before[i]?.absorbed ?? 0);
        // ICMP of MAP-T, and outer fragments; what was cut inside is for the host to put together.
        t.equal(joins, fragmentation !== "inner", `${name} has put fragments together`);
      }
    });
  }

  await network.down();
}
