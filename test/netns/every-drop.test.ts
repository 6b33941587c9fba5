/**
 * Every reason of the drops table that a packet can be given for, at a real device: `mapctl trace --drops`, counters,
 * metrics and `mapctl explain` tell the same. The kernel forwards nothing here, so nothing comes back into the device.
 *
 *     packet socket ──> device ──> mapd ──> trace, counters, /metrics
 */
import "./sandboxed.js";
import { t as root, type Test, test } from "tap";
import { DROPS } from "../../src/verdict.js";
import * as virtio from "../../src/wire/virtio.js";
import { ipv4, type Payload, TCP, tcp, udp } from "../support/packet-builder.js";
import { ip, setForwarding, until } from "./daemon-under-test.js";
import { type DeviceFrame, sendToDevice } from "./device-frames.js";
import {
  type Amounts,
  agreed,
  DropBench,
  expectedOf,
  framesOf,
  type Group,
  grouped,
  groupOf,
  Traced,
  total,
} from "./drop-bench.js";
import { GOLDEN_CASES, LATE_CASES, WITH_A_TEST } from "./drop-cases.js";

const GROUPS = grouped(GOLDEN_CASES);

/** Runs `provoke` while the domain of the group is traced; trace, counters and metrics must have what was expected. */
async function provoked(
  t: Test,
  bench: DropBench,
  { name }: Group,
  expected: Amounts,
  provoke: () => void | Promise<void>,
): Promise<void> {
  const drops = new Traced(bench.file, { drops: true });
  await drops.begun;
  await provoke();
  await until(
    () => total(drops.sent) >= total(expected),
    () => `${JSON.stringify(expected)}; there is ${JSON.stringify(drops.sent)}`,
  );
  t.same(drops.sent, expected, "mapctl trace --drops");
  t.match(await agreed(bench, name, drops), expected, "mapctl counters and /metrics");
  await drops.stop();
}

setForwarding(0);
// What mapd sends on ends here, and nobody is told.
for (const family of ["-4", "-6"]) ip(`${family} route add blackhole default`);
const bench = new DropBench(root);

for (const group of GROUPS) {
  const { mode, role } = group.domain;
  const expected = expectedOf(group);
  const reasons = Object.keys(expected).sort();
  test(`a ${mode} ${role} drops: ${reasons.join(", ")}`, async (t) => {
    await bench.take(group);
    const [explained] = await Promise.all([
      bench.explained(group),
      provoked(t, bench, group, expected, () => sendToDevice(group.device, framesOf(group))),
    ]);
    t.same([...new Set(explained.atOnce)], reasons, "mapctl explain");
  });
}

const [BR] = GROUPS;
const CE = GROUPS.find(({ domain }) => domain.mode === "map-t" && domain.role === "ce");
const REMOTE = "198.51.100.9";

const outward = (src: string, payload: Payload): DeviceFrame => ({
  packet: ipv4({ src, dst: REMOTE }, payload),
});

test("bad_offload_header: a checksum to be written at another place than UDP's", async (t) => {
  const group = groupOf("offload", BR!.rules, BR!.domain);
  await bench.take(group);
  const packet = ipv4({ src: REMOTE, dst: "192.0.2.18" }, udp({ sport: 53, dport: 1232 }));
  const header = new DataView(new ArrayBuffer(virtio.VNET_HEADER_LEN));
  virtio.write(
    header,
    virtio.VNET_HEADER_LEN,
    virtio.FLAG_NEEDS_CSUM,
    virtio.GSO_NONE,
    0,
    0,
    20,
    4,
  );
  const frame = { packet, virtio: new Uint8Array(header.buffer) };
  await provoked(t, bench, group, { bad_offload_header: 1 }, () =>
    sendToDevice(group.device, [frame]),
  );
});

test("nat44_table_full: one session more than the table holds", async (t) => {
  const group = groupOf("full", CE!.rules, { ...CE!.domain, nat44: { "max-sessions": 1 } });
  await bench.take(group);
  const frames = [5000, 5001].map((sport) => outward("192.168.1.10", udp({ sport, dport: 53 })));
  await provoked(t, bench, group, { nat44_table_full: 1 }, () =>
    sendToDevice(group.device, frames),
  );
});

test("nat44_address_changed: a connection of the CE's former address", async (t) => {
  const group = groupOf("moved", CE!.rules, CE!.domain);
  const segment = (flags: number): DeviceFrame =>
    outward("192.168.1.10", tcp({ sport: 5000, dport: 80, flags }));
  await bench.take(group);
  const expected = { nat44_address_changed: 1 };
  await provoked(t, bench, group, expected, async () => {
    sendToDevice(group.device, [segment(TCP.syn)]);
    await until(
      async () => (await bench.sessions(group)) === 1,
      () => "a session",
    );
    const keys = { ...group.domain, "end-user-ipv6-prefix": "2001:db8:12:3600::/56" };
    await bench.take({ ...group, domain: keys });
    sendToDevice(group.device, [segment(TCP.ack)]);
  });
});

test("tun_write_failed: packets that wait in a device that is down", async (t) => {
  const group = groupOf("down", BR!.rules, BR!.domain);
  await bench.take(group);
  const packet = ipv4({ src: REMOTE, dst: "192.0.2.18" }, udp({ sport: 53, dport: 1232 }));
  await provoked(t, bench, group, { tun_write_failed: 2 }, () => {
    bench.signal("SIGSTOP");
    sendToDevice(group.device, [{ packet }, { packet }]);
    ip(`link set dev ${group.device} down`);
    bench.signal("SIGCONT");
  });
});

test("every reason is provoked, here or in every-drop-late.test.ts", async (t) => {
  const provoked = new Set([
    ...[...GROUPS, ...grouped(LATE_CASES)].flatMap((one) => Object.keys(expectedOf(one))),
    ...WITH_A_TEST,
  ]);
  const missing = DROPS.map(({ name }) => name).filter((name) => !provoked.has(name));
  t.same(missing, []);
});
