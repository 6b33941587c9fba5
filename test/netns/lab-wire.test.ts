import "./sandboxed.js";

import { test } from "tap";
import { Capture } from "../../lab/capture.js";
import {
  BR_ADDRESS,
  CES,
  DMR_PREFIX,
  type LabMode,
  SERVER,
  SERVER_IPV6,
  SHARED_IPV4,
} from "../../lab/plan.js";
import { tryRun } from "../../lab/process.js";
import { judgeSeen, watchServer } from "../../lab/seen.js";
import { Topology } from "../../lab/topology.js";
import { judgeWire } from "../../lab/wire.js";
import {
  echo,
  encapsulated,
  ipv4,
  ipv6,
  type Payload,
  tcp,
  udp,
} from "../support/packet-builder.js";
import { Injector } from "./inject.js";

// The judges of a round must find fault where there is one: here they see what no round should show.

const [CE1] = CES;
const OWN_PORT = 1232;
const OTHER_CES_PORT = 1236;
const PORTS = { sport: OWN_PORT, dport: 80 };

interface Exhibit {
  readonly name: string;
  readonly packet: Uint8Array;
  readonly verdict: "good" | "foreign" | "bad checksum";
}

const translated = (payload: Payload, src: string = CE1.mapAddress): Uint8Array =>
  ipv6({ src, dst: SERVER_IPV6 }, payload);

const tunnelled = (payload: Payload, src = SHARED_IPV4, checksum?: number): Uint8Array => {
  const fields = { src, dst: SERVER, ...(checksum === undefined ? {} : { checksum }) };
  return ipv6({ src: CE1.mapAddress, dst: BR_ADDRESS }, encapsulated(ipv4(fields, payload)));
};

const EXHIBITS: Readonly<Record<LabMode, readonly Exhibit[]>> = {
  "map-t": [
    { name: "TCP", packet: translated(tcp(PORTS)), verdict: "good" },
    { name: "UDP", packet: translated(udp(PORTS)), verdict: "good" },
    { name: "echo", packet: translated(echo({ kind: "request", id: OWN_PORT })), verdict: "good" },
    {
      name: "another CE's port",
      packet: translated(udp({ sport: OTHER_CES_PORT, dport: 80 })),
      verdict: "foreign",
    },
    { name: "another source", packet: translated(udp(PORTS), "2001:db8::1"), verdict: "foreign" },
    { name: "tunnelled", packet: tunnelled(udp(PORTS)), verdict: "foreign" },
    {
      name: "wrong TCP checksum",
      packet: translated(tcp({ ...PORTS, checksum: 0xbad })),
      verdict: "bad checksum",
    },
    {
      name: "wrong ICMPv6 checksum",
      packet: translated(echo({ kind: "request", id: OWN_PORT, checksum: 0xbad })),
      verdict: "bad checksum",
    },
  ],
  "map-e": [
    { name: "TCP", packet: tunnelled(tcp(PORTS)), verdict: "good" },
    { name: "UDP", packet: tunnelled(udp(PORTS)), verdict: "good" },
    { name: "echo", packet: tunnelled(echo({ kind: "request", id: OWN_PORT })), verdict: "good" },
    {
      name: "another CE's port",
      packet: tunnelled(udp({ sport: OTHER_CES_PORT, dport: 80 })),
      verdict: "foreign",
    },
    {
      name: "another inner source",
      packet: tunnelled(udp(PORTS), "192.0.2.19"),
      verdict: "foreign",
    },
    { name: "translated", packet: translated(udp(PORTS)), verdict: "foreign" },
    {
      name: "wrong UDP checksum",
      packet: tunnelled(udp({ ...PORTS, checksum: 0xbad })),
      verdict: "bad checksum",
    },
    {
      name: "wrong inner header checksum",
      packet: tunnelled(udp(PORTS), SHARED_IPV4, 0xbad),
      verdict: "bad checksum",
    },
  ],
};

for (const mode of ["map-t", "map-e"] as const) {
  test(`${mode}: the judge of the provider's network tells right from wrong`, async (t) => {
    const topology = await Topology.create(mode);
    // No mapd is there to take the packets; sent back to the provider they would be seen twice.
    await topology.run("br", ["ip", "route", "add", "blackhole", DMR_PREFIX]);
    const injector = await Injector.start(topology, "isp");
    t.teardown(() => injector.stop());
    for (const { name, packet, verdict } of EXHIBITS[mode]) {
      const capture = await Capture.start(topology, "isp", "br");
      await injector.send([packet]);
      await capture.stop();
      const { packets, foreign, badChecksums } = await judgeWire(capture, mode);
      const found = [
        ...(foreign.length > 0 ? ["foreign"] : []),
        ...(badChecksums.length > 0 ? ["bad checksum"] : []),
      ];
      const clean = found.length === 0 && packets.tcp + packets.udp + packets.icmp === 1;
      t.same(clean ? ["good"] : found, [verdict], name);
    }
  });
}

test("IPv4 in the provider's network is found", async (t) => {
  const topology = new Topology("map-t");
  const capture = await Capture.start(topology, "isp", "br");
  await topology.run("isp", ["ip", "addr", "add", "10.0.0.1/24", "dev", "br"]);
  await tryRun(topology.command("isp", ["ping", "-c", "1", "-W", "1", "10.0.0.2"]));
  await capture.stop();
  const { foreign } = await judgeWire(capture, "map-t");
  t.match(foreign, [/^not IPv6: /]);
});

test("ports outside the CEs' sets are found at the server", async (t) => {
  const topology = new Topology("map-t");
  const injector = await Injector.start(topology, "br");
  t.teardown(() => injector.stop());
  const packet = (src: string, payload: Payload): Uint8Array => ipv4({ src, dst: SERVER }, payload);
  const own = [
    packet(SHARED_IPV4, tcp({ ...PORTS, flags: 2 })),
    packet(SHARED_IPV4, udp(PORTS)),
    packet(SHARED_IPV4, echo({ kind: "request", id: OWN_PORT })),
  ];
  const cases: readonly { name: string; packets: readonly Uint8Array[]; ok: boolean }[] = [
    { name: "own ports alone", packets: own, ok: true },
    {
      name: "an excluded port",
      packets: [...own, packet(SHARED_IPV4, udp({ sport: 80, dport: 80 }))],
      ok: false,
    },
    { name: "another address", packets: [...own, packet("192.0.2.19", udp(PORTS))], ok: false },
    { name: "no ICMP at all", packets: own.slice(0, 2), ok: false },
  ];
  for (const { name, packets, ok } of cases) {
    const capture = await watchServer(topology);
    await injector.send(packets);
    await capture.stop();
    const finding = await judgeSeen(capture);
    t.equal(finding.ok, ok, `${name}: ${finding.detail}`);
  }
});
