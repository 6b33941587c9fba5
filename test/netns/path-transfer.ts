/** The transfers of one mode over paths that carry less than the hosts think. */
import { type Test, test } from "tap";
import { tunName, withKeys } from "../../lab/daemons.js";
import { forgetPaths, knownMtu, setLinkMtu, transfer } from "../../lab/path.js";
import {
  LAN_PREFIX,
  type LabMode,
  type NodeName,
  RULE,
  SERVER,
  SHARED_IPV4,
} from "../../lab/plan.js";
import { bringUp, type Network } from "../../lab/round.js";
import type { Topology } from "../../lab/topology.js";

const BYTES = 20e6;
const TIMEOUT_MS = 30_000;
/** A stall lasts until a timer of TCP ends it, which doubles from 200 ms on; a busy machine is no stall. */
const STALL_MS = 2000;
const LINK_MTU = 1500;
const NARROW_IPV4_MTU = 1300;
const IPV4_LESS = { "map-t": 20, "map-e": 40 } as const;

/** A link or route of less, and what the senders of either direction must find out. */
interface Path {
  readonly name: string;
  readonly narrow: (topology: Topology) => Promise<void>;
  readonly widen: (topology: Topology) => Promise<void>;
  /** Bytes of IPv4. */
  readonly up: number;
  readonly down: number;
}

type Ends = readonly (readonly [NodeName, string])[];
const INNER: Ends = [
  ["isp", "br"],
  ["core", "isp"],
];
const ACCESS: Ends = [
  ["ce1", "wan0"],
  ["isp", "ce1"],
];

function linkPath(name: string, mode: LabMode, link: Ends, mtu: number): Path {
  const ipv4Mtu = mtu - IPV4_LESS[mode];
  return {
    name: `${name} of MTU ${mtu}`,
    narrow: (topology) => setLinkMtu(topology, link, mtu),
    widen: (topology) => setLinkMtu(topology, link, LINK_MTU),
    up: ipv4Mtu,
    down: ipv4Mtu,
  };
}

/** A route of `node` that is replaced by one with another MTU, and put back. */
function routePath(
  name: string,
  node: NodeName,
  route: string,
  mtus: { readonly narrow: string; readonly wide: string },
  ends: { readonly up: number; readonly down: number },
): Path {
  const replace =
    (mtu: string) =>
    async (topology: Topology): Promise<void> => {
      await topology.run(node, `ip route replace ${route} ${mtu}`.trim().split(" "));
    };
  return { name, narrow: replace(mtus.narrow), widen: replace(mtus.wide), ...ends };
}

function pathsOf(mode: LabMode): readonly Path[] {
  const whole = LINK_MTU - IPV4_LESS[mode];
  const tun = `dev ${tunName(mode)} proto 200`;
  const locked = `mtu lock ${whole}`;
  const narrow = `mtu lock ${NARROW_IPV4_MTU}`;
  const both = { up: whole, down: whole };
  return [
    linkPath("a link inside", mode, INNER, 1400),
    linkPath("a link inside", mode, INNER, 1280),
    linkPath("the access link", mode, ACCESS, 1400),
    // Here mapd itself tells the LAN host, or the server.
    routePath(
      "a route of the CE without MTU",
      "ce1",
      `default ${tun} metric 2048 src 192.0.0.2`,
      { narrow: "", wide: locked },
      both,
    ),
    routePath(
      "a route of the BR without MTU",
      "br",
      `${RULE.ipv4} ${tun}`,
      { narrow: "", wide: locked },
      both,
    ),
    // Here ICMPv4 errors cross the provider's network.
    routePath(
      "a LAN that carries 1300",
      "ce1",
      `${LAN_PREFIX} dev lan0 proto kernel scope link src 192.168.1.1`,
      { narrow, wide: "" },
      { up: whole, down: NARROW_IPV4_MTU },
    ),
    routePath(
      "an Internet that carries 1300",
      "br",
      "198.51.100.0/24 dev inet0 proto kernel scope link src 198.51.100.1",
      { narrow, wide: "" },
      { up: NARROW_IPV4_MTU, down: whole },
    ),
  ];
}

async function transfers(
  t: Test,
  { topology }: Network,
  path: Path,
  clampedTo: number | null,
): Promise<void> {
  for (const direction of ["up", "down"] as const) {
    await forgetPaths(topology, "lan1", "srv");
    const done = await transfer(topology, "lan1", direction, { bytes: BYTES, timeout: TIMEOUT_MS });
    const gap = done?.longestGapMs ?? Number.POSITIVE_INFINITY;
    const took = `${done?.bytes} bytes in ${done?.seconds.toFixed(2)} s`;
    t.equal(done?.intact, true, `${direction}: ${took}`);
    t.ok(gap < STALL_MS, `${direction}: never still for more than ${gap} ms`);
    const learnt =
      direction === "up"
        ? await knownMtu(topology, "lan1", SERVER)
        : await knownMtu(topology, "srv", SHARED_IPV4);
    // Who sends no more than the clamp lets it finds nothing out where that is enough.
    const expected = path[direction] === clampedTo ? null : path[direction];
    t.equal(learnt, expected, `${direction}: the sender has learnt the MTU`);
  }
}

export interface TransferOptions {
  /** Of the TUN devices: without it no packet stands for many. */
  readonly offload: "auto" | "off";
  readonly clamps: readonly ("auto" | "off")[];
}

/** Brings one network up and defines its tests. */
export async function transferTests(
  mode: LabMode,
  { offload, clamps }: TransferOptions,
): Promise<void> {
  const tun = { tun: { name: tunName(mode), offload } };
  const network = await bringUp(mode, withKeys({ ce1: tun, ce2: tun, br: tun }));
  const { topology, daemons } = network;
  let rateLimit = 1000;
  for (const clamp of clamps) {
    for (const path of pathsOf(mode)) {
      const name = `${mode}: 20 MB each way over ${path.name}, MSS clamp ${clamp}, offload ${offload}`;
      await test(name, { timeout: 90_000 }, async (t) => {
        // What mapd has learnt of a path outlives a reload, but not one that changes the domain.
        const keys = { ...tun, "mss-clamp": clamp, icmp: { "rate-limit": ++rateLimit } };
        await daemons.ce1.reload(withKeys({ ce1: keys }));
        await daemons.br.reload(withKeys({ br: keys }));
        await path.narrow(topology);
        t.teardown(() => path.widen(topology));
        const clampedTo = clamp === "auto" ? LINK_MTU - IPV4_LESS[mode] : null;
        await transfers(t, network, path, clampedTo);
      });
    }
  }
  await network.down();
}
