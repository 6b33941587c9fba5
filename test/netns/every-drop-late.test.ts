/**
 * The two reasons that every-drop.test.ts leaves out, at one device: `fragment_timeout`, for which fragments wait here
 * most of the time that this file takes, and, meanwhile, `internal_error`, whose fault is the test's (drop-fault.ts).
 */
import "./sandboxed.js";
import { t as root, test } from "tap";
import { ipv4, udp } from "../support/packet-builder.js";
import { ip, setForwarding, until } from "./daemon-under-test.js";
import { sendToDevice } from "./device-frames.js";
import {
  type Amounts,
  agreed,
  bytesOf,
  DropBench,
  expectedOf,
  framesOf,
  grouped,
  sum,
  Traced,
  total,
} from "./drop-bench.js";
import { LATE_CASES } from "./drop-cases.js";
import { FAULT, MARKED, withDropFault } from "./drop-fault.js";

const REMOTE = "198.51.100.9";
/** The BR's CE that has this port. */
const CE = { dst: "192.0.2.18", dport: 1232 };

/** How long a fragment waits (RFC 1122 §3.3.2, RFC 8200 §4.5), seconds. */
const WAIT_S: Readonly<Record<number, number>> = { 4: 30, 6: 60 };
/** mapd looks once a second. */
const LATE_S = 1.5;
const SOON_US = 1_000_000;
const timeout = { timeout: 80_000 };

setForwarding(0);
for (const family of ["-4", "-6"]) ip(`${family} route add blackhole default`);

const [group] = grouped(LATE_CASES);
if (group === undefined) throw new Error("no golden cases of fragments that wait");
const { name, device } = group;
const bench = new DropBench(root);
await withDropFault(() => bench.take(group));

const drops = new Traced(bench.file, { drops: true, full: true });
await drops.begun;
// What a case sends long afterwards is not about waiting.
const frames = framesOf(group).filter(({ pauseUs = 0 }) => pauseUs < SOON_US);
const sentMs = Date.now();
sendToDevice(device, frames);
const expected = expectedOf(group);
const held = async (): Promise<number> => (await bench.counters(name)).held_fragments ?? 0;
await until(
  async () => (await held()) === total(expected),
  () => "the fragments that wait",
);

const marked = udp({ sport: 53, dport: CE.dport, data: MARKED });
const plain = (sport: number): Uint8Array =>
  ipv4({ src: REMOTE, dst: CE.dst }, udp({ sport, dport: CE.dport }));

const FAULTY = ipv4({ src: REMOTE, dst: CE.dst }, marked);

test("internal_error: a fault costs the packet that it is met by, and no other of its batch", async (t) => {
  const trace = new Traced(bench.file, {});
  await trace.begun;
  const before = await bench.counters(name);
  const packets = [plain(1), plain(2), FAULTY, plain(4), plain(5)];
  // While it stands still they gather, and are read as one batch.
  bench.signal("SIGSTOP");
  sendToDevice(
    device,
    packets.map((packet) => ({ packet })),
  );
  bench.signal("SIGCONT");
  await until(
    () => trace.packets.length >= packets.length,
    () => `five packets; there are ${JSON.stringify(trace.packets)}`,
  );
  t.same(
    trace.packets.map((shown) => [bytesOf(shown), shown.verdict, shown.reason]),
    packets.map((packet) =>
      packet === FAULTY
        ? [Buffer.from(packet), "dropped", "internal_error"]
        : [Buffer.from(packet), "forwarded", null],
    ),
    "mapctl trace",
  );
  const gained = await gainsSince(before);
  t.equal(gained.in_ipv4_packets, packets.length);
  // Each packet of the kernel's own may be a batch by itself.
  t.equal(gained.batches! - (gained.in_ipv6_packets ?? 0), 1, "one batch");
  t.same(drops.sent, { internal_error: 1 }, "mapctl trace --drops");
  t.match(await agreed(bench, name, drops), { internal_error: 1 }, "mapctl counters and /metrics");
  const fault = "fault in the packet path";
  await until(
    () => bench.log.includes(fault),
    () => `the fault in the log:\n${bench.log}`,
  );
  t.equal(bench.log.split(fault).length - 1, 1, "the log names it once");
  t.match(bench.log, FAULT);
  sendToDevice(device, [{ packet: plain(6) }]);
  await until(
    () => trace.packets.length > packets.length,
    () => "the next packet",
  );
  t.match(trace.packets.at(-1), { verdict: "forwarded" }, "traffic goes on");
  await withDropFault(async () => {
    const found = await bench.explainedPackets(packets.map((bytes) => ({ timeUs: 0, bytes })));
    t.same(found.atOnce, ["internal_error"], "mapctl explain");
  });
  await trace.stop();
  t.equal(await held(), total(expected), "and fragments wait on");
});

async function gainsSince(before: Amounts): Promise<Record<string, number>> {
  const now = Object.entries(await bench.counters(name));
  return Object.fromEntries(now.map(([key, value]) => [key, value - (before[key] ?? 0)]));
}

test(
  "fragment_timeout: what was held comes into the trace after 30 seconds, of IPv6 after 60",
  timeout,
  async (t) => {
    const { internal_error: faults = 0 } = drops.sent;
    await drops.reached(faults + total(expected));
    const late = drops.packets.filter(({ reason }) => reason === "fragment_timeout");
    const hex = (packets: readonly Uint8Array[]): readonly string[] =>
      packets.map((bytes) => Buffer.from(bytes).toString("hex")).sort();
    t.same(hex(late.map(bytesOf)), hex(frames.map(({ packet }) => packet)), "the very fragments");
    for (const shown of late) {
      const family = bytesOf(shown)[0]! >>> 4;
      const waitedS = (Date.parse(shown.time) - sentMs) / 1000 - WAIT_S[family]!;
      t.ok(waitedS > -0.01 && waitedS < LATE_S, `IPv${family}: ${waitedS} s after its time`);
    }
    const both = { ...expected, internal_error: faults };
    t.same(drops.sent, both, "mapctl trace --drops");
    t.match(await agreed(bench, name, drops), both, "mapctl counters and /metrics");
    const told = group.cases.map(({ counters }) => counters.counters.icmp_errors_sent ?? 0);
    const { icmp_errors_sent: sent } = await bench.counters(name);
    t.equal(
      sent,
      told.reduce((all, one) => all + one),
      "senders whose first fragment came are told",
    );
    t.equal(await held(), 0);
    const { later } = await bench.explained(group);
    t.same(sum(...later.map((reason) => ({ [reason]: 1 }))), expected, "mapctl explain");
    await drops.stop();
  },
);
