/* A CE's NAT44 sessions across restarts and reloads of its mapd, seen from a LAN host and from the server. */
import "./sandboxed.js";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { type Test, test } from "tap";
import type { StatusDocument } from "../../daemon/runtime/status.js";
import { PORT_SETS } from "../../lab/checks.js";
import { type Adjust, Daemon, withKeys } from "../../lab/daemons.js";
import { CES, LAN_HOST, RULE } from "../../lab/plan.js";
import { until } from "../../lab/process.js";
import { bringUp } from "../../lab/round.js";
import { PortSet } from "../../src/map/port-set.js";
import { Call } from "./call.js";

const [CE1] = CES;
const STATE_FILE = "/run/mapd.state";
const OTHER_PREFIX = "2001:db8:12:3600::/56";
const OTHER_PORTS = new PortSet(RULE.psidOffset, RULE.psidLen, 0x36);
/** Well above what mapd takes to save after a change of its mappings. */
const PATIENCE_MS = 10_000;
const timeout = { timeout: 90_000 };

/** The plan's forwarding with a state file on the first CE, and more keys for its domain. */
const kept =
  (keys: object = {}): Adjust =>
  (name, planned) => {
    const adjusted = withKeys({ ce1: keys })(name, planned);
    return name === "ce1" ? { ...adjusted, stateFile: STATE_FILE } : adjusted;
  };

const network = await bringUp("map-t", kept());
const { topology } = network;
await topology.run("isp", ["ip", "route", "add", OTHER_PREFIX, "via", `${CE1.link}2`]);
let ce = network.daemons.ce1;

async function restart(adjust: Adjust = kept()): Promise<void> {
  ce = await Daemon.start(topology, "ce1", adjust);
}

/** A call that has been spoken through once, and what the server saw of it. */
async function called(
  t: Test,
): Promise<{ readonly call: Call; readonly tcpPort: number; readonly udpPort: number }> {
  const call = await Call.start(topology, "lan1");
  t.teardown(() => call.stop());
  const { tcp, tcpPort, udpPort } = await call.speak();
  t.equal(tcp, "intact");
  t.ok(PORT_SETS.ce1.contains(tcpPort) && PORT_SETS.ce1.contains(udpPort));
  return { call, tcpPort, udpPort };
}

const stateOf = async (): Promise<StatusDocument["state"]> => (await ce.status()).state;

await test(
  "a restart: the connection and the call go on through the same ports",
  timeout,
  async (t) => {
    const { call, tcpPort, udpPort } = await called(t);
    await ce.stop();
    t.equal(statSync(STATE_FILE).mode & 0o777, 0o600);
    // What is said while nobody forwards is said again by TCP; the call program repeats its datagrams.
    const spoken = call.speak();
    await restart();
    t.same(await spoken, { tcp: "intact", tcpPort, udpPort });
    const state = await stateOf();
    t.same(state, { file: STATE_FILE, restoredSessions: 2, lostSessions: 0, problem: null });
    t.match(await ce.log(), /"sessions":2,"mappings":0,"lost":0,"msg":"NAT44 sessions restored"/);
  },
);

await test("kill -9 loses no more than what came after the last save", timeout, async (t) => {
  const { call, tcpPort, udpPort } = await called(t);
  const { ino } = statSync(STATE_FILE);
  // Any: what ended a moment ago still holds its port.
  await ce.mapctl("forward", "add", "tcp", "any", `${LAN_HOST}:22`);
  const list = (await ce.mapctl("forward", "list")) as { forwards: [{ externalPort: number }] };
  const port = list.forwards[0].externalPort;
  const saved = async (): Promise<boolean> => statSync(STATE_FILE).ino !== ino;
  t.ok(await until(saved, PATIENCE_MS), "a forward is saved soon, and all sessions with it");
  await ce.stop("SIGKILL");
  await restart();
  t.same(await call.speak(), { tcp: "intact", tcpPort, udpPort });
  t.match(await ce.mapctl("forward", "list"), {
    forwards: [{ protocol: "tcp", externalPort: port, origin: "operator", remainingSeconds: null }],
  });
});

await test("changed settings of NAT44 are taken without ending a session", timeout, async (t) => {
  const { call, tcpPort, udpPort } = await called(t);
  await ce.reload(
    kept({ nat44: { filtering: "address-and-port-dependent", timeouts: { udp: 600 } } }),
  );
  t.same(await call.speak(), { tcp: "intact", tcpPort, udpPort });
  await ce.reload(kept());
  t.same(await call.speak(), { tcp: "intact", tcpPort, udpPort });
  t.equal((await ce.status()).domains[0]?.workers[0]?.restarts, 0);
});

await test(
  "a damaged file: named, moved aside, shown, and NAT44 starts empty",
  timeout,
  async (t) => {
    const { call } = await called(t);
    await ce.stop();
    const bytes = readFileSync(STATE_FILE);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(STATE_FILE, bytes);
    await restart();
    const problem =
      `state file ${STATE_FILE} not used: its checksum is wrong, so it is damaged or cut short; ` +
      `it is ${STATE_FILE}.damaged now`;
    t.same(await stateOf(), { file: STATE_FILE, restoredSessions: 0, lostSessions: 0, problem });
    t.match(await ce.log(), `${problem}; NAT44 starts empty`);
    t.same(readFileSync(`${STATE_FILE}.damaged`), bytes);
    t.match(await ce.mapctl("forward", "list"), { forwards: [] });
    // The server knows nothing of the port that the connection comes from now.
    t.equal((await call.speak()).tcp, "ECONNRESET");
    await called(t);
  },
);

await test(
  "a new prefix: old connections are reset at once, new ones have the new ports",
  timeout,
  async (t) => {
    const { call } = await called(t);
    await ce.reload(kept({ "end-user-ipv6-prefix": OTHER_PREFIX }));
    t.match(
      await ce.log(),
      /the CE's address changed from 192\.0\.2\.18 PSID 52 .* to 192\.0\.2\.18 PSID 54 .*: \d+ NAT44 sessions end/,
    );
    const began = performance.now();
    const { tcp, udpPort } = await call.speak();
    t.equal(tcp, "ECONNRESET");
    t.ok(performance.now() - began < 3000, "no wait for a timeout of TCP");
    const [domain] = (await ce.counters()).domains;
    t.match(domain?.drops.nat44_address_changed, { ipv4: 1 }, "and it was mapd that said so");
    t.ok(OTHER_PORTS.contains(udpPort), "the UDP exchange goes on from another port");
    const next = await Call.start(topology, "lan1");
    t.teardown(() => next.stop());
    const spoken = await next.speak();
    t.equal(spoken.tcp, "intact");
    t.ok(OTHER_PORTS.contains(spoken.tcpPort) && OTHER_PORTS.contains(spoken.udpPort));
  },
);

await test(
  "the state of another address is not taken over, and both are named",
  timeout,
  async (t) => {
    await ce.stop();
    await restart();
    t.match(
      await ce.log(),
      /saved NAT44 sessions dropped: they are of .* PSID 54 .* the CE is .* PSID 52/,
    );
    t.match(await stateOf(), { restoredSessions: 0, problem: null });
    await called(t);
  },
);

await ce.stop();
await network.down();
