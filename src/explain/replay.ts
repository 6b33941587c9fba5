/** Packets of a capture through a domain, at the times at which they were captured. */
import type { DomainRun, Judgement, Step } from "./domain-run.js";
import { type ReasonText, reasonText } from "./reasons.js";
import { Explainer, type PacketReport } from "./report.js";

export interface TimedPacket {
  /** Since the first one. */
  readonly timeMs: number;
  readonly packet: Uint8Array;
}

/** Either a packet was judged, or something happened because time had passed. */
export type ReplayEvent =
  | {
      readonly kind: "packet";
      readonly timeMs: number;
      /** From 0. */
      readonly index: number;
      readonly packet: Uint8Array;
      readonly judgement: Judgement;
      readonly report: PacketReport;
    }
  | { readonly kind: "time"; readonly timeMs: number; readonly step: Step };

/** The daemon's workers look at least so often for what is due. */
const TICK_MS = 1000;
/** Whatever waits in a domain is due long before, but for NAT44's sessions, which end at any tick after their time. */
const LONGEST_WAIT_MS = 120_000;

/** Why a packet that was held is dropped after all. */
export interface LaterDrop extends ReasonText {
  /** After the packet came. */
  readonly afterMs: number;
}

export interface Explained {
  readonly report: PacketReport;
  /** Null but for a packet that was held. */
  readonly later: LaterDrop | null;
}

/** Every packet's report, in order, and what became of those that were held: until nothing waits any more. */
export function explainAll(run: DomainRun, packets: readonly TimedPacket[]): readonly Explained[] {
  const explained: Explained[] = [];
  const held: { readonly index: number; readonly timeMs: number; readonly packet: Uint8Array }[] =
    [];
  const note = (event: ReplayEvent): void => {
    const step = event.kind === "packet" ? event.judgement : event.step;
    for (const { packet, reason } of step.dropped) {
      const at = held.findIndex((one) => isSame(one.packet, packet));
      const [found] = at < 0 ? [] : held.splice(at, 1);
      if (found === undefined) continue;
      const later = { ...reasonText(reason), afterMs: event.timeMs - found.timeMs };
      explained[found.index] = { ...explained[found.index]!, later };
    }
    if (event.kind === "time") return;
    const { report, packet, index, timeMs } = event;
    explained.push({ report, later: null });
    if (report.verdict === "held") held.push({ index, timeMs, packet });
  };
  for (const event of replay(run, packets)) note(event);
  const endMs = packets.reduce((latest, { timeMs }) => Math.max(latest, timeMs), 0);
  for (const event of pass(run, endMs, endMs + LONGEST_WAIT_MS)) note(event);
  return explained;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

export function* replay(
  run: DomainRun,
  packets: Iterable<TimedPacket>,
): Generator<ReplayEvent, void> {
  const explainer = new Explainer(run);
  let index = 0;
  let clockMs = 0;
  for (const { timeMs, packet } of packets) {
    yield* pass(run, clockMs, timeMs);
    clockMs = Math.max(clockMs, timeMs);
    const judgement = run.send(packet);
    const report = explainer.report(packet, judgement);
    yield { kind: "packet", timeMs: clockMs, index, packet, judgement, report };
    index++;
  }
}

/** Time from one packet to the next, in the daemon's steps. */
export function* pass(run: DomainRun, fromMs: number, toMs: number): Generator<ReplayEvent, void> {
  const last = Math.min(toMs, fromMs + LONGEST_WAIT_MS);
  for (let timeMs = fromMs + TICK_MS; timeMs < last; timeMs += TICK_MS) yield* tick(run, timeMs);
  yield* tick(run, toMs);
}

function* tick(run: DomainRun, timeMs: number): Generator<ReplayEvent, void> {
  const step = run.advance(timeMs);
  if (step.output.length > 0 || step.dropped.length > 0) yield { kind: "time", timeMs, step };
}
