import { test } from "tap";
import { faultsOf, memoryOf, type SoakReport } from "../../soak/report.js";

const MIB = 2 ** 20;

/** A sample a second. */
function resident(seconds: number, of: (second: number) => number): readonly number[] {
  return Array.from({ length: seconds }, (_, second) => of(second) * MIB);
}

const NUMBERED = { sent: 100, lost: 0, duplicates: 0, lostAtSeconds: [], longestMs: 1 };
const SCRAPED = {
  scrapes: 10,
  failed: 0,
  backward: [],
  failures: [],
  medianMs: 1,
  longestMs: 2,
  residentBytes: resident(600, () => 100),
  longestLagMs: 1,
  cpuSeconds: 1,
};
const DISTURBED = { done: 3, failures: [] };
const GOOD: SoakReport = {
  mode: "map-t",
  seconds: 600,
  udp: { lan1: NUMBERED, lan2: NUMBERED },
  tcp: { done: 3, bytes: 3 * MIB, failures: [] },
  scrapes: { ce1: SCRAPED, ce2: SCRAPED, br: SCRAPED },
  reloads: { ce1: DISTURBED, ce2: DISTURBED, br: DISTURBED },
  calls: DISTURBED,
  drops: {},
};

test("what memory does while compilers and caches warm up does not count", (t) => {
  const memory = memoryOf(resident(600, (second) => (second < 120 ? 80 + second : 200)));
  t.same(memory, { startBytes: 80 * MIB, endBytes: 200 * MIB, growth: 0 });
  t.end();
});

test("a leak is seen: a quarter against the last one", (t) => {
  const { growth } = memoryOf(resident(600, (second) => 100 + second / 10));
  t.ok(growth !== null && growth > 0.25 && growth < 0.35, String(growth));
  t.equal(memoryOf(resident(239, () => 100)).growth, null, "too short to say");
  t.equal(memoryOf(resident(240, () => 100)).growth, 0);
  t.end();
});

test("a good run has no fault", (t) => {
  t.same(faultsOf(GOOD), []);
  t.end();
});

const bad: readonly { readonly fault: string; readonly report: Partial<SoakReport> }[] = [
  {
    fault: "lan2: 2 of 100 datagrams lost, sent at 1.5, 2 s",
    report: { udp: { lan1: NUMBERED, lan2: { ...NUMBERED, lost: 2, lostAtSeconds: [1.5, 2] } } },
  },
  {
    fault: "lan1: 1 datagrams came twice",
    report: { udp: { lan1: { ...NUMBERED, duplicates: 1 }, lan2: NUMBERED } },
  },
  {
    fault: "lan1: nothing was sent",
    report: { udp: { lan1: { ...NUMBERED, sent: 0 }, lan2: NUMBERED } },
  },
  { fault: "broken", report: { tcp: { ...GOOD.tcp, failures: ["broken"] } } },
  {
    fault: "br: 4 scrapes failed",
    report: { scrapes: { ...GOOD.scrapes, br: { ...SCRAPED, failed: 4 } } },
  },
  {
    fault: "ce1: counters ran backward: a, b",
    report: { scrapes: { ...GOOD.scrapes, ce1: { ...SCRAPED, backward: ["a", "b"] } } },
  },
  {
    fault: 'br: mapd_worker_restarts_total{cause="hung"} 1',
    report: {
      scrapes: {
        ...GOOD.scrapes,
        br: { ...SCRAPED, failures: ['mapd_worker_restarts_total{cause="hung"} 1'] },
      },
    },
  },
  {
    fault: "ce2: resident memory changed by 30.0 %",
    report: {
      scrapes: {
        ...GOOD.scrapes,
        ce2: { ...SCRAPED, residentBytes: resident(600, (second) => (second < 400 ? 100 : 130)) },
      },
    },
  },
  {
    fault: "reload of br: refused",
    report: { reloads: { ...GOOD.reloads, br: { done: 3, failures: ["refused"] } } },
  },
  { fault: "mapctl: status 1", report: { calls: { done: 3, failures: ["mapctl: status 1"] } } },
];

for (const { fault, report } of bad) {
  test(`a fault is named: ${fault}`, (t) => {
    t.same(faultsOf({ ...GOOD, ...report }), [fault]);
    t.end();
  });
}
