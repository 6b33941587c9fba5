/**
 * Cuts TCP and UDP super-packets of IPv4 inside IPv6 into what they stand for, on their way to a device that cannot, without
 * touching their payload: a segment is headers of its own here and a part of the super-packet where that lies. Its checksum
 * is partial, so that nobody here sums the payload either. Other packets pass as they are.
 */
import { writeSegmentHeaders } from "../translate/fragment/segment.js";
import { MAX_SEGMENTS } from "../translate/offload.js";
import { fold } from "../wire/checksum.js";
import * as ipv6 from "../wire/ipv6.js";
import * as tcp from "../wire/tcp.js";
import * as udp from "../wire/udp.js";
import * as virtio from "../wire/virtio.js";
import type { PieceList, WriteList } from "./queue.js";

/** Of a head: a virtio header, one of IPv6, and those of IPv4 and TCP with all options that they can have. */
const HEAD_LEN = virtio.VNET_HEADER_LEN + ipv6.HEADER_LEN + 60 + 60;

export class Cutter implements PieceList {
  readonly starts = new Uint32Array(MAX_SEGMENTS);
  readonly ends = new Uint32Array(MAX_SEGMENTS);
  readonly heads = new Uint8Array(MAX_SEGMENTS * HEAD_LEN);
  readonly headSlotLen = HEAD_LEN;
  readonly headLens = new Uint32Array(MAX_SEGMENTS);
  readonly #headView = new DataView(this.heads.buffer);
  memory: Uint8Array;
  #view: DataView;
  #count = 0;
  #whole = 0;

  constructor(memory: Uint8Array) {
    this.memory = memory;
    this.#view = new DataView(memory.buffer, memory.byteOffset);
  }

  get count(): number {
    return this.#count;
  }

  /** Pieces that are packets of the list; all behind them are of the one that was cut. */
  get whole(): number {
    return this.#whole;
  }

  /** Takes the packets of a list from `first` on, up to one that is cut. Returns the first that it has not taken. */
  take({ outStarts, outEnds, outCount }: WriteList, first: number): number {
    this.#count = 0;
    let next = first;
    while (next < outCount && this.#count < MAX_SEGMENTS) {
      const at = outStarts[next]!;
      const end = outEnds[next]!;
      if (isToBeCut(this.#view, at)) {
        if (this.#count > 0) break;
        this.#whole = 0;
        this.#cut(at, end);
        return next + 1;
      }
      this.starts[this.#count] = at;
      this.ends[this.#count] = end;
      this.headLens[this.#count] = 0;
      this.#count++;
      next++;
    }
    this.#whole = this.#count;
    return next;
  }

  #cut(at: number, end: number): void {
    const view = this.#view;
    const heads = this.#headView;
    const gsoSize = virtio.gsoSize(view, at);
    const isTcp = (virtio.gsoType(view, at) & ~virtio.GSO_ECN) !== virtio.GSO_UDP_L4;
    const transportAt = virtio.csumStart(view, at);
    const headersEnd =
      transportAt + (isTcp ? tcp.headerLen(view, at + transportAt) : udp.HEADER_LEN);
    const checksumOffset = isTcp ? tcp.OFF_CHECKSUM : udp.OFF_CHECKSUM;
    const superLen = end - at;
    const count = Math.max(1, Math.ceil((superLen - headersEnd) / gsoSize));
    this.#repeatHead(at, headersEnd, count);
    for (let i = 0; i < count; i++) {
      const from = headersEnd + i * gsoSize;
      const to = Math.min(from + gsoSize, superLen);
      const head = i * HEAD_LEN + virtio.VNET_HEADER_LEN;
      const headEnd = head + headersEnd + to - from;
      writeSegmentHeaders(
        heads,
        head,
        head + ipv6.HEADER_LEN,
        head + transportAt,
        headEnd,
        i,
        i === count - 1,
        gsoSize,
        isTcp,
      );
      // The sum of the pseudo header, which is `missing` bytes shorter.
      const fieldAt = head + transportAt + checksumOffset;
      const missing = superLen - (headersEnd + to - from);
      heads.setUint16(fieldAt, fold(heads.getUint16(fieldAt) + 0xffff - missing));
      this.starts[i] = at + from;
      this.ends[i] = at + to;
      this.headLens[i] = virtio.VNET_HEADER_LEN + headersEnd;
    }
    this.#count = count;
  }

  /** The headers of the super-packet, `count` times, for packets that are whole but for their checksum. */
  #repeatHead(at: number, headersEnd: number, count: number): void {
    const { heads } = this;
    const view = this.#view;
    const from = at - virtio.VNET_HEADER_LEN;
    const len = virtio.VNET_HEADER_LEN + headersEnd;
    for (let i = 0; i < len; i++) heads[i] = view.getUint8(from + i);
    const start = virtio.csumStart(view, at);
    const offset = virtio.csumOffset(view, at);
    const first = virtio.VNET_HEADER_LEN;
    virtio.write(
      this.#headView,
      first,
      virtio.FLAG_NEEDS_CSUM,
      virtio.GSO_NONE,
      0,
      0,
      start,
      offset,
    );
    for (let done = 1; done < count; done *= 2) {
      heads.copyWithin(done * HEAD_LEN, 0, Math.min(done, count - done) * HEAD_LEN);
    }
  }
}

function isToBeCut(view: DataView, at: number): boolean {
  return (
    virtio.gsoType(view, at) !== virtio.GSO_NONE &&
    view.getUint8(at) >>> 4 === 6 &&
    ipv6.nextHeader(view, at) === ipv6.NEXT_IPV4
  );
}
