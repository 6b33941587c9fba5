/**
 * One domain's packet path behind one frame that is made anew for every packet: filled with 0xa5, with
 * headroom but no byte behind the packet, so that a read too far throws and a write too far shows.
 */
import { COUNTER_COUNT } from "../../src/counters.js";
import { compileRules, createNat44, createPipeline } from "../../src/pipeline/create.js";
import { HEADROOM, type PacketIo, type Pipeline } from "../../src/pipeline/packet-io.js";
import type { DomainSettings } from "../../src/pipeline/settings.js";
import { type Offloaded, VIRTIO_LEN } from "./offload.js";
import { seededRandom } from "./seeded-random.js";

const FILL = 0xa5;

export interface Judged {
  /** 0 or a drop code, as the pipeline returned it. */
  readonly verdict: number;
  /** What was emitted. */
  readonly output: readonly Offloaded[];
  /** What a pipeline must never do; empty when it kept its contract. */
  readonly problems: readonly string[];
}

interface Emitted {
  readonly slot: number;
  readonly at: number;
  readonly end: number;
}

class OneFrame implements PacketIo {
  readonly frames: DataView[] = [new DataView(new ArrayBuffer(HEADROOM))];
  emitted: Emitted[] = [];

  emit(slot: number, at: number, end: number): void {
    this.emitted.push({ slot, at, end });
  }
}

export class DomainUnderTest {
  readonly counters = new Float64Array(COUNTER_COUNT);
  readonly #io = new OneFrame();
  readonly #pipeline: Pipeline;

  constructor(settings: DomainSettings, seed = 1) {
    const random = seededRandom(seed);
    const nat44 = settings.role === "ce" ? createNat44(settings, random) : null;
    const table = compileRules(settings);
    this.#pipeline = createPipeline(settings, table, nat44, this.#io, this.counters, random);
  }

  /** Judges one packet; throws what the pipeline throws. */
  judge(packet: Uint8Array, nowMs: number, virtio: Uint8Array): Judged {
    const frame = new Uint8Array(HEADROOM + packet.length).fill(FILL);
    frame.set(virtio, HEADROOM - VIRTIO_LEN);
    frame.set(packet, HEADROOM);
    const before = frame.slice();
    this.#io.frames[0] = new DataView(frame.buffer);
    this.#io.emitted = [];
    const verdict = this.#pipeline.process(0, HEADROOM, frame.length, nowMs);
    const output = this.#io.emitted.map(({ at, end }) => ({
      bytes: frame.slice(at, end),
      virtio: frame.slice(at - VIRTIO_LEN, at),
    }));
    return { verdict, output, problems: this.#problems(verdict, before, frame) };
  }

  tick(nowMs: number): void {
    this.#pipeline.tick(nowMs);
  }

  #problems(verdict: number, before: Uint8Array, frame: Uint8Array): string[] {
    const { emitted } = this.#io;
    const first = emitted[0];
    if (verdict !== 0) {
      const problems = emitted.length > 0 ? ["dropped and emitted"] : [];
      return before.every((byte, i) => byte === frame[i])
        ? problems
        : [...problems, "dropped and changed"];
    }
    if (first === undefined || emitted.length !== 1) return [`emitted ${emitted.length} packets`];
    const problems: string[] = [];
    if (first.slot !== 0 || first.at < VIRTIO_LEN || first.end > frame.length) {
      problems.push(
        `emitted slot ${first.slot} [${first.at}, ${first.end}) of ${frame.length} bytes`,
      );
    }
    const untouched = Math.min(first.at - VIRTIO_LEN, HEADROOM - VIRTIO_LEN);
    if (!frame.subarray(0, untouched).every((byte) => byte === FILL))
      problems.push("wrote before the packet");
    return problems;
  }
}
