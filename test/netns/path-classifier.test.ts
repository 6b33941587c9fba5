import "./sandboxed.js";

import { setTimeout as sleep } from "node:timers/promises";
import { type Test, test } from "tap";
import { type Adjust, Daemon, DOMAIN, tunName, withKeys } from "../../lab/daemons.js";
import { transfer } from "../../lab/path.js";
import { bringUp } from "../../lab/round.js";

// The same transfers twice over a network of MAP-E: with the classifier on the devices of CE and BR, and with a
// filter of somebody else in its place, so that the kernel refuses it.

const BYTES = 20e6;
const ENDS = ["ce1", "br"] as const;
const TUN = tunName("map-e");
const IPV6_MTU = 1500;

const network = await bringUp("map-e");
const { topology } = network;
const running: Record<(typeof ENDS)[number], Daemon> = { ...network.daemons };
const timeout = { timeout: 60_000 };

/** Packets and bytes that a daemon has sent into the tunnel, or got out of it. */
async function tunnelled(
  daemon: Daemon,
  way: "in" | "out",
): Promise<{ packets: number; bytes: number }> {
  const domain = (await daemon.counters()).domains.find(({ name }) => name === DOMAIN);
  const counters = domain?.counters ?? {};
  return {
    packets: counters[`${way}_ipv6_packets`] ?? 0,
    bytes: counters[`${way}_ipv6_bytes`] ?? 0,
  };
}

/** `isWhole`: whether super-packets leave the tunnel as such, as they enter it in any case. */
async function transfers(t: Test, isWhole: boolean): Promise<void> {
  for (const [direction, ends] of [
    ["up", { out: "ce1", in: "br" }],
    ["down", { out: "br", in: "ce1" }],
  ] as const) {
    const look = () =>
      Promise.all([tunnelled(running[ends.out], "out"), tunnelled(running[ends.in], "in")]);
    const before = await look();
    const done = await transfer(topology, "lan1", direction, { bytes: BYTES, timeout: 30_000 });
    t.equal(done?.intact, true, `${direction}: ${done?.bytes} bytes in ${done?.seconds} s`);
    const after = await look();
    for (const [i, way, isExpected] of [
      [0, "into", true],
      [1, "out of", isWhole],
    ] as const) {
      const mean = (after[i]!.bytes - before[i]!.bytes) / (after[i]!.packets - before[i]!.packets);
      const text = `${direction}: packets of ${mean} bytes on average ${way} the tunnel`;
      t.equal(mean > 2 * IPV6_MTU, isExpected, text);
    }
  }
}

await test(
  "with the classifiers super-packets enter the tunnel and leave it whole",
  timeout,
  async (t) => {
    for (const end of ENDS) {
      const [domain] = (await running[end].status()).domains;
      t.same(domain?.tun.classifier, { on: true, reason: null }, end);
      t.same(domain?.tun.intake, { on: true, reason: null }, end);
    }
    await transfers(t, true);
  },
);

/** The place of the classifier, before anybody else takes it. */
const TAKING = [
  `qdisc add dev ${TUN} clsact`,
  `filter add dev ${TUN} ingress protocol ipv6 prio 24944 u32 match u32 0 0 flowid 1:1`,
];

/** Starts the daemon of a node again, over a device where the classifier's place is taken. */
async function startRefused(end: (typeof ENDS)[number]): Promise<void> {
  await running[end].stop();
  await topology.run(end, ["ip", "tuntap", "add", "dev", TUN, "mode", "tun"]);
  for (const words of TAKING) await topology.run(end, ["tc", ...words.split(" ")]);
  const attached: Adjust = withKeys({ [end]: { tun: { name: TUN, attach: true } } });
  running[end] = await Daemon.start(topology, end, attached);
}

/** Takes the place of the classifier while the daemon runs; its worker starts again, to cut from then on. */
async function refuseFromNowOn(end: (typeof ENDS)[number]): Promise<void> {
  const isTaken = async (): Promise<boolean> => {
    try {
      for (const words of [`qdisc del dev ${TUN} clsact`, ...TAKING]) {
        await topology.run(end, ["tc", ...words.split(" ")]);
      }
      return true;
    } catch {
      // The daemon looks once a second, and has been faster.
      return false;
    }
  };
  while (!(await isTaken()));
  const isOff = async (): Promise<boolean> => {
    const [domain] = (await running[end].status()).domains;
    return domain?.tun.classifier?.on === false;
  };
  while (!(await isOff())) await sleep(100);
}

await test("where it is refused the same bytes pass, cut by mapd", timeout, async (t) => {
  await startRefused("ce1");
  await refuseFromNowOn("br");
  for (const end of ENDS) {
    const [domain] = (await running[end].status()).domains;
    t.match(domain?.tun.classifier, { on: false, reason: /RTM_NEWTFILTER/ }, end);
    t.ok(domain?.tun.offloads.includes("tso4"), end);
  }
  await transfers(t, false);
});

for (const end of ENDS) await running[end].stop();
await network.down();
