/** The man pages: they are what their tables say, and man and groff have nothing to complain about. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "tap";
import { COMMANDS } from "../../../../daemon/cli/commands.js";
import { mapctlPage, mapdPage, mapdYamlPage } from "../../../../daemon/cli/man.js";
import { configurationKeys } from "../../../../daemon/config/reference.js";

const ROOT = packageRoot(dirname(fileURLToPath(import.meta.url)));

function packageRoot(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : packageRoot(dirname(folder));
}

const PAGES = [
  { name: "mapctl.8", page: mapctlPage() },
  { name: "mapd.8", page: mapdPage() },
  { name: "mapd.yaml.5", page: mapdYamlPage() },
] as const;

/** Without the backspaces of bold letters, and without line breaks in long words. */
function rendered(name: string): string {
  const path = join(ROOT, "docs/man", name);
  const env = { ...process.env, MANWIDTH: "4000", LC_ALL: "C.UTF-8", MAN_KEEP_FORMATTING: "" };
  const words = ["--warnings=w", "--no-hyphenation", "--no-justification", "-l", path];
  const options = { encoding: "utf8", env, timeout: 20_000 } as const;
  const { status, stdout, stderr, error } = spawnSync("man", words, options);
  if (status !== 0 || stderr !== "") throw new Error(`man ${name}: ${error?.message ?? stderr}`);
  return stdout;
}

for (const { name, page } of PAGES) {
  test(`${name} is what its tables say, and renders without a warning`, async (t) => {
    const path = join(ROOT, "docs/man", name);
    t.equal(readFileSync(path, "utf8"), page);
    const words = ["-man", "-Tutf8", "-Kutf8", "-ww", "-z", path];
    const { status, stdout, stderr } = spawnSync("groff", words, { encoding: "utf8" });
    t.same({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" });
    t.match(rendered(name), /^NAME$/m);
  });
}

test("mapctl(8) has every command, every option and every example, as they are typed", async (t) => {
  const text = rendered("mapctl.8");
  for (const { name, summary, examples, options } of COMMANDS) {
    t.match(text, `mapctl ${name}`);
    t.ok(text.includes(summary.replaceAll("`", "")), summary);
    for (const example of examples) t.ok(text.includes(example), example);
    for (const { flags } of options) t.ok(text.includes(flags.split(" ")[0]!), flags);
  }
});

test("mapd.yaml(5) has every key with its default", async (t) => {
  const text = rendered("mapd.yaml.5");
  for (const { path } of configurationKeys())
    t.ok(text.includes(`${path}\n`) || text.includes(`${path} `), path);
  t.match(text, "RFC 7597 §5.1");
});
