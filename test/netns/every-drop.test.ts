/**
 * Every reason of the drops table that a packet can be given for, at a real device: `mapctl trace --drops`, counters,
 * metrics and `mapctl explain` tell the same. The kernel forwards nothing here, so nothing comes back into the device.
 *
 *     packet socket ──> device ──> mapd ──> trace, counters, /metrics
 */
import "./sandboxed.js";
import { isDeepStrictEqual } from "node:util";
import { t as root, type Test, test } from "tap";
import { DROPS } from "../../src/verdict.js";
import * as virtio from "../../src/wire/virtio.js";
import { ipv4, type Payload, TCP, tcp, udp } from "../support/packet-builder.js";
import { ip, setForwarding, until } from "./daemon-under-test.js";
import { type DeviceFrame, sendToDevice } from "./device-frames.js";
import {
  type Amounts,
  DropBench,
  Drops,
  expectedOf,
  type Group,
  grouped,
  groupOf,
  scraped,
} from "./drop-bench.js";
import { GOLDEN_CASES, NOT_AT_A_DEVICE, WITH_A_TEST } from "./drop-cases.js";

const GROUPS = grouped(GOLDEN_CASES);

/** The packets of the cases in order, with the pauses that a case has between its own. */
function framesOf({ cases }: Group): readonly DeviceFrame[] {
  return cases.flatMap(({ input }) =>
    input.map(({ timeUs, bytes }, i) => ({
      packet: bytes,
      pauseUs: timeUs - (input[i - 1]?.timeUs ?? timeUs),
    })),
  );
}

function total(amounts: Amounts): number {
  return Object.values(amounts).reduce((all, count) => all + count, 0);
}

/** Runs `provoke` while the domain of the group is traced; trace, counters and metrics must have what was expected. */
async function provoked(
  t: Test,
  bench: DropBench,
  { name }: Group,
  expected: Amounts,
  provoke: () => void | Promise<void>,
): Promise<void> {
  const drops = new Drops(bench.file);
  await drops.begun;
  await provoke();
  await until(
    () => total(drops.sent) >= total(expected),
    () => `${JSON.stringify(expected)}; there is ${JSON.stringify(drops.sent)}`,
  );
  t.same(drops.sent, expected, "mapctl trace --drops");
  let counted: Amounts = {};
  let shown: Amounts = {};
  // The kernel's own may come between one look and the next.
  await until(
    async () => {
      shown = drops.all;
      counted = await bench.counted(name);
      return isDeepStrictEqual(counted, drops.all) && isDeepStrictEqual(shown, await scraped(name));
    },
    () => `the same of trace, counters, metrics: ${JSON.stringify([shown, counted])}`,
  );
  t.pass("mapctl counters and /metrics");
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
    t.same(explained, reasons, "mapctl explain");
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

test("every other reason has why it is not provoked here", async (t) => {
  const provoked = new Set([
    ...GROUPS.flatMap((one) => Object.keys(expectedOf(one))),
    ...WITH_A_TEST,
  ]);
  const missing = DROPS.map(({ name }) => name).filter((name) => !provoked.has(name));
  t.same(
    missing,
    NOT_AT_A_DEVICE.map(([name]) => name),
  );
});
