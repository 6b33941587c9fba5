/** The self-test passes here, and would say so if it did not. */
import { PassThrough } from "node:stream";
import { test } from "tap";
import { reportSelftest } from "../../../daemon/cli/selftest.js";
import { selftest } from "../../../src/map/selftest.js";

test("every example is calculated as its source prints it", async (t) => {
  const failed = selftest().filter(({ passed }) => !passed);
  t.same(failed, []);
});

test("an example that comes out otherwise fails, as does one that throws, with both texts", async (t) => {
  const results = selftest([
    { name: "right", source: "", expected: "1", actual: () => "1" },
    { name: "wrong", source: "RFC 7597 App. A", expected: "1", actual: () => "2" },
    {
      name: "broken",
      source: "",
      expected: "1",
      actual: () => {
        throw new Error("no CE");
      },
    },
  ]);
  t.same(
    results.map(({ actual, passed }) => [actual, passed]),
    [
      ["1", true],
      ["2", false],
      ["no CE", false],
    ],
  );
  const stdout = new PassThrough({ encoding: "utf8" });
  const stream = new PassThrough();
  const shown = { socketPath: "", json: false, terminal: false, color: false };
  const context = { ...shown, stdin: stream, stdout, stderr: stream };
  t.equal(reportSelftest(results, context), 1);
  t.equal(
    stdout.read(),
    [
      "ok      right",
      "FAILED  wrong (RFC 7597 App. A)",
      "        expected 1",
      "        is       2",
      "FAILED  broken",
      "        expected 1",
      "        is       no CE",
      "3 examples, 2 failed\n",
    ].join("\n"),
  );
});
