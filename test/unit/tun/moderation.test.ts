import { test } from "tap";
import { Moderation } from "../../../src/tun/moderation.js";

const BATCH = 64;

/** Reads of `count` packets every `everyMs`: the pauses, in milliseconds, that were asked for. */
function pauses(moderation: Moderation, count: number, everyMs: number, reads: number): number[] {
  return Array.from({ length: reads }, (_, i) => moderation.pauseAfter(count, 1000 + i * everyMs));
}

const NEVER = [
  { name: "a ping a second", count: 1, everyMs: 1000 },
  { name: "20,000 packets a second, one by one", count: 1, everyMs: 0.05 },
  { name: "bulk TCP in super-packets, ten a read", count: 10, everyMs: 0.4 },
  { name: "a burst of a whole batch now and then", count: BATCH, everyMs: 5 },
  { name: "batches that are full without help", count: BATCH, everyMs: 0.03 },
  { name: "half a batch at a time, as fast as can be", count: BATCH / 2, everyMs: 0.02 },
];
for (const { name, count, everyMs } of NEVER) {
  test(`no pause: ${name}`, async (t) => {
    t.same(
      pauses(new Moderation(BATCH), count, everyMs, 2000).filter((ms) => ms !== 0),
      [],
    );
  });
}

test("a fast stream that is read in small bits gets short pauses within milliseconds", async (t) => {
  const all = pauses(new Moderation(BATCH), 1, 0.01, 1000);
  const first = all.findIndex((ms) => ms > 0);
  t.ok(first > 0 && first <= 400, `from read ${first} on`);
  t.ok(all.slice(first).every((ms) => ms > 0 && ms <= 0.1));
});

test("the first packets after a stream are answered at once within milliseconds", async (t) => {
  const moderation = new Moderation(BATCH);
  pauses(moderation, 1, 0.01, 1000);
  t.ok(moderation.pauseAfter(1, 1010) > 0, "the stream still counts");
  t.equal(moderation.pauseAfter(1, 1013), 0);
  t.equal(moderation.pauseAfter(1, 2000), 0);
});
