import "./own-namespace.js";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { test } from "tap";
import { COUNTER_COUNT, counterIndex } from "../../src/counters.js";
import type { Pipeline } from "../../src/pipeline/packet-io.js";
import { Arena } from "../../src/tun/arena.js";
import { BatchLoop } from "../../src/tun/batch-loop.js";
import { NativeQueue } from "../../src/tun/queue.js";
import { HOST, MODES, native, openUp, PEER } from "./device.js";

/*
 *   client 10.77.0.1 -> 10.77.0.2 --+
 *                                 TUN: source and destination swapped
 *   server 10.77.0.1 <- 10.77.0.2 --+
 *
 * Swapped addresses leave every checksum as it is, the partial ones too, so both ends of a connection
 * are sockets of this process and all its packets cross the addon twice.
 */

const BYTES = 4 * 1024 * 1024;
const MTU = 1500;
const PORT = 9000;
const GSO_TCPV4 = 1;
const LIMIT_MS = 20_000;

interface Seen {
  longest: number;
  superPackets: number;
}

/** Swaps the IPv4 addresses; notes what kinds of packets came. */
function reflector(arena: Arena, seen: Seen): Pipeline {
  return {
    process: (slot, at, end) => {
      const frame = arena.frames[slot]!;
      const source = frame.getUint32(at + 12);
      frame.setUint32(at + 12, frame.getUint32(at + 16));
      frame.setUint32(at + 16, source);
      seen.longest = Math.max(seen.longest, end - at);
      if ((frame.getUint8(at - 10 + 1) & 0x7f) === GSO_TCPV4) seen.superPackets++;
      arena.emit(slot, at, end);
      return 0;
    },
    tick: () => undefined,
    retire: () => undefined,
    observe: () => undefined,
  };
}

function payload(): Buffer {
  const data = Buffer.alloc(BYTES);
  for (let i = 0; i < BYTES; i += 4) data.writeUInt32BE(Math.imul(i, 2654435761) >>> 0, i);
  return data;
}

function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

async function received(server: Server): Promise<Buffer> {
  const [socket]: Socket[] = await once(server, "connection");
  const parts: Buffer[] = [];
  for await (const part of socket!) parts.push(part);
  socket!.destroy();
  return Buffer.concat(parts);
}

for (const mode of MODES) {
  test(`bulk TCP through the device: ${mode.name}`, { timeout: LIMIT_MS }, async (t) => {
    const { fd, offloads } = openUp("t0", mode);
    const arena = new Arena(64);
    const counters = new Float64Array(COUNTER_COUNT);
    const loop = new BatchLoop(
      new NativeQueue(native, fd, mode.vnetHdr, offloads),
      arena,
      counters,
      64,
    );
    const seen: Seen = { longest: 0, superPackets: 0 };
    loop.setPipeline(reflector(arena, seen));
    // The sockets share this thread, so the loop takes turns with them instead of waiting.
    const timer = setInterval(() => {
      while (loop.runOnce(0) > 0);
    }, 1);
    const server = createServer().listen(PORT, HOST);
    await once(server, "listening");
    const data = payload();
    const receiving = received(server);
    const client = connect({ port: PORT, host: PEER, localAddress: HOST });
    t.teardown(() => {
      client.destroy();
      clearInterval(timer);
      server.close();
      native.close(fd);
    });
    client.end(data);
    const got = await receiving;

    t.equal(got.length, BYTES);
    t.equal(sha256(got), sha256(data));
    if (mode.offloads === 0) {
      t.ok(seen.longest <= MTU, `longest packet ${seen.longest}`);
      t.equal(seen.superPackets, 0);
    } else {
      t.ok(seen.longest > 8 * MTU, `longest packet ${seen.longest}`);
      t.ok(seen.superPackets > 10, `${seen.superPackets} super-packets`);
    }
    const at = (name: Parameters<typeof counterIndex>[0]): number => counters[counterIndex(name)]!;
    t.equal(at("out_ipv4_packets"), at("in_ipv4_packets"), "the kernel took every packet");
    t.equal(at("out_ipv4_bytes"), at("in_ipv4_bytes"));
    t.ok(at("in_ipv4_bytes") > BYTES);
    t.equal(at("in_ipv6_packets"), 0);
    t.equal(at("tun_read_errors"), 0);
  });
}
