/**
 * Merging changes nothing but identifications that mean nothing: what the kernel cuts its writes into are the packets of
 * the batch, each flow in its order.
 */
import { deepStrictEqual, ok } from "node:assert";
import fc from "fast-check";
import { byFlow } from "../../support/flows.js";
import { allFinished, asWhole, merge, type Queued, writesOf } from "../../support/merge-rig.js";
import { withPartialChecksum } from "../../support/offload.js";
import {
  echo,
  encapsulated,
  ipv4,
  ipv6,
  pattern,
  raw,
  TCP,
  tcp,
  udp,
} from "../../support/packet-builder.js";
import { property } from "../../support/property.js";
import { withoutAtomicIdentification } from "../../support/without-identification.js";

const UNUSUAL = ["short", "push", "ack", "lost", "swapped", "bad", "fin", "other"] as const;

/** One step of a sender; most go on as a stream does, some do what keeps packets apart. */
interface Step {
  readonly flow: number;
  readonly kind: (typeof UNUSUAL)[number] | "next";
  readonly form: "whole" | "partial";
  readonly spare: boolean;
  readonly len: number;
}

/** IPv4, IPv6, or IPv4 in IPv6. */
type Family = 4 | 6 | 46;

interface Flow {
  readonly family: Family;
  readonly isTcp: boolean;
  readonly df: boolean;
  /** What the identification of each packet is above that of the one before. */
  readonly idStep: number;
  readonly len: number;
  readonly ports: { readonly sport: number; readonly dport: number };
}

const KINDS = fc.oneof(
  { weight: 20, arbitrary: fc.constant("next" as const) },
  fc.constantFrom(...UNUSUAL),
);

const STEP: fc.Arbitrary<Step> = fc.record({
  flow: fc.nat({ max: 5 }),
  kind: KINDS,
  form: fc.constantFrom("whole", "partial"),
  spare: fc.nat({ max: 9 }).map((one) => one === 0),
  len: fc.integer({ min: 1, max: 400 }),
});

const FLOWS: fc.Arbitrary<Flow[]> = fc.array(
  fc.record({
    family: fc.constantFrom<Family>(4, 6, 46),
    isTcp: fc.boolean(),
    df: fc.boolean(),
    idStep: fc.constantFrom(0, 1, 1, 64),
    len: fc.integer({ min: 1, max: 1400 }),
    // Few ports, so that flows differ in one field, or in none and interfere.
    ports: fc.record({ sport: fc.integer({ min: 1, max: 2 }), dport: fc.constant(53) }),
  }),
  { minLength: 1, maxLength: 6 },
);

/** What a flow's sender has sent so far. */
class Sender {
  readonly #flow: Flow;
  #seq: number;
  #id: number;
  #held: Queued | null = null;

  constructor(flow: Flow, seed: number) {
    this.#flow = flow;
    // Close to their ends, so that they run through zero.
    this.#seq = (0xffffff00 + seed * 64) >>> 0;
    this.#id = (0xfff0 + seed) & 0xffff;
  }

  step({ kind, form, spare, len }: Step): Queued[] {
    if (kind === "other") return [this.#other(len)];
    const size = kind === "short" ? Math.min(len, this.#flow.len) : this.#flow.len;
    const flags = { push: TCP.psh, fin: TCP.fin }[kind as string] ?? 0;
    const bytes = this.#packet(kind === "ack" ? 0 : size, TCP.ack | flags);
    // Any byte of the headers, or one of the payload; no kernel leaves the checksum of such a packet to us.
    if (kind === "bad") bytes[(len * 7) % bytes.length]! ^= 1 << (len % 8);
    const isPartial = form === "partial" && kind !== "bad";
    const queued = { ...(isPartial ? withPartialChecksum : asWhole)(bytes), spare };
    if (kind === "lost") return [];
    const held = this.#held;
    this.#held = kind === "swapped" ? queued : null;
    if (kind === "swapped") return held === null ? [] : [held];
    return held === null ? [queued] : [queued, held];
  }

  #packet(size: number, flags: number): Uint8Array {
    const { family, isTcp, df, idStep, ports } = this.#flow;
    const data = pattern(size, this.#seq & 0xff);
    const payload = isTcp
      ? tcp({ ...ports, seq: this.#seq, flags, data })
      : udp({ ...ports, data });
    this.#seq = (this.#seq + size) >>> 0;
    this.#id = (this.#id + idStep) & 0xffff;
    if (family === 6) return ipv6({ src: "2001:db8::1", dst: "2001:db8::2" }, payload);
    const packet = ipv4({ src: "192.0.2.1", dst: "192.0.2.2", df, id: this.#id }, payload);
    if (family === 4) return packet;
    return ipv6({ src: "2001:db8::1", dst: "2001:db8::2" }, encapsulated(packet));
  }

  /** A fragment or an echo request. */
  #other(len: number): Queued {
    const ends = { src: "192.0.2.1", dst: "192.0.2.2" };
    if (len % 2 === 0) return asWhole(ipv4(ends, echo({ kind: "request", id: len })));
    return asWhole(ipv4({ ...ends, df: false, fragmentOffset: len }, raw(17, pattern(len))));
  }
}

function packetsOf(flows: readonly Flow[], steps: readonly Step[]): Queued[] {
  const senders = flows.map((flow, index) => new Sender(flow, index));
  return steps.flatMap((step) => senders[step.flow % senders.length]!.step(step)).slice(0, 64);
}

function comparable(packets: readonly Uint8Array[]): Uint8Array[] {
  return byFlow(packets.map(withoutAtomicIdentification));
}

const STEPS = fc.array(STEP, { maxLength: 64 });

property(
  "the packets of a batch come out of its writes, each flow in its order",
  3000,
  [FLOWS, STEPS, fc.boolean()],
  (flows, steps, hasClassifier) => {
    const packets = packetsOf(flows, steps);
    const expected = allFinished(packets);
    const merger = merge(packets, hasClassifier);
    const writes = writesOf(merger);
    deepStrictEqual(comparable(allFinished(writes)), comparable(expected));
    const count = merger.packets.subarray(0, merger.outCount).reduce((sum, one) => sum + one, 0);
    deepStrictEqual(count, packets.length);
    let bytes = 0;
    for (let write = 0; write < merger.outCount; write++) bytes += merger.bytes(write);
    deepStrictEqual(
      bytes,
      packets.reduce((sum, packet) => sum + packet.bytes.length, 0),
    );
  },
);

property(
  "refused writes come apart into the packets that they were made of",
  1000,
  [FLOWS, STEPS, fc.nat()],
  (flows, steps, which) => {
    const packets = packetsOf(flows, steps);
    const merger = merge(packets, true);
    const results = new Int32Array(merger.outStarts.length);
    const accepted = writesOf(merger).filter((_, write) => {
      const isRefused = merger.isRefused(write, -22) && ((which >>> (write % 31)) & 1) === 1;
      results[write] = isRefused ? -22 : 0;
      return !isRefused;
    });
    merger.takeApart(results);
    const again = writesOf(merger);
    ok(merger.packets.subarray(0, merger.outCount).every((count) => count === 1));
    const all = allFinished([...accepted, ...again]);
    // The order within a flow is not kept here: what was refused comes last, once.
    const [found, wanted] = [all, allFinished(packets)].map((some) => byText(comparable(some)));
    deepStrictEqual(found, wanted);
  },
);

property(
  "a single flow of full segments is as few writes as its limits allow",
  300,
  [
    fc.constantFrom<Family>(4, 6, 46),
    fc.boolean(),
    fc.integer({ min: 2, max: 64 }),
    fc.integer({ min: 1, max: 1400 }),
    fc.constantFrom(0, 1, 64),
  ],
  (family, isTcp, count, len, idStep) => {
    const flow = { family, isTcp, df: true, idStep, len, ports: { sport: 1, dport: 2 } };
    const step = { flow: 0, kind: "next", form: "whole", spare: false, len } as const;
    const merger = merge(
      packetsOf(
        [flow],
        Array.from({ length: count }, () => step),
      ),
      true,
    );
    const headersLen = (family === 6 ? 0 : 20) + (isTcp ? 20 : 8);
    const most = Math.floor((65535 - headersLen) / len);
    ok(merger.outCount <= Math.ceil(count / most) + zeroChecksums(merger.outCount));
  },
);

/** A TCP checksum of zero, one in 32768, stays apart; the bound need not know where. */
function zeroChecksums(writes: number): number {
  return writes > 1 ? 2 : 0;
}

function byText(packets: readonly Uint8Array[]): string[] {
  return packets.map((packet) => Buffer.from(packet).toString("hex")).sort();
}
