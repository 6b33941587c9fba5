/** docs/calculator.md: every example prints what the page says, and every option of the calculator is on it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { COMMANDS } from "../../../../daemon/cli/commands.js";
import { ROOT } from "../../../package/checkout.js";
import { runMapctl } from "./run.js";

const PAGE = readFileSync(join(ROOT, "docs/calculator.md"), "utf8");
const EXAMPLES = [...PAGE.matchAll(/^```console\n\$ mapctl (.*)\n([^`]*)^```$/gm)];
const LEFT_OUT = "...";

/** Words of a command line whose only quotes are single ones. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** True where the parts between left-out lines stand in the text in their order, the first and the last at its ends. */
function isExcerpt(shown: readonly string[], printed: readonly string[]): boolean {
  const [line, ...rest] = shown;
  if (line === undefined) return printed.length === 0;
  if (line === LEFT_OUT) {
    if (rest.length === 0) return true;
    return printed.some((_, at) => at > 0 && isExcerpt(rest, printed.slice(at)));
  }
  return line === printed[0] && isExcerpt(rest, printed.slice(1));
}

for (const [, command = "", text = ""] of EXAMPLES) {
  test(`the page's example: mapctl ${command}`, async (t) => {
    const { stdout, stderr } = await runMapctl(...wordsOf(command));
    const printed = `${stdout}${stderr}`.trimEnd().split("\n");
    t.ok(
      isExcerpt(text.trimEnd().split("\n"), printed),
      `${text}\nis printed as\n${stdout}${stderr}`,
    );
  });
}

const NAMES = ["calc", "reverse", "analyse", "dmr", "ports", "list", "plan", "plan solve", "diff"];

test("the page has an example of every command of the calculator, and names its options", async (t) => {
  t.ok(EXAMPLES.length > 15);
  const commands = EXAMPLES.map(([, command = ""]) => command);
  for (const name of [...NAMES, "selftest"]) {
    t.ok(
      commands.some((command) => command.startsWith(name)),
      name,
    );
  }
  const options = COMMANDS.filter(({ name }) => NAMES.includes(name)).flatMap((row) => row.options);
  const flags = options.map(({ flags: text }) => text.split(" ")[0] ?? "");
  // How many are shown, and what the daemon is asked for, is in commands.md.
  const others = ["--all", "--domain", "--iid", "--config"];
  const missing = flags.filter((flag) => !others.includes(flag) && !PAGE.includes(flag));
  t.same(missing, []);
});
