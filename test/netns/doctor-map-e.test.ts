/* mapctl doctor on the CE of a MAP-E network: one thing is broken at a time, is named, and its command mends it. */
import "./sandboxed.js";
import { test } from "tap";
import type { Adjust } from "../../lab/daemons.js";
import { AS_PLANNED } from "../../lab/daemons.js";
import { CES } from "../../lab/plan.js";
import { until } from "../../lab/process.js";
import { bringUp } from "../../lab/round.js";
import { PROBE, startResponder, TARGET, visit } from "./doctor.js";

const MAP = CES[0].mapAddress;
const PATIENCE_MS = 10_000;

const network = await bringUp("map-e");
const { topology, daemons } = network;
const endResponder = await startResponder(network);

function onCe(script: string): Promise<string> {
  return topology.run("ce1", ["sh", "-ec", script]);
}

/** Waits until mapd itself has seen that forwarding is on, or off. */
async function readyIs(ready: boolean): Promise<void> {
  if (!(await until(async () => (await daemons.ce1.status()).ready === ready, PATIENCE_MS))) {
    throw new Error(`ready is not ${ready}`);
  }
}

await test("a network in order: one warning, whose command mends it, then none", async (t) => {
  const first = await visit(network, "ce1", ...TARGET, ...PROBE);
  const remedy = `ip -6 route add unreachable ${CES[0].endUserPrefix} metric 2147483647`;
  t.same(first.faults, [
    `warning routes: unused addresses of the end-user prefix ${CES[0].endUserPrefix} loop between here and the provider | ${remedy}`,
  ]);
  t.equal(first.status, 0, "a warning is no failure");
  await onCe(remedy);
  const second = await visit(network, "ce1", ...TARGET, ...PROBE);
  t.same(second.faults, []);
  const messages = second.document.findings.map(({ check, message }) => `${check}: ${message}`);
  for (const message of [
    "border-relay: 198.51.100.9 answers through the border relay",
    "path: 1460 bytes of IPv4 pass to 198.51.100.9 and back",
    "port-blocks: 63 of 63 blocks tried, all of them work",
  ]) {
    t.ok(messages.includes(message), message);
  }
  t.same((await visit(network, "br")).faults, [], "nor on the border relay");
});

interface Break {
  readonly name: string;
  /** Run on the CE. */
  readonly script: string;
  /** The findings; the remedy is all behind `|`. */
  readonly faults: readonly string[];
}

const CHAIN = "add table inet f; add chain inet f c { type filter hook forward priority 0; }";
const DROPS = "error firewall: a rule of chain inet f c drops";
const INSERT = "nft insert rule inet f c";

const BREAKS: readonly Break[] = [
  {
    name: "a firewall rule against protocol 4",
    script: `nft '${CHAIN}; add rule inet f c ip6 nexthdr 4 counter drop'`,
    faults: [
      `${DROPS} encapsulated packets (protocol 4) to the provider | ${INSERT} ip6 saddr ${MAP}/128 meta l4proto 4 accept`,
      `${DROPS} encapsulated packets (protocol 4) from the provider | ${INSERT} ip6 daddr ${MAP}/128 meta l4proto 4 accept`,
    ],
  },
  {
    name: "a firewall rule against ICMPv6 packet too big",
    script: `nft '${CHAIN}; add rule inet f c icmpv6 type { echo-request, packet-too-big } drop'`,
    faults: [
      `${DROPS} ICMPv6 packet too big for the domain | ${INSERT} icmpv6 type packet-too-big accept`,
    ],
  },
  {
    name: "no route for the MAP address",
    script: `ip -6 route del ${MAP}/128 dev mape0`,
    faults: [
      `error routes: packets to the MAP address ${MAP} do not reach mape0 | ip route replace ${MAP}/128 dev mape0 proto 200`,
    ],
  },
  {
    name: "a default route that comes first, and a strict reverse path filter",
    script: "ip route add default dev lan0 metric 10; sysctl -qw net.ipv4.conf.mape0.rp_filter=1",
    faults: [
      "error rp-filter: packets from the Internet come out of mape0, but the first default route leads elsewhere: the strict filter drops them | sysctl -w net.ipv4.conf.mape0.rp_filter=2",
      "warning routes: another default route comes before the one into mape0: IPv4 does not go through this domain | ip -4 route del default dev lan0 scope link metric 10",
    ],
  },
  {
    name: "a device that takes less than the domain makes",
    script: "ip link set dev mape0 mtu 1400",
    faults: [
      "error mtu: mape0 takes packets of 1400 bytes, the domain makes them up to 1500 | ip link set dev mape0 mtu 1500",
    ],
  },
];

for (const { name, script, faults } of BREAKS) {
  await test(`${name}: named, and mended by what the doctor says`, async (t) => {
    await onCe(script);
    const broken = await visit(network, "ce1");
    t.same(broken.faults, faults);
    const isError = faults.some((fault) => fault.startsWith("error"));
    t.equal(broken.status, isError ? 1 : 0);
    await onCe(faults.map((fault) => fault.split(" | ")[1] ?? "").join("\n"));
    const mended = await visit(network, "ce1", ...TARGET);
    t.same(mended.faults, []);
    await onCe("nft flush ruleset");
  });
}

await test("forwarding off: named by its switches", async (t) => {
  await onCe("sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0");
  await readyIs(false);
  const { faults } = await visit(network, "ce1");
  t.same(faults, [
    "error daemon: mapd does not forward | mapctl status",
    "error forwarding: IPv4 forwarding is off in the kernel | sysctl -w net.ipv4.ip_forward=1",
    "error forwarding: IPv6 forwarding is off in the kernel | sysctl -w net.ipv6.conf.all.forwarding=1",
  ]);
  await onCe("sysctl -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
  await readyIs(true);
  t.same((await visit(network, "ce1", ...TARGET)).faults, []);
});

const DRAFT: Adjust = (_daemon, { domains, rules }) => ({
  domains,
  rules: Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => [name, { ...rule, iid: "draft-03" }]),
  ),
});

await test("draft-03 on one side: the border relay knows, the CE suspects", async (t) => {
  await daemons.ce1.reload(DRAFT);
  const ce = await visit(network, "ce1", ...PROBE);
  t.match(ce.faults.join("\n"), /63 of 63 blocks of the port set are dead/);
  t.match(ce.faults.join("\n"), /another form of interface identifier \(RFC 7597, draft-03\)/);
  t.same((await visit(network, "br")).faults, [
    "error identifier: the other side's interface identifiers are of another form (RFC 7597, or draft-03): its packets are dropped | set iid of the rule to draft-03 (or to rfc7597, if it is draft-03 now) on one side, then: mapctl reload",
  ]);
  await daemons.ce1.reload(AS_PLANNED);
  t.same((await visit(network, "ce1", ...TARGET, ...PROBE)).faults, []);
});

await test("without a daemon: what can be seen is seen", async (t) => {
  await daemons.ce1.stop();
  const config = "/run/lab/map-e-ce1/mapd.yaml";
  const { faults, document, status } = await visit(network, "ce1", "--config", config);
  t.same(faults, [
    "warning daemon: no mapd answers: only what does not need it is looked at | systemctl start mapd",
  ]);
  t.equal(status, 0);
  const routes = document.findings.find(({ check }) => check === "routes");
  t.match(routes, { severity: "unknown", message: /no mapd runs/ });
});

await endResponder();
await network.down();
