import { test } from "tap";
import { Moderation } from "../../../src/tun/moderation.js";

const BATCH = 64;

interface Stream {
  /** Packets of each read, how many of them are merged into others, and milliseconds from read to read. */
  readonly count: number;
  readonly merged: number;
  readonly everyMs: number;
}

/** The pauses, in milliseconds, that were asked for. */
function pauses(
  moderation: Moderation,
  { count, merged, everyMs }: Stream,
  reads: number,
): number[] {
  return Array.from({ length: reads }, (_, i) =>
    moderation.pauseAfter(count, i * merged, 1000 + i * everyMs),
  );
}

const NEVER: readonly (Stream & { readonly name: string })[] = [
  { name: "a ping a second", count: 1, merged: 0, everyMs: 1000 },
  { name: "20,000 packets a second, one by one", count: 1, merged: 0, everyMs: 0.05 },
  { name: "bulk TCP in super-packets, ten a read", count: 10, merged: 0, everyMs: 0.4 },
  { name: "a burst of a whole batch now and then", count: BATCH, merged: 60, everyMs: 5 },
  { name: "batches that are full without help", count: BATCH, merged: 60, everyMs: 0.03 },
  { name: "an eighth of a batch at a time, fast", count: BATCH / 8, merged: 7, everyMs: 0.02 },
];
for (const { name, ...stream } of NEVER) {
  test(`no pause: ${name}`, async (t) => {
    const all = pauses(new Moderation(BATCH), stream, 2000);
    t.ok(all.every((ms) => ms === 0));
  });
}

test("a fast stream that is read in small bits gets short pauses within milliseconds", async (t) => {
  const all = pauses(new Moderation(BATCH), { count: 2, merged: 1, everyMs: 0.01 }, 1000);
  const first = all.findIndex((ms) => ms > 0);
  t.ok(first > 0 && first <= 400, `from read ${first} on`);
  t.ok(all.slice(first).every((ms) => ms > 0 && ms <= 0.5));
});

test("the pause is longer where the line is busy", async (t) => {
  const [medium, high] = [0.02, 0.01].map((everyMs) =>
    pauses(new Moderation(BATCH), { count: 2, merged: 1, everyMs }, 1000).at(-1),
  );
  t.same([medium, high], [0.1, 0.5], "milliseconds at 100 and at 200 packets a millisecond");
});

test("where nothing is merged pauses are tried now and then, for milliseconds", async (t) => {
  const all = pauses(new Moderation(BATCH), { count: 2, merged: 0, everyMs: 0.01 }, 100_000);
  const paused = all.filter((ms) => ms > 0).length;
  t.ok(paused > 0 && paused <= all.length / 20, `${paused} of ${all.length} reads`);
});

test("the first packets after a stream are answered at once within milliseconds", async (t) => {
  const moderation = new Moderation(BATCH);
  pauses(moderation, { count: 2, merged: 1, everyMs: 0.01 }, 1000);
  t.ok(moderation.pauseAfter(1, 1000, 1010) > 0, "the stream still counts");
  t.equal(moderation.pauseAfter(1, 1000, 1013), 0);
  t.equal(moderation.pauseAfter(1, 1000, 2000), 0);
});
