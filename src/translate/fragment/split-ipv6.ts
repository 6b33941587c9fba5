/** Cuts an IPv6 packet into fragments (RFC 8200 §4.5). */
import * as ipv6 from "../../wire/ipv6.js";
import * as virtio from "../../wire/virtio.js";
import type { Output } from "../output.js";
import { copyBytes } from "./copy-bytes.js";
import { PiecePacker } from "./piece-packer.js";

/** Headers walked in search of the per-fragment ones; what stands behind them is payload. */
const MAX_EXTENSIONS = 8;

export class Ipv6Splitter {
  readonly #output: Output;
  readonly #pieces: PiecePacker;
  /** Scratch of `#findFragmentable()`: end of the per-fragment headers, and where the last names its next. */
  #payloadAt = 0;
  #nextHeaderAt = 0;

  constructor(output: Output) {
    this.#output = output;
    this.#pieces = new PiecePacker(output, virtio.VNET_HEADER_LEN);
  }

  /**
   * Emits the IPv6 packet in [at, end) of a slot in pieces of at most `mtu` bytes, 1280 or more, with virtio
   * headers of zeros. Its checksums are complete. A packet that fits goes out as it is. The first piece stays
   * in place, its headers eight bytes further forward where it gets a Fragment Header; a packet that has one
   * keeps its identification, another gets `identification`. The other pieces lie end to end in one borrowed
   * slot, or two, which a slot that was borrowed itself has to outlive. Returns how many packets were emitted.
   */
  split(slot: number, at: number, end: number, mtu: number, identification: number): number {
    const frame = this.#output.frames[slot]!;
    if (end - at <= mtu) {
      virtio.write(frame, at, 0, virtio.GSO_NONE, 0, 0, 0, 0);
      this.#output.emit(slot, at, end);
      return 1;
    }
    const newAt = this.#findFragmentable(frame, at, end)
      ? at
      : this.#insertFragmentHeader(frame, at, identification);
    return this.#cut(slot, newAt, end, mtu);
  }

  /** `at`: a packet with a Fragment Header right before `#payloadAt`. */
  #cut(slot: number, at: number, end: number, mtu: number): number {
    const frame = this.#output.frames[slot]!;
    const payloadAt = this.#payloadAt;
    const headerLen = payloadAt - at;
    const fragmentAt = payloadAt - ipv6.FRAGMENT_HEADER_LEN;
    const offset = ipv6.fragmentOffset(frame, fragmentAt);
    const more = ipv6.moreFragments(frame, fragmentAt);
    const room = mtu - headerLen;
    const firstEnd = payloadAt + (room & ~7);
    this.#finish(frame, at, headerLen, firstEnd - payloadAt, offset, true);
    this.#output.emit(slot, at, firstEnd);

    const pieces = this.#pieces;
    pieces.begin();
    let count = 1;
    let cursor = firstEnd;
    while (cursor < end) {
      const len = end - cursor <= room ? end - cursor : room & ~7;
      const pieceAt = pieces.place(headerLen + len);
      const pieceMore = cursor + len < end || more;
      copyBytes(frame, at, pieces.frame, pieceAt, headerLen);
      this.#finish(pieces.frame, pieceAt, headerLen, len, offset + cursor - payloadAt, pieceMore);
      copyBytes(frame, cursor, pieces.frame, pieceAt + headerLen, len);
      this.#output.emit(pieces.slot, pieceAt, pieceAt + headerLen + len);
      cursor += len;
      count++;
    }
    return count;
  }

  #finish(
    frame: DataView,
    at: number,
    headerLen: number,
    payloadLen: number,
    offset: number,
    more: boolean,
  ): void {
    virtio.write(frame, at, 0, virtio.GSO_NONE, 0, 0, 0, 0);
    ipv6.writePayloadLen(frame, at, headerLen - ipv6.HEADER_LEN + payloadLen);
    ipv6.writeFragment(frame, at + headerLen - ipv6.FRAGMENT_HEADER_LEN, offset, more);
  }

  /**
   * Finds the end of the headers that every fragment carries, the Fragment Header included; true when there
   * is one. The per-fragment headers end with Routing or Hop-by-Hop Options (RFC 8200 §4.5).
   */
  #findFragmentable(frame: DataView, at: number, end: number): boolean {
    let next = ipv6.nextHeader(frame, at);
    let cursor = at + ipv6.HEADER_LEN;
    this.#payloadAt = cursor;
    this.#nextHeaderAt = ipv6.nextHeaderAt(at);
    for (let i = 0; i < MAX_EXTENSIONS && ipv6.isExtension(next); i++) {
      const headerAt = cursor;
      if (end - headerAt < ipv6.MIN_EXTENSION_LEN) return false;
      cursor += ipv6.extensionLen(frame, headerAt, next);
      if (cursor > end) return false;
      if (next !== ipv6.NEXT_DESTINATION_OPTIONS) {
        this.#payloadAt = cursor;
        this.#nextHeaderAt = headerAt;
      }
      if (next === ipv6.NEXT_FRAGMENT) return true;
      next = frame.getUint8(headerAt);
    }
    return false;
  }

  /** Moves the per-fragment headers eight bytes forward and returns their new offset; the payload stays. */
  #insertFragmentHeader(frame: DataView, at: number, identification: number): number {
    const next = frame.getUint8(this.#nextHeaderAt);
    frame.setUint8(this.#nextHeaderAt, ipv6.NEXT_FRAGMENT);
    const newAt = at - ipv6.FRAGMENT_HEADER_LEN;
    copyBytes(frame, at, frame, newAt, this.#payloadAt - at);
    const fragmentAt = this.#payloadAt - ipv6.FRAGMENT_HEADER_LEN;
    ipv6.writeFragmentHeader(frame, fragmentAt, next, 0, false, identification);
    return newAt;
  }
}
