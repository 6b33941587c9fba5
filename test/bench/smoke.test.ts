/** The bench itself works: every case of the short form gives sane numbers. No figure is held against a bound. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "tap";
import { cpuId, smokeBenches } from "./cpu/benches.js";
import { smokeCases } from "./net/loads.js";
import { HEADLINES, parseResult, type Row } from "./result.js";

const MAIN = fileURLToPath(new URL("./main.js", import.meta.url));
const LIMIT_MS = 100_000;

function isNumber(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

test("the short form measures every case and says so in one document", {
  timeout: LIMIT_MS,
}, (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mapd-bench-test-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "result.json");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [MAIN, "--smoke", "--json", file],
    {
      encoding: "utf8",
      timeout: LIMIT_MS - 5000,
      killSignal: "SIGKILL",
    },
  );
  t.equal(status, 0, status === 0 ? "it ends well" : stderr);
  const { rows, failures, options } = parseResult(readFileSync(file, "utf8"));
  t.strictSame(failures, []);
  t.match(stdout, /^Bulk TCP$/m);
  const unsound = rows.filter(({ values, median, ratios, quantity }) => {
    const numbers = [...values, median, ...Object.values(ratios)];
    const isHeadline = HEADLINES.includes(quantity);
    return (
      values.length !== options.rounds || !numbers.every(isNumber) || (isHeadline && median <= 0)
    );
  });
  t.strictSame(unsound, [], "every quantity has a number for each round");
  const has = (matches: (row: Row) => boolean): boolean => rows.some(matches);
  const missing = [
    ...smokeCases().filter(
      ({ forwarder, load, egress }) =>
        !has((r) => r.subject === forwarder.name && r.load === load.name && r.egress === egress),
    ),
    ...smokeBenches().filter(({ name }) => !has((r) => name.startsWith(r.subject))),
  ];
  t.strictSame(
    missing.map((c) => ("id" in c ? c.id : cpuId(c))),
    [],
    "every case has rows",
  );
  const compared = rows.filter((row) => row.ratios["null-plain"] !== undefined);
  t.ok(compared.length > 0, "mapd is compared with the yardstick");
  t.end();
});
