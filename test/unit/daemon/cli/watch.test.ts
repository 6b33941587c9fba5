/** `--watch`: again and again, with rates; and colour only where it is seen. */
import { PassThrough } from "node:stream";
import { test } from "tap";
import type { CliContext } from "../../../../daemon/cli/command.js";
import { countersCommand } from "../../../../daemon/cli/counters.js";
import { main } from "../../../../daemon/cli/program.js";
import { statisticsCommand } from "../../../../daemon/cli/statistics.js";
import { type Before, rate, showOrWatch } from "../../../../daemon/cli/watch.js";
import { daemonFor, runCommand } from "./live-daemon.js";

interface Count {
  readonly schema: string;
  readonly count: number;
}

interface Watched {
  readonly done: Promise<void>;
  readonly stdout: PassThrough;
  readonly seen: readonly (Before<Count> | null)[];
  text(): string;
}

function watched(
  options: Readonly<Record<string, string | true>>,
  how: Partial<CliContext>,
): Watched {
  const stdout = new PassThrough({ encoding: "utf8" });
  const context: CliContext = {
    socketPath: "",
    json: false,
    terminal: false,
    color: false,
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    ...how,
  };
  let count = 0;
  const seen: (Before<Count> | null)[] = [];
  const done = showOrWatch<Count>({ arguments: [], options }, context, {
    take: async () => ({ schema: "x/1", count: ++count }),
    write({ stdout: page }, document, before) {
      seen.push(before);
      page.write(`count ${document.count}\n`);
    },
  });
  return { done, stdout, seen, text: () => String(stdout.read() ?? "") };
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test("without --watch: once", async (t) => {
  const { done, text, seen } = watched({}, {});
  await done;
  t.equal(text(), "count 1\n");
  t.same(seen, [null]);
});

test("three times, each with the one before", async (t) => {
  const { done, text, seen } = watched({ watch: "0.1", count: "3" }, {});
  await done;
  const lines = text().trimEnd().split("\n");
  t.same(
    lines.filter((line) => !TIME.test(line)),
    ["count 1", "count 2", "count 3"],
  );
  t.equal(lines.length, 6);
  t.equal(seen[0], null);
  t.equal(seen[2]?.document.count, 2);
  t.ok((seen[1]?.seconds ?? 0) > 0.05 && (seen[1]?.seconds ?? 0) < 10);
});

test("a terminal is redrawn", async (t) => {
  const { done, text } = watched({ watch: "0.1", count: "2" }, { terminal: true });
  await done;
  t.equal(text().split("\x1b[H\x1b[J").length, 3);
});

test("--json: one document a line, with its time", async (t) => {
  const { done, text } = watched({ watch: "0.1", count: "2" }, { json: true });
  await done;
  const [first, second, rest] = text().split("\n");
  t.equal(rest, "");
  const { time, ...document } = JSON.parse(first ?? "");
  t.match(time, TIME);
  t.same(document, { schema: "x/1", count: 1, elapsedSeconds: null });
  t.match(JSON.parse(second ?? ""), { count: 2, elapsedSeconds: Number });
});

test("it ends when nobody reads any more", async (t) => {
  const { done, stdout } = watched({ watch: "600" }, {});
  stdout.once("data", () => stdout.destroy());
  await done;
  t.pass("before ten minutes are over");
});

for (const [options, message] of [
  [{ watch: "often" }, /^--watch "often" is no number of seconds from 0\.1/],
  [{ watch: "0" }, /no number of seconds/],
  [{ count: "3" }, /^--count needs --watch/],
  [{ watch: true, count: "x" }, /count "x" is not a whole number/],
] as const) {
  test(`refused: ${JSON.stringify(options)}`, async (t) => {
    await t.rejects(watched(options, {}).done, { code: "usage", message });
  });
}

for (const [now, before, seconds, text] of [
  [10, undefined, 1, ""],
  [10, 20, 1, ""],
  [10, 10, 2, "0"],
  [30, 10, 2, "10"],
  [11, 10, 3, "0.3"],
  [1_234_567, 0, 1, "1.2 M"],
  [999, 0, 1, "999"],
  [4e12, 0, 1, "4 T"],
] as const) {
  test(`rate from ${before} to ${now} in ${seconds} s`, async (t) => {
    t.equal(rate(now, before, seconds), text);
  });
}

test("statistics and counters have columns of rates from the second answer on", async (t) => {
  const options = { watch: "0.1", count: "2", domain: "ce-t", nonzero: true };
  const statistics = (await runCommand(t, statisticsCommand, options, false)).output;
  t.equal(statistics.split("packet/s").length, 2);
  t.match(statistics, /in ipv4 +2 +3000 +0 +0\n/);
  const counters = (await runCommand(t, countersCommand, options, false)).output;
  t.match(counters, /in_ipv4_packets +2\n[\s\S]*in_ipv4_packets +2 {2}0\/s\n/);
});

for (const { name, words, terminal, noColor, colored } of [
  { name: "a pipe", words: [], terminal: false, noColor: undefined, colored: false },
  { name: "a terminal", words: [], terminal: true, noColor: undefined, colored: true },
  { name: "a terminal, NO_COLOR", words: [], terminal: true, noColor: "1", colored: false },
  { name: "NO_COLOR without a value", words: [], terminal: true, noColor: "", colored: true },
  {
    name: "--color never",
    words: ["--color", "never"],
    terminal: true,
    noColor: undefined,
    colored: false,
  },
  {
    name: "--color always",
    words: ["--color=always"],
    terminal: false,
    noColor: "1",
    colored: true,
  },
]) {
  test(`colour: ${name}`, async (t) => {
    const stdout = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY: terminal });
    const { socketPath } = await daemonFor(t);
    const status = await main(["domains", "--socket", socketPath, ...words], {
      environment: { NO_COLOR: noColor },
      stdin: new PassThrough(),
      stdout,
      stderr: new PassThrough(),
    });
    t.equal(status, 0);
    t.equal(String(stdout.read()).startsWith("\x1b[1mdomain: br-t\x1b[0m\n"), colored);
  });
}
