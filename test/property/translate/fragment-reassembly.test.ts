/** Fragments of random datagrams, in random order and company, against the datagrams that they came from. */
import fc from "fast-check";
import { payloadOf, talk } from "../../support/arbitrary-packet.js";
import { PortCacheBench, ReassemblerBench } from "../../support/fragment-bench.js";
import { fragment, fragments } from "../../support/fragments.js";
import * as build from "../../support/packet-builder.js";
import { property } from "../../support/property.js";

const SPORT = 1232;
const DPORT = 53;
const ECHO_ID = 4711;
const ID = 99;

interface Datagram {
  readonly whole: Uint8Array;
  readonly ports: string;
  /** In the order of the bytes. */
  readonly pieces: readonly Uint8Array[];
}

/** A datagram of either family cut at random edges; the first piece holds a TCP header. */
const datagram: fc.Arbitrary<Datagram> = fc
  .record({
    isIpv6: fc.boolean(),
    said: talk(3000),
    cuts: fc.uniqueArray(fc.integer({ min: 3, max: 400 }), { minLength: 1, maxLength: 20 }),
  })
  .map(({ isIpv6, said, cuts }) => {
    const payload = payloadOf({ ...said, len: said.len + 32 }, SPORT, DPORT, ECHO_ID);
    const isEcho = said.kind === "request" || said.kind === "reply";
    const whole = isIpv6
      ? build.ipv6({ src: "2001:db8::1", dst: "2001:db8::2" }, payload)
      : build.ipv4({ src: "198.51.100.9", dst: "192.0.2.18", df: false, id: ID }, payload);
    const len = whole.length - (isIpv6 ? 40 : 20);
    const edges = cuts.map((cut) => cut * 8).filter((edge) => edge < len);
    const ascending = (edges.length === 0 ? [24] : edges).toSorted((a, b) => a - b);
    const ports = isEcho ? `${ECHO_ID} ${ECHO_ID}` : `${SPORT} ${DPORT}`;
    return { whole, ports, pieces: fragments(whole, ID, ascending) };
  });

/** Every piece at least once, some twice, in any order. */
const shuffled = datagram.chain((d) =>
  fc
    .shuffledSubarray([...d.pieces.keys(), ...d.pieces.keys()], { minLength: d.pieces.length })
    .map((order) => {
      const missing = [...d.pieces.keys()].filter((i) => !order.includes(i));
      return { ...d, order: [...order, ...missing] };
    }),
);

/** Up to where every piece has come once; a duplicate behind that begins a datagram of its own. */
function untilWhole(order: readonly number[], count: number): number {
  const seen = new Set<number>();
  return order.findIndex((i) => seen.add(i).size === count) + 1;
}

property(
  "virtual reassembly passes every fragment once, with the first one's ports",
  300,
  [shuffled],
  ({ order, pieces, ports }) => {
    const bench = new PortCacheBench({ memory: 256 * 2048 });
    const passed: Uint8Array[] = [];
    const seen = new Set<number>();
    for (const i of order.slice(0, untilWhole(order, pieces.length))) {
      const result = bench.feed(pieces[i]!);
      const expected = seen.has(0) || i === 0 ? ports : "held";
      const isNew = seen.size < seen.add(i).size;
      if (result !== (isNew ? expected : "fragment_duplicate")) throw new Error(result);
      if (result === ports) passed.push(pieces[i]!);
      for (const [bytes, heldPorts] of bench.take()) {
        if (heldPorts !== ports) throw new Error(`held: ${heldPorts}`);
        passed.push(bytes);
      }
    }
    const hex = (all: readonly Uint8Array[]): string =>
      all
        .map((bytes) => Buffer.from(bytes).toString("hex"))
        .toSorted()
        .join();
    if (hex(passed) !== hex(pieces)) throw new Error("not every fragment passed once");
    if (bench.cache.datagrams !== 0 || bench.lost.length !== 0)
      throw new Error("something is left");
  },
);

property(
  "reassembly gives back the datagram, once",
  300,
  [shuffled],
  ({ order, pieces, whole }) => {
    const bench = new ReassemblerBench({ memory: 256 * 2048 });
    const feeds = order.slice(0, untilWhole(order, pieces.length));
    const results = feeds.map((i) => bench.feed(pieces[i]!));
    const last = results.pop();
    if (typeof last === "string" || last === undefined) throw new Error(`not whole: ${last}`);
    if (!Buffer.from(last).equals(Buffer.from(whole))) throw new Error("another packet");
    if (results.some((result) => typeof result !== "string")) throw new Error("whole too early");
    const held = results.filter((result) => result === "held").length;
    if (bench.reassembler.absorbed !== held + 1 || held + 1 !== pieces.length) {
      throw new Error("miscounted");
    }
    if (bench.reassembler.datagrams !== 0) throw new Error("something is left");
  },
);

/** Any cuts at all of one of a few datagrams: overlapping, contradicting, missing, too many. */
const hostileFeed = fc.array(
  fc
    .record({
      isIpv6: fc.boolean(),
      id: fc.nat(3),
      start: fc.nat(20).map((n) => n * 8),
      len: fc.integer({ min: 1, max: 64 }).map((n) => n * 4),
      more: fc.boolean(),
      afterMs: fc.nat(20_000),
    })
    // Atomic fragments are packets of their own, and never get here (RFC 6946 §4).
    .filter(({ start, more }) => start > 0 || more),
  { maxLength: 60 },
);
const TINY = { datagrams: 4, datagramsPerSource: 3, memory: 12 * 2048, memoryPerSource: 9 * 2048 };
const BODY = build.raw(17, build.pattern(1000));
const WHOLES = [
  build.ipv4({ src: "198.51.100.9", dst: "192.0.2.18", df: false }, BODY),
  build.ipv6({ src: "2001:db8::1", dst: "2001:db8::2" }, BODY),
] as const;
const LONG_AFTER = 1e9;

property("no fragment is ever lost from the books, whatever comes", 500, [hostileFeed], (feed) => {
  const cache = new PortCacheBench({ ...TINY, fragmentsPerDatagram: 6 });
  const reassembler = new ReassemblerBench({ ...TINY, fragmentsPerDatagram: 6 });
  let nowMs = 0;
  let passed = 0;
  let held = 0;
  let absorbed = 0;
  let kept = 0;
  for (const { isIpv6, id, start, len, more, afterMs } of feed) {
    nowMs += afterMs;
    const bytes = fragment(WHOLES[isIpv6 ? 1 : 0], id, { start, end: start + len, more });
    if (cache.feed(bytes, nowMs) === "held") held++;
    passed += cache.take().length;
    const result = reassembler.feed(bytes, nowMs);
    if (result === "held") kept++;
    if (typeof result !== "string") absorbed += reassembler.reassembler.absorbed - 1;
    if (typeof result !== "string" && !isPartOf(result)) throw new Error("bytes from nowhere");
  }
  cache.cache.expire(LONG_AFTER);
  reassembler.reassembler.expire(LONG_AFTER);
  if (passed + cache.lost.length !== held) throw new Error("port cache");
  if (absorbed + reassembler.lost.length !== kept) throw new Error("reassembler");
  if (cache.cache.datagrams + reassembler.reassembler.datagrams !== 0) throw new Error("left over");
});

/** All fragments are cut from the same bytes, so a whole datagram is a beginning of them. */
function isPartOf(whole: Uint8Array): boolean {
  const source = whole[0]! >> 4 === 6 ? WHOLES[1].subarray(40) : WHOLES[0].subarray(20);
  const payload = whole.subarray(whole[0]! >> 4 === 6 ? 40 : 20);
  return Buffer.from(payload).equals(Buffer.from(source.subarray(0, payload.length)));
}
