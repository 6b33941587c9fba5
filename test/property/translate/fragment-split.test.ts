/** Cutting, against putting together again the slow way. */
import fc from "fast-check";
import { test } from "tap";
import { Segmenter } from "../../../src/translate/fragment/segment.js";
import { Ipv4Splitter } from "../../../src/translate/fragment/split-ipv4.js";
import { Ipv6Splitter } from "../../../src/translate/fragment/split-ipv6.js";
import { readOffload } from "../../../src/translate/offload.js";
import { HEADROOM } from "../../../src/translate/output.js";
import { bytesAt, frameOf, MemoryOutput, packetOf } from "../../support/fragment-frames.js";
import { fragment, rejoined } from "../../support/fragments.js";
import { joined, VIRTIO_LEN } from "../../support/offload.js";
import * as build from "../../support/packet-builder.js";
import { property } from "../../support/property.js";

const ID = 0xdeadbeef;
const V4 = { src: "198.51.100.9", dst: "192.0.2.18", id: 7 };
const V6 = { src: "2001:db8::1", dst: "2001:db8::2" };
const BODY = build.raw(17, build.pattern(4001));
const WHOLE4 = build.ipv4({ ...V4, df: false }, BODY);
const WHOLE6 = build.ipv6(V6, BODY);

function split4(bytes: Uint8Array, mtu: number): Uint8Array[] {
  const output = new MemoryOutput();
  const at = output.put(bytes);
  new Ipv4Splitter(output).split(0, at, at + bytes.length, mtu);
  return output.emitted;
}

function split6(bytes: Uint8Array, mtu: number): Uint8Array[] {
  const output = new MemoryOutput();
  const at = output.put(bytes);
  new Ipv6Splitter(output).split(0, at, at + bytes.length, mtu, ID);
  return output.emitted;
}

/** "" where the pieces are right: the whole again, none too long, all but the last as long as they may be. */
function fault(pieces: Uint8Array[], whole: Uint8Array, mtu: number): string {
  if (!Buffer.from(rejoined(pieces)).equals(Buffer.from(whole))) return `mtu ${mtu}: not the whole`;
  const lens = pieces.map((piece) => piece.length);
  if (lens.some((len) => len > mtu)) return `mtu ${mtu}: too long`;
  return lens.slice(0, -1).some((len) => len + 8 <= mtu) ? `mtu ${mtu}: too short` : "";
}

test("cut and put together, an IPv4 packet is the same at every MTU from 68 to 1500", (t) => {
  const faults: string[] = [];
  for (let mtu = 68; mtu <= 1500; mtu++) faults.push(fault(split4(WHOLE4, mtu), WHOLE4, mtu));
  t.equal(faults.length, 1433);
  t.same(
    faults.filter((found) => found !== ""),
    [],
  );
  t.end();
});

test("cut and put together, an IPv6 packet is the same at every MTU from 1280 to 1500", (t) => {
  const faults: string[] = [];
  for (let mtu = 1280; mtu <= 1500; mtu++) faults.push(fault(split6(WHOLE6, mtu), WHOLE6, mtu));
  t.equal(faults.length, 221);
  t.same(
    faults.filter((found) => found !== ""),
    [],
  );
  t.end();
});

property(
  "fragments cut again make the fragment that they were",
  300,
  [
    fc.integer({ min: 0, max: 200 }),
    fc.integer({ min: 190, max: 290 }),
    fc.integer({ min: 1280, max: 1500 }),
  ],
  (start, units, mtu) => {
    const cut = { start: start * 8, end: Math.min(start + units, 500) * 8, more: true };
    for (const [whole, split] of [
      [WHOLE4, split4],
      [WHOLE6, split6],
    ] as const) {
      const input = fragment(whole, 5, cut);
      const pieces = split(input, mtu);
      if (input.length <= mtu) continue;
      const found = fault(pieces, input, mtu);
      if (found !== "") throw new Error(found);
    }
  },
);

property(
  "a super-packet is cut into the segments that were joined",
  200,
  [
    fc.boolean(),
    fc.boolean(),
    fc.integer({ min: 1, max: 1440 }),
    fc.integer({ min: 1, max: 40 }),
    fc.nat(0xffffffff),
  ],
  (isIpv6, isTcp, size, count, seq) => {
    const last = 1 + (seq % size);
    const segments = Array.from({ length: count }, (_, i) => {
      const data = build.pattern(i === count - 1 ? last : size, i);
      const payload = isTcp
        ? build.tcp({ sport: 1232, dport: 80, seq: (seq + i * size) % 2 ** 32, data })
        : build.udp({ sport: 1232, dport: 53, data });
      const id = (seq + i) & 0xffff;
      return isIpv6 ? build.ipv6(V6, payload) : build.ipv4({ ...V4, id }, payload);
    });
    const { bytes, virtio } = joined(segments);
    const frame = frameOf(bytes);
    new Uint8Array(frame.buffer).set(virtio, HEADROOM - VIRTIO_LEN);
    const packet = packetOf(bytes);
    if (readOffload(frame, HEADROOM, packet) !== 0) throw new Error("refused");
    const output = new MemoryOutput();
    const cut: Uint8Array[] = [];
    const sink = {
      segment: (slot: number, at: number, end: number) =>
        void cut.push(bytesAt(output.frames[slot]!, at, end)),
    };
    new Segmenter(output, sink).segment(frame, packet);
    const same = cut.length === count && cut.every((c, i) => Buffer.from(c).equals(segments[i]!));
    if (!same) throw new Error("other segments");
  },
);
