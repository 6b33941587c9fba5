/** The hostile tests of one mode: every case injected into a running network, counted, and nowhere to be seen. */
import { type Test, test } from "tap";
import { listenToDaemon } from "../../daemon/control/stream-client.js";
import type { CountersDocument } from "../../daemon/runtime/status.js";
import { Capture } from "../../lab/capture.js";
import { ping } from "../../lab/checks.js";
import type { Daemon } from "../../lab/daemons.js";
import { LAN_HOST, type LabMode, SERVER, SHARED_IPV4 } from "../../lab/plan.js";
import { until } from "../../lab/process.js";
import { bringUp, type Network } from "../../lab/round.js";
import {
  fromTheInternet,
  type HostileCase,
  honest,
  OWN_PORT,
  towardsBr,
  towardsCe,
} from "./hostile-cases.js";
import { Injector } from "./inject.js";

/** Each case is sent more than once, so that "counted" cannot be one packet of something else. */
const COPIES = 3;
const COUNTED_MS = 3000;

type Drops = Readonly<Record<string, number>>;

/** The kernel reports its multicast groups into the device, from ::, whenever it likes (RFC 9777 §6.1). */
const NOISE = "martian_ipv6_source";

/** Drops by reason, both families together; zero and the kernel's own are left out. */
function dropsOf(document: CountersDocument): Drops {
  const [domain] = document.domains;
  const rows = Object.entries(domain?.drops ?? {});
  const sums = rows.map(([reason, { ipv4, ipv6 }]) => [reason, ipv4 + ipv6] as const);
  return Object.fromEntries(sums.filter(([reason, count]) => count > 0 && reason !== NOISE));
}

/** The same from the text of /metrics. */
function dropsOfMetrics(text: string): Drops {
  const sums: Record<string, number> = {};
  const line = /^mapd_dropped_packets_total\{(.*)\} (\d+)$/gm;
  for (const [, labels = "", count] of text.matchAll(line)) {
    const reason = /reason="([^"]+)"/.exec(labels)?.[1] ?? labels;
    if (Number(count) > 0 && reason !== NOISE) sums[reason] = (sums[reason] ?? 0) + Number(count);
  }
  return sums;
}

function total(drops: Drops): number {
  return Object.values(drops).reduce((sum, count) => sum + count, 0);
}

/** Sends one case and checks that its own reason, and no other, has risen by the number of packets sent. */
async function injectOne(t: Test, daemon: Daemon, from: Injector, one: HostileCase): Promise<void> {
  const before = dropsOf(await daemon.counters());
  await from.send(Array.from({ length: COPIES }, () => one.packet));
  const expected = { ...before, [one.reason]: (before[one.reason] ?? 0) + COPIES };
  let after: Drops = {};
  await until(async () => {
    after = dropsOf(await daemon.counters());
    return total(after) >= total(expected);
  }, COUNTED_MS);
  t.same(after, expected, `${one.name}: ${COPIES} more of ${one.reason}`);
}

/** Reasons that `mapctl trace --drops` shows from now on, by how many packets, until `stop()`. */
class DropTrace {
  readonly shown: Record<string, number> = {};
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;
  /** Resolves once the daemon shows them. */
  readonly begun: Promise<void>;

  constructor(daemon: Daemon) {
    let begin: () => void = () => undefined;
    this.begun = new Promise((resolve) => {
      begin = resolve;
    });
    const take = (document: object): void => {
      const reason: unknown = Reflect.get(document, "reason");
      if (Reflect.get(document, "event") === "started") begin();
      if (typeof reason !== "string" || reason === NOISE) return;
      this.shown[reason] = (this.shown[reason] ?? 0) + 1;
    };
    const words = { drops: true };
    this.#ended = listenToDaemon(daemon.socket, "trace", words, take, this.#end.signal);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#ended;
  }
}

/** Injects all cases, then asks the three places where people look. */
async function inject(
  t: Test,
  daemon: Daemon,
  from: Injector,
  cases: readonly HostileCase[],
): Promise<void> {
  const trace = new DropTrace(daemon);
  await trace.begun;
  for (const one of cases) await injectOne(t, daemon, from, one);
  const sent: Record<string, number> = {};
  for (const { reason } of cases) sent[reason] = (sent[reason] ?? 0) + COPIES;
  await until(async () => total(trace.shown) >= total(sent), COUNTED_MS);
  await trace.stop();
  t.same(trace.shown, sent, "mapctl trace --drops shows them all, each with its reason");
  const counters = dropsOf((await daemon.mapctl("counters")) as CountersDocument);
  t.same(dropsOfMetrics(await daemon.metrics()), counters, "/metrics and mapctl counters agree");
  for (const { reason } of cases) {
    t.ok((counters[reason] ?? 0) >= COPIES, `mapctl counters shows ${reason}`);
  }
}

async function injector(t: Test, network: Network, node: "isp" | "srv"): Promise<Injector> {
  const made = await Injector.start(network.topology, node);
  t.teardown(() => made.stop());
  return made;
}

async function testTowardsBr(t: Test, network: Network, mode: LabMode): Promise<void> {
  const { topology, daemons } = network;
  const isp = await injector(t, network, "isp");
  const filter = "ip and not src host 198.51.100.9";
  const arrived = await Capture.start(topology, "srv", "eth0", { filter });
  await isp.send([honest(mode)]);
  await inject(t, daemons.br, isp, towardsBr(mode));
  await isp.send([honest(mode)]);
  await arrived.stop();
  const packets = await arrived.dissect(["ip.src", "ip.dst", "udp.srcport"]);
  const good = { "ip.src": [SHARED_IPV4], "ip.dst": [SERVER], "udp.srcport": [String(OWN_PORT)] };
  t.same(packets, [good, good], "the server saw the two honest packets and no other");
}

async function testFromTheInternet(t: Test, network: Network): Promise<void> {
  const { topology, daemons } = network;
  const srv = await injector(t, network, "srv");
  const filter = "ip6 and not icmp6";
  const arrived = await Capture.start(topology, "isp", "br", { filter });
  await inject(t, daemons.br, srv, fromTheInternet());
  t.ok((await ping(topology, "lan1", 1)).ok, "an honest ping passes");
  await arrived.stop();
  const packets = await arrived.dissect(["udp.dstport", "frame.protocols"]);
  const hostile = packets.filter(({ "udp.dstport": port }) => port.length > 0);
  t.same(hostile, [], "nothing of it crossed the provider's network");
}

async function testTowardsCe(t: Test, network: Network, mode: LabMode): Promise<void> {
  const { topology, daemons } = network;
  const isp = await injector(t, network, "isp");
  const arrived = await Capture.start(topology, "lan1", "eth0", { filter: `dst host ${LAN_HOST}` });
  t.ok((await ping(topology, "lan1", 1)).ok, "an honest ping passes");
  await inject(t, daemons.ce1, isp, towardsCe(mode));
  t.ok((await ping(topology, "lan1", 1)).ok, "an honest ping passes still");
  await arrived.stop();
  const packets = await arrived.dissect(["ip.src", "icmp.type"]);
  const reply = { "ip.src": [SERVER], "icmp.type": ["0"] };
  t.same(packets, [reply, reply], "the LAN host saw the answers to its pings and nothing else");
}

/** Brings one network up and defines its tests. */
export async function hostileTests(mode: LabMode): Promise<void> {
  const network = await bringUp(mode);
  const name = (what: string): string => `${mode}: ${what}`;
  const timeout = { timeout: 60_000 };
  await test(name("hostile packets towards the BR"), timeout, (t) =>
    testTowardsBr(t, network, mode),
  );
  await test(name("hostile packets from the Internet"), timeout, (t) =>
    testFromTheInternet(t, network),
  );
  await test(name("hostile packets towards a CE"), timeout, (t) => testTowardsCe(t, network, mode));
  await network.down();
}
