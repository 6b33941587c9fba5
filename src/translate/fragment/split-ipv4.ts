/** Cuts an IPv4 packet into fragments (RFC 791 §3.2). */
import * as ipv4 from "../../wire/ipv4.js";
import * as virtio from "../../wire/virtio.js";
import type { Output } from "../output.js";
import { copyBytes } from "./copy-bytes.js";
import { PiecePacker } from "./piece-packer.js";

const OPTION_END = 0;
const OPTION_NOP = 1;
/** Set in the type of an option that every fragment carries (RFC 791 §3.1). */
const FLAG_COPIED = 0x80;

export class Ipv4Splitter {
  readonly #output: Output;
  readonly #pieces: PiecePacker;

  /** `headroom`: bytes free before each piece, its virtio header among them; more where one is encapsulated. */
  constructor(output: Output, headroom: number = virtio.VNET_HEADER_LEN) {
    this.#output = output;
    this.#pieces = new PiecePacker(output, headroom);
  }

  /**
   * Emits the IPv4 packet in [at, end) of a slot in pieces of at most `mtu` bytes, 68 or more, with virtio
   * headers of zeros. It may be a fragment; its checksums are complete and its identification is what it is
   * to be. The first piece stays in place. The others lie end to end in one borrowed slot, rarely two, so
   * a slot that was borrowed itself has to outlive these. Returns how many packets were emitted.
   */
  split(slot: number, at: number, end: number, mtu: number): number {
    const frame = this.#output.frames[slot]!;
    virtio.write(frame, at, 0, virtio.GSO_NONE, 0, 0, 0, 0);
    if (end - at <= mtu) {
      this.#output.emit(slot, at, end);
      return 1;
    }
    const headerLen = ipv4.headerLen(frame, at);
    const offset = ipv4.fragmentOffset(frame, at);
    const more = ipv4.moreFragments(frame, at);
    const payloadAt = at + headerLen;
    const firstEnd = payloadAt + ((mtu - headerLen) & ~7);
    ipv4.writeFragment(frame, at, offset, true);
    ipv4.writeTotalLen(frame, at, firstEnd - at);
    this.#output.emit(slot, at, firstEnd);

    const pieces = this.#pieces;
    pieces.begin();
    let count = 1;
    let cursor = firstEnd;
    while (cursor < end) {
      // The header may turn out shorter where options stay behind, and a piece's payload never longer.
      const pieceAt = pieces.place(Math.min(mtu, headerLen + end - cursor));
      const laterLen = writeLaterHeader(frame, at, headerLen, pieces.frame, pieceAt);
      const room = mtu - laterLen;
      const len = end - cursor <= room ? end - cursor : room & ~7;
      const isLast = cursor + len === end;
      this.#finish(pieceAt, laterLen + len, offset + cursor - payloadAt, !isLast || more);
      copyBytes(frame, cursor, pieces.frame, pieceAt + laterLen, len);
      this.#output.emit(pieces.slot, pieceAt, pieceAt + laterLen + len);
      cursor += len;
      count++;
    }
    return count;
  }

  #finish(at: number, totalLen: number, offset: number, more: boolean): void {
    const { frame } = this.#pieces;
    virtio.write(frame, at, 0, virtio.GSO_NONE, 0, 0, 0, 0);
    ipv4.writeTotalLen(frame, at, totalLen);
    ipv4.writeFragment(frame, at, offset, more);
    ipv4.writeChecksum(frame, at);
  }
}

/**
 * Copies the header at `at` with those of its options that later fragments carry, too. Returns its length;
 * fields that differ, and the checksum, are the caller's.
 */
function writeLaterHeader(
  frame: DataView,
  at: number,
  headerLen: number,
  to: DataView,
  toAt: number,
): number {
  copyBytes(frame, at, to, toAt, ipv4.MIN_HEADER_LEN);
  const end = at + headerLen;
  let len = ipv4.MIN_HEADER_LEN;
  let cursor = at + ipv4.MIN_HEADER_LEN;
  while (cursor < end && frame.getUint8(cursor) !== OPTION_END) {
    const optionLen = optionLenAt(frame, cursor, end);
    if (optionLen === 0) break;
    if ((frame.getUint8(cursor) & FLAG_COPIED) !== 0) {
      copyBytes(frame, cursor, to, toAt + len, optionLen);
      len += optionLen;
    }
    cursor += optionLen;
  }
  while ((len & 3) !== 0) to.setUint8(toAt + len++, OPTION_END);
  ipv4.writeHeaderLen(to, toAt, len);
  return len;
}

/** Bytes of the option at `at`, or 0 where it is malformed. */
function optionLenAt(frame: DataView, at: number, end: number): number {
  if (frame.getUint8(at) === OPTION_NOP) return 1;
  if (at + 1 >= end) return 0;
  const len = frame.getUint8(at + 1);
  return len < 2 || at + len > end ? 0 : len;
}
