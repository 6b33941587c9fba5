/** Packets through the merging of one batch: what is written, and the packets that the writes stand for. */
import { HEADROOM } from "../../src/pipeline/packet-io.js";
import { Arena, SLOT_LEN } from "../../src/tun/arena.js";
import { CuttingQueue } from "../../src/tun/cutting-queue.js";
import { MemoryQueue } from "../../src/tun/memory-queue.js";
import { Merger } from "../../src/tun/merge.js";
import { finishedBy, type Offloaded, VIRTIO_LEN } from "./offload.js";

/** A packet of the batch; `spare`: it lies in a spare slot, as one that was made here. */
export interface Queued extends Offloaded {
  readonly spare?: boolean;
}

const SLOTS = 64;
/** Slots as long as the real ones for packets as long as the real ones; made once, the second for a device with the classifier. */
const [plain, classifying] = [false, true].map((cuts) => new Arena(SLOTS, SLOT_LEN, cuts));

export function asWhole(bytes: Uint8Array): Queued {
  return { bytes, virtio: new Uint8Array(VIRTIO_LEN) };
}

function put(arena: Arena, { bytes, virtio, spare = false }: Queued, slot: number): void {
  const at = HEADROOM - 20;
  const place = spare ? arena.borrow() : slot;
  const base = place * arena.slotLen;
  arena.memory.fill(0xa5, base, base + at + bytes.length + 2048);
  arena.memory.set(virtio, base + at - VIRTIO_LEN);
  arena.memory.set(bytes, base + at);
  arena.family = bytes[0]! >>> 4;
  arena.emit(place, at, at + bytes.length);
}

/** What `merger` makes of a batch of at most 64 packets, as a queue would get it. */
export function writesOf(merger: Merger): Offloaded[] {
  return Array.from({ length: merger.outCount }, (_, i) => {
    const start = merger.outStarts[i]!;
    return {
      bytes: merger.memory.slice(start, merger.outEnds[i]!),
      virtio: merger.memory.slice(start - VIRTIO_LEN, start),
    };
  });
}

/** The same as a queue gets it whose device has no classifier; where there is one, `merger` may have made what is to be cut. */
export function cutWritesOf(merger: Merger): Offloaded[] {
  const queue = new MemoryQueue(0, true);
  const results = new Int32Array(merger.outCount);
  const taken = new CuttingQueue(queue, merger.memory).writeBatch(merger, results);
  if (taken !== merger.outCount) throw new Error(`${taken} of ${merger.outCount} were written`);
  return queue.written.map(({ packet, header }) => ({ bytes: packet, virtio: header }));
}

export function merge(packets: readonly Queued[], hasClassifier = false): Merger {
  const arena = (hasClassifier ? classifying : plain)!;
  if (packets.length > SLOTS) throw new Error(`more than ${SLOTS} packets`);
  arena.reset();
  for (const [slot, packet] of packets.entries()) put(arena, packet, slot);
  const merger = new Merger(arena, true);
  merger.merge();
  return merger;
}

/** All packets as they leave a machine whose device has the classifier. */
export function allFinished(written: readonly Offloaded[]): Uint8Array[] {
  return written.flatMap((packet) => finishedBy(packet, true));
}
