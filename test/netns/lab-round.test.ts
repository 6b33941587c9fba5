import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test } from "tap";
import { LAB_MODES } from "../../lab/plan.js";
import type { LabReport } from "../../lab/report.js";

const LAB = fileURLToPath(new URL("../../lab/main.js", import.meta.url));

/** The acceptance of a round: names that other programs rely on. */
const CHECKS = [
  "up",
  "ping",
  "ping-2",
  "http",
  "dns",
  "two-ces",
  "ce-host",
  "iperf3-up",
  "iperf3-down",
  "ports",
  "wire",
  "checksums",
  "drops",
  "big-ping",
  "mtu",
  "traceroute",
];

for (const mode of LAB_MODES) {
  test(`a round of ${mode} passes every check`, { timeout: 120_000 }, async (t) => {
    const args = [LAB, "--once", "--json", "--mode", mode];
    const { stdout } = await promisify(execFile)(process.execPath, args).catch(
      (error: { stdout: string }) => error,
    );
    const report = JSON.parse(stdout) as LabReport;
    t.equal(report.schema, "mapd.lab/1");
    const checks = report.modes[mode]?.checks ?? [];
    t.same(checks.map(({ name }) => name).sort(), [...CHECKS].sort(), "every check was made");
    for (const { name, ok, detail } of checks) t.ok(ok, `${name}: ${detail}`);
    t.equal(report.ok, true);
  });
}
