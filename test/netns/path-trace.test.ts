import "./sandboxed.js";

import { test } from "tap";
import { Capture } from "../../lab/capture.js";
import { withKeys } from "../../lab/daemons.js";
import { setLinkMtu, tracepath, traceroute } from "../../lab/path.js";
import { LAB_MODES, LAN_HOST, type LabMode, SERVER } from "../../lab/plan.js";
import { bringUp } from "../../lab/round.js";

/** What a router without an IPv4 address answers from (RFC 7600 §4.8). */
const NAMELESS = "192.0.0.8";
const CE = "192.168.1.1";
const BR = "198.51.100.1";

/**
 * DER-B-5. The kernel decrements on the way into the TUN device and on the way out of it, so that a mapd
 * that decrements, too, makes three hops of a host; without `decrement-ttl` there are two, and in MAP-E
 * one, where one of the two sides is the outer packet's.
 */
const HOPS: Readonly<Record<LabMode, Readonly<Record<"on" | "off", readonly string[]>>>> = {
  "map-t": {
    // CE: in, mapd, out; isp, core; BR: in, mapd, out.
    on: [CE, NAMELESS, NAMELESS, NAMELESS, NAMELESS, NAMELESS, NAMELESS, BR, SERVER],
    off: [CE, NAMELESS, NAMELESS, NAMELESS, NAMELESS, BR, SERVER],
  },
  "map-e": {
    // CE: in, mapd, and the provider's network is inside the tunnel; BR: out.
    on: [CE, NAMELESS, BR, SERVER],
    off: [CE, BR, SERVER],
  },
};
const MTU = { "map-t": 1480, "map-e": 1460 } as const;
const NARROW_MTU = { "map-t": 1380, "map-e": 1360 } as const;
/** Addresses and checksums of an error and of what it quotes; tshark verifies them all. */
const ERROR_FIELDS = [
  "icmp.type",
  "ip.src",
  "ip.dst",
  "udp.dstport",
  "ip.checksum.status",
  "icmp.checksum.status",
  "udp.checksum.status",
] as const;
const GOOD = "1";
const OFF = { "decrement-ttl": false };

for (const mode of LAB_MODES) {
  const network = await bringUp(mode);
  const { topology, daemons } = network;
  const timeout = { timeout: 60_000 };

  await test(`${mode}: every hop answers`, timeout, async (t) => {
    const hops = HOPS[mode].on;
    t.same(await traceroute(topology, "lan1"), hops, "traceroute with UDP");
    t.same(await traceroute(topology, "lan1", SERVER, "-I"), hops, "traceroute with ICMP");
    t.same(await traceroute(topology, "lan1", SERVER, "-T"), hops, "traceroute with TCP");
    const path = await tracepath(topology, "lan1");
    t.same(path, { hops, mtu: MTU[mode], reached: true }, "tracepath");
  });

  await test(`${mode}: every error quotes what the LAN host has sent`, timeout, async (t) => {
    // As from a network card, so that no kernel quotes an unfinished checksum.
    await topology.run("lan1", ["ethtool", "-K", "eth0", "tx", "off"]);
    const capture = await Capture.start(topology, "lan1", "eth0", { filter: "icmp" });
    await traceroute(topology, "lan1");
    await capture.stop();
    const errors = await capture.dissect(ERROR_FIELDS);
    t.ok(errors.length >= HOPS[mode].on.length, `${errors.length} errors`);
    for (const { "icmp.type": type, "udp.dstport": port, ...error } of errors) {
      const [from = ""] = error["ip.src"];
      t.same(
        error,
        {
          "ip.src": [from, LAN_HOST],
          "ip.dst": [LAN_HOST, SERVER],
          "ip.checksum.status": [GOOD, GOOD],
          "icmp.checksum.status": [GOOD],
          "udp.checksum.status": [GOOD],
        },
        `type ${type[0]} from ${from} about port ${port[0]}`,
      );
    }
  });

  await test(`${mode}: every hop answers without decrement-ttl`, timeout, async (t) => {
    const adjust = withKeys({ ce1: OFF, br: OFF });
    await daemons.ce1.reload(adjust);
    await daemons.br.reload(adjust);
    const hops = HOPS[mode].off;
    t.same(await traceroute(topology, "lan1"), hops, "traceroute with UDP");
    t.same(await traceroute(topology, "lan1", SERVER, "-I"), hops, "traceroute with ICMP");
  });

  await test(`${mode}: hops have the addresses that the operator chose`, timeout, async (t) => {
    const own = { ...OFF, icmp: { "ipv4-sources": ["203.0.113.8"] } };
    await daemons.ce1.reload(withKeys({ ce1: own }));
    const hops = HOPS[mode].off.map((hop) => (hop === NAMELESS ? "203.0.113.8" : hop));
    t.same(await traceroute(topology, "lan1"), hops);
  });

  await test(`${mode}: tracepath finds the narrow link`, timeout, async (t) => {
    await setLinkMtu(
      topology,
      [
        ["isp", "br"],
        ["core", "isp"],
      ],
      1400,
    );
    const { mtu, reached } = await tracepath(topology, "lan1");
    t.same({ mtu, reached }, { mtu: NARROW_MTU[mode], reached: true });
  });

  await network.down();
}
