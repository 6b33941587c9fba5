/*
 * A real Prometheus scrapes a CE and the BR of the lab: its numbers are those of mapctl, of iperf3 and of what crossed
 * the device, and its alerts are quiet.
 */
import "./sandboxed.js";
import { test } from "tap";
import { z } from "zod";
import type { CountersDocument } from "../../daemon/runtime/status.js";
import { Capture } from "../../lab/capture.js";
import { type Daemon, DOMAIN, tunName } from "../../lab/daemons.js";
import { type DaemonName, IPERF_PORT, LAN_HOST, SERVER, SHARED_IPV4 } from "../../lab/plan.js";
import { tryRun, until } from "../../lab/process.js";
import { bringUp } from "../../lab/round.js";
import { PrometheusServer } from "./prometheus-server.js";

const MODE = "map-t";
const NODES = ["ce1", "br"] as const satisfies readonly DaemonName[];
const SETTLE_MS = 15_000;
const DATAGRAMS = 500;
/** In the range that no CE may use, RFC 7597 §5.1. */
const EXCLUDED_PORT = 80;

const IPERF = z.object({
  end: z.object({ sum: z.object({ packets: z.int(), lost_packets: z.int() }) }),
});

/** Series of Prometheus by name and labels, those of its own left out. */
async function series(prometheus: PrometheusServer): Promise<ReadonlyMap<string, number>> {
  const names = "mapd_packets_total|mapd_bytes_total|mapd_dropped_packets_total";
  const samples = await prometheus.query(`{__name__=~"${names}"}`);
  return new Map(
    samples.map(({ labels, value }) => {
      const { __name__: name = "", direction = "", family = "", reason = "" } = labels;
      return [[name, direction, family, reason].filter((word) => word !== "").join(" "), value];
    }),
  );
}

/** The same numbers as mapctl has them. */
async function counted(daemon: Daemon): Promise<ReadonlyMap<string, number>> {
  const document = (await daemon.mapctl("counters")) as CountersDocument;
  const domain = document.domains.find(({ name }) => name === DOMAIN);
  const numbers = new Map<string, number>();
  for (const [row, value] of Object.entries(domain?.counters ?? {})) {
    const [, direction, family, unit] = /^(in|out)_(ipv[46])_(packets|bytes)$/.exec(row) ?? [];
    if (direction !== undefined) numbers.set(`mapd_${unit}_total ${direction} ${family}`, value);
  }
  for (const [reason, { ipv4, ipv6 }] of Object.entries(domain?.drops ?? {})) {
    numbers.set(`mapd_dropped_packets_total ipv4 ${reason}`, ipv4);
    numbers.set(`mapd_dropped_packets_total ipv6 ${reason}`, ipv6);
  }
  return numbers;
}

function sorted(numbers: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...numbers].sort(([one], [other]) => (one < other ? -1 : 1));
}

test("what Prometheus has is what mapctl, iperf3 and a capture say", {
  timeout: 150_000,
}, async (t) => {
  const network = await bringUp(MODE);
  const { topology, daemons } = network;
  t.teardown(() => network.down());
  const servers = new Map<DaemonName, PrometheusServer>();
  for (const node of NODES) servers.set(node, await PrometheusServer.start(topology, node));
  t.teardown(() => Promise.all([...servers.values()].map((server) => server.stop())));

  const inIpv4 = "mapd_packets_total in ipv4";
  const before = await series(servers.get("ce1")!);
  const filter = `ip src host ${LAN_HOST}`;
  const capture = await Capture.start(topology, "ce1", tunName(MODE), { filter });
  const client = ["iperf3", "-c", SERVER, "-p", String(IPERF_PORT), "--json"];
  const load = ["-u", "-b", "4M", "-l", "1000", "-k", String(DATAGRAMS)];
  const iperf = IPERF.parse(JSON.parse(await topology.run("lan1", [...client, ...load])));
  for (let n = 0; n < 3; n++) {
    const shell = `echo x > /dev/udp/${SHARED_IPV4}/${EXCLUDED_PORT}`;
    await topology.run("srv", ["bash", "-c", shell]);
  }
  await capture.stop();

  for (const node of NODES) {
    let [seen, said] = [new Map() as ReadonlyMap<string, number>, new Map() as typeof before];
    // The kernel's own multicast may come between the two looks.
    await until(async () => {
      said = await counted(daemons[node]);
      seen = await series(servers.get(node)!);
      return JSON.stringify(sorted(seen)) === JSON.stringify(sorted(said));
    }, SETTLE_MS);
    t.same(sorted(seen), sorted(said), `${node}: every number`);
    t.ok(seen.size > 100, `${node}: all of them: ${seen.size}`);
  }

  const after = await series(servers.get("ce1")!);
  const packets = await capture.dissect(["ip.proto"]);
  const crossed = packets.length;
  t.equal((after.get(inIpv4) ?? 0) - (before.get(inIpv4) ?? 0), crossed, "what crossed the device");
  t.same(iperf.end.sum, { packets: DATAGRAMS, lost_packets: 0 });
  // iperf3 opens with a datagram that it does not count; the others are its control connection.
  const datagrams = packets.filter(({ "ip.proto": [protocol] }) => protocol === "17").length;
  t.equal(datagrams, DATAGRAMS + 1);

  const drops = await series(servers.get("br")!);
  t.equal(drops.get("mapd_dropped_packets_total ipv4 destination_port_excluded"), 3);

  for (const [node, server] of servers) {
    t.same(
      (await server.query("mapd_ready")).map(({ value }) => value),
      [1],
      `${node} is ready`,
    );
    let alerts = await server.alerts();
    await until(async () => {
      alerts = await server.alerts();
      return alerts.every(({ health }) => health !== "unknown");
    }, SETTLE_MS);
    for (const { name, health, state, lastError } of alerts) {
      t.same(
        { name, health, state, lastError },
        { name, health: "ok", state: "inactive", lastError: undefined },
      );
    }
    const text = await daemons[node].metrics();
    const checked = await tryRun(["promtool", "check", "metrics"], { input: text });
    t.same(checked, { status: 0, stdout: "", stderr: "" }, `${node}: promtool has nothing to say`);
  }
});
