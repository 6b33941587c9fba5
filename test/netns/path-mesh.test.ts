import "./sandboxed.js";

import { type Test, test } from "tap";
import { PORT_SETS } from "../../lab/checks.js";
import { type Adjust, type Daemon, type Forwarding, withKeys } from "../../lab/daemons.js";
import { forgetPaths, knownMtu, setLinkMtu, transfer } from "../../lab/path.js";
import { HTTP_PORT, LAB_MODES, LAN_HOST, SHARED_IPV4 } from "../../lab/plan.js";
import { bringUp } from "../../lab/round.js";
import { startServer } from "../../lab/services.js";
import { fragment } from "../support/fragments.js";
import { ipv4, pattern, udp } from "../support/packet-builder.js";
import { type Arrived, Endpoint } from "./endpoint.js";
import { Injector } from "./inject.js";

const [TCP_PORT, UDP_PORT] = [PORT_SETS.ce2.at(10), PORT_SETS.ce2.at(11)];
const [LAN1_PORT, LAN2_PORT] = [40_000, 7_000];
const BYTES = 20e6;
const ORIGIN = `http://${SHARED_IPV4}:${TCP_PORT}`;

const FORWARDS = {
  nat44: {
    forwards: [
      { protocol: "tcp", "external-port": TCP_PORT, to: `${LAN_HOST}:${HTTP_PORT}` },
      { protocol: "udp", "external-port": UDP_PORT, to: `${LAN_HOST}:${LAN2_PORT}` },
    ],
  },
};

/** Hub and spoke: the two CEs meet at the BR. */
const HUB: Adjust = withKeys({ ce2: FORWARDS });

/** Mesh: the rule is a forwarding rule on both CEs. */
const MESH: Adjust = (daemon, planned) => {
  const { rules, domains }: Forwarding = HUB(daemon, planned);
  return { rules: { metro: { ...rules.metro, forwarding: true } }, domains };
};

async function packetsIn(daemon: Daemon): Promise<{ in: number; hairpin: number }> {
  const { counters } = (await daemon.counters()).domains[0] ?? {};
  const count = (name: string): number => counters?.[name] ?? 0;
  // Of IPv6 the kernel's own multicast, which is dropped, does not count.
  const packets = count("in_ipv4_packets") + count("out_ipv6_packets") + count("out_ipv4_packets");
  return { in: packets, hairpin: count("hairpin_packets") };
}

for (const mode of LAB_MODES) {
  const network = await bringUp(mode, HUB);
  const { topology, daemons } = network;
  const stopServer = await startServer(topology, "lan2");
  const lan1 = await Endpoint.start(topology, "lan1", LAN1_PORT);
  const lan2 = await Endpoint.start(topology, "lan2", LAN2_PORT);
  const injector = await Injector.start(topology, "lan1");
  const timeout = { timeout: 60_000 };

  const exchange = async (t: Test): Promise<void> => {
    for (const direction of ["up", "down"] as const) {
      const options = { bytes: BYTES, timeout: 20_000, origin: ORIGIN };
      const done = await transfer(topology, "lan1", direction, options);
      t.equal(done?.intact, true, `${direction}: ${done?.bytes} bytes, ${done?.seconds} s`);
    }
    const data = pattern(4000);
    const ends = { src: LAN_HOST, dst: SHARED_IPV4, df: false };
    const whole = ipv4(ends, udp({ sport: LAN1_PORT, dport: UDP_PORT, data }));
    const pieces = [0, 1200, 2400, 3600].map((start) =>
      fragment(whole, 77, { start, end: Math.min(4008, start + 1200) }),
    );
    await injector.send(pieces.toReversed());
    const there = await lan2.next();
    const hex = Buffer.from(data).toString("hex");
    t.equal(there?.hex, hex, "4000 bytes of UDP in reversed fragments arrive");
    t.equal(there?.from, SHARED_IPV4);
    t.ok(PORT_SETS.ce1.contains(there?.port ?? 0), `from a port of the first CE's, ${there?.port}`);
    let back: Arrived | null = null;
    // In a tunnel the first datagram over a narrow link only teaches the CE the path's MTU.
    for (let tries = 0; tries < 2 && back === null; tries++) {
      lan2.send(SHARED_IPV4, there?.port ?? 0, data);
      back = await lan1.next(1000);
    }
    t.same(back, { from: SHARED_IPV4, port: UDP_PORT, hex }, "and come back");
  };

  /** The access link of the second CE is narrow: the errors about it go back to the first. */
  const exchangeOverNarrowLink = async (t: Test): Promise<void> => {
    const link = [
      ["isp", "ce2"],
      ["ce2", "wan0"],
    ] as const;
    await setLinkMtu(topology, link, 1400);
    await forgetPaths(topology, "lan1", "lan2");
    await exchange(t);
    const mtu = await knownMtu(topology, "lan1", SHARED_IPV4);
    t.equal(mtu, mode === "map-t" ? 1380 : 1360, "the LAN host has learnt the MTU");
    await setLinkMtu(topology, link, 1500);
    await forgetPaths(topology, "lan1", "lan2");
  };

  await test(`${mode}: CE to CE through the BR`, timeout, async (t) => {
    const before = await packetsIn(daemons.br);
    await exchange(t);
    const after = await packetsIn(daemons.br);
    t.ok(after.hairpin > before.hairpin, `the BR turned ${after.hairpin} packets round`);
  });

  await test(`${mode}: CE to CE through the BR and a narrow link`, timeout, exchangeOverNarrowLink);

  await test(`${mode}: CE to CE directly`, timeout, async (t) => {
    await daemons.ce1.reload(MESH);
    await daemons.ce2.reload(MESH);
    const before = await packetsIn(daemons.br);
    await exchange(t);
    t.same(await packetsIn(daemons.br), before, "the BR saw none of it");
  });

  await test(`${mode}: CE to CE directly over a narrow link`, timeout, exchangeOverNarrowLink);

  for (const end of [lan1, lan2, injector]) end.stop();
  await stopServer();
  await network.down();
}
