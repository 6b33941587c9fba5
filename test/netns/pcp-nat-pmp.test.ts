import "./sandboxed.js";

import { test } from "tap";
import { PORT_SETS } from "../../lab/checks.js";
import { withKeys } from "../../lab/daemons.js";
import { HTTP_PORT, LAB_MODES, LAN_HOST, SERVER, SHARED_IPV4 } from "../../lab/plan.js";
import { bringUp } from "../../lab/round.js";
import { startServer } from "../../lab/services.js";
import { announceRequest } from "../support/pcp-client.js";
import { Endpoint } from "./endpoint.js";
import { httpGetsIn, LanAsker } from "./lan-asker.js";

// Debian's natpmpc on a LAN host against the CE, in both modes; it finds the gateway by itself.

const UDP_PORT = 5000;
const STRANGER = "198.51.100.10";
const timeout = { timeout: 60_000 };
const PCP = { nat44: { pcp: { enabled: true } } };

for (const mode of LAB_MODES) {
  const network = await bringUp(mode, withKeys({ ce1: PCP }));
  const { topology } = network;
  await topology.run("srv", ["ip", "address", "add", `${STRANGER}/24`, "dev", "eth0"]);
  const stopServer = await startServer(topology, "lan1");
  const natpmpc = (...args: readonly string[]): Promise<string> =>
    topology.run("lan1", ["natpmpc", ...args]);

  await test(`${mode}: natpmpc learns the external address`, timeout, async (t) => {
    t.match(await natpmpc(), new RegExp(`Public IP address : ${SHARED_IPV4}\n`));
  });

  await test(`${mode}: natpmpc maps TCP, renews and deletes`, timeout, async (t) => {
    const asked = String(PORT_SETS.ce1.at(20));
    const said = await natpmpc("-a", asked, String(HTTP_PORT), "tcp", "3600");
    const line = `Mapped public port ${asked} protocol TCP to local port ${HTTP_PORT} liftime`;
    t.match(said, `${line} 3600`);
    const url = `http://${SHARED_IPV4}:${asked}/`;
    t.ok(await httpGetsIn(topology, SERVER, url), "reached from the Internet");
    t.match(await natpmpc("-a", "0", String(HTTP_PORT), "tcp", "60"), `${line} 60`);
    t.match(await natpmpc("-a", "0", String(HTTP_PORT), "tcp", "0"), /public port 0 protocol TCP/);
    t.notOk(await httpGetsIn(topology, STRANGER, url), "no more");
  });

  await test(`${mode}: natpmpc maps UDP and deletes all of it`, timeout, async (t) => {
    const server = await Endpoint.start(topology, "lan1", UDP_PORT);
    const stranger = await Endpoint.start(topology, "srv", 7000);
    // Outside the set, so that another port comes instead.
    const said = await natpmpc("-a", "8080", String(UDP_PORT), "udp", "3600");
    const [, given = ""] = /Mapped public port (\d+) protocol UDP/.exec(said) ?? [];
    t.ok(PORT_SETS.ce1.contains(Number(given)), `port ${given} is of the CE's set`);
    await natpmpc("-a", "0", "0", "udp", "0");
    stranger.send(SHARED_IPV4, Number(given), Buffer.from("deleted"));
    t.equal(await server.next(500), null);
    const asked = ["-a", given, String(UDP_PORT), "udp", "3600"];
    t.match(await natpmpc(...asked), `Mapped public port ${given} protocol UDP`);
    stranger.send(SHARED_IPV4, Number(given), Buffer.from("mapped"));
    t.match(await server.next(), { from: SERVER, hex: Buffer.from("mapped").toString("hex") });
    for (const end of [server, stranger]) end.stop();
  });

  await test(
    `${mode}: the CE of a neighbour answers nothing, being switched off`,
    timeout,
    async (t) => {
      const asker = await LanAsker.start(topology, "lan2", 40_001);
      t.equal(await asker.send(announceRequest(LAN_HOST), 500), null);
      asker.stop();
    },
  );

  await stopServer();
  await network.down();
}
