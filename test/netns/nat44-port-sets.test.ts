import "./sandboxed.js";

import { type Test, test } from "tap";
import type { Adjust } from "../../lab/daemons.js";
import { CES, ECHO_PORT, RULE, SERVER, SHARED_IPV4 } from "../../lab/plan.js";
import { bringUp, type Network } from "../../lab/round.js";
import { PortSet } from "../../src/map/port-set.js";
import { Flows, type Opened } from "./flows.js";

// As many flows as the port set has ports, each through a port of its own, and one more.

interface Case {
  readonly offset: number;
  readonly psidLen: number;
  readonly count: number;
  /** End-user prefix of CE 1, of the length that the rule gives, with its PSID. */
  readonly endUserPrefix: string;
  readonly psid: number;
}

const CASES: readonly Case[] = [
  { offset: 4, psidLen: 8, count: 240, endUserPrefix: "2001:db8:12:3400::/56", psid: 0x34 },
  { offset: 6, psidLen: 6, count: 1008, endUserPrefix: "2001:db8:12:3400::/54", psid: 0x0d },
  { offset: 6, psidLen: 8, count: 252, endUserPrefix: "2001:db8:12:3400::/56", psid: 0x34 },
  { offset: 0, psidLen: 3, count: 8192, endUserPrefix: "2001:db8:12:2000::/51", psid: 0x01 },
];
const OTHER_SERVER = "198.51.100.10";
/** Below what the kernel gives to sockets: an inside endpoint without a mapping. */
const OWN_PORT = 20_000;
/** What a socket says when ICMP tells it that communication is prohibited (3/13). */
const REFUSED = "EHOSTUNREACH";

function adjusted(one: Case, reuse: string): Adjust {
  const rule = {
    "rule-ipv6-prefix": RULE.ipv6,
    "rule-ipv4-prefix": RULE.ipv4,
    "ea-len": 8 + one.psidLen,
    "psid-offset": one.offset,
  };
  return (daemon, { domains }) => ({
    rules: { metro: rule },
    domains: domains.map((domain) =>
      daemon === "ce1"
        ? {
            ...domain,
            "end-user-ipv6-prefix": one.endUserPrefix,
            nat44: { "tcp-port-reuse": reuse },
          }
        : domain,
    ),
  });
}

/** Every flow under an address and a port of its own, and the port in the set. */
function judge(t: Test, flows: readonly Opened[], one: Case, what: string): void {
  const set = new PortSet(one.offset, one.psidLen, one.psid);
  t.same(new Set(flows.map(({ error }) => error)), new Set([null]), `${what}: all got through`);
  t.same(new Set(flows.map(({ address }) => address)), new Set([SHARED_IPV4]), "one address");
  t.equal(new Set(flows.map(({ port }) => port)).size, one.count, `${one.count} ports`);
  t.same(
    flows.filter(({ port }) => !set.contains(port)),
    [],
    "none outside the set",
  );
}

async function refusals(network: Network): Promise<number> {
  const [domain] = (await network.daemons.ce1.counters()).domains;
  const { ipv4 = Number.NaN } = domain?.drops.nat44_no_free_port ?? {};
  return ipv4;
}

const network = await bringUp("map-t");
const { topology, daemons } = network;
await topology.run("srv", ["ip", "address", "add", `${OTHER_SERVER}/24`, "dev", "eth0"]);

for (const one of CASES) {
  const name = `${one.count} ports (offset ${one.offset}, PSID length ${one.psidLen})`;

  await test(name, { timeout: 120_000 }, async (t) => {
    await daemons.br.reload(adjusted(one, "never"));
    await daemons.ce1.reload(adjusted(one, "never"));
    const route = `${one.endUserPrefix} via ${CES[0].link}2`;
    await topology.run("isp", ["ip", "route", "replace", ...route.split(" ")]);
    const flows = await Flows.start(topology, "lan1");

    judge(t, await flows.udp(SERVER, ECHO_PORT, one.count), one, "UDP");
    const before = await refusals(network);
    t.match(await flows.udp(SERVER, ECHO_PORT, 1), [{ error: REFUSED }], "one more is refused");
    t.ok((await refusals(network)) > before, "and counted");

    judge(t, await flows.tcp([SERVER], ECHO_PORT, one.count), one, "TCP");
    const refused = await flows.tcpFrom(OWN_PORT, OTHER_SERVER, ECHO_PORT);
    t.match(refused, { error: REFUSED }, "without reuse one more is refused");

    await daemons.ce1.reload(adjusted(one, "when-exhausted"));
    const carried = await flows.tcpFrom(OWN_PORT, OTHER_SERVER, ECHO_PORT);
    t.match(carried, { address: SHARED_IPV4, error: null }, "with reuse it is carried");
    t.ok(new PortSet(one.offset, one.psidLen, one.psid).contains(carried?.port ?? 0));
    t.match(
      await flows.tcpFrom(OWN_PORT + 1, SERVER, ECHO_PORT),
      { error: REFUSED },
      "but no five-tuple is used twice",
    );
    t.match(await flows.udp(OTHER_SERVER, ECHO_PORT, 1), [{ error: REFUSED }], "UDP never shares");
    // With resets: no connection of this port set speaks on under the next one.
    await flows.close();
    flows.stop();
  });
}

await network.down();
