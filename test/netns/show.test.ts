/* Every phrase of the vendor's guide on the BR and a CE of the lab, in both modes: values as configured, numbers as sent. */
import "./sandboxed.js";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "tap";
import { type Adjust, DOMAIN, tunName, withKeys } from "../../lab/daemons.js";
import {
  BR_ADDRESS,
  CES,
  type DaemonName,
  DMR_PREFIX,
  LAB_MODES,
  LAN_PREFIX,
  type LabMode,
  RULE,
  SERVER,
  SHARED_IPV4,
} from "../../lab/plan.js";
import { bringUp, type Network } from "../../lab/round.js";
import { Endpoint } from "./endpoint.js";

const MAPCTL = fileURLToPath(new URL("../../daemon/mapctl.js", import.meta.url));
const [CE1] = CES;
const LAN_PORT = 50_000;
const REMOTE_PORT = 9000;
/** Datagrams each way, and those to a port that no CE has. One at a time: nothing is merged on the way. */
const [UP, DOWN, STRAY] = [5, 3, 2];
const PAYLOAD = 100;
const [IPV4_LEN, IPV6_LEN] = [20 + 8 + PAYLOAD, 40 + 8 + PAYLOAD];
/** Below 1024: A = 0 of a PSID offset of 6 (RFC 7597 §5.1). */
const EXCLUDED_PORT = 80;

const COUNTED: Adjust = withKeys({ br: { "rule-counters": true } });
/** The same with one rule more, before the other. */
const WITH_MORE: Adjust = (daemon, planned) => {
  const { rules, domains } = COUNTED(daemon, planned);
  const village = {
    "rule-ipv6-prefix": "2001:db8:4000::/40",
    "rule-ipv4-prefix": "198.18.0.0/24",
    "ea-len": 8,
  };
  return {
    rules: { ...rules, village },
    domains: domains.map((domain) => ({ ...domain, rules: ["village", "metro"] })),
  };
};

const RULE_ROW = {
  name: "metro",
  rule: {
    ruleIpv6Prefix: RULE.ipv6,
    ruleIpv4Prefix: RULE.ipv4,
    eaLen: RULE.eaLen,
    psidOffset: RULE.psidOffset,
    psidLen: RULE.psidLen,
    iid: "rfc7597",
  },
  forwarding: false,
  mode: "shared",
  endUserPrefixLen: 56,
  ceCount: 65536,
  sharingRatio: 256,
  portsPerCe: 252,
  excludedPorts: 1024,
  rangesPerCe: 63,
};

interface Numbers {
  readonly ipv4: number;
  readonly ipv6: number;
}

interface Statistics {
  readonly packets: { readonly in: Numbers; readonly out: Numbers };
  readonly bytes: { readonly in: Numbers; readonly out: Numbers };
  readonly dropped: number;
  readonly icmpErrorsSent: number;
  readonly drops: Readonly<Record<string, Numbers>>;
  readonly hits: Readonly<Record<string, { readonly toCe: number; readonly fromCe: number }>>;
}

function run(network: Network, daemon: DaemonName, line: string): string {
  const words = [MAPCTL, "--socket", network.daemons[daemon].socket, ...line.split(" ")];
  const options = { encoding: "utf8", timeout: 20_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, words, options);
  if (status !== 0) throw new Error(`mapctl ${line}: status ${status}: ${stderr}`);
  return stdout;
}

function documentOf(network: Network, daemon: DaemonName, line: string): Record<string, unknown> {
  return JSON.parse(run(network, daemon, `${line} --json`));
}

/** The one row of a document. */
function rowOf(network: Network, daemon: DaemonName, line: string): Record<string, unknown> {
  const rows = Object.values(documentOf(network, daemon, line)).find(Array.isArray) ?? [];
  const [row] = rows;
  if (rows.length !== 1) throw new Error(`mapctl ${line}: not one row`);
  return row;
}

/** Length of a multicast listener report about one group (RFC 9777 §5.2), with its hop-by-hop options. */
const REPORT_LEN = 76;

/**
 * Without what the node's own kernel sends into the device and mapd drops, which comes at times of its own: listener
 * reports. They are all the IPv6 that is dropped here.
 */
function statistics(network: Network, daemon: DaemonName, mode: LabMode): Statistics {
  const role = daemon === "br" ? "BR" : "CE";
  const row = rowOf(network, daemon, `SHOW ${mode.toUpperCase()} Statistics role ${role}`);
  const { packets, bytes, dropped, drops, ...rest } = row as unknown as Statistics;
  const reports = Object.values(drops).reduce((sum, { ipv6 }) => sum + ipv6, 0);
  const without = ({ ipv4, ipv6 }: Numbers, less: number): Numbers => ({ ipv4, ipv6: ipv6 - less });
  return {
    ...rest,
    packets: { ...packets, in: without(packets.in, reports) },
    bytes: { ...bytes, in: without(bytes.in, reports * REPORT_LEN) },
    dropped: dropped - reports,
    drops: Object.fromEntries(
      Object.entries(drops).map(([reason, { ipv4 }]) => [reason, { ipv4, ipv6: 0 }]),
    ),
  };
}

/** Sends datagrams one by one, each when the one before has arrived. */
async function sendAll(
  from: Endpoint,
  to: Endpoint,
  address: string,
  port: number,
  count: number,
): Promise<number> {
  let source = 0;
  for (let sent = 0; sent < count; sent++) {
    from.send(address, port, Buffer.alloc(PAYLOAD, sent));
    const arrived = await to.next();
    if (arrived === null) throw new Error(`datagram ${sent} to ${address}:${port} did not arrive`);
    source = arrived.port;
  }
  return source;
}

const NOTHING = { ipv4: 0, ipv6: 0 };

for (const mode of LAB_MODES) {
  const border =
    mode === "map-t"
      ? { dmrIpv6Prefix: DMR_PREFIX, brIpv6Addresses: [] }
      : { dmrIpv6Prefix: null, brIpv6Addresses: [BR_ADDRESS] };
  const other = mode === "map-t" ? "map-e" : "map-t";
  const network = await bringUp(mode, COUNTED);
  const lan = await Endpoint.start(network.topology, "lan1", LAN_PORT);
  const server = await Endpoint.start(network.topology, "srv", REMOTE_PORT);

  test(`${mode}: show domain on the BR`, async (t) => {
    const expected = {
      name: DOMAIN,
      mode,
      role: "br",
      device: tunName(mode),
      ...border,
      localIpv4Prefixes: null,
      mtu: { ipv6: 1500, ipv4: 1500, lowestIpv6: 1280 },
      routes: "auto",
      ce: null,
      ruleCount: 1,
      rules: [{ ...RULE_ROW, basic: false, hits: { toCe: 0, fromCe: 0 } }],
    };
    for (const words of ["", ` name ${DOMAIN}`, " role BR"]) {
      t.same(rowOf(network, "br", `show ${mode} domain${words}`), expected);
    }
    const nothing = { schema: "mapd.domains/1", domains: [] };
    t.same(documentOf(network, "br", `show ${mode} domain role CE`), nothing);
    t.same(documentOf(network, "br", `show ${other} domain`), nothing);
  });

  test(`${mode}: show domain on a CE`, async (t) => {
    const { ce, ...domain } = rowOf(network, "ce1", `show ${mode} domain role ce`);
    t.same(domain, {
      name: DOMAIN,
      mode,
      role: "ce",
      device: tunName(mode),
      ...border,
      localIpv4Prefixes: [LAN_PREFIX],
      mtu: { ipv6: 1500, ipv4: mode === "map-t" ? 1480 : 1460, lowestIpv6: 1280 },
      routes: "auto",
      ruleCount: 1,
      rules: [{ ...RULE_ROW, basic: true, hits: null }],
    });
    t.match(ce, {
      rule: "metro",
      endUserIpv6Prefix: CE1.endUserPrefix,
      mapIpv6: CE1.mapAddress,
      ipv4: SHARED_IPV4,
      ipv4PrefixLen: 32,
      psid: CE1.psid,
      portsPerCe: 252,
      portRangeCount: 63,
    });
  });

  test(`${mode}: show interface, with what the kernel says`, async (t) => {
    const device = { name: tunName(mode), domain: DOMAIN, mode, queues: 1, routes: "auto" };
    const link = { up: true, mtu: 1500 };
    const relay = mode === "map-t" ? DMR_PREFIX : `${BR_ADDRESS}/128`;
    const sides = (
      zone: string,
      mtu: number,
      takes: readonly [string, string],
      addresses: readonly string[],
    ): object[] => [
      { family: "ipv4", zone, mtu, takes: [takes[0]], takesCount: 1, addresses },
      {
        family: "ipv6",
        zone: "map-domain",
        mtu: 1500,
        takes: [takes[1]],
        takesCount: 1,
        addresses: [],
      },
    ];
    const { offloads, ...br } = rowOf(network, "br", "show map interface role BR");
    t.same(br, {
      ...device,
      role: "br",
      link,
      sides: sides("internet", 1500, [RULE.ipv4, relay], []),
    });
    t.ok(Array.isArray(offloads) && offloads.includes("csum"));
    const ce = rowOf(network, "ce1", "show map interface");
    const mtu = mode === "map-t" ? 1480 : 1460;
    const takes = ["0.0.0.0/0", `${CE1.mapAddress}/128`] as const;
    t.match(ce, { ...device, role: "ce", link, sides: sides("lan", mtu, takes, ["192.0.0.2/32"]) });
    t.same(documentOf(network, "ce1", "show map interface role BR").interfaces, []);
  });

  test(`${mode}: statistics are what was sent, to the packet`, async (t) => {
    const before = { br: statistics(network, "br", mode), ce: statistics(network, "ce1", mode) };
    t.same([before.br.dropped, before.ce.dropped], [0, 0]);
    t.same(before.br.packets, { in: NOTHING, out: NOTHING });
    const port = await sendAll(lan, server, SERVER, REMOTE_PORT, UP);
    await sendAll(server, lan, SHARED_IPV4, port, DOWN);
    for (let sent = 0; sent < STRAY; sent++) {
      server.send(SHARED_IPV4, EXCLUDED_PORT, Buffer.alloc(PAYLOAD));
    }
    // What comes later is counted later.
    await sendAll(server, lan, SHARED_IPV4, port, 1);

    const inDomain = mode === "map-t" ? IPV6_LEN : 40 + IPV4_LEN;
    const down = DOWN + 1;
    const br = statistics(network, "br", mode);
    t.equal(br.dropped, STRAY);
    t.same(br.drops.destination_port_excluded, { ipv4: STRAY, ipv6: 0 });
    t.same(br.packets, {
      in: { ipv4: down + STRAY, ipv6: UP },
      out: { ipv4: UP + br.icmpErrorsSent, ipv6: down },
    });
    t.same(br.bytes.in, { ipv4: (down + STRAY) * IPV4_LEN, ipv6: UP * inDomain });
    t.equal(br.bytes.out.ipv6, down * inDomain);
    t.same(br.hits, { metro: { toCe: down, fromCe: UP } });
    const hits = { toCe: down, fromCe: UP };
    t.match(rowOf(network, "br", "rules metro"), { hits });
    t.match(rowOf(network, "br", `show ${mode} domain`), { rules: [{ name: "metro", hits }] });
    t.match(rowOf(network, "br", `show ${mode} statistics name ${DOMAIN}`), { hits: br.hits });

    const ce = statistics(network, "ce1", mode);
    t.same(ce.packets, {
      in: { ipv4: UP, ipv6: down },
      out: { ipv4: down, ipv6: UP },
    });
    t.same(ce.bytes, {
      in: { ipv4: UP * IPV4_LEN, ipv6: down * inDomain },
      out: { ipv4: down * IPV4_LEN, ipv6: UP * inDomain },
    });
    t.same([ce.dropped, ce.hits], [0, null]);
    t.same(statistics(network, "br", mode), br, "nothing else comes");
  });

  test(`${mode}: packets by rule outlive a reload, also where the rule has another place`, async (t) => {
    const before = statistics(network, "br", mode).hits;
    await network.daemons.br.reload(WITH_MORE);
    const after = { village: { toCe: 0, fromCe: 0 }, ...before };
    t.same(statistics(network, "br", mode).hits, after);
    await sendAll(lan, server, SERVER, REMOTE_PORT, 1);
    const { toCe = 0, fromCe = 0 } = before.metro ?? {};
    t.same(statistics(network, "br", mode).hits.metro, { toCe, fromCe: fromCe + 1 });
    await network.daemons.br.reload(withKeys({}));
    t.equal(statistics(network, "br", mode).hits, null);
  });

  test(`${mode}: the configuration in force, as a file, is the same configuration`, async (t) => {
    const folder = t.testdir({ "mapd.yaml": run(network, "ce1", "config show") });
    const { hash, diagnostics } = documentOf(network, "ce1", `check ${folder}/mapd.yaml`);
    t.same(diagnostics, []);
    t.equal(hash, documentOf(network, "ce1", "status").configHash);
  });

  test(`${mode}: the log's level changes at once, and with a reload`, async (t) => {
    t.equal(run(network, "ce1", "log-level debug"), "debug\n");
    t.equal(run(network, "ce1", "log-level"), "debug\n");
    await network.daemons.ce1.reload(COUNTED);
    t.equal(run(network, "ce1", "log-level"), "info\n");
  });

  test(`${mode}: --watch ends when its reader does`, async (t) => {
    const { socket } = network.daemons.br;
    const line = `"$0" "$1" --socket "$2" statistics --watch 0.1 --json | head -n 2`;
    const words = ["-c", line, process.execPath, MAPCTL, socket];
    const options = { encoding: "utf8", timeout: 30_000 } as const;
    const { status, stdout, stderr } = spawnSync("bash", words, options);
    t.same({ status, stderr }, { status: 0, stderr: "" });
    const documents = stdout.trimEnd().split("\n");
    t.equal(documents.length, 2);
    t.match(JSON.parse(documents[1] ?? ""), {
      schema: "mapd.statistics/1",
      domains: [{ name: DOMAIN }],
      elapsedSeconds: Number,
    });
  });

  test(`${mode}: end`, async (t) => {
    for (const endpoint of [lan, server]) endpoint.stop();
    await network.down();
    t.pass("all processes have ended");
  });
}
