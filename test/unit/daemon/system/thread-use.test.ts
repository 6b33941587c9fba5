/** What the kernel says of a thread, read from its own words. */
import { test } from "tap";
import {
  ownThreadId,
  parseThreadUse,
  readThreadUse,
} from "../../../../daemon/system/thread-use.js";

const TIMES = "17 4 0 0 20 0 11 0 24 1 0";

const rows = [
  {
    name: "a thread",
    text: `1240 (node) S 1 2 3 0 -1 4 5 6 7 8 ${TIMES}`,
    use: { state: "S", cpuMs: 210, switches: 42 },
  },
  {
    name: "a name with brackets and spaces",
    text: `7 (a) R (b) R 1 2 3 0 -1 4 5 6 7 8 ${TIMES}`,
    use: { state: "R", cpuMs: 210, switches: 42 },
  },
  { name: "cut short", text: "1240 (node) S 1 2 3", use: null },
  { name: "nothing", text: "", use: null },
  { name: "no switches", text: `7 (a) R 1 2 3 0 -1 4 5 6 7 8 ${TIMES}`, status: "", use: null },
];

const STATUS = "Name:\tnode\nvoluntary_ctxt_switches:\t40\nnonvoluntary_ctxt_switches:\t2\n";

for (const { name, text, status = STATUS, use } of rows) {
  test(`${name}: ${JSON.stringify(use)}`, (t) => {
    t.same(parseThreadUse(text, status), use);
    t.end();
  });
}

test("the thread that asks: it runs, and its time goes on while it computes", (t) => {
  const id = ownThreadId();
  t.equal(id, process.pid, "the main thread has the number of the process");
  const before = readThreadUse(id);
  const untilMs = performance.now() + 100;
  while (performance.now() < untilMs);
  const after = readThreadUse(id);
  t.equal(after?.state, "R");
  t.ok((after?.cpuMs ?? 0) > (before?.cpuMs ?? 0));
  t.ok((after?.switches ?? 0) >= (before?.switches ?? 0));
  t.end();
});

test("a thread that is not there, or that nobody knows", (t) => {
  t.equal(readThreadUse(2 ** 30), null);
  t.equal(readThreadUse(null), null);
  t.end();
});
