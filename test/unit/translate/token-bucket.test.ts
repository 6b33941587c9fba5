import { test } from "tap";
import { TokenBucket } from "../../../src/translate/token-bucket.js";

/** How many of `tries` get a token. */
function taken(bucket: TokenBucket, tries: number, nowMs: number): number {
  let count = 0;
  for (let i = 0; i < tries; i++) if (bucket.take(nowMs)) count++;
  return count;
}

test("a second's worth may be spent at once, and no more", async (t) => {
  const bucket = new TokenBucket(100);
  t.equal(taken(bucket, 1000, 0), 100);
  t.equal(taken(bucket, 1000, 0), 0);
});

test("tokens come back at the rate, up to a second's worth", async (t) => {
  const bucket = new TokenBucket(100);
  taken(bucket, 100, 0);
  t.equal(taken(bucket, 1000, 250), 25);
  t.equal(taken(bucket, 1000, 3_600_000), 100);
});

test("less than one a second still lets one pass in its time", async (t) => {
  const bucket = new TokenBucket(0.5);
  t.equal(taken(bucket, 5, 0), 1);
  t.equal(taken(bucket, 5, 1000), 0);
  t.equal(taken(bucket, 5, 2000), 1);
});

test("a rate of zero refuses all", async (t) => {
  const bucket = new TokenBucket(0);
  t.equal(taken(bucket, 10, 0), 0);
  t.equal(taken(bucket, 10, 1e9), 0);
});

test("in the long run it is the rate, however the tries fall", async (t) => {
  const bucket = new TokenBucket(1000);
  let count = 0;
  for (let ms = 0; ms <= 10_000; ms++) count += taken(bucket, 3, ms);
  t.ok(count >= 10_000 && count <= 11_000, `${count} in ten seconds`);
});
