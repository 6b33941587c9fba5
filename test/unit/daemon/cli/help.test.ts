/** What mapctl says of itself, and of commands that it has not. */
import { test } from "tap";
import { commandsOf } from "../../../../daemon/cli/command-table.js";
import { COMMANDS } from "../../../../daemon/cli/commands.js";
import { packageVersion } from "../../../../daemon/runtime/version.js";
import { runMapctl, spawnMapctl } from "./run.js";

test("help names every command, and version is the package's", async (t) => {
  const help = await spawnMapctl("--help");
  t.equal(help.status, 0);
  for (const { name } of COMMANDS) {
    const [word = ""] = name.split(" ");
    t.match(help.stdout, new RegExp(`^  ${word} `, "m"));
  }
  const version = await spawnMapctl("--version");
  t.same([version.status, version.stdout], [0, `${packageVersion()}\n`]);
  t.not(packageVersion(), "unknown");
});

test("a word brings the commands that begin with it, and no others", async (t) => {
  const firstOf = (name: string): string => name.split(" ")[0] ?? "";
  for (const word of new Set(COMMANDS.map(({ name }) => firstOf(name)))) {
    const wanted = COMMANDS.filter(({ name }) => firstOf(name) === word);
    t.same(
      (await commandsOf(word)).map(({ name }) => name),
      wanted.map(({ name }) => name),
    );
  }
  for (const word of ["", "stats", "toString"]) {
    t.equal((await commandsOf(word)).length, COMMANDS.length, "whoever mistypes is told of all");
  }
});

test("every command explains itself, with examples", async (t) => {
  for (const { name, summary, examples } of COMMANDS) {
    const help = await runMapctl(...name.split(" "), "--help");
    t.equal(help.status, 0);
    t.ok(summary.length > 10 && examples.length > 0, name);
    for (const example of examples) t.ok(help.stdout.includes(example), example);
  }
});

test("a group without a command, and with one that it has not", async (t) => {
  t.same(await runMapctl("forward"), {
    status: 2,
    stdout: "",
    stderr: "error: no command; see mapctl --help\n",
  });
  t.same(await runMapctl("forward", "ad"), {
    status: 2,
    stdout: "",
    stderr: 'error: unknown command "ad"; did you mean "add"?; see mapctl forward --help\n',
  });
});

test("a command that is a group as well has options of its own and of its parts", async (t) => {
  const both = await runMapctl("ports", "--help");
  t.match(both.stdout, /--domain <name>/);
  t.match(both.stdout, /^ {2}suggest /m);
  t.match(await runMapctl("ports", "sugest"), { status: 2, stderr: /did you mean "suggest"/ });
});

test("a command may be typed in capitals, behind options of every command", async (t) => {
  const { stdout } = await runMapctl("completion", "bash");
  t.equal((await runMapctl("--color", "never", "Completion", "bash")).stdout, stdout);
  t.equal((await runMapctl("--json", "COMPLETION", "bash")).status, 0);
  // What stands behind it is as it is.
  t.equal((await runMapctl("completion", "BASH")).status, 2);
});
