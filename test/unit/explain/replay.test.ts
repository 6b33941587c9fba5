/** The golden cases again, through what `mapctl check-pcap` and the page explain packets with. */
import { test } from "tap";
import { DomainRun } from "../../../src/explain/domain-run.js";
import { explainAll, pass, type ReplayEvent, replay } from "../../../src/explain/replay.js";
import { commentText, verdictText } from "../../../src/explain/text.js";
import { Arena } from "../../../src/tun/arena.js";
import { DROPS, type DropName } from "../../../src/verdict.js";
import type { CountersFile } from "../../golden/golden-case.js";
import { caseFolders } from "../../golden/golden-folder.js";
import { type LoadedCase, loadCase, runCase } from "../../golden/run-case.js";

/** Packets and idle moments of a case, in order. */
function eventsOf({ settings, input, caseFile }: LoadedCase): {
  readonly events: readonly ReplayEvent[];
  readonly counters: CountersFile;
} {
  const run = new DomainRun(settings);
  const packets = input.map(({ timeUs, bytes }) => ({ timeMs: timeUs / 1000, packet: bytes }));
  const events = [...replay(run, packets)];
  const last = packets.at(-1)?.timeMs ?? 0;
  let clock = last;
  for (const timeUs of caseFile.ticks ?? []) {
    if (timeUs / 1000 <= last) continue;
    events.push(...pass(run, clock, timeUs / 1000));
    clock = timeUs / 1000;
  }
  return { events, counters: run.counters() };
}

const cases = caseFolders().map(loadCase);
const outcomes = cases.map(eventsOf);

test("every golden case counts as it does in the daemon", async (t) => {
  for (const [i, { caseFile, counters }] of cases.entries()) {
    t.same(outcomes[i]!.counters, counters, caseFile.name);
  }
});

const ONE_BY_ONE = { batchSize: 1, offloads: false, classifier: false, merging: false };

test("every golden case sends what the daemon sends, byte for byte", async (t) => {
  const arena = new Arena(1);
  for (const [i, loaded] of cases.entries()) {
    const expected = runCase(loaded, ONE_BY_ONE, arena).output;
    const output = outcomes[i]!.events.flatMap((event) =>
      event.kind === "packet" ? event.judgement.output : event.step.output,
    );
    t.same(output.map(hex), expected.map(hex), loaded.caseFile.name);
  }
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

test("every dropped packet is one, has one reason, and the report says what and why", async (t) => {
  for (const [i, { caseFile }] of cases.entries()) {
    for (const event of outcomes[i]!.events) {
      if (event.kind !== "packet") continue;
      const { judgement, report } = event;
      t.equal(report.refusal?.reason ?? null, judgement.reason, caseFile.name);
      if (report.refusal === null) continue;
      const { reason, help, rfc, remedy } = report.refusal;
      const row = DROPS.find(({ name }) => name === reason);
      t.same([help, rfc], [row?.help, row?.rfc], reason);
      t.match(remedy, /^[A-Z].+\.$/, reason);
      t.equal(verdictText(report), `dropped: ${reason}`);
      t.ok(commentText(report).startsWith(`dropped: ${reason}; domain golden`), reason);
    }
  }
});

/** Reasons that no capture can provoke, each with its cause. */
const WITHOUT_CAPTURE: readonly (readonly [DropName, string])[] = [
  ["bad_offload_header", "a capture has no virtio headers"],
  ["nat44_address_changed", "needs a CE that has just got another address"],
  ["nat44_table_full", "needs a full table of sessions, not one packet"],
  ["tun_write_failed", "the kernel refuses it; there is none here"],
  ["internal_error", "a fault of mapd's own"],
];

/** Every packet that was dropped, whenever that was. */
function droppedIn({ events }: { readonly events: readonly ReplayEvent[] }): DropName[] {
  return events.flatMap((event) => {
    const step = event.kind === "packet" ? event.judgement : event.step;
    const own = event.kind === "packet" ? event.judgement.reason : null;
    return [...(own === null ? [] : [own]), ...step.dropped.map(({ reason }) => reason)];
  });
}

test("every drop that is counted has its packet", async (t) => {
  for (const [i, { caseFile, counters }] of cases.entries()) {
    const sums: Record<string, number> = {};
    for (const reason of droppedIn(outcomes[i]!)) sums[reason] = (sums[reason] ?? 0) + 1;
    const counted = { ...counters.dropped.ipv4 };
    for (const [reason, count] of Object.entries(counters.dropped.ipv6)) {
      counted[reason] = (counted[reason] ?? 0) + count;
    }
    t.same(sums, counted, caseFile.name);
  }
});

test("every other reason is found by a packet of some golden case", async (t) => {
  const seen = new Set(outcomes.flatMap(droppedIn));
  const missing = DROPS.map(({ name }) => name).filter((name) => !seen.has(name));
  t.same(missing.sort(), WITHOUT_CAPTURE.map(([name]) => name).sort());
});

test("of every packet that waited in vain it is told why it is dropped, and when", async (t) => {
  const waiting = cases.filter((_, i) =>
    outcomes[i]!.events.some((event) => event.kind === "packet" && event.report.verdict === "held"),
  );
  t.ok(waiting.length > 20, `${waiting.length} cases`);
  for (const { settings, input, caseFile } of waiting) {
    const packets = input.map(({ timeUs, bytes }) => ({ timeMs: timeUs / 1000, packet: bytes }));
    const explained = explainAll(new DomainRun(settings), packets);
    t.equal(explained.length, packets.length);
    const run = new DomainRun(settings);
    const endMs = packets.at(-1)?.timeMs ?? 0;
    const all = [...replay(run, packets), ...pass(run, endMs, endMs + 120_000)];
    const waited = run.counters().counters.held_fragments ?? 0;
    t.equal(waited, 0, "nothing waits any more");
    const own = new Set(packets.map(({ packet }) => hex(packet)));
    const late = all
      .flatMap((event) => (event.kind === "packet" ? event.judgement : event.step).dropped)
      .filter(({ packet }) => own.has(hex(packet)))
      .map(({ reason }) => reason);
    const told = explained.flatMap(({ later }) => (later === null ? [] : [later.reason]));
    t.same(told.sort(), late.sort(), caseFile.name);
    for (const { later, report } of explained) {
      if (later === null) continue;
      t.equal(report.verdict, "held");
      if (later.reason !== "fragment_timeout") continue;
      // Of IPv4, also inside a tunnel, 30 seconds.
      const waitMs = later.afterMs < 60_000 ? 30_000 : 60_000;
      t.ok(later.afterMs >= waitMs && later.afterMs < waitMs + 2000, `${later.afterMs} ms`);
    }
  }
});

test("a fault of the packet path is a verdict, with what was thrown, and the next packet goes on", async (t) => {
  const [loaded] = cases.filter(({ caseFile }) => caseFile.name.startsWith("MAP-T BR translates"));
  const run = new DomainRun(loaded!.settings);
  const [packet] = loaded!.input;
  const faults = ["TypeError: out of range", null];
  const { lookup4, lookup6 } = run.table;
  const throwing = (): number => {
    throw new TypeError("out of range");
  };
  for (const fault of faults) {
    Object.assign(
      run.table,
      fault === null ? { lookup4, lookup6 } : { lookup4: throwing, lookup6: throwing },
    );
    const { verdict, reason, fault: said } = run.send(packet!.bytes);
    t.same(
      { verdict, reason, said },
      fault === null
        ? { verdict: "forwarded", reason: null, said: null }
        : { verdict: "dropped", reason: "internal_error", said: fault },
    );
  }
});
