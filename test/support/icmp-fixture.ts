/**
 * Runs an ICMP error through the translators of src/translate/icmp as a pipeline would, between watched
 * margins, with addresses and ports given as text and numbers.
 */
import { ErrorEnds4, ErrorEnds6 } from "../../src/translate/icmp/ends.js";
import { refuseErrorInIpv4, rewriteErrorInIpv4 } from "../../src/translate/icmp/error-in-ipv4.js";
import { refuseErrorInIpv6, rewriteErrorInIpv6 } from "../../src/translate/icmp/error-in-ipv6.js";
import { ErrorToIpv4, refuseErrorToIpv4 } from "../../src/translate/icmp/error-to-ipv4.js";
import { errorToIpv6, refuseErrorToIpv6 } from "../../src/translate/icmp/error-to-ipv6.js";
import { Quote, readQuote4, readQuote6, readTunnelQuote } from "../../src/translate/icmp/quote.js";
import { refuseTunnelError, TunnelError } from "../../src/translate/icmp/tunnel-error.js";
import type { Limits } from "../../src/translate/limits.js";
import { Packet } from "../../src/translate/packet.js";
import { DROPS } from "../../src/verdict.js";
import { VNET_HEADER_LEN } from "../../src/wire/virtio.js";
import { concat } from "./packet-builder.js";
import { ipv4, words } from "./vectors.js";

/** Bytes before the packet, as much as the paths may grow into, and bytes behind it where a case has them. */
const HEADROOM = 72;
const FILL = 0xa5;

export const IDENTIFICATION = 0x1234;

export const LIMITS: Limits = {
  mtu6: 1500,
  mtu4: 1500,
  lowestIpv6Mtu: 1280,
  mss: 0,
  trafficClass: -1,
  ttlStep: 1,
  computeUdpChecksum: true,
};

/** The new ends of an error and its quote; a port that is not given stays. */
export interface NewEnds {
  readonly source: string;
  readonly destination: string;
  readonly quotedSource: string;
  readonly quotedDestination: string;
  readonly quotedSourcePort?: number;
  readonly quotedDestinationPort?: number;
}

export interface RunOptions {
  readonly limits?: Partial<Limits>;
  /** Bytes of frame behind the packet; 0 makes every read behind it throw. */
  readonly tail?: number;
}

class Run {
  readonly limits: Limits;
  readonly packet = new Packet();
  readonly quote = new Quote();
  readonly frame: DataView;
  readonly #before: Uint8Array;

  constructor(bytes: Uint8Array, options: RunOptions) {
    this.limits = { ...LIMITS, ...options.limits };
    const margin = new Uint8Array(HEADROOM).fill(FILL);
    const tail = new Uint8Array(options.tail ?? 0).fill(FILL);
    this.#before = concat(margin, bytes, tail);
    this.frame = new DataView(this.#before.slice().buffer);
    this.packet.at = HEADROOM;
    this.packet.end = HEADROOM + bytes.length;
    this.packet.transportAt = HEADROOM + outerHeaderLen(bytes);
  }

  /** The name of a drop, whose packet must be as it came. */
  dropped(code: number): string {
    if (!this.#same(0, this.frame.byteLength)) throw new Error("a dropped packet was written to");
    const row = DROPS.find((drop) => drop.code === code);
    if (row === undefined) throw new Error(`no drop has the code ${code}`);
    return row.name;
  }

  /** The packet that begins at `newAt`, with nothing written before its virtio header or behind its end. */
  written(newAt: number, oldEnd: number): Uint8Array {
    const { end } = this.packet;
    if (!this.#same(0, newAt - VNET_HEADER_LEN)) throw new Error("written before the packet");
    if (!this.#same(Math.max(end, oldEnd), this.frame.byteLength)) {
      throw new Error("written behind the packet");
    }
    return new Uint8Array(this.frame.buffer, newAt, end - newAt).slice();
  }

  setPorts(ends: NewEnds): void {
    if (ends.quotedSourcePort !== undefined) this.quote.newSourcePort = ends.quotedSourcePort;
    if (ends.quotedDestinationPort !== undefined) {
      this.quote.newDestinationPort = ends.quotedDestinationPort;
    }
  }

  #same(from: number, to: number): boolean {
    for (let i = from; i < to; i++) if (this.frame.getUint8(i) !== this.#before[i]) return false;
    return true;
  }
}

/** IPv4 with its options, or IPv6 with extension headers of eight bytes in front of ICMPv6. */
function outerHeaderLen(bytes: Uint8Array): number {
  if (bytes[0]! >>> 4 === 4) return (bytes[0]! & 0xf) * 4;
  let len = 40;
  for (let next = bytes[6]!; next !== 58; next = bytes[len - 8]!) len += 8;
  return len;
}

function ends6(ends: NewEnds): ErrorEnds6 {
  const result = new ErrorEnds6();
  result.source.set(words(ends.source));
  result.destination.set(words(ends.destination));
  result.quotedSource.set(words(ends.quotedSource));
  result.quotedDestination.set(words(ends.quotedDestination));
  return result;
}

function ends4(ends: NewEnds): ErrorEnds4 {
  const result = new ErrorEnds4();
  result.source = ipv4(ends.source);
  result.destination = ipv4(ends.destination);
  result.quotedSource = ipv4(ends.quotedSource);
  result.quotedDestination = ipv4(ends.quotedDestination);
  return result;
}

/** What `readQuote4()` or `readQuote6()` finds, by the version of the error, or the name of its drop. */
export function readQuote(bytes: Uint8Array, quote: Quote = new Quote()): Quote | string {
  const run = new Run(bytes, {});
  const read = bytes[0]! >>> 4 === 4 ? readQuote4 : readQuote6;
  const refused = read(run.frame, run.packet, quote);
  return refused < 0 ? run.dropped(refused) : quote;
}

/** Where the packet began in the frame, for offsets of a quote. */
export const PACKET_AT = HEADROOM;

/** The ICMPv6 error of an ICMPv4 one, or the name of its drop. */
export function toIpv6(
  bytes: Uint8Array,
  ends: NewEnds,
  options: RunOptions = {},
): Uint8Array | string {
  const run = new Run(bytes, options);
  const { frame, packet, quote, limits } = run;
  const oldEnd = packet.end;
  const refused =
    readQuote4(frame, packet, quote) || refuseErrorToIpv6(frame, packet, quote, limits);
  if (refused < 0) return run.dropped(refused);
  run.setPorts(ends);
  return run.written(errorToIpv6(frame, packet, quote, limits, ends6(ends)), oldEnd);
}

/** The ICMPv4 error of an ICMPv6 one, or the name of its drop. */
export function toIpv4(
  bytes: Uint8Array,
  ends: NewEnds,
  options: RunOptions = {},
): Uint8Array | string {
  const run = new Run(bytes, options);
  const { frame, packet, quote, limits } = run;
  const oldEnd = packet.end;
  const refused =
    readQuote6(frame, packet, quote) || refuseErrorToIpv4(frame, packet, quote, limits);
  if (refused < 0) return run.dropped(refused);
  run.setPorts(ends);
  const translator = new ErrorToIpv4(limits);
  return run.written(translator.rewrite(frame, packet, quote, ends4(ends), IDENTIFICATION), oldEnd);
}

/** The ICMPv4 error behind NAT44, or the name of its drop. */
export function inIpv4(bytes: Uint8Array, ends: NewEnds): Uint8Array | string {
  const run = new Run(bytes, {});
  const { frame, packet, quote } = run;
  const refused = readQuote4(frame, packet, quote) || refuseErrorInIpv4(quote);
  if (refused < 0) return run.dropped(refused);
  run.setPorts(ends);
  rewriteErrorInIpv4(frame, packet, quote, ends4(ends));
  return run.written(packet.at, packet.end);
}

/** The ICMPv6 error turned around at the BR, or the name of its drop. */
export function inIpv6(
  bytes: Uint8Array,
  ends: NewEnds,
  options: RunOptions = {},
): Uint8Array | string {
  const run = new Run(bytes, options);
  const { frame, packet, quote, limits } = run;
  const refused =
    readQuote6(frame, packet, quote) || refuseErrorInIpv6(frame, packet, quote, limits);
  if (refused < 0) return run.dropped(refused);
  run.setPorts(ends);
  return run.written(rewriteErrorInIpv6(frame, packet, quote, limits, ends6(ends)), packet.end);
}

/** What the sender of a tunnelled IPv4 packet is told of an ICMPv6 error, or the name of its drop. */
export function outOfTunnel(
  bytes: Uint8Array,
  ends: NewEnds,
  options: RunOptions = {},
): Uint8Array | string {
  const run = new Run(bytes, options);
  const { frame, packet, quote, limits } = run;
  const oldEnd = packet.end;
  const tunnel = new Quote();
  const refused = readTunnelQuote(frame, packet, tunnel, quote) || refuseTunnelError(frame, quote);
  if (refused < 0) return run.dropped(refused);
  run.setPorts(ends);
  const relay = new TunnelError(limits);
  const newAt = relay.rewrite(frame, packet, tunnel, quote, ends4(ends), IDENTIFICATION);
  return run.written(newAt, oldEnd);
}
