import "./own-namespace.js";
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { type Test, test } from "tap";
import { HEADROOM } from "../../src/pipeline/packet-io.js";
import { Arena } from "../../src/tun/arena.js";
import { NativeQueue } from "../../src/tun/queue.js";
import { hexDiff } from "../support/hex-diff.js";
import { joined, type Offloaded, VIRTIO_LEN } from "../support/offload.js";
import { encapsulated, ipv4, ipv6, pattern, TCP, tcp, udp } from "../support/packet-builder.js";
import { ALL_OFFLOADS, ip, native, openUp, writeOffloaded } from "./device.js";

/*
 *   t1 (classifier) --> kernel --> t0 (both classifiers) --> the intake: IPv6;  the queue: IPv4
 *
 * What is written to t1 is a super-packet inside a tunnel to the kernel, as it comes from a network card that joins.
 */

const BR = "2001:db8:fe::1";
const CE = "2001:db8:12:3400:0:c000:212:34";
const LIMIT_MS = 5_000;
const READABLE = 1;

interface Bench {
  readonly source: NativeQueue;
  readonly intakes: readonly number[];
  /** One for each intake, over the queue of t0. */
  readonly queues: readonly NativeQueue[];
  readonly fd: number;
}

function open(t: Test, intakeCount = 1): Bench {
  writeFileSync("/proc/sys/net/ipv6/conf/all/forwarding", "1");
  writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
  const mode = { name: "offloads", vnetHdr: true, offloads: ALL_OFFLOADS } as const;
  const t1 = openUp("t1", mode);
  native.attachClassifier("t1", false);
  const t0 = openUp("t0", mode);
  ip("route", "add", BR, "dev", "t0");
  native.attachClassifier("t0", false);
  const intakes = native.openIntakes("t0", intakeCount);
  native.attachClassifier("t0", true);
  t.teardown(() => {
    for (const fd of [t0.fd, t1.fd, ...intakes]) native.close(fd);
  });
  return {
    source: new NativeQueue(native, t1.fd, true, t1.offloads),
    intakes,
    queues: intakes.map((intake) => new NativeQueue(native, t0.fd, true, t0.offloads, intake)),
    fd: t0.fd,
  };
}

/** One batch. */
function readBatch(queue: NativeQueue, atOnce = 64): Offloaded[] {
  const arena = new Arena(64);
  const count = Math.max(queue.readBatch(arena, atOnce), 0);
  return Array.from({ length: count }, (_, slot) => {
    const at = slot * arena.slotLen + HEADROOM;
    return {
      bytes: arena.memory.slice(at, at + arena.lengths[slot]!),
      virtio: arena.memory.slice(at - VIRTIO_LEN, at),
    };
  });
}

function isIpv4(bytes: Uint8Array): boolean {
  return bytes[0]! >>> 4 === 4;
}

/** What the kernel says for itself over a new link is IGMP and MLD. */
function isOurs({ bytes }: Offloaded): boolean {
  return isIpv4(bytes) ? bytes[9] === 17 : bytes[6] === 4;
}

/** Everything of ours that waits; the kernel has handed over before a write returns. */
function read(queue: NativeQueue, atOnce = 64): Offloaded[] {
  const packets: Offloaded[] = [];
  for (;;) {
    const batch = readBatch(queue, atOnce);
    if (batch.length === 0) return packets.filter(isOurs);
    packets.push(...batch);
  }
}

function complete(bytes: Uint8Array): Offloaded {
  return { bytes, virtio: new Uint8Array(VIRTIO_LEN) };
}

function tunnelled(inner: Uint8Array, hopLimit = 64): Uint8Array {
  return ipv6({ src: CE, dst: BR, hopLimit }, encapsulated(inner));
}

function segments(count: number, hopLimit: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const flags = i === count - 1 ? TCP.ack | TCP.psh : TCP.ack;
    const payload = tcp({ sport: 1232, dport: 80, seq: i * 1400, flags, data: pattern(1400, i) });
    return tunnelled(ipv4({ src: "192.0.2.18", dst: "198.51.100.2", id: i }, payload), hopLimit);
  });
}

function datagrams(sizes: readonly number[], hopLimit: number): Uint8Array[] {
  return sizes.map((size, i) => {
    const payload = udp({ sport: 1232, dport: 53, data: pattern(size, i) });
    return tunnelled(ipv4({ src: "192.0.2.18", dst: "198.51.100.2", id: i }, payload), hopLimit);
  });
}

/** The header length is a hint, and the kernel's own says how much of the packet lies in one piece. */
function withoutHint(virtio: Uint8Array): Uint8Array {
  return virtio.with(2, 0).with(3, 0);
}

const TRAINS = [
  { name: "three segments", make: (hops: number) => joined(segments(3, hops)) },
  { name: "forty segments", make: (hops: number) => joined(segments(40, hops)) },
  { name: "datagrams", make: (hops: number) => joined(datagrams([1400, 1400, 3], hops)) },
  { name: "one packet", make: (hops: number) => complete(segments(1, hops)[0]!) },
];

test("what comes out of a tunnel is read as the kernel has it, super-packets whole", async (t) => {
  const { source, queues, intakes, fd } = open(t);
  const wake = native.createWake();
  t.teardown(() => native.close(wake));
  for (const { name, make } of TRAINS) {
    t.equal(writeOffloaded(source, make(64)), 0, `${name}: written`);
    t.equal(native.wait(fd, wake, LIMIT_MS, intakes[0]!), READABLE);
    const [got, ...more] = read(queues[0]!);
    const expected = make(63);
    t.equal(hexDiff(expected.bytes, got?.bytes ?? new Uint8Array()), "", `${name}: every byte`);
    t.same(withoutHint(got!.virtio), withoutHint(expected.virtio), `${name}: its virtio header`);
    t.same(more, [], `${name}: nothing else`);
  }
  t.same(read(queues[0]!), [], "then nothing of ours waits");
  let waits = READABLE;
  for (let i = 0; i < 20 && waits !== 0; i++) {
    t.same(read(queues[0]!), []);
    waits = native.wait(fd, wake, 0, intakes[0]!);
  }
  t.equal(waits, 0, "and nothing of the kernel's, once that was read");
});

test("IPv4 comes by the queue, and neither side keeps the other waiting", async (t) => {
  const { source, queues } = open(t);
  const plain = (i: number): Uint8Array =>
    ipv4({ src: "198.51.100.2", dst: "10.77.0.2", id: i }, udp({ sport: 53, dport: 9 }));
  ip("route", "del", "10.77.0.0/24", "dev", "t1");
  writeFileSync("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
  writeFileSync("/proc/sys/net/ipv4/conf/t1/rp_filter", "0");
  // What the kernel said before the classifiers were there came by the queue, IPv6 as well.
  read(queues[0]!);
  for (let i = 0; i < 20; i++) {
    t.equal(writeOffloaded(source, complete(datagrams([100], 64)[0]!)), 0);
    t.equal(writeOffloaded(source, complete(plain(i))), 0);
  }
  const first = readBatch(queues[0]!, 8);
  t.equal(first.length, 8);
  t.equal(first.filter(({ bytes }) => isIpv4(bytes)).length, 4, "half of a batch each");
  const all = [...first.filter(isOurs), ...read(queues[0]!, 7)];
  t.equal(all.length, 40, "and nothing is lost");
});

test("several intakes share the flows, each in order", async (t) => {
  const { source, queues } = open(t, 2);
  const count = 64;
  for (let i = 0; i < count; i++) {
    const payload = udp({ sport: 1024 + (i % 16), dport: 53, data: pattern(20) });
    const inner = ipv4({ src: "192.0.2.18", dst: "198.51.100.2", id: i }, payload);
    t.equal(writeOffloaded(source, complete(tunnelled(inner))), 0);
  }
  const got = queues.map((queue) =>
    read(queue).map(({ bytes }) => ({ id: bytes[45]!, port: bytes[61]! })),
  );
  t.equal(got.flat().length, count);
  t.ok(
    got.every((packets) => packets.length > 0),
    `${got.map((packets) => packets.length)}`,
  );
  for (const packets of got) {
    t.same(
      packets,
      packets.toSorted((a, b) => a.id - b.id),
    );
  }
  const [one, other] = got.map((packets) => new Set(packets.map(({ port }) => port)));
  t.same(
    [...one!].filter((port) => other!.has(port)),
    [],
    "a flow is in one of them",
  );
});

test("what a full intake cannot take is counted", async (t) => {
  const { source, intakes, queues } = open(t);
  const count = 400;
  for (let i = 0; i < count; i++) writeOffloaded(source, joined(segments(40, 64)));
  const drops = native.intakeDrops(intakes[0]!);
  const lost = count - read(queues[0]!).length;
  t.ok(lost > 0, `${lost} lost`);
  // The kernel's own word may have been among them.
  t.ok(drops >= lost && drops <= lost + 3, `${drops} counted`);
  t.equal(native.intakeDrops(intakes[0]!), 0, "since it was last asked");
});

test("without the classifier that ends its way a packet is still handed over once", async (t) => {
  const { source, queues } = open(t);
  execFileSync("tc", ["filter", "del", "dev", "t0", "ingress"]);
  t.equal(writeOffloaded(source, joined(segments(3, 64))), 0);
  t.equal(read(queues[0]!).length, 1);
  t.equal(native.findClassifier("t0", true), 0);
  t.not(native.findClassifier("t0", false), 0);
});

test("a device that goes down and up again has its intake still", async (t) => {
  const { source, queues } = open(t);
  ip("link", "set", "dev", "t0", "down");
  t.same(read(queues[0]!), []);
  ip("link", "set", "dev", "t0", "up");
  ip("route", "add", BR, "dev", "t0");
  t.equal(writeOffloaded(source, joined(segments(3, 64))), 0);
  t.equal(read(queues[0]!).length, 1);
});

test("both classifiers go together, and what is wrong is refused", async (t) => {
  const before = readdirSync("/proc/self/fd").length;
  const { fd } = openUp("t0", { name: "offloads", vnetHdr: true, offloads: ALL_OFFLOADS });
  t.equal(native.attachClassifier("t0", false), true);
  t.equal(native.attachClassifier("t0", true), false);
  t.equal(native.detachClassifier("t0", true), 0);
  t.equal(execFileSync("tc", ["qdisc", "show", "dev", "t0", "clsact"], { encoding: "utf8" }), "");
  const refusals: [unknown[], string, string][] = [
    [["nobody", 1], "ENODEV", "if_nametoindex"],
    [["t0", 0], "EINVAL", "name"],
    [["t0", 257], "EINVAL", "name"],
    [["t0"], "EINVAL", "name"],
  ];
  for (const [args, code, syscall] of refusals) {
    const call = (): unknown => Reflect.apply(native.openIntakes, native, args);
    t.throws(call, { code, syscall }, JSON.stringify(args));
  }
  t.equal(native.intakeDrops(0x7fffffff), -9);
  t.equal(Reflect.apply(native.intakeDrops, native, []), -22);
  const lengths = new Uint32Array(1);
  const arena = new Uint8Array(2048);
  t.equal(native.readBatch(fd, false, arena, 2048, 256, lengths, 1, fd), -22, "without headers");
  t.equal(native.close(fd), 0);
  t.equal(readdirSync("/proc/self/fd").length, before, "no descriptor stays open");
});
