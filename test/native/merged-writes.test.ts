import "./own-namespace.js";
import { writeFileSync } from "node:fs";
import { test } from "tap";
import { HEADROOM } from "../../src/pipeline/packet-io.js";
import { Arena, SLOT_LEN } from "../../src/tun/arena.js";
import { CuttingQueue } from "../../src/tun/cutting-queue.js";
import { Merger } from "../../src/tun/merge.js";
import { NativeQueue } from "../../src/tun/queue.js";
import { byFlow } from "../support/flows.js";
import { finished, joined, type Offloaded, VIRTIO_LEN } from "../support/offload.js";
import {
  encapsulated,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  TCP,
  tcp,
  udp,
} from "../support/packet-builder.js";
import { ALL_OFFLOADS, ip, native, options } from "./device.js";

/*
 *   writes -> TUN t0 -> the kernel forwards -> TUN t1 -> reads
 *
 * t1 is an interface to leave by: with offloads it takes what was written whole, without any the kernel has to cut
 * and to complete it first, and both must be the packets that went into the writes, one hop on.
 */

const COUNT = 20;
const TTL = 64;
const LIMIT_MS = 5000;
const TCP_CHECKSUM_AT = 16;

const SOURCE4 = "198.51.100.1";
const DESTINATION4 = "192.0.2.18";
const SOURCE6 = "2001:db8:1::1";
const DESTINATION6 = "2001:db8:2::2";

interface Flow {
  readonly name: string;
  /** Leaves cut in any case: no virtio header of a reader describes it. */
  readonly isCut?: true;
  readonly packet: (index: number, ttl: number) => Uint8Array;
}

function four(id: number, df: boolean, payload: Payload): (ttl: number) => Uint8Array {
  return (ttl) => ipv4({ src: SOURCE4, dst: DESTINATION4, id, df, ttl }, payload);
}

function six(payload: Payload): (ttl: number) => Uint8Array {
  const ends = { src: SOURCE6, dst: DESTINATION6, flowLabel: 0x12345, trafficClass: 8 };
  return (hopLimit) => ipv6({ ...ends, hopLimit }, payload);
}

/** In the tunnel of MAP-E, whose hop the kernel counts. */
function tunnel(id: number, payload: Payload): (ttl: number) => Uint8Array {
  return six(encapsulated(four(id, false, payload)(TTL)));
}

/** Numbered by what `pattern()` begins with; the last one is shorter. */
function data(index: number, len: number): Uint8Array {
  return pattern(index === COUNT - 1 ? len - 5 : len, index);
}

function segment(index: number): Payload {
  const flags = index === COUNT - 1 ? TCP.ack | TCP.psh : TCP.ack;
  const options = Uint8Array.of(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2);
  const seq = (0xfffff000 + index * 1400) >>> 0;
  return tcp({ sport: 80, dport: 1232, seq, flags, options, data: data(index, 1400) });
}

function datagram(index: number, len: number): Payload {
  return udp({ sport: 53, dport: 1000 + len, data: data(index, len) });
}

const FLOWS: readonly Flow[] = [
  { name: "TCP over IPv4", packet: (i, ttl) => four(0xfff8 + i, true, segment(i))(ttl) },
  { name: "TCP over IPv6", packet: (i, ttl) => six(segment(i))(ttl) },
  { name: "TCP in a tunnel", isCut: true, packet: (i, ttl) => tunnel(0xfff8 + i, segment(i))(ttl) },
  ...[18, 512, 1399].flatMap((len) => [
    {
      name: `UDP over IPv4, ${len} bytes`,
      packet: (i: number, ttl: number) => four(7 + i, false, datagram(i, len))(ttl),
    },
    {
      name: `UDP over IPv6, ${len} bytes`,
      packet: (i: number, ttl: number) => six(datagram(i, len))(ttl),
    },
    {
      name: `UDP in a tunnel, ${len} bytes`,
      isCut: true as const,
      packet: (i: number, ttl: number) => tunnel(7 + i, datagram(i, len))(ttl),
    },
  ]),
];

const INDEXES = Array.from({ length: COUNT }, (_, i) => i);

function forward(family: "ipv4" | "ipv6", name: string, value: number): void {
  writeFileSync(`/proc/sys/net/${family}/${name}`, `${value}`);
}

interface Ends {
  readonly writer: NativeQueue;
  readonly reader: NativeQueue;
  readonly readerFd: number;
  close(): void;
}

function open(offloads: number, hasClassifier: boolean): Ends {
  const [t0, t1] = [0, offloads].map((bits, i) =>
    native.open(options(`t${i}`, { vnetHdr: true, offloads: bits })),
  );
  for (const [name, net4, net6] of [
    ["t0", `${SOURCE4}/32`, `${SOURCE6}/128`],
    ["t1", `${DESTINATION4}/32`, `${DESTINATION6}/128`],
  ] as const) {
    // Without an address of its own the kernel sends nothing by itself.
    ip("link", "set", "dev", name, "addrgenmode", "none");
    ip("link", "set", "dev", name, "mtu", "1500", "up");
    ip("route", "add", net4, "dev", name);
    ip("-6", "route", "add", net6, "dev", name);
  }
  if (hasClassifier) native.attachClassifier("t0", false);
  forward("ipv4", "ip_forward", 1);
  forward("ipv6", "conf/all/forwarding", 1);
  const queueOf = ({ fd, offloads: bits }: { fd: number; offloads: number }): NativeQueue =>
    new NativeQueue(native, fd, true, bits);
  return {
    writer: queueOf(t0!),
    reader: queueOf(t1!),
    readerFd: t1!.fd,
    close: () => {
      native.close(t0!.fd);
      native.close(t1!.fd);
    },
  };
}

/** The kernel says how many bytes of a super-packet are in one piece, where writers say how long its headers are. */
function withHeadersLen({ bytes, virtio }: Offloaded): Offloaded {
  if (virtio[1] === 0) return { bytes, virtio };
  const header = virtio.slice();
  const start = header[6]!;
  header.set([start + (header[8] === TCP_CHECKSUM_AT ? (bytes[start + 12]! >>> 4) * 4 : 8), 0], 2);
  return { bytes, virtio: header };
}

/** True for the kernel's own packets about multicast, which start with a hop-by-hop header. */
function isOwn(bytes: Uint8Array): boolean {
  return bytes[0]! >>> 4 === 6 && bytes[6] === 0;
}

function readAll({ reader, readerFd }: Ends, count: number): Offloaded[] {
  const arena = new Arena(64);
  const read: Offloaded[] = [];
  const wake = native.createWake();
  const until = Date.now() + LIMIT_MS;
  const packets = (): number => read.flatMap(finished).length;
  while (packets() < count && Date.now() < until) {
    native.wait(readerFd, wake, LIMIT_MS, -1);
    const got = reader.readBatch(arena, arena.slots);
    for (let slot = 0; slot < got; slot++) {
      const at = slot * arena.slotLen + HEADROOM;
      const bytes = arena.memory.slice(at, at + arena.lengths[slot]!);
      const virtio = arena.memory.slice(at - VIRTIO_LEN, at);
      if (!isOwn(bytes)) read.push(withHeadersLen({ bytes, virtio }));
    }
  }
  native.close(wake);
  return read;
}

for (const { name, offloads, hasClassifier } of [
  { name: "an interface that takes them whole", offloads: ALL_OFFLOADS, hasClassifier: true },
  { name: "an interface without offloads", offloads: 0, hasClassifier: true },
  { name: "without the classifier", offloads: ALL_OFFLOADS, hasClassifier: false },
  { name: "without classifier and offloads", offloads: 0, hasClassifier: false },
]) {
  test(`merged packets leave as they were: ${name}`, async (t) => {
    const ends = open(offloads, hasClassifier);
    t.teardown(() => ends.close());
    const arena = new Arena(COUNT * FLOWS.length, SLOT_LEN, true);
    // In turns, so that every write is made of packets from all over the batch.
    const packets = INDEXES.flatMap((i) => FLOWS.map(({ packet }) => packet(i, TTL)));
    packets.forEach((bytes, slot) => {
      arena.memory.set(bytes, slot * arena.slotLen + HEADROOM);
      arena.emit(slot, HEADROOM, HEADROOM + bytes.length);
    });
    const merger = new Merger(arena, true);
    merger.merge();
    t.equal(merger.outCount, FLOWS.length, "one write a flow");
    const results = new Int32Array(arena.outCapacity).fill(-1);
    // The merger does what it does for a device with the classifier, so that there is something to cut.
    const writer = hasClassifier ? ends.writer : new CuttingQueue(ends.writer, arena.memory);
    t.equal(writer.writeBatch(merger, results), FLOWS.length);

    const read = readAll(ends, packets.length);
    const expected = FLOWS.map(({ packet }) => INDEXES.map((i) => packet(i, TTL - 1)));
    if (offloads === 0) t.equal(read.length, packets.length, "each by itself");
    else {
      const whole = read.filter(({ virtio }) => virtio[1] !== 0);
      const expectedWhole = expected.filter((_, flow) => FLOWS[flow]!.isCut !== true);
      t.same(
        byFlow(whole.map(({ bytes }) => bytes)),
        byFlow(expectedWhole.map((flow) => joined(flow).bytes)),
      );
    }
    t.same(byFlow(read.flatMap(finished)), byFlow(expected.flat()));
  });
}
