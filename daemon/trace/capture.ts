/**
 * Reads captures: classic pcap in both byte orders, with micro- and nanoseconds, and pcapng with any number of sections
 * and interfaces (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng).
 */
import { MapdError } from "../errors.js";
import { isKnownLinkType, packetIn } from "./link-layer.js";
import { BLOCK, BYTE_ORDER_MAGIC, INTERFACE_OPTION, OPTION } from "./pcapng.js";

export interface Frame {
  readonly linkType: number;
  readonly bytes: Uint8Array;
  /** Longer than `bytes` where the capture has cut it. */
  readonly originalLength: number;
  /** Since 1970; 0 where the file does not say. */
  readonly timeNs: bigint;
  /** Empty where there is none. */
  readonly comment: string;
}

export interface CapturedPacket {
  /** Number of the frame in the file, from 1. */
  readonly number: number;
  readonly packet: Uint8Array;
  readonly timeNs: bigint;
}

export interface Capture {
  readonly packets: readonly CapturedPacket[];
  /** Frames that hold no IP packet. */
  readonly notIp: number;
  /** Packets that the capture has cut, so that they are not what was on the wire. */
  readonly cut: number;
}

/** Throws MapdError `invalid` where the bytes are no capture, or of a link type that nobody here reads. */
export function readCapture(file: Uint8Array): Capture {
  const packets: CapturedPacket[] = [];
  let notIp = 0;
  let cut = 0;
  let number = 0;
  for (const { linkType, bytes, originalLength, timeNs } of framesOf(file)) {
    number++;
    if (!isKnownLinkType(linkType)) throw invalid(`link type ${linkType} is not one that holds IP`);
    const packet = packetIn(linkType, bytes);
    if (packet === null) notIp++;
    else if (bytes.length < originalLength) cut++;
    else packets.push({ number, packet, timeNs });
  }
  return { packets, notIp, cut };
}

const PCAP_MICROSECONDS = 0xa1b2c3d4;
const PCAP_NANOSECONDS = 0xa1b23c4d;
const PCAP_HEADER_LEN = 24;
const PCAP_RECORD_LEN = 16;
const LINK_TYPE_MASK = 0x0fffffff;

/** Every frame in the order of the file. */
export function* framesOf(file: Uint8Array): Generator<Frame> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = file.length >= PCAP_HEADER_LEN ? view.getUint32(0) : 0;
  const swapped = file.length >= PCAP_HEADER_LEN ? view.getUint32(0, true) : 0;
  const isPcap = (value: number): boolean =>
    value === PCAP_MICROSECONDS || value === PCAP_NANOSECONDS;
  if (magic === BLOCK.section) yield* pcapngFrames(file, view);
  else if (isPcap(magic)) yield* pcapFrames(file, view, false, magic);
  else if (isPcap(swapped)) yield* pcapFrames(file, view, true, swapped);
  else throw invalid("this is neither a pcap nor a pcapng file");
}

function* pcapFrames(
  file: Uint8Array,
  view: DataView,
  little: boolean,
  magic: number,
): Generator<Frame> {
  const linkType = view.getUint32(20, little) & LINK_TYPE_MASK;
  const scale = magic === PCAP_NANOSECONDS ? 1n : 1000n;
  for (let at = PCAP_HEADER_LEN; at < file.length; ) {
    if (at + PCAP_RECORD_LEN > file.length) throw invalid("the file ends inside a packet");
    const captured = view.getUint32(at + 8, little);
    const start = at + PCAP_RECORD_LEN;
    if (captured > file.length - start) throw invalid("the file ends inside a packet");
    const seconds = BigInt(view.getUint32(at, little));
    const fraction = BigInt(view.getUint32(at + 4, little)) * scale;
    yield {
      linkType,
      bytes: file.subarray(start, start + captured),
      originalLength: view.getUint32(at + 12, little),
      timeNs: seconds * 1_000_000_000n + fraction,
      comment: "",
    };
    at = start + captured;
  }
}

interface Interface {
  readonly linkType: number;
  readonly snapLen: number;
  readonly ticksPerSecond: bigint;
  readonly offsetNs: bigint;
}

interface Block {
  readonly type: number;
  /** Without type, lengths. */
  readonly at: number;
  readonly end: number;
}

function* pcapngFrames(file: Uint8Array, view: DataView): Generator<Frame> {
  let little = false;
  let interfaces: Interface[] = [];
  for (let at = 0; at < file.length; ) {
    if (at + 12 > file.length) throw invalid("the file ends inside a block");
    if (view.getUint32(at) === BLOCK.section) {
      little = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC;
      interfaces = [];
    }
    const length = view.getUint32(at + 4, little);
    if (length < 12 || length % 4 !== 0 || at + length > file.length) {
      throw invalid("the file ends inside a block");
    }
    const block = { type: view.getUint32(at, little), at: at + 8, end: at + length - 4 };
    if (block.type === BLOCK.interface) interfaces.push(readInterface(view, block, little));
    else if (block.type === BLOCK.packet) {
      yield readEnhanced(file, view, block, little, interfaces);
    } else if (block.type === BLOCK.simple) {
      yield readSimple(file, view, block, little, interfaces);
    }
    at += length;
  }
}

function readInterface(view: DataView, { at, end }: Block, little: boolean): Interface {
  need(at + 8 <= end);
  let ticksPerSecond = 1_000_000n;
  let offsetNs = 0n;
  for (const { code, valueAt, length } of optionsOf(view, at + 8, end, little)) {
    if (code === INTERFACE_OPTION.timeResolution && length >= 1) {
      const resolution = view.getUint8(valueAt);
      // The highest bit chooses powers of two.
      const base = resolution < 0x80 ? 10n : 2n;
      ticksPerSecond = base ** BigInt(resolution & 0x7f);
    } else if (code === INTERFACE_OPTION.timeOffset && length >= 8) {
      offsetNs = view.getBigInt64(valueAt, little) * 1_000_000_000n;
    }
  }
  const snapLen = view.getUint32(at + 4, little);
  return { linkType: view.getUint16(at, little), snapLen, ticksPerSecond, offsetNs };
}

function readEnhanced(
  file: Uint8Array,
  view: DataView,
  { at, end }: Block,
  little: boolean,
  interfaces: readonly Interface[],
): Frame {
  need(at + 20 <= end);
  const on = interfaces[view.getUint32(at, little)];
  if (on === undefined)
    throw invalid("a packet is of an interface that the file does not describe");
  const ticks =
    (BigInt(view.getUint32(at + 4, little)) << 32n) | BigInt(view.getUint32(at + 8, little));
  const captured = view.getUint32(at + 12, little);
  const start = at + 20;
  need(captured <= end - start);
  let comment = "";
  for (const { code, valueAt, length } of optionsOf(view, start + padded(captured), end, little)) {
    if (code !== OPTION.comment) continue;
    comment = new TextDecoder().decode(file.subarray(valueAt, valueAt + length));
  }
  return {
    linkType: on.linkType,
    bytes: file.subarray(start, start + captured),
    originalLength: view.getUint32(at + 16, little),
    timeNs: (ticks * 1_000_000_000n) / on.ticksPerSecond + on.offsetNs,
    comment,
  };
}

function readSimple(
  file: Uint8Array,
  view: DataView,
  { at, end }: Block,
  little: boolean,
  interfaces: readonly Interface[],
): Frame {
  const [on] = interfaces;
  if (on === undefined)
    throw invalid("a packet is of an interface that the file does not describe");
  need(at + 4 <= end);
  const originalLength = view.getUint32(at, little);
  const captured = Math.min(originalLength, on.snapLen === 0 ? originalLength : on.snapLen);
  const start = at + 4;
  need(captured <= end - start);
  const bytes = file.subarray(start, start + captured);
  return { linkType: on.linkType, bytes, originalLength, timeNs: 0n, comment: "" };
}

function* optionsOf(
  view: DataView,
  from: number,
  end: number,
  little: boolean,
): Generator<{ readonly code: number; readonly valueAt: number; readonly length: number }> {
  for (let at = from; at + 4 <= end; ) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === OPTION.end || length > end - at - 4) return;
    yield { code, valueAt: at + 4, length };
    at += 4 + padded(length);
  }
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function need(isThere: boolean): void {
  if (!isThere) throw invalid("a block is too short for what it says it holds");
}

function invalid(message: string): MapdError {
  return new MapdError("invalid", message);
}
