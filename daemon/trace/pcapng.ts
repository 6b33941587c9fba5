/**
 * Writes captures in the pcapng format (draft-ietf-opsawg-pcapng): one section, little-endian, times in nanoseconds, one
 * interface description for each name, every packet an IP packet without a link layer. Wireshark shows the comments.
 *   block  +0 type:32 | +4 length:32 | body | options | length:32 again; everything is padded to 32 bits
 *   option +0 code:16 | +2 length:16 | value
 */

export const BLOCK = { section: 0x0a0d0d0a, interface: 1, simple: 3, packet: 6 } as const;
export const OPTION = { end: 0, comment: 1 } as const;
/** Of an interface description. */
export const INTERFACE_OPTION = { name: 2, timeResolution: 9, timeOffset: 14 } as const;
/** Of an enhanced packet. */
const PACKET_OPTION = { flags: 2 } as const;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINKTYPE_RAW = 101;
/** The two lowest bits of a packet's flags. */
const DIRECTIONS = { inbound: 1, outbound: 2 } as const;

export type Direction = keyof typeof DIRECTIONS;

const APPLICATION_OPTION = 4;
/** Negative powers of ten. */
const NANOSECONDS = 9;
const SNAPLEN = 262144;
const MAX_OPTION_LEN = 0xffff;

export interface PcapngOptions {
  /** Who wrote the file. */
  readonly application: string;
}

export interface PcapngPacket {
  /** What `interfaceOf()` gave. */
  readonly interface: number;
  /** Since 1970, UTC. */
  readonly timeNs: bigint;
  readonly bytes: Uint8Array;
  /** Longer than `bytes` where the packet was cut. */
  readonly originalLength: number;
  /** Empty: none. What is longer than an option can hold is cut. */
  readonly comment: string;
  /** Null: not known. */
  readonly direction: Direction | null;
}

export class PcapngWriter {
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #interfaces = new Map<string, number>();

  /** Gives `sink` the section header at once, and then a block a call. */
  constructor(sink: (bytes: Uint8Array) => void, { application }: PcapngOptions) {
    this.#sink = sink;
    const body = new Uint8Array(16);
    const view = new DataView(body.buffer);
    view.setUint32(0, BYTE_ORDER_MAGIC, true);
    view.setUint16(4, 1, true);
    // The section's length is not known.
    view.setBigInt64(8, -1n, true);
    this.#write(BLOCK.section, [body, textOption(APPLICATION_OPTION, application), end()]);
  }

  /** The interface's number; the first time it is named it is described in the file. */
  interfaceOf(name: string): number {
    const known = this.#interfaces.get(name);
    if (known !== undefined) return known;
    const index = this.#interfaces.size;
    this.#interfaces.set(name, index);
    const body = new Uint8Array(8);
    const view = new DataView(body.buffer);
    view.setUint16(0, LINKTYPE_RAW, true);
    view.setUint32(4, SNAPLEN, true);
    const resolution = option(INTERFACE_OPTION.timeResolution, Uint8Array.of(NANOSECONDS));
    const named = textOption(INTERFACE_OPTION.name, name);
    this.#write(BLOCK.interface, [body, named, resolution, end()]);
    return index;
  }

  packet({
    interface: index,
    timeNs,
    bytes,
    originalLength,
    comment,
    direction,
  }: PcapngPacket): void {
    const head = new Uint8Array(20);
    const view = new DataView(head.buffer);
    view.setUint32(0, index, true);
    view.setUint32(4, Number(timeNs >> 32n), true);
    view.setUint32(8, Number(timeNs & 0xffffffffn), true);
    view.setUint32(12, bytes.length, true);
    view.setUint32(16, originalLength, true);
    const parts = [head, padded(bytes)];
    if (comment !== "") parts.push(textOption(OPTION.comment, comment));
    if (direction !== null) {
      const flags = Uint8Array.of(DIRECTIONS[direction], 0, 0, 0);
      parts.push(option(PACKET_OPTION.flags, flags));
    }
    if (parts.length > 2) parts.push(end());
    this.#write(BLOCK.packet, parts);
  }

  /** The parts are padded already. */
  #write(type: number, parts: readonly Uint8Array[]): void {
    const length = parts.reduce((sum, part) => sum + part.length, 12);
    const block = new Uint8Array(length);
    const view = new DataView(block.buffer);
    view.setUint32(0, type, true);
    view.setUint32(4, length, true);
    let at = 8;
    for (const part of parts) {
      block.set(part, at);
      at += part.length;
    }
    view.setUint32(at, length, true);
    this.#sink(block);
  }
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const whole = new Uint8Array((bytes.length + 3) & ~3);
  whole.set(bytes);
  return whole;
}

function option(code: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + ((value.length + 3) & ~3));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  bytes.set(value, 4);
  return bytes;
}

/** Cut to whole characters. */
function textOption(code: number, text: string): Uint8Array {
  const room = new Uint8Array(Math.min(text.length * 3, MAX_OPTION_LEN));
  const { written } = new TextEncoder().encodeInto(text, room);
  return option(code, room.subarray(0, written));
}

function end(): Uint8Array {
  return option(OPTION.end, new Uint8Array(0));
}
