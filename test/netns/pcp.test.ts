import "./sandboxed.js";

import { test } from "tap";
import { Capture } from "../../lab/capture.js";
import { PORT_SETS } from "../../lab/checks.js";
import { withKeys } from "../../lab/daemons.js";
import { HTTP_PORT, LAN_HOST, SERVER, SHARED_IPV4 } from "../../lab/plan.js";
import { bringUp } from "../../lab/round.js";
import { startServer } from "../../lab/services.js";
import { PortSet } from "../../src/map/port-set.js";
import {
  announceRequest,
  mapped,
  mapRequest,
  option,
  PREFER_FAILURE,
  peerRequest,
  THIRD_PARTY,
} from "../support/pcp-client.js";
import { Endpoint } from "./endpoint.js";
import { CLIENT_PORT, GATEWAY, httpGetsIn, LanAsker, SERVER_PORT } from "./lan-asker.js";

// A LAN host asks its CE by PCP, with requests made byte by byte; the server of the lab tries to get in.

const [MINE, OTHER] = ["aa".repeat(12), "bb".repeat(12)];
const [TCP, UDP] = [6, 17];
const PORTS = PORT_SETS.ce1;
/** A second address on the Internet, which has no session yet when the first has. */
const STRANGER = "198.51.100.10";
const NEIGHBOUR = "192.168.1.11";
const FORWARDED = PORTS.at(100);
const UDP_PORT = 5000;
const timeout = { timeout: 60_000 };

const forwards = [{ protocol: "tcp", "external-port": FORWARDED, to: `${LAN_HOST}:22` }];
const WITH_PCP = { nat44: { pcp: { enabled: true, "max-mappings-per-host": 4 }, forwards } };
const MAP = { client: LAN_HOST, lifetime: 3600, nonce: MINE, protocol: TCP, port: HTTP_PORT };

const network = await bringUp("map-t", withKeys({ ce1: WITH_PCP }));
const { topology, daemons } = network;
await topology.run("srv", ["ip", "address", "add", `${STRANGER}/24`, "dev", "eth0"]);
await topology.run("lan1", ["ip", "address", "add", `${NEIGHBOUR}/24`, "dev", "eth0"]);
const stopServer = await startServer(topology, "lan1");
const host = await LanAsker.start(topology, "lan1", 40_001);
const listener = await Endpoint.start(topology, "lan1", CLIENT_PORT);

await test(
  "a server on the LAN is reached from the Internet as long as it is mapped",
  timeout,
  async (t) => {
    const added = await host.ask(mapRequest(MAP));
    t.match(added, { opcode: 1, result: 0, lifetime: 3600, nonce: MINE, protocol: TCP });
    t.equal(added.external, mapped(SHARED_IPV4));
    t.ok(PORTS.contains(added.externalPort), `port ${added.externalPort} is of the CE's set`);
    const url = `http://${SHARED_IPV4}:${added.externalPort}/`;
    t.ok(await httpGetsIn(topology, SERVER, url), "reached");
    const renewed = await host.ask(mapRequest({ ...MAP, lifetime: 600 }));
    t.match(renewed, { result: 0, lifetime: 600, externalPort: added.externalPort });
    t.match(await host.ask(mapRequest({ ...MAP, nonce: OTHER })), { result: 2 }, "wrong nonce");
    const refusal = await host.ask(mapRequest({ ...MAP, nonce: OTHER, lifetime: 0 }));
    t.match(refusal, { result: 2 }, "wrong nonce, deletion");
    t.ok(await httpGetsIn(topology, SERVER, url), "still reached");
    t.match(await host.ask(mapRequest({ ...MAP, lifetime: 0 })), { result: 0, lifetime: 0 });
    t.notOk(await httpGetsIn(topology, STRANGER, url), "no more");
  },
);

await test("UDP gets in as long as it is mapped", timeout, async (t) => {
  const server = await Endpoint.start(topology, "lan1", UDP_PORT);
  const stranger = await Endpoint.start(topology, "srv", 7000);
  const ask = { ...MAP, protocol: UDP, port: UDP_PORT, suggestedPort: PORTS.at(50) };
  const added = await host.ask(mapRequest(ask));
  t.match(added, { result: 0, externalPort: PORTS.at(50) }, "the suggestion is free");
  t.match(await host.ask(mapRequest({ ...ask, lifetime: 0 })), { result: 0 });
  stranger.send(SHARED_IPV4, added.externalPort, Buffer.from("before"));
  t.equal(await server.next(500), null);
  await host.ask(mapRequest(ask));
  stranger.send(SHARED_IPV4, added.externalPort, Buffer.from("mapped"));
  t.match(await server.next(), {
    from: SERVER,
    port: 7000,
    hex: Buffer.from("mapped").toString("hex"),
  });
  await host.ask(mapRequest({ ...ask, lifetime: 0 }));
  for (const end of [server, stranger]) end.stop();
});

await test("PREFER_FAILURE gets that port or none", timeout, async (t) => {
  const ask = { ...MAP, port: 6000, options: option(PREFER_FAILURE) };
  t.match(await host.ask(mapRequest({ ...ask, suggestedPort: 8080 })), {
    result: 11,
    lifetime: 1800,
  });
  t.match(await host.ask(mapRequest({ ...ask, suggestedPort: FORWARDED })), { result: 11 });
  const wanted = PORTS.at(60);
  t.match(await host.ask(mapRequest({ ...ask, suggestedPort: wanted })), {
    result: 0,
    externalPort: wanted,
    rest: option(PREFER_FAILURE),
  });
  t.match(await host.ask(mapRequest({ ...ask, lifetime: 0, options: "" })), { result: 0 });
});

await test("a forward of the configuration is told and stays", timeout, async (t) => {
  const ask = { ...MAP, port: 22 };
  t.match(await host.ask(mapRequest(ask)), { result: 0, externalPort: FORWARDED });
  t.match(await host.ask(mapRequest({ ...ask, lifetime: 0 })), { result: 2 });
  t.match(await host.ask(mapRequest(ask)), { result: 0, externalPort: FORWARDED });
});

await test("PEER holds the port of a connection", timeout, async (t) => {
  const peer = { ...MAP, port: 45_000, remote: SERVER, remotePort: 9 };
  const held = await host.ask(peerRequest(peer));
  t.match(held, { opcode: 2, result: 0, lifetime: 3600, external: mapped(SHARED_IPV4) });
  t.ok(PORTS.contains(held.externalPort));
  t.match(await host.ask(peerRequest({ ...peer, nonce: OTHER })), { result: 2 });
  const same = await host.ask(peerRequest({ ...peer, suggestedPort: held.externalPort }));
  t.match(same, { result: 0, externalPort: held.externalPort });
});

await test("a host has no more mappings than it may, and none for others", timeout, async (t) => {
  const results = [];
  for (let port = 6001; port <= 6004; port++) {
    results.push((await host.ask(mapRequest({ ...MAP, port }))).result);
  }
  t.same(results, [0, 0, 0, 10], "the held connection is one of the four");
  const third = option(THIRD_PARTY, mapped(NEIGHBOUR));
  t.match(await host.ask(mapRequest({ ...MAP, options: third })), { result: 5 });
  t.match(await host.ask(mapRequest({ ...MAP, client: NEIGHBOUR })), { result: 12 });
  t.match(
    await host.ask(mapRequest({ ...MAP, port: 0, lifetime: 0 })),
    { result: 0 },
    "all deleted",
  );
  t.match(await host.ask(mapRequest({ ...MAP, port: 6004 })), { result: 0 });
});

await test("tshark reads in the answers what was meant", timeout, async (t) => {
  const capture = await Capture.start(topology, "ce1", "lan0", { filter: "udp src port 5351" });
  const wanted = PORTS.at(70);
  const ask = { ...MAP, port: 6100, suggestedPort: wanted, options: option(PREFER_FAILURE) };
  await host.ask(announceRequest(LAN_HOST));
  await host.ask(mapRequest(ask));
  await host.ask(mapRequest({ ...ask, port: 6101 }));
  await host.ask(mapRequest({ ...ask, lifetime: 0 }));
  await capture.stop();
  const [opcode, result, lifetime, code, port, address, bad] = [
    "portcontrol.opcode",
    "portcontrol.result_code",
    "portcontrol.lifetime_rsp",
    "portcontrol.option.code",
    "portcontrol.map.rsp_assigned_external_port",
    "portcontrol.map.rsp_assigned_ext_ip",
    "_ws.malformed",
  ] as const;
  const rows = await capture.dissect([opcode, result, lifetime, code, port, address, bad]);
  const prefers = String(PREFER_FAILURE);
  const ours = `::ffff:${SHARED_IPV4}`;
  t.same(
    rows.map((row) => [opcode, result, lifetime, code, port, address, bad].map((f) => row[f][0])),
    [
      ["0", "0", "0", undefined, undefined, undefined, undefined],
      ["1", "0", "3600", prefers, String(wanted), ours, undefined],
      ["1", "11", "30", prefers, String(wanted), "::ffff:0.0.0.0", undefined],
      ["1", "0", "0", prefers, String(wanted), "::ffff:0.0.0.0", undefined],
    ],
  );
});

await test("nobody outside the LAN is answered, and the log says so", timeout, async (t) => {
  await topology.run("srv", ["ip", "route", "add", "203.0.113.0/24", "dev", "lo"]);
  await topology.run("lan1", ["ip", "address", "add", "203.0.113.1/32", "dev", "lo"]);
  await topology.run("ce1", ["ip", "route", "add", "203.0.113.1/32", "dev", "lan0"]);
  const from = "203.0.113.1";
  const hex = Buffer.from(announceRequest(from)).toString("hex");
  const program = `const s = require("dgram").createSocket("udp4");
    s.on("message", () => { console.log("answered"); s.close(); });
    s.bind(0, "${from}", () => s.send(Buffer.from("${hex}", "hex"), ${SERVER_PORT}, "${GATEWAY}"));
    setTimeout(() => process.exit(0), 1000);`;
  t.equal(await topology.run("lan1", [process.execPath, "-e", program]), "");
  t.match(await daemons.ce1.log(), /outside local-ipv4-prefixes ignored/);
});

await test(
  "after a renumbering everything begins anew, and the LAN is told",
  timeout,
  async (t) => {
    const before = await host.ask(announceRequest(LAN_HOST));
    t.match(before, { opcode: 0, result: 0, lifetime: 0 });
    const moved = { ...WITH_PCP, "end-user-ipv6-prefix": "2001:db8:12:3600::/56" };
    const other = new PortSet(6, 8, 0x36);
    const [forward] = forwards;
    const nat44 = { ...WITH_PCP.nat44, forwards: [{ ...forward, "external-port": other.at(100) }] };
    while ((await listener.next(100)) !== null);
    await daemons.ce1.reload(withKeys({ ce1: { ...moved, nat44 } }));
    const heard = [await listener.next(), await listener.next(), await listener.next()];
    for (const one of heard) t.match(one, { from: GATEWAY, port: SERVER_PORT });
    const epoch = "0000000[01]";
    t.match(heard[0]?.hex, new RegExp(`^0280000000000000${epoch}0{24}$`), "ANNOUNCE of PCP");
    t.match(heard[1]?.hex, new RegExp(`^00800000${epoch}c0000212$`), "address of NAT-PMP");
    t.match(heard[2]?.hex, new RegExp(`^0280000000000000${epoch}0{24}$`), "and again");
    const again = await host.ask(mapRequest({ ...MAP, nonce: OTHER }));
    t.match(again, { result: 0 }, "what there was is forgotten");
    t.ok(again.epoch < before.epoch || before.epoch < 2);
    t.ok(other.contains(again.externalPort), `port ${again.externalPort} is of the new set`);
  },
);

await test("switched off, it is silent; switched on again, it answers", timeout, async (t) => {
  await daemons.ce1.reload(withKeys({ ce1: { nat44: {} } }));
  t.equal(await host.send(announceRequest(LAN_HOST), 500), null);
  await daemons.ce1.reload(withKeys({ ce1: WITH_PCP }));
  t.match(await host.ask(announceRequest(LAN_HOST)), { opcode: 0, result: 0 });
});

for (const end of [host, listener]) end.stop();
await stopServer();
await network.down();
