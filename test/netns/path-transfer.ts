/** The transfers of one mode through a provider network with a narrow link inside. */
import { type Test, test } from "tap";
import { withKeys } from "../../lab/daemons.js";
import { forgetPaths, knownMtu, setLinkMtu, transfer } from "../../lab/path.js";
import { type LabMode, type NodeName, SERVER, SHARED_IPV4 } from "../../lab/plan.js";
import { bringUp, type Network } from "../../lab/round.js";

const BYTES = 20e6;
const TIMEOUT_MS = 30_000;
/** A stall lasts until a timer of TCP ends it, which doubles from 200 ms on; a busy machine is no stall. */
const STALL_MS = 2000;
const IPV4_LESS = { "map-t": 20, "map-e": 40 } as const;

type Ends = readonly (readonly [NodeName, string])[];
const INNER: Ends = [
  ["isp", "br"],
  ["core", "isp"],
];
const ACCESS: Ends = [
  ["ce1", "wan0"],
  ["isp", "ce1"],
];

interface Path {
  readonly name: string;
  readonly link: Ends;
  readonly mtu: number;
}

const PATHS: readonly Path[] = [
  { name: "a link inside of MTU 1400", link: INNER, mtu: 1400 },
  { name: "a link inside of MTU 1280", link: INNER, mtu: 1280 },
  { name: "an access link of MTU 1400", link: ACCESS, mtu: 1400 },
];

async function transfers(t: Test, { topology }: Network, mode: LabMode, path: Path): Promise<void> {
  const expected = path.mtu - IPV4_LESS[mode];
  for (const direction of ["up", "down"] as const) {
    await forgetPaths(topology, "lan1", "srv");
    const done = await transfer(topology, "lan1", direction, { bytes: BYTES, timeout: TIMEOUT_MS });
    const gap = done?.longestGapMs ?? Number.POSITIVE_INFINITY;
    t.equal(
      done?.intact,
      true,
      `${direction}: ${done?.bytes} bytes in ${done?.seconds.toFixed(2)} s`,
    );
    t.ok(gap < STALL_MS, `${direction}: never still for more than ${gap} ms`);
    const [sender, receiver] = direction === "up" ? ["lan1", SERVER] : ["srv", SHARED_IPV4];
    const learnt = await knownMtu(topology, sender as NodeName, receiver as string);
    t.equal(learnt, expected, `${direction}: the sender has learnt the MTU`);
  }
}

/** Brings one network up and defines its tests. */
export async function transferTests(mode: LabMode): Promise<void> {
  const network = await bringUp(mode);
  for (const clamp of ["auto", "off"] as const) {
    const keys = { "mss-clamp": clamp };
    const adjust = withKeys({ ce1: keys, br: keys });
    for (const path of PATHS) {
      const name = `${mode}: 20 MB each way through ${path.name}, MSS clamp ${clamp}`;
      await test(name, { timeout: 90_000 }, async (t) => {
        // Without what the last test has taught mapd of the path.
        const forgetful = { ...keys, icmp: { "rate-limit": 1000 + path.mtu } };
        await network.daemons.ce1.reload(withKeys({ ce1: forgetful }));
        await network.daemons.br.reload(adjust);
        await setLinkMtu(network.topology, path.link, path.mtu);
        t.teardown(() => setLinkMtu(network.topology, path.link, 1500));
        await transfers(t, network, mode, path);
      });
    }
  }
  await network.down();
}
