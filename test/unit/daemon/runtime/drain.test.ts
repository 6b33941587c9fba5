/** Whether packets still come to a drained daemon, second by second. */
import { test } from "tap";
import { Drain } from "../../../../daemon/runtime/drain.js";

test("in service there is nothing to say", async (t) => {
  const drain = new Drain();
  drain.sample(1000, 5000);
  drain.end(0, 6000);
  t.equal(drain.on, false);
  t.equal(drain.quiet, false);
  t.equal(drain.status(7000), null);
});

test("a drain is quiet once fewer than ten packets a second come", async (t) => {
  const drain = new Drain();
  drain.begin(5000, 0);
  t.same(drain.status(500), {
    seconds: 0.5,
    packetsPerSecond: null,
    quiet: false,
    backInSeconds: null,
  });
  drain.sample(5600, 500);
  t.equal(drain.status(500)?.packetsPerSecond, null, "half a second says nothing");
  drain.sample(6000, 1000);
  t.match(drain.status(1000), { packetsPerSecond: 1000, quiet: false });
  drain.sample(6010, 2000);
  t.match(drain.status(2000), { packetsPerSecond: 10, quiet: false });
  drain.sample(6019, 3000);
  t.match(drain.status(3000), { seconds: 3, packetsPerSecond: 9, quiet: true });
  drain.sample(6519, 4000);
  t.equal(drain.quiet, false, "packets come again");
});

test("a domain that goes takes its packets along", async (t) => {
  const drain = new Drain();
  drain.begin(5000, 0);
  drain.sample(100, 1000);
  t.match(drain.status(1000), { packetsPerSecond: 0, quiet: true });
});

test("it ends at once, or after a while, unless it is begun again", async (t) => {
  const drain = new Drain();
  drain.begin(0, 0);
  drain.end(0, 10);
  t.equal(drain.on, false);
  drain.begin(0, 1000);
  drain.end(10_000, 2000);
  t.equal(drain.on, true);
  t.equal(drain.status(2500)?.backInSeconds, 10);
  drain.sample(0, 11_999);
  t.equal(drain.on, true);
  drain.sample(0, 12_000);
  t.equal(drain.on, false);
  drain.begin(0, 13_000);
  drain.end(1000, 13_000);
  drain.begin(0, 13_500);
  drain.sample(0, 20_000);
  t.equal(drain.on, true, "the second drain has taken the end back");
  t.match(drain.status(20_000), { seconds: 7, backInSeconds: null });
});

test("a drain that is begun again forgets no rate, and a new one starts anew", async (t) => {
  const drain = new Drain();
  drain.begin(0, 0);
  drain.sample(0, 1000);
  drain.begin(0, 1500);
  t.equal(drain.quiet, true);
  drain.end(0, 2000);
  drain.begin(0, 3000);
  t.equal(drain.quiet, false);
});
