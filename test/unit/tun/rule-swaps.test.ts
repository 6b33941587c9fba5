/** A thousand rule tables, one after the other, under packets that all of them let pass: what a reload does, without the file. */
import { test } from "tap";
import { COUNTER_COUNT, COUNTERS, counterIndex } from "../../../src/counters.js";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { compileRules, createPipeline } from "../../../src/pipeline/create.js";
import type { Pipeline } from "../../../src/pipeline/packet-io.js";
import { Arena, SLOT_LEN } from "../../../src/tun/arena.js";
import { BatchLoop } from "../../../src/tun/batch-loop.js";
import { MemoryQueue } from "../../../src/tun/memory-queue.js";
import { ipv4, ipv6, pattern, udp } from "../../support/packet-builder.js";
import { withoutIdentification } from "../../support/without-identification.js";
import { BR_T, domainOf } from "../daemon/samples.js";

const SWAPS = 1000;
const BATCH_SIZE = 8;
/** Two batches a table. */
const PACKETS_EACH_WAY = 8;

const CE = "2001:db8:12:3400:0:c000:212:34";
/** 192.0.32.9 behind the DMR prefix (RFC 6052 §2.2). */
const SERVER = "2001:db8:ffff:0:c0:20:900:0";

const TO_CE = ipv4(
  { src: "192.0.32.9", dst: "192.0.2.18" },
  udp({ sport: 7, dport: 1232, data: pattern(40) }),
);
const FROM_CE = ipv6({ src: CE, dst: SERVER }, udp({ sport: 1232, dport: 7, data: pattern(40) }));

test("no packet is lost or judged by half a table", async (t) => {
  const queue = new MemoryQueue();
  const arena = new Arena(BATCH_SIZE, SLOT_LEN);
  const counters = new Float64Array(COUNTER_COUNT);
  const loop = new BatchLoop(queue, arena, counters, BATCH_SIZE);
  const random = seededRandom(1);
  const settings = ["[metro]", "[wide, metro, whole]", "[low, high, metro]"].map(
    (rules) => domainOf(BR_T.replace("[metro]", rules)).settings,
  );
  const next = (swap: number): Pipeline => {
    const chosen = settings[swap % settings.length]!;
    return createPipeline(chosen, compileRules(chosen), null, arena, counters, random);
  };
  const startMs = performance.now();
  for (let swap = 0; swap < SWAPS; swap++) {
    loop.setPipeline(next(swap));
    for (let i = 0; i < PACKETS_EACH_WAY; i++) {
      queue.push(TO_CE);
      queue.push(FROM_CE);
    }
    // The second half waits while the table changes.
    loop.runOnce(swap);
    loop.setPipeline(next(swap + 1));
    loop.runOnce(swap);
  }
  t.comment(`${2 * SWAPS} tables in ${Math.round(performance.now() - startMs)} ms`);
  const total = SWAPS * PACKETS_EACH_WAY;
  for (const family of ["ipv4", "ipv6"] as const) {
    t.equal(counters[counterIndex(`in_${family}_packets`)], total);
    t.equal(counters[counterIndex(`out_${family}_packets`)], total);
  }
  t.equal(queue.waiting, 0);
  t.equal(
    counters.slice(COUNTERS.length).some((count) => count !== 0),
    false,
    "no drops",
  );
  const kinds = new Set(queue.written.map(({ packet }) => withoutIdentification(packet).join(" ")));
  t.equal(queue.written.length, 2 * total);
  t.equal(kinds.size, 2, "the same packet comes out of every table");
});
