/**
 * Broken packets through every domain. It never throws, every packet gets one known verdict, one that is not
 * forwarded is left as it was, nothing is written outside its frame, the books balance, and what leaves is
 * sound and goes where the domain may send.
 */

import { seededRandom } from "../../src/explain/seeded-random.js";
import type { DomainSettings } from "../../src/pipeline/settings.js";
import { DROPS, INTERNAL_ERROR } from "../../src/verdict.js";
import { DomainUnderTest } from "../support/domain-under-test.js";
import type { Offloaded } from "../support/offload.js";
import { outputProblems } from "./invariants.js";
import { MergeCheck } from "./merging.js";
import { arrivals, below, pick, type Random } from "./mutate.js";
import { makeSubjects, type Subject } from "./subjects.js";

const VERDICTS = new Set<number>([0, 1, 2, ...DROPS.map(({ code }) => code)]);
/** A domain starts anew after so many packets, so that a fault can be met again from its seed. */
const EPOCH = 5000;
/** What leaves goes through merging in one of so many epochs; it takes as long as judging. */
const MERGING = 4;
/** Longer than any fragment is waited for, milliseconds. */
const LONG_MS = 61_000;

export interface Fault {
  readonly subject: string;
  readonly problems: readonly string[];
  readonly packet: Offloaded;
  /** Packets of the run before this one. */
  readonly index: number;
}

export interface Totals {
  packets: number;
  forwarded: number;
  held: number;
  absorbed: number;
  dropped: number;
  emitted: number;
}

export class Fuzzer {
  readonly totals: Totals = {
    packets: 0,
    forwarded: 0,
    held: 0,
    absorbed: 0,
    dropped: 0,
    emitted: 0,
  };
  readonly faults: Fault[] = [];
  readonly verdicts = new Set<number>();
  /** What packets have come to: see `effectOf()`. */
  readonly #effects = new Set<number>();
  readonly #random: Random;
  readonly #seed: number;
  readonly #subjects: readonly Subject[];
  /** Of this epoch, where its packets are merged. */
  #merging: MergeCheck | null = null;
  #nowMs = 1_000_000;

  constructor(
    seed: number,
    settingsOf: (config: unknown) => DomainSettings,
    saved: readonly Uint8Array[] = [],
  ) {
    this.#seed = seed;
    this.#random = seededRandom(seed);
    this.#subjects = makeSubjects(settingsOf);
    for (const subject of this.#subjects) subject.corpus.push(...saved);
  }

  /** Judges a few thousand packets of one domain. Returns inputs that had an effect not seen before. */
  epoch(): Uint8Array[] {
    const random = this.#random;
    const subject = pick(random, this.#subjects);
    const seed = (this.#seed ^ this.totals.packets) >>> 0;
    subject.domain = new DomainUnderTest(subject.settings, seed);
    const hasClassifier = below(random, 2) === 0;
    this.#merging = below(random, MERGING) === 0 ? new MergeCheck(hasClassifier) : null;
    const fresh: Uint8Array[] = [];
    for (const last = this.totals.packets + EPOCH; this.totals.packets < last; ) {
      for (const packet of arrivals(subject.corpus, random)) {
        if (!this.#judge(subject, packet)) continue;
        fresh.push(packet.bytes);
        subject.corpus.push(packet.bytes);
      }
      this.#nowMs++;
      if (below(random, 500) === 0) this.#pass(subject, below(random, 2) === 0 ? 1000 : LONG_MS);
    }
    this.#end(subject);
    return fresh;
  }

  /** Time passes for a domain. */
  #pass(subject: Subject, ms: number): void {
    this.#nowMs += ms;
    const { domain, reach } = subject;
    const output = domain.tick(this.#nowMs);
    const problems = output.flatMap((left) => outputProblems(reach, null, left));
    this.#note(subject, [...problems, ...domain.balanceProblems()], {
      bytes: new Uint8Array(),
      virtio: new Uint8Array(),
    });
  }

  #end(subject: Subject): void {
    const { domain } = subject;
    domain.retire();
    const held = domain.counter("held_fragments");
    const problems = [
      ...domain.balanceProblems(),
      ...(this.#merging?.end() ?? []),
      ...(held === 0 ? [] : [`${held} fragments still held`]),
    ];
    this.#note(subject, problems, { bytes: new Uint8Array(), virtio: new Uint8Array() });
  }

  /** Returns true for an effect that no packet of this run had. */
  #judge(subject: Subject, packet: Offloaded): boolean {
    const { totals } = this;
    totals.packets++;
    try {
      const { verdict, output, problems } = subject.domain.judge(
        packet.bytes,
        this.#nowMs,
        packet.virtio,
      );
      const all = problems.slice();
      for (const left of output) all.push(...outputProblems(subject.reach, packet, left));
      if (this.#merging !== null) all.push(...this.#merging.add(output));
      if (!VERDICTS.has(verdict) || verdict === INTERNAL_ERROR) all.push(`verdict ${verdict}`);
      if (all.length > 0) this.#note(subject, all, packet);
      totals.emitted += output.length;
      if (verdict < 0) totals.dropped++;
      else if (verdict === 0) totals.forwarded++;
      else if (verdict === 1) totals.held++;
      else totals.absorbed++;
      this.verdicts.add(verdict);
      const effect = effectOf(subject, packet, verdict, output);
      const isNew = !this.#effects.has(effect);
      this.#effects.add(effect);
      return isNew;
    } catch (fault) {
      this.#note(
        subject,
        [`threw ${fault instanceof Error ? fault.stack : String(fault)}`],
        packet,
      );
      // What it was about to do is unknown.
      subject.domain = new DomainUnderTest(subject.settings, this.#seed);
      return false;
    }
  }

  #note({ name }: Subject, problems: readonly string[], packet: Offloaded): void {
    if (problems.length === 0) return;
    this.faults.push({ subject: name, problems, packet, index: this.totals.packets });
  }
}

/** Role, mode, family, verdict, and the shape of the first packet out, in one number. */
function effectOf(
  { settings }: Subject,
  { bytes }: Offloaded,
  verdict: number,
  output: readonly Offloaded[],
): number {
  const role = settings.role === "br" ? 1 : 0;
  const mode = settings.mode === "map-t" ? 1 : 0;
  const family = (bytes[0] ?? 0) >>> 4 === 6 ? 1 : 0;
  const judged = (((role * 2 + mode) * 2 + family) * 128 + verdict + 64) * 4;
  const first = output[0]?.bytes;
  if (first === undefined) return judged;
  const isIpv6 = first[0]! >>> 4 === 6;
  const protocol = first[isIpv6 ? 6 : 9]!;
  const isIcmp = protocol === (isIpv6 ? 58 : 1);
  const type = isIcmp ? first[isIpv6 ? 40 : 20]! : 0;
  const pieces = Math.min(output.length, 3);
  return ((judged + pieces) * 2 + (isIpv6 ? 1 : 0)) * 65536 + protocol * 256 + type;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function describeFault({ subject, problems, packet, index }: Fault): string {
  return `${subject}, packet ${index}: ${problems.slice(0, 5).join(", ")}\nvirtio ${hex(packet.virtio)}\npacket ${hex(packet.bytes)}`;
}
