/** The classes that follow fragments, fed with bytes, and what becomes of them in words. */

import { seededRandom } from "../../src/explain/seeded-random.js";
import { FragmentKey } from "../../src/translate/fragment/fragment-key.js";
import {
  DEFAULT_FRAGMENT_LIMITS,
  type FragmentLimits,
} from "../../src/translate/fragment/limits.js";
import { PortCache, type PortCacheOptions } from "../../src/translate/fragment/port-cache.js";
import { Reassembler } from "../../src/translate/fragment/reassembler.js";
import { COMPLETE, HELD, PORTS_KNOWN, REASSEMBLE } from "../../src/translate/fragment/results.js";
import { HEADROOM } from "../../src/translate/output.js";
import { Packet } from "../../src/translate/packet.js";
import { DROPS } from "../../src/verdict.js";
import { bytesAt, frameOf, MemoryOutput, packetOf, SLOT_LEN } from "./fragment-frames.js";
import { isIpv6 } from "./fragments.js";

/** A port cache, fed with fragments. */
export class PortCacheBench {
  readonly lost: string[] = [];
  readonly cache: PortCache;
  readonly #key = new FragmentKey();

  constructor(limits: Partial<FragmentLimits> = {}, options?: PortCacheOptions) {
    const events = {
      lost: (code: number, family: number) => void this.lost.push(`${nameOf(code)} ${family}`),
    };
    const all = { ...DEFAULT_FRAGMENT_LIMITS, ...limits };
    this.cache = new PortCache(all, events, seededRandom(1), options);
  }

  /** "held", the ports (and identification, where it is a new one), or the reason of a drop. */
  feed(bytes: Uint8Array, nowMs = 0): string {
    const frame = frameOf(bytes);
    const packet = packetOf(bytes);
    if (isIpv6(bytes)) this.#key.setIpv6(frame, packet, packet.protocol);
    else this.#key.setIpv4(frame, packet);
    const result = this.cache.learn(frame, packet, this.#key, nowMs);
    const unchanged = Buffer.from(frame.buffer).equals(Buffer.from(frameOf(bytes).buffer));
    if (!unchanged) throw new Error("learn() wrote into the frame");
    if (result === HELD) return "held";
    return this.#describe(result, packet);
  }

  /** Fragments handed back, each with its ports. */
  take(): [Uint8Array, string][] {
    const taken: [Uint8Array, string][] = [];
    while (this.cache.hasReady) {
      const frame = new DataView(new Uint8Array(SLOT_LEN).fill(0xa5).buffer);
      const len = this.cache.takeHeld(frame, HEADROOM);
      const packet = new Packet();
      const result = this.cache.resume(packet);
      const virtio = bytesAt(frame, HEADROOM - 10, HEADROOM);
      if (virtio.some((byte) => byte !== 0)) throw new Error("virtio header is not zero");
      if (frame.getUint8(HEADROOM + len) !== 0xa5) throw new Error("wrote behind the fragment");
      taken.push([bytesAt(frame, HEADROOM, HEADROOM + len), this.#describe(result, packet)]);
    }
    return taken;
  }

  #describe(result: number, packet: Packet): string {
    if (result !== PORTS_KNOWN && result !== REASSEMBLE) return nameOf(result);
    const { identification } = this.cache;
    const ports = portsOf(packet) + (identification < 0 ? "" : ` as ${identification}`);
    return result === REASSEMBLE ? `reassemble ${ports}` : ports;
  }
}

/** A reassembler, fed with fragments. */
export class ReassemblerBench {
  readonly output = new MemoryOutput();
  readonly lost: string[] = [];
  readonly timedOut: Uint8Array[] = [];
  readonly reassembler: Reassembler;
  readonly #key = new FragmentKey();

  constructor(limits: Partial<FragmentLimits> = {}) {
    const events = {
      lost: (code: number, family: number) => void this.lost.push(`${nameOf(code)} ${family}`),
      timedOut: (slot: number, at: number, end: number) =>
        void this.timedOut.push(bytesAt(this.output.frames[slot]!, at, end)),
    };
    const all = { ...DEFAULT_FRAGMENT_LIMITS, ...limits };
    this.reassembler = new Reassembler(this.output, all, events, seededRandom(1));
  }

  /** The whole packet, "held", or the reason of a drop. */
  feed(bytes: Uint8Array, nowMs = 0): Uint8Array | string {
    const frame = frameOf(bytes);
    const packet = packetOf(bytes);
    if (isIpv6(bytes)) this.#key.setIpv6(frame, packet, 0);
    else this.#key.setIpv4(frame, packet);
    const result = this.reassembler.add(frame, packet, this.#key, nowMs);
    const unchanged = Buffer.from(frame.buffer).equals(Buffer.from(frameOf(bytes).buffer));
    if (!unchanged) throw new Error("add() wrote into the frame");
    if (result === HELD) return "held";
    if (result !== COMPLETE) return nameOf(result);
    const { slot, at, end } = this.reassembler;
    const out = this.output.frames[slot]!;
    if (out.getUint8(end) !== 0xa5) throw new Error("wrote behind the packet");
    if (bytesAt(out, at - 10, at).some((b) => b !== 0)) throw new Error("virtio is not zero");
    return bytesAt(out, at, end);
  }
}

/** The name of a drop reason. */
export function nameOf(code: number): string {
  return DROPS.find((row) => row.code === code)?.name ?? `result ${code}`;
}

function portsOf(packet: Packet): string {
  const same = packet.newSourcePort === packet.sourcePort;
  if (!same || packet.newDestinationPort !== packet.destinationPort) return "new ports differ";
  return `${packet.sourcePort} ${packet.destinationPort}`;
}
