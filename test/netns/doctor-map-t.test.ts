/* mapctl doctor on the CE of a MAP-T network: sizes on the way, and a PSID offset that is not the provider's. */
import "./sandboxed.js";
import { test } from "tap";
import { type Adjust, AS_PLANNED, withKeys } from "../../lab/daemons.js";
import { CES } from "../../lab/plan.js";
import { bringUp } from "../../lab/round.js";
import { PROBE, startResponder, TARGET, visit } from "./doctor.js";

const network = await bringUp("map-t");
const { topology, daemons } = network;
const endResponder = await startResponder(network);

// Else it would be warned of at every visit.
const unreachable = `-6 route add unreachable ${CES[0].endUserPrefix} metric 2147483647`;
await topology.run("ce1", ["ip", ...unreachable.split(" ")]);

const RELOAD = "in the configuration, then: mapctl reload";
const SMALLER = withKeys({ ce1: { mtu: { ipv6: 1400 } } });

await test("a network in order", async (t) => {
  const { faults, status, document } = await visit(network, "ce1", ...TARGET, ...PROBE);
  t.same(faults, []);
  t.equal(status, 0);
  t.match(document, { schema: "mapd.doctor/1", ok: true, counts: { error: 0, warning: 0 } });
  const path = document.findings.find(({ check }) => check === "path");
  t.equal(path?.message, "1480 bytes of IPv4 pass to 198.51.100.9 and back");
});

await test("a WAN that carries less than the domain sends", async (t) => {
  await topology.run("ce1", ["ip", "link", "set", "dev", "wan0", "mtu", "1400"]);
  t.same((await visit(network, "ce1")).faults, [
    `error mtu: wan0 carries 1400 bytes, the domain sends up to 1500 | set mtu.ipv6 of domain lab to 1400 ${RELOAD}`,
  ]);
  await daemons.ce1.reload(SMALLER);
  t.same((await visit(network, "ce1", ...TARGET)).faults, []);
  await topology.run("ce1", ["ip", "link", "set", "dev", "wan0", "mtu", "1500"]);
  await daemons.ce1.reload(AS_PLANNED);
});

await test("a path that carries less and does not say so", async (t) => {
  const narrow = "ip link set dev br mtu $0; nft add table inet f";
  const silent =
    "nft 'add table inet f; add chain inet f c { type filter hook output priority 0; }; " +
    "add rule inet f c icmpv6 type packet-too-big drop'";
  await topology.run("core", ["sh", "-ec", `${narrow}; ${silent}`, "1400"]);
  t.same((await visit(network, "ce1", ...TARGET)).faults, [
    "error path: no more than 1380 bytes of IPv4 pass to 198.51.100.9 and back; the domain allows 1480, " +
      `and nobody says so: bigger packets vanish | set mtu.ipv6 of domain lab to 1400 ${RELOAD}`,
  ]);
  await daemons.ce1.reload(SMALLER);
  t.same((await visit(network, "ce1", ...TARGET)).faults, []);
  await topology.run("core", ["sh", "-ec", `${narrow}; nft flush ruleset`, "1500"]);
  await daemons.ce1.reload(AS_PLANNED);
});

const OTHER_OFFSET: Adjust = (_daemon, { domains, rules }) => ({
  domains,
  rules: Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => [name, { ...rule, "psid-offset": 0 }]),
  ),
});

await test("a PSID offset that is not the provider's: the ports that work tell which is", async (t) => {
  await daemons.ce1.reload(OTHER_OFFSET);
  const { faults, document } = await visit(network, "ce1", ...PROBE);
  t.same(faults, [
    `error port-blocks: the ports that work are those of PSID offset 6; the rule metro has 0 | set psid-offset of rule metro to 6 ${RELOAD}`,
  ]);
  const evidence = "4 ports answered (13520, 13521, 13522, 13523), 252 did not";
  t.ok(
    document.findings.some((finding) => finding.evidence === evidence),
    evidence,
  );
  t.ok(
    document.findings.some(({ message }) => /^ICMPv6 errors came back/.test(message)),
    "and the border relay is heard to refuse the others",
  );
  t.same((await visit(network, "br")).faults, [
    "error port-set: the other side's port set is another one: PSID offset, PSID length or EA length of the rule differ there | compare psid-offset, psid-len and ea-len of the rule with the other side's: mapctl rules",
  ]);
  await daemons.ce1.reload(AS_PLANNED);
  t.same((await visit(network, "ce1", ...TARGET, ...PROBE)).faults, []);
});

await endResponder();
await network.down();
