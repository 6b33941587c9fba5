/* mapctl about the NAT44 of a CE that has traffic: forwards that carry packets at once, and what is in use by whom. */
import "./sandboxed.js";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "tap";
import { type Adjust, withKeys } from "../../lab/daemons.js";
import { LAN_HOST, LAN_PREFIX, SERVER, SHARED_IPV4 } from "../../lab/plan.js";
import { until } from "../../lab/process.js";
import { bringUp } from "../../lab/round.js";
import { Endpoint } from "./endpoint.js";

// CE 1 has the ports 1232-1235, 2256-2259, ..., 64720-64723 of 192.0.2.18: 252 in 63 blocks.

const MAPCTL = fileURLToPath(new URL("../../daemon/mapctl.js", import.meta.url));
/** The LAN host's, outside the set, so that NAT44 chooses; and one inside. */
const [SENDER_PORT, SERVICE_PORT] = [50_000, 5060];
const REMOTE_PORT = 9000;
const FORWARDED = 2257;
const CONFIGURED = 1232;
/** Longer than anything on the way, short enough to wait for in vain. */
const SILENCE_MS = 500;
const PATIENCE_MS = 5000;

const NAT44 = {
  forwards: [{ protocol: "tcp", "external-port": CONFIGURED, to: `${LAN_HOST}:22` }],
  reserve: [1233],
};

function withNat44(nat44: object): Adjust {
  return withKeys({ ce1: { "local-ipv4-prefixes": [LAN_PREFIX], nat44 } });
}

const network = await bringUp("map-t", withNat44(NAT44));
const { topology, daemons } = network;
const sender = await Endpoint.start(topology, "lan1", SENDER_PORT);
const service = await Endpoint.start(topology, "lan1", SERVICE_PORT);
const server = await Endpoint.start(topology, "srv", REMOTE_PORT);

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command line of the real program. */
function mapctl(line: string): Outcome {
  const words = [MAPCTL, "--socket", daemons.ce1.socket, ...line.split(" ")];
  const options = { encoding: "utf8", timeout: 10_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, words, options);
  return { status, stdout, stderr };
}

function documentOf(line: string): Record<string, unknown> {
  const { status, stdout, stderr } = mapctl(`${line} --json`);
  if (status !== 0) throw new Error(`mapctl ${line}: ${stderr}`);
  return JSON.parse(stdout);
}

const CONFIGURED_ROW = {
  domain: "lab",
  protocol: "tcp",
  externalAddress: SHARED_IPV4,
  externalPort: CONFIGURED,
  insideAddress: LAN_HOST,
  insidePort: 22,
  origin: "config",
  remainingSeconds: null,
};

test("the forwards of the configuration are there from the start", async (t) => {
  t.same(documentOf("forward list"), { schema: "mapd.forwards/1", forwards: [CONFIGURED_ROW] });
});

test("a forward carries packets from the moment that it is added until it is deleted", async (t) => {
  const from = (text: string): void => server.send(SHARED_IPV4, FORWARDED, Buffer.from(text));
  from("too early");
  t.equal(await service.next(SILENCE_MS), null);
  t.same(mapctl(`forward add udp ${FORWARDED} ${LAN_HOST}:${SERVICE_PORT}`), {
    status: 0,
    stdout: `udp ${SHARED_IPV4}:${FORWARDED} -> ${LAN_HOST}:${SERVICE_PORT}\n`,
    stderr: "",
  });
  from("in time");
  t.same(await service.next(), {
    from: SERVER,
    port: REMOTE_PORT,
    hex: Buffer.from("in time").toString("hex"),
  });
  t.same(documentOf("forward list").forwards, [
    CONFIGURED_ROW,
    {
      ...CONFIGURED_ROW,
      protocol: "udp",
      externalPort: FORWARDED,
      insidePort: SERVICE_PORT,
      origin: "operator",
    },
  ]);
  t.match(documentOf("ports").protocols, {
    tcp: { forward: 1, reserved: 1 },
    udp: { forward: 1, reserved: 1 },
  });
  t.equal(mapctl(`forward del udp ${FORWARDED}`).status, 0);
  from("too late");
  t.equal(await service.next(SILENCE_MS), null);
  t.same(documentOf("forward list").forwards, [CONFIGURED_ROW]);
});

const REFUSED = [
  {
    line: `forward add tcp 2000 ${LAN_HOST}:80`,
    status: 1,
    says: "error: externalPort: 2000 is not in the port set of domain lab; the nearest free tcp ports are 1235 and 2256 (RFC 7597 §5.1)\n",
  },
  {
    line: `forward add both ${CONFIGURED} ${LAN_HOST}:80`,
    status: 1,
    says: `error: externalPort: tcp ${CONFIGURED} is in use by ${LAN_HOST}:22 (config); the nearest free tcp port is 1234\n`,
  },
  {
    line: `forward add tcp 1234 ${LAN_HOST}:22`,
    status: 1,
    says: `error: to: ${LAN_HOST}:22 has tcp port ${CONFIGURED} already (config); take it out of the configuration and reload (RFC 4787 §4.1)\n`,
  },
  {
    line: "forward add tcp 1234 10.0.0.1:80",
    status: 1,
    says: "error: to: 10.0.0.1 is in none of the local-ipv4-prefixes of domain lab\n",
  },
  {
    line: `forward del tcp ${CONFIGURED}`,
    status: 1,
    says: `error: the configuration forwards tcp ${CONFIGURED}; take it out of nat44.forwards of domain lab and reload\n`,
  },
  {
    line: "forward del udp 2256",
    status: 6,
    says: `error: domain lab does not forward udp 2256; there are: tcp ${CONFIGURED}\n`,
  },
  {
    line: "forward list --domain lob",
    status: 6,
    says: 'error: no domain lob; with NAT44 there are: lab; did you mean "lab"?\n',
  },
];

for (const { line, status, says } of REFUSED) {
  test(`${line} is refused, and changes nothing`, async (t) => {
    t.same(mapctl(line), { status, stdout: "", stderr: says });
    t.same(documentOf("forward list").forwards, [CONFIGURED_ROW]);
  });
}

test("a reserved port is for forwards, and a lifetime ends one", async (t) => {
  const line = `forward add both 1233 ${LAN_HOST}:${SERVICE_PORT} --lifetime 1`;
  t.equal(mapctl(line).stdout.split("\n").length, 3);
  const gone = async (): Promise<boolean> =>
    (documentOf("forward list").forwards as readonly object[]).length === 1;
  t.ok(await until(gone, PATIENCE_MS));
});

test("both any: one port for both protocols", async (t) => {
  const { forwards } = documentOf(`forward add both any ${LAN_HOST}:${SERVICE_PORT}`);
  const [tcp, udp] = forwards as readonly { externalPort: number; protocol: string }[];
  t.same([tcp?.protocol, udp?.protocol], ["tcp", "udp"]);
  t.equal(tcp?.externalPort, udp?.externalPort);
  t.equal(mapctl(`forward del both ${tcp?.externalPort}`).status, 0);
  t.same(documentOf("forward list").forwards, [CONFIGURED_ROW]);
});

test("a forward outlives a reload that changes the settings of NAT44", async (t) => {
  mapctl(`forward add udp ${FORWARDED} ${LAN_HOST}:${SERVICE_PORT}`);
  const before = documentOf("forward list").forwards;
  await daemons.ce1.reload(withNat44({ ...NAT44, "max-ports-per-host": 100 }));
  t.same(documentOf("forward list").forwards, before);
  server.send(SHARED_IPV4, FORWARDED, Buffer.from("still here"));
  t.not(await service.next(), null);
  // A port that the configuration forwards from now on is the configuration's.
  const forward = { protocol: "udp", "external-port": FORWARDED, to: `${LAN_HOST}:80` };
  await daemons.ce1.reload(withNat44({ ...NAT44, forwards: [...NAT44.forwards, forward] }));
  t.match(documentOf("forward list").forwards, [
    CONFIGURED_ROW,
    { externalPort: FORWARDED, insidePort: 80, origin: "config" },
  ]);
  await daemons.ce1.reload(withNat44(NAT44));
  t.same(documentOf("forward list").forwards, [CONFIGURED_ROW]);
});

test("one packet: its session, its port, its host", async (t) => {
  sender.send(SERVER, REMOTE_PORT, Buffer.from("hello"));
  const seen = await server.next();
  const port = seen?.port ?? 0;
  const { sessions, ...rest } = documentOf(`sessions --host ${LAN_HOST} --protocol udp`);
  t.same(rest, {
    schema: "mapd.sessions/1",
    domain: "lab",
    externalAddress: SHARED_IPV4,
    total: 1,
    matched: 1,
  });
  const [{ remainingSeconds, ...session }] = sessions as [{ remainingSeconds: number }];
  // Counted from the packet on, which is as long ago as this machine is slow.
  t.ok(remainingSeconds > 0 && remainingSeconds <= 300, `${remainingSeconds} s`);
  t.same(session, {
    protocol: "udp",
    insideAddress: LAN_HOST,
    insidePort: SENDER_PORT,
    externalPort: port,
    // A shared address filters by the remote address alone.
    remoteAddress: SERVER,
    remotePort: null,
    state: null,
    shared: false,
  });
  t.match(documentOf("sessions --limit 0").sessions, [session]);
  t.same(documentOf("sessions --protocol tcp").sessions, []);
  t.same(documentOf(`sessions --remote ${SERVER}:1 --port ${port}`).matched, 1);

  // The configured forward is one of the ports that the host holds.
  t.same(documentOf("top").hosts, [
    { address: LAN_HOST, ports: 2, tcpPorts: 1, udpPorts: 1, icmpIds: 0, sessions: 1 },
  ]);

  const { blocks, protocols, ...set } = documentOf("ports");
  t.same(set, {
    schema: "mapd.ports/1",
    domain: "lab",
    externalAddress: SHARED_IPV4,
    count: 252,
  });
  t.same(protocols, {
    tcp: { used: 0, forward: 1, reserved: 1, free: 250 },
    udp: { used: 1, forward: 0, reserved: 1, free: 250 },
    icmp: { used: 0, forward: 0, reserved: 1, free: 251 },
  });
  const rows = blocks as readonly { first: number; last: number; udp: { used: number } }[];
  const holding = rows.filter(({ udp }) => udp.used > 0);
  t.equal(holding.length, 1);
  t.ok(holding[0]!.first <= port && port <= holding[0]!.last, `${port} is in its block`);

  t.match(mapctl(`forward add udp ${port} ${LAN_HOST}:${SERVICE_PORT}`), {
    status: 1,
    stderr: new RegExp(`udp ${port} is in use; the nearest free udp ports? `),
  });
  const suggestion = documentOf("ports suggest --count 250 --protocol udp");
  const ports = suggestion.ports as readonly number[];
  t.equal(new Set(ports).size, 250);
  t.notOk(ports.includes(port) || ports.includes(1233), "neither used nor reserved");
  t.match(mapctl("ports suggest --count 251 --protocol udp"), {
    status: 1,
    stderr: /domain lab has not 251 ports free for udp; the most is 250: /,
  });
});

test("end", async (t) => {
  for (const endpoint of [sender, service, server]) endpoint.stop();
  await network.down();
  t.pass("all processes have ended");
});
