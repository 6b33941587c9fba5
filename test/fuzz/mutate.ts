/** Makes broken packets out of good ones. Everything is drawn from one seeded source. */
import { fragments } from "../support/fragments.js";
import { joined, type Offloaded, VIRTIO_LEN, withPartialChecksum } from "../support/offload.js";
import { concat } from "../support/packet-builder.js";
import { slowChecksum, slowPseudoSum } from "../support/slow-checksum.js";

export type Random = () => number;

/** Values at which lengths, types and offsets change their meaning. */
const EDGES = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 17, 19, 20, 39, 40, 43, 44, 47, 50, 51, 58, 59, 60, 0x45, 0x46,
  0x4f, 0x60, 127, 128, 129, 131, 137, 254, 255,
];
const EDGE_WORDS = [0, 1, 7, 8, 19, 20, 40, 1279, 1280, 1281, 1500, 0x2000, 0x3fff, 0x7fff, 0xfff8];

const NONE = new Uint8Array(VIRTIO_LEN);

export function below(random: Random, limit: number): number {
  return limit === 0 ? 0 : random() % limit;
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[below(random, from.length)]!;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function version(bytes: Uint8Array): number {
  return (bytes[0] ?? 0) >>> 4;
}

export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  for (let i = below(random, 4); i >= 0 && copy.length > 0; i--) {
    // Headers are where it matters: three of four changes fall there.
    const range = below(random, 4) === 0 ? copy.length : Math.min(copy.length, 100);
    const at = below(random, range);
    const how = below(random, 4);
    if (how === 0) copy[at]! ^= 1 << below(random, 8);
    else if (how === 1) copy[at] = pick(random, EDGES);
    else if (how === 2 && at + 1 < copy.length) view(copy).setUint16(at, pick(random, EDGE_WORDS));
    else copy[at] = random() & 0xff;
  }
  return copy;
}

interface Span {
  readonly at: number;
  readonly end: number;
}

/** Where IPv4 headers lie that are whole: outside, in a tunnel, in a quote, in the quote of a tunnel packet. */
function ipv4Headers(bytes: Uint8Array): Span[] {
  return [0, 28, 40, 48, 56, 88, 96].flatMap((at) => {
    const end = at + ((bytes[at] ?? 0) & 0xf) * 4;
    const isWhole = (bytes[at] ?? 0) >>> 4 === 4 && end - at >= 20 && end <= bytes.length;
    return isWhole ? [{ at, end }] : [];
  });
}

function writeChecksum(part: Uint8Array, offset: number, initialSum: number): void {
  part.set([0, 0], offset);
  const checksum = slowChecksum(part, initialSum);
  part.set([checksum >>> 8, checksum & 0xff], offset);
}

/** Makes the checksum of an ICMP message right that follows its IP header at once. */
function repairIcmp(bytes: Uint8Array): void {
  const isIpv6 = version(bytes) === 6;
  const at = isIpv6 ? 40 : ((bytes[0] ?? 0) & 0xf) * 4;
  const protocol = bytes[isIpv6 ? 6 : 9];
  if (protocol !== (isIpv6 ? 58 : 1) || at < 20 || bytes.length < at + 8) return;
  const pseudo = isIpv6
    ? slowPseudoSum(bytes.subarray(8, 24), bytes.subarray(24, 40), 58, bytes.length - 40)
    : 0;
  writeChecksum(bytes.subarray(at), 2, pseudo);
}

/** Makes the checksums right again without which no other check is reached. */
export function repaired(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  for (const { at, end } of ipv4Headers(copy).reverse())
    writeChecksum(copy.subarray(at, end), 10, 0);
  repairIcmp(copy);
  return copy;
}

/** Sets the length field of the outermost header to what is there. */
function withRealLength(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  if (version(copy) === 6 && copy.length >= 40) view(copy).setUint16(4, copy.length - 40);
  else if (version(copy) === 4 && copy.length >= 20) view(copy).setUint16(2, copy.length);
  return copy;
}

/** An ICMP error about a packet, to its source, with a length field and bytes behind the quote now and then. */
export function errorAbout(about: Uint8Array, random: Random): Uint8Array {
  const isIpv6 = version(about) === 6;
  const headerLen = isIpv6 ? 40 : 20;
  if (about.length < headerLen) return about;
  const quote = about.slice(0, below(random, 3) === 0 ? below(random, about.length) : 1200);
  const header = new Uint8Array(headerLen);
  const type = isIpv6 ? pick(random, [1, 2, 3, 4, 0, 127]) : pick(random, [3, 3, 11, 12, 4, 5]);
  const icmp = new Uint8Array(8);
  icmp.set([type, below(random, 8), 0, 0]);
  if (below(random, 2) === 0) view(icmp).setUint32(4, pick(random, [...EDGE_WORDS, 0xffffffff]));
  if (below(random, 3) === 0) icmp[isIpv6 ? 4 : 5] = pick(random, [1, 16, 17, 32, 40, 255]);
  const extension =
    below(random, 3) === 0
      ? Uint8Array.of(0x20, 0, 0, 0, 0, 8, 1, 1, 1, 2, 3, 4)
      : NONE.slice(0, 0);
  const packet = concat(header, icmp, quote, extension);
  const router = isIpv6 ? about.slice(24, 40) : about.slice(16, 20);
  if (below(random, 2) === 0) router[router.length - 1]! ^= 1 + below(random, 255);
  if (isIpv6) {
    view(packet).setUint32(0, 0x60000000);
    packet.set([58, 64], 6);
    packet.set(router, 8);
    packet.set(about.subarray(8, 24), 24);
  } else {
    packet.set([0x45, 0], 0);
    packet.set([64, 1], 8);
    packet.set(router, 12);
    packet.set(about.subarray(12, 16), 16);
  }
  return withRealLength(packet);
}

/** IPv4 options, or IPv6 extension headers, between the IP header and the rest. */
function withMoreHeaders(bytes: Uint8Array, random: Random): Uint8Array {
  if (version(bytes) === 4 && bytes.length >= 20 && bytes[0] === 0x45) {
    const words = 1 + below(random, 10);
    const options = Uint8Array.from({ length: words * 4 }, () =>
      pick(random, [0, 1, 3, 7, 11, 131, 137]),
    );
    const packet = concat(bytes.subarray(0, 20), options, bytes.subarray(20));
    packet[0] = 0x45 + words;
    return withRealLength(packet);
  }
  if (version(bytes) !== 6 || bytes.length < 40) return bytes;
  const header = new Uint8Array(8 * (1 + below(random, 3)));
  const next = pick(random, [0, 43, 44, 60, 51, 60, 44]);
  header[0] = bytes[6]!;
  header[1] = next === 44 ? 0 : header.length / 8 - 1;
  if (next === 44 && below(random, 2) === 0) view(header).setUint16(2, pick(random, EDGE_WORDS));
  if (next === 43 && below(random, 2) === 0) header[3] = 1;
  const extension = next === 44 ? header.slice(0, 8) : header;
  const packet = concat(bytes.subarray(0, 40), extension, bytes.subarray(40));
  packet[6] = next;
  return withRealLength(packet);
}

/** A packet one step worse than it was; other packets of the corpus lend it parts. */
function mutated(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  switch (below(random, 10)) {
    case 0:
      return bytes.slice(0, below(random, bytes.length + 1));
    case 1:
      return concat(bytes, bytes.subarray(0, below(random, 60)));
    case 2:
      return errorAbout(other, random);
    case 3:
      return withMoreHeaders(bytes, random);
    case 4: {
      const at = below(random, Math.min(bytes.length, 100));
      return concat(bytes.subarray(0, at), other.subarray(Math.min(at, other.length)));
    }
    case 5:
      return withRealLength(mutateBytes(bytes, random));
    default:
      return mutateBytes(bytes, random);
  }
}

/** Pieces of a packet, most often all of them, in any order, now and then one twice or changed. */
function fragmentTrain(bytes: Uint8Array, random: Random): Uint8Array[] {
  const isIpv6 = version(bytes) === 6;
  const headerLen = isIpv6 ? 40 : ((bytes[0] ?? 0) & 0xf) * 4;
  const payloadLen = bytes.length - headerLen;
  if ((!isIpv6 && version(bytes) !== 4) || headerLen < 20 || payloadLen < 24) return [bytes];
  const edges = new Set<number>();
  for (let i = below(random, 4); i >= 0; i--)
    edges.add(8 * (1 + below(random, Math.ceil(payloadLen / 8) - 1)));
  const inside = [...edges].filter((edge) => edge < payloadLen).sort((a, b) => a - b);
  const id = below(random, 3) === 0 ? 7 : random();
  const pieces = fragments(bytes, id, inside);
  const train = pieces.map((piece) =>
    below(random, 12) === 0 ? repaired(mutateBytes(piece, random)) : piece,
  );
  if (below(random, 2) === 0) train.reverse();
  if (below(random, 5) === 0) train.splice(below(random, train.length), 1);
  if (below(random, 5) === 0 && train.length > 0) train.push(pick(random, train));
  return train;
}

/** Several copies of a segment as one super-packet, or a packet whose checksum somebody else fills in. */
function offloaded(bytes: Uint8Array, random: Random): Offloaded {
  const isTunnelled = version(bytes) === 6 && bytes[6] === 4;
  const packet = isTunnelled ? bytes.subarray(40) : bytes;
  const protocol = packet[version(packet) === 6 ? 6 : 9];
  const isPlain =
    packet.length > 60 && packet.length < 1600 && (version(packet) === 6 || packet[0] === 0x45);
  const isFragment = isPlain && version(packet) === 4 && (view(packet).getUint16(6) & 0x3fff) !== 0;
  const hasPayload = protocol !== 6 || packet.length > (version(packet) === 6 ? 100 : 80);
  if (!isPlain || isFragment || !hasPayload || (protocol !== 6 && protocol !== 17))
    return withPartialChecksum(bytes);
  if (below(random, 2) === 0) return withPartialChecksum(bytes);
  return joined(Array.from({ length: 2 + below(random, 40) }, () => bytes));
}

/** What arrives next: one packet mostly, or the fragments of one. */
export function arrivals(corpus: readonly Uint8Array[], random: Random): Offloaded[] {
  const bytes = pick(random, corpus);
  switch (below(random, 8)) {
    case 0:
      return fragmentTrain(bytes, random).map((piece) => ({ bytes: piece, virtio: NONE }));
    case 1: {
      const packet = offloaded(bytes, random);
      const virtio = below(random, 3) === 0 ? mutateBytes(packet.virtio, random) : packet.virtio;
      const changed =
        below(random, 3) === 0 ? repaired(mutateBytes(packet.bytes, random)) : packet.bytes;
      return [{ bytes: changed, virtio }];
    }
    default: {
      const changed = mutated(bytes, pick(random, corpus), random);
      return [{ bytes: below(random, 5) === 0 ? changed : repaired(changed), virtio: NONE }];
    }
  }
}
