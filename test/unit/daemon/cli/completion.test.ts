/** Completion as the shells themselves do it, from the files in completion/. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "tap";
import { COMMANDS, completionFiles } from "../../../../daemon/cli/commands.js";
import { documentIn, runMapctl } from "./run.js";

const ROOT = packageRoot(dirname(fileURLToPath(import.meta.url)));

function packageRoot(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : packageRoot(dirname(folder));
}

function run(program: string, ...args: readonly string[]): string {
  const options = { cwd: ROOT, encoding: "utf8", timeout: 20_000 } as const;
  const { status, stdout, stderr, error } = spawnSync(program, args, options);
  if (status !== 0 || stderr !== "") throw new Error(`${program}: ${error?.message ?? stderr}`);
  return stdout;
}

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

const BASH = `
source completion/mapctl.bash
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_mapctl
printf "%s\\n" "\${COMPREPLY[@]}"
`;

/** The functions of zsh's own system, which only print what they are given. */
const ZSH = `
compdef() { }
source completion/_mapctl
_describe() { for row in "\${(@P)2}"; do print -r -- "\${row%%:*}"; done }
compadd() { shift; print -rl -- "$@" }
_files() { print -r -- FILES }
_message() { }
words=("$@"); CURRENT=$#; PREFIX=\${words[CURRENT]}
_mapctl
`;

/** What each shell offers for the last word; zsh leaves it to its own system to leave out what does not fit. */
const SHELLS: readonly { name: string; offers(words: readonly string[]): string[] }[] = [
  { name: "bash", offers: (words) => lines(run("bash", "-c", BASH, "bash", ...words)) },
  {
    name: "zsh",
    offers(words) {
      const last = words.at(-1) ?? "";
      const all = lines(run("zsh", "-f", "-c", ZSH, "zsh", ...words));
      return all.filter((word) => word.startsWith(last));
    },
  },
  {
    name: "fish",
    offers(words) {
      const script = `source completion/mapctl.fish; complete -C '${words.join(" ")}'`;
      return lines(run("fish", "--no-config", "-c", script)).map((line) => line.split("\t")[0]!);
    },
  },
];

const firstWords = [...new Set(COMMANDS.map(({ name }) => name.split(" ")[0]!))];

const CASES: readonly { words: string; offered: readonly string[] }[] = [
  { words: "mapctl ", offered: firstWords },
  { words: "mapctl forw", offered: ["forward"] },
  { words: "mapctl --json --socket /run/x forward ", offered: ["add", "del", "list"] },
  { words: "mapctl forward add ", offered: ["tcp", "udp", "both"] },
  { words: "mapctl forward add tcp ", offered: [] },
  { words: "mapctl ports ", offered: ["suggest"] },
  { words: "mapctl top --by ", offered: ["ports", "sessions"] },
  { words: "mapctl top --domain x --b", offered: ["--by"] },
  { words: "mapctl domains --role ", offered: ["br", "ce"] },
  { words: "mapctl show map-t stat", offered: ["statistics"] },
  { words: "mapctl completion ", offered: ["bash", "zsh", "fish"] },
  { words: "mapctl --color a", offered: ["auto", "always"] },
];

for (const { name, offers } of SHELLS) {
  for (const { words, offered } of CASES) {
    test(`${name}: ${words}`, async (t) => {
      t.same(offers(words.split(" ")).sort(), [...offered].sort());
    });
  }
}

test("files are offered where a file is named", async (t) => {
  const [bash, zsh, fish] = SHELLS;
  t.same(bash?.offers(["mapctl", "check", "package.j"]), ["package.json"]);
  t.same(zsh?.offers(["mapctl", "check", ""]), ["FILES"]);
  t.same(fish?.offers(["mapctl", "check", "package.j"]), ["package.json"]);
});

test("the files in completion/ are what mapctl prints", async (t) => {
  const shells = ["bash", "zsh", "fish"] as const;
  const files = completionFiles();
  t.same(
    files.map(({ file }) => file),
    ["mapctl.bash", "_mapctl", "mapctl.fish"],
  );
  for (const [index, { file, script }] of files.entries()) {
    t.equal(readFileSync(join(ROOT, "completion", file), "utf8"), script);
    t.equal((await runMapctl("completion", shells[index]!)).stdout, script);
  }
  const document = documentIn(await runMapctl("completion", "bash", "--json"));
  t.same(document, { schema: "mapd.completion/1", script: files[0]?.script });
  t.equal((await runMapctl("completion", "csh")).status, 2);
});
