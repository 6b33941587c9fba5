import "./sandboxed.js";

import { test } from "tap";
import { ECHO_PORT, RULE, SERVER, SHARED_IPV4 } from "../../lab/plan.js";
import { until } from "../../lab/process.js";
import { bringUp } from "../../lab/round.js";
import { PortSet } from "../../src/map/port-set.js";
import { Flows } from "./flows.js";

// What a household behind 240 ports asks for: far more TCP connections than ports.

const CONNECTIONS = 10_000;
const DESTINATIONS = 500;
const BYTES = 2000;
const OFFSET = 4;
const PORTS = new PortSet(OFFSET, RULE.psidLen, 0x34);
/** All of it is the server's (198.19.0.0 to 198.19.1.255). */
const SERVERS = "198.19.0.0/23";

const destinations = Array.from(
  { length: DESTINATIONS },
  (_, i) => `198.19.${i >>> 8}.${i & 0xff}`,
);

await test(`${CONNECTIONS} TCP connections to ${DESTINATIONS} destinations share 240 ports`, {
  timeout: 170_000,
}, async (t) => {
  const network = await bringUp("map-t", (_daemon, { rules, domains }) => ({
    rules: { metro: { ...rules.metro, "psid-offset": OFFSET } },
    domains,
  }));
  const { topology, daemons } = network;
  await topology.run("srv", `ip route add local ${SERVERS} dev lo`.split(" "));
  await topology.run("br", `ip route add ${SERVERS} via ${SERVER}`.split(" "));
  // A host opens at most 28,232 connections from its own ports: as its kernel does by default.
  const flows = await Flows.start(topology, "lan1");
  const opened = await flows.tcp(destinations, ECHO_PORT, CONNECTIONS);

  t.equal(PORTS.count, 240);
  t.same(new Set(opened.map(({ error }) => error)), new Set([null]), "all are open at once");
  t.same(new Set(opened.map(({ address }) => address)), new Set([SHARED_IPV4]));
  const foreign = opened.filter(({ port }) => !PORTS.contains(port));
  t.same(foreign, [], "none is outside the set");
  const tuples = new Set(opened.map(({ port }, i) => `${i % DESTINATIONS} ${port}`));
  t.equal(tuples.size, CONNECTIONS, "no five-tuple is used twice");
  let sessions = 0;
  const counted = async (): Promise<boolean> => {
    sessions = (await daemons.ce1.status()).domains[0]?.nat44?.sessions ?? 0;
    return sessions === CONNECTIONS;
  };
  // Gauges are a second old at most.
  t.ok(await until(counted, 5_000), `mapd counts ${sessions}`);

  t.equal(await flows.exchange(BYTES), CONNECTIONS, `${BYTES} bytes each, there and back`);
  flows.stop();
  await network.down();
});
