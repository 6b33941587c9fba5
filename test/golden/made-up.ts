/**
 * What a golden file cannot hold, since the translator makes it up: identifications of packets that had none
 * (RFC 7915 §5.1) or that NAT44 must keep apart (RFC 6864 §4), and which address of a pool sends an ICMP error (RFC 6791 §3.2). An expected packet has
 * identification 0 there, and the pool's first address. The actual one is checked for what it must be and then
 * made the same.
 */
import { slowChecksum, slowSum } from "../support/slow-checksum.js";

export interface Maker {
  /** MAP-T: every IPv4 packet without an identification of its own gets one. */
  readonly isTranslator: boolean;
  /** A CE of MAP-E with NAT44: so may IPv4 packets in its tunnel that are, or may become, fragments. */
  readonly renumbersInside: boolean;
  /** Sources of ICMPv4 errors of the domain's own, unsigned 32-bit; never empty. */
  readonly errorSources: readonly number[];
}

/** Where an identification lies that the translator made up. */
interface Field {
  /** Of the IP header, and of the identification. */
  readonly ipAt: number;
  readonly at: number;
  readonly isIpv4: boolean;
}

const NEXT_IPV4 = 4;
const NEXT_FRAGMENT = 44;

function view(packet: Uint8Array): DataView {
  return new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
}

function version(packet: Uint8Array, at = 0): number {
  return packet.length >= at + 20 ? packet[at]! >>> 4 : 0;
}

function ipv4Field(
  packet: Uint8Array,
  ipAt: number,
  mayBeAny: boolean,
  maker: Maker,
): Field | null {
  const header = view(packet);
  if (version(packet, ipAt) !== 4 || header.getUint16(ipAt + 4) !== 0) return null;
  const isOurs = maker.errorSources.includes(header.getUint32(ipAt + 12));
  return mayBeAny || isOurs ? { ipAt, at: ipAt + 4, isIpv4: true } : null;
}

/** The made-up identification of an expected packet. */
function fieldOf(packet: Uint8Array, maker: Maker): Field | null {
  if (version(packet) === 4) return ipv4Field(packet, 0, maker.isTranslator, maker);
  if (version(packet) !== 6 || packet.length < 48) return null;
  if (packet[6] === NEXT_IPV4) return innerField(packet, maker);
  const isMadeUp = packet[6] === NEXT_FRAGMENT && view(packet).getUint32(44) === 0;
  return isMadeUp ? { ipAt: 0, at: 44, isIpv4: false } : null;
}

function innerField(packet: Uint8Array, maker: Maker): Field | null {
  const isAtomic = (view(packet).getUint16(46) & 0x7fff) === 0x4000;
  return ipv4Field(packet, 40, maker.renumbersInside && !isAtomic, maker);
}

/** Keeps the header checksum right where it was right. */
function withFreshChecksum(packet: Uint8Array, ipAt: number, change: () => void): void {
  const header = packet.subarray(ipAt, ipAt + (packet[ipAt]! & 0xf) * 4);
  const wasGood = slowSum(header) === 0xffff;
  change();
  if (!wasGood) return;
  view(header).setUint16(10, 0);
  view(header).setUint16(10, slowChecksum(header));
}

/** Holds the made-up fields of a case's packets, in their order, against each other. */
export class MadeUp {
  readonly #maker: Maker;
  readonly #seen = new Set<string>();
  readonly problems: string[] = [];

  constructor(maker: Maker) {
    this.#maker = maker;
  }

  /** The actual packet as its golden file has it, where only made-up fields differ. */
  asExpected(expected: Uint8Array, actual: Uint8Array, index: number): Uint8Array {
    const field = fieldOf(expected, this.#maker);
    const copy = actual.slice();
    if (field === null || copy.length < field.at + 4) return copy;
    if (!field.isIpv4) {
      this.#check(copy, field, `packet ${index}`);
      view(copy).setUint32(field.at, 0);
      return copy;
    }
    if (version(copy, field.ipAt) !== 4) return copy;
    this.#check(copy, field, `packet ${index}`);
    withFreshChecksum(copy, field.ipAt, () => {
      view(copy).setUint16(field.at, 0);
      this.#takePoolSource(expected, copy, field.ipAt + 12);
    });
    return copy;
  }

  #takePoolSource(expected: Uint8Array, actual: Uint8Array, at: number): void {
    const { errorSources } = this.#maker;
    const isPooled = [expected, actual].every((packet) =>
      errorSources.includes(view(packet).getUint32(at)),
    );
    if (isPooled) view(actual).setUint32(at, view(expected).getUint32(at));
  }

  /** What may be fragmented, or is a fragment, needs an identification of its own (RFC 6864 §4). */
  #check(packet: Uint8Array, { ipAt, at, isIpv4 }: Field, name: string): void {
    const header = view(packet);
    if (isIpv4 && (header.getUint16(ipAt + 6) & 0x4000) !== 0) return;
    const offset = isIpv4 ? header.getUint16(ipAt + 6) & 0x1fff : header.getUint16(42) >>> 3;
    const id = isIpv4 ? header.getUint16(at) : header.getUint32(at);
    const [from, to] = isIpv4 ? [12, 20] : [8, 40];
    const protocol = isIpv4 ? packet[ipAt + 9] : packet[40];
    const key = [...packet.subarray(ipAt + from, ipAt + to), protocol, id].join();
    if (isIpv4 && id === 0) this.problems.push(`${name}: identification 0 without DF`);
    if (offset === 0 && this.#seen.has(key))
      this.problems.push(`${name}: identification ${id} again`);
    if (offset !== 0 && !this.#seen.has(key)) {
      this.problems.push(`${name}: identification ${id} of no first fragment`);
    }
    this.#seen.add(key);
  }
}

/** True when the ICMPv4 errors among the packets have come from every address of the pool. */
export function usesWholePool(packets: readonly Uint8Array[], maker: Maker): boolean {
  const used = new Set(
    packets.filter((packet) => version(packet) === 4).map((packet) => view(packet).getUint32(12)),
  );
  return maker.errorSources.every((source) => used.has(source));
}
