/** A fault while a fragment that waited is at hand: what comes later is judged as ever. */
import { test } from "tap";
import { COUNTER_COUNT, counterIndex } from "../../../src/counters.js";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { compileRules, createPipeline } from "../../../src/pipeline/create.js";
import { Arena, SLOT_LEN } from "../../../src/tun/arena.js";
import { BatchLoop } from "../../../src/tun/batch-loop.js";
import { MemoryQueue } from "../../../src/tun/memory-queue.js";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import { fragments } from "../../support/fragments.js";
import { ipv4, pattern, udp } from "../../support/packet-builder.js";

const NOW_MS = 1_000_000;
const HELD = counterIndex("held_fragments");

/** Fails the `count`-th emission, once. */
class FaultyArena extends Arena {
  #left = 0;

  failAt(count: number): void {
    this.#left = count;
  }

  override emit(slot: number, at: number, end: number): void {
    if (this.#left > 0 && --this.#left === 0) throw new Error("a fault");
    super.emit(slot, at, end);
  }
}

function datagram(id: number): Uint8Array[] {
  const reply = udp({ sport: 53, dport: d.PORT, data: pattern(200, id) });
  return fragments(ipv4({ src: d.SERVER_T, dst: d.CE_IPV4, df: false, id }, reply), id, [96]);
}

test("a fault in a fragment that waited leaves the next fragments to wait for their own ports", async (t) => {
  const settings = settingsOf(d.brT());
  const arena = new FaultyArena(4, SLOT_LEN);
  const counters = new Float64Array(COUNTER_COUNT);
  const queue = new MemoryQueue();
  const loop = new BatchLoop(queue, arena, counters, 4);
  const table = compileRules(settings);
  const random = seededRandom(1);
  loop.setPipeline(createPipeline(settings, table, null, arena, counters, random, null, null));
  const judge = (packet: Uint8Array): number => {
    const before = queue.written.length;
    queue.push(packet);
    loop.runOnce(NOW_MS);
    return queue.written.length - before;
  };

  const [first, second] = datagram(7);
  t.equal(judge(second!), 0);
  arena.failAt(2);
  judge(first!);
  t.match(loop.takeFault(), { message: "a fault" });

  const [firstOfNext, secondOfNext] = datagram(8);
  const heldBefore = counters[HELD]!;
  t.equal(judge(secondOfNext!), 0, "its port is not known yet");
  t.equal(counters[HELD]! - heldBefore, 1);
  t.equal(judge(firstOfNext!), 2, "with the one that waited");
  t.equal(loop.takeFault(), undefined);
});
