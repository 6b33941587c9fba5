/** What the fragment code works on in tests: frames without tail room, a packet as read, an output in memory. */
import type { Output } from "../../src/translate/output.js";
import { HEADROOM } from "../../src/translate/output.js";
import {
  KIND_ECHO,
  KIND_PORTLESS,
  KIND_REST,
  KIND_TCP,
  KIND_UDP,
  Packet,
} from "../../src/translate/packet.js";
import { isIpv6, parseFragment } from "./fragments.js";

export const SLOT_LEN = 66048;
const VIRTIO_LEN = 10;

/** A frame with the packet behind HEADROOM bytes of 0xa5 and nothing after it, so that over-reads throw. */
export function frameOf(bytes: Uint8Array): DataView {
  const memory = new Uint8Array(HEADROOM + bytes.length).fill(0xa5);
  memory.set(bytes, HEADROOM);
  return new DataView(memory.buffer);
}

/** What a reader of headers would say of the packet behind HEADROOM; ICMPv6 counts as 1. */
export function packetOf(bytes: Uint8Array): Packet {
  const packet = new Packet();
  const fields = parseFragment(bytes);
  const fixed = isIpv6(bytes) ? 40 : (bytes[0]! & 0xf) * 4;
  const next = fields?.next ?? bytes[isIpv6(bytes) ? 6 : 9]!;
  packet.at = HEADROOM;
  packet.outerAt = HEADROOM;
  packet.end = HEADROOM + bytes.length;
  packet.len = bytes.length;
  packet.segmentLen = bytes.length;
  packet.transportAt = HEADROOM + fixed + (isIpv6(bytes) && fields !== null ? 8 : 0);
  packet.protocol = next === 58 ? 1 : next;
  packet.kind = kindOf(packet.protocol, fields?.offset ?? 0);
  if (fields !== null) {
    packet.isFragment = true;
    packet.fragmentOffset = fields.offset;
    packet.moreFragments = fields.more;
    packet.identification = fields.id;
  }
  return packet;
}

function kindOf(protocol: number, offset: number): number {
  if (offset > 0) return KIND_REST;
  if (protocol === 6) return KIND_TCP;
  if (protocol === 17) return KIND_UDP;
  return protocol === 1 ? KIND_ECHO : KIND_PORTLESS;
}

export function bytesAt(frame: DataView, at: number, end: number): Uint8Array {
  return new Uint8Array(frame.buffer, frame.byteOffset + at, end - at).slice();
}

/**
 * Slot 0 is the input's; the others are lent in turn, filled with 0xa5. What was emitted is read when somebody
 * asks, as it is when a batch is written, so that packets that run into each other show.
 */
export class MemoryOutput implements Output {
  readonly frames: DataView[];
  borrowed = 0;
  readonly #queued: { frame: DataView; at: number; end: number }[] = [];

  constructor(slots = 4) {
    this.frames = Array.from({ length: slots }, () => new DataView(new ArrayBuffer(SLOT_LEN)));
  }

  get emitted(): Uint8Array[] {
    return this.#queued.map(({ frame, at, end }) => bytesAt(frame, at, end));
  }

  /** Virtio headers of what was emitted. */
  get virtio(): Uint8Array[] {
    return this.#queued.map(({ frame, at }) => bytesAt(frame, at - VIRTIO_LEN, at));
  }

  /** Puts a packet into slot 0 and returns its offset. */
  put(bytes: Uint8Array): number {
    this.frames[0] = frameOf(bytes);
    return HEADROOM;
  }

  emit(slot: number, at: number, end: number): void {
    this.#queued.push({ frame: this.frames[slot]!, at, end });
  }

  borrow(): number {
    const slot = 1 + (this.borrowed++ % (this.frames.length - 1));
    new Uint8Array(this.frames[slot]!.buffer).fill(0xa5);
    return slot;
  }
}
