import "./own-namespace.js";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "tap";
import { HEADROOM } from "../../src/pipeline/packet-io.js";
import { Arena } from "../../src/tun/arena.js";
import { NativeQueue } from "../../src/tun/queue.js";
import { ipv4, pattern, udp } from "../support/packet-builder.js";
import { slowChecksum } from "../support/slow-checksum.js";
import { HOST, ip, MODES, type Mode, native, openUp, PEER, send, udpSocket } from "./device.js";

const EIO = 5;
const EINVAL = 22;
const VNET_HEADER_LEN = 10;
const NEEDS_CSUM = 1;
const UDP_CSUM_OFFSET = 6;
const FILL = 0xa5;

interface Opened {
  readonly fd: number;
  readonly queue: NativeQueue;
  readonly arena: Arena;
}

function open(mode: Mode, slots = 8, slotLen?: number): Opened {
  const { fd, offloads } = openUp("t0", mode);
  const arena = new Arena(slots, slotLen);
  arena.memory.fill(FILL);
  return { fd, queue: new NativeQueue(native, fd, mode.vnetHdr, offloads), arena };
}

/** One batch, as soon as there is one. */
async function readSome(opened: Opened): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const count = opened.queue.readBatch(opened.arena, opened.arena.slots);
    if (count !== 0) return count;
    await sleep(5);
  }
  throw new Error("nothing to read within a second");
}

function packetOf({ arena }: Opened, slot: number): Uint8Array {
  const start = slot * arena.slotLen + HEADROOM;
  return arena.memory.slice(start, start + arena.lengths[slot]!);
}

function headerOf({ arena }: Opened, slot: number): Uint8Array {
  const end = slot * arena.slotLen + HEADROOM;
  return arena.memory.slice(end - VNET_HEADER_LEN, end);
}

/** A packet as the kernel would have made it, its identification (which we cannot know) taken over. */
function expected(read: Uint8Array, sport: number, dport: number, data: Uint8Array): Uint8Array {
  const id = new DataView(read.buffer).getUint16(4);
  return ipv4({ src: HOST, dst: PEER, id }, udp({ sport, dport, data }));
}

/** The packet with its partial UDP checksum completed as a network card does it. */
function completed(packet: Uint8Array, start: number): Uint8Array {
  const whole = packet.slice();
  const sum = slowChecksum(whole.subarray(start));
  new DataView(whole.buffer).setUint16(start + UDP_CSUM_OFFSET, sum === 0 ? 0xffff : sum);
  return whole;
}

function partialChecksumHeader(start: number): Uint8Array {
  return Uint8Array.of(NEEDS_CSUM, 0, 0, 0, 0, 0, start, 0, UDP_CSUM_OFFSET, 0);
}

const SIZES = [0, 1, 18, 333, 1472];

for (const mode of MODES) {
  test(`a batch of UDP packets, byte for byte: ${mode.name}`, async (t) => {
    const opened = open(mode);
    const socket = await udpSocket(4000);
    t.teardown(() => {
      socket.close();
      native.close(opened.fd);
    });
    for (const size of SIZES) await send(socket, pattern(size, size), 5000 + size);
    t.equal(await readSome(opened), SIZES.length, "all in one batch");
    t.equal(opened.queue.readBatch(opened.arena, 8), 0, "then nothing waits");

    const partial = mode.offloads !== 0;
    SIZES.forEach((size, slot) => {
      const read = packetOf(opened, slot);
      const header = partial ? partialChecksumHeader(20) : new Uint8Array(VNET_HEADER_LEN);
      t.same(headerOf(opened, slot), header, `virtio header of ${size} bytes`);
      const whole = partial ? completed(read, 20) : read;
      t.same(whole, expected(read, 4000, 5000 + size, pattern(size, size)), `${size} bytes`);
      const before = slot * opened.arena.slotLen;
      const untouched = opened.arena.memory.subarray(before, before + HEADROOM - VNET_HEADER_LEN);
      t.ok(
        untouched.every((byte) => byte === FILL),
        "nothing before the virtio header",
      );
      const after = opened.arena.memory[before + HEADROOM + read.length];
      t.equal(after, FILL, "nothing behind the packet");
    });
  });

  test(`written packets reach a socket: ${mode.name}`, async (t) => {
    const opened = open(mode);
    const socket = await udpSocket(4000);
    t.teardown(() => {
      socket.close();
      native.close(opened.fd);
    });
    const received: Buffer[] = [];
    socket.on("message", (data, from) => {
      t.equal(from.address, PEER);
      t.equal(from.port, 53);
      received.push(data);
    });
    const { arena } = opened;
    SIZES.forEach((size, slot) => {
      const packet = ipv4(
        { src: PEER, dst: HOST },
        udp({ sport: 53, dport: 4000, data: pattern(size) }),
      );
      // Above HEADROOM, as after a header has grown.
      const at = HEADROOM - 20;
      arena.memory.set(packet, slot * arena.slotLen + at);
      arena.memory.fill(0, slot * arena.slotLen + at - VNET_HEADER_LEN, slot * arena.slotLen + at);
      arena.emit(slot, at, at + packet.length);
    });
    const results = new Int32Array(arena.outCapacity).fill(-1);
    t.equal(opened.queue.writeBatch(arena, results), SIZES.length);
    t.same(
      [...results.subarray(0, SIZES.length)],
      SIZES.map(() => 0),
    );
    while (received.length < SIZES.length) await once(socket, "message");
    t.same(
      received.map((data) => data.length),
      SIZES,
    );
    t.ok(received.every((data) => Buffer.compare(data, pattern(data.length)) === 0));
  });

  test(`a refused packet has its errno and the others pass: ${mode.name}`, async (t) => {
    const opened = open(mode);
    t.teardown(() => native.close(opened.fd));
    const { arena } = opened;
    const good = ipv4({ src: PEER, dst: HOST }, udp({ sport: 53, dport: 4000 }));
    const put = (slot: number, packet: Uint8Array): void => {
      arena.memory.set(packet, slot * arena.slotLen + HEADROOM);
      arena.memory.fill(
        0,
        slot * arena.slotLen + HEADROOM - VNET_HEADER_LEN,
        slot * arena.slotLen + HEADROOM,
      );
      arena.emit(slot, HEADROOM, HEADROOM + packet.length);
    };
    put(0, good);
    put(
      1,
      Uint8Array.from(good, (byte, i) => (i === 0 ? 0x55 : byte)),
    );
    put(2, good);
    put(3, good);
    arena.outStarts[3] = arena.memory.length - 4;
    arena.outEnds[3] = arena.memory.length + 1;
    const results = new Int32Array(arena.outCapacity);
    t.equal(opened.queue.writeBatch(arena, results), 2);
    t.same([...results.subarray(0, 4)], [0, -EINVAL, 0, -EINVAL]);

    ip("link", "set", "dev", "t0", "down");
    t.equal(opened.queue.writeBatch(arena, results), 0);
    t.same([...results.subarray(0, 3)], [-EIO, -EINVAL, -EIO], "the device is down");
  });

  test(`a packet longer than its slot is cut to it: ${mode.name}`, async (t) => {
    const opened = open(mode, 2, HEADROOM + 100);
    const socket = await udpSocket(4000);
    t.teardown(() => {
      socket.close();
      native.close(opened.fd);
    });
    await send(socket, pattern(500), 5000);
    t.equal(await readSome(opened), 1);
    const packet = packetOf(opened, 0);
    t.equal(packet.length, 100);
    t.equal(new DataView(packet.buffer).getUint16(2), 528, "the IPv4 total length tells");
    const next = opened.arena.memory.subarray(opened.arena.slotLen);
    t.ok(
      next.every((byte) => byte === FILL),
      "the next slot is untouched",
    );
  });
}

test("a batch takes no more than was asked for", async (t) => {
  const opened = open(MODES[0]);
  const socket = await udpSocket(4000);
  t.teardown(() => {
    socket.close();
    native.close(opened.fd);
  });
  for (let i = 0; i < 5; i++) await send(socket, pattern(i), 5000);
  t.equal(opened.queue.readBatch(opened.arena, 2), 2);
  t.equal(opened.queue.readBatch(opened.arena, 2), 2);
  t.equal(opened.queue.readBatch(opened.arena, 2), 1);
  t.equal(opened.queue.readBatch(opened.arena, 0), 0);
});

test("a write with a wrong virtio header is refused", async (t) => {
  const opened = open(MODES[0]);
  t.teardown(() => native.close(opened.fd));
  const { arena } = opened;
  const packet = ipv4({ src: PEER, dst: HOST }, udp({ sport: 53, dport: 4000 }));
  arena.memory.set(packet, HEADROOM);
  arena.memory.set(partialChecksumHeader(200), HEADROOM - VNET_HEADER_LEN);
  arena.emit(0, HEADROOM, HEADROOM + packet.length);
  const results = new Int32Array(arena.outCapacity);
  t.equal(opened.queue.writeBatch(arena, results), 0);
  t.equal(results[0], -EINVAL);
});
