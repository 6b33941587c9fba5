/* The systemd units as text: what mapd relies on while it runs under them, and that both say the same. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { ROOT } from "./checkout.js";

const NAMES = ["mapd.service", "mapd@.service"] as const;

function unitText(name: string): string {
  return readFileSync(join(ROOT, "systemd", name), "utf8");
}

/** All values of a key, in order. */
function valuesOf(text: string, key: string): string[] {
  return [...text.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value = ""]) => value);
}

for (const name of NAMES) {
  const unit = unitText(name);

  test(`${name}: mapd is waited for, watched, and given time to drain`, async (t) => {
    t.same(valuesOf(unit, "Type"), ["notify"]);
    t.same(valuesOf(unit, "NotifyAccess"), ["main"]);
    t.same(valuesOf(unit, "Restart"), ["on-failure"]);
    const [watchdog, stop] = ["WatchdogSec", "TimeoutStopSec"].map((key) =>
      Number(valuesOf(unit, key)[0]),
    );
    t.ok((watchdog ?? 0) >= 20, "longer than mapd needs to replace a worker again and again");
    t.ok((stop ?? 0) > 30, "longer than mapd takes beside a drain, for which it asks itself");
  });

  test(`${name}: no core dumps, no privileges to gain, none but three to begin with`, async (t) => {
    t.same(valuesOf(unit, "LimitCORE"), ["0"]);
    t.same(valuesOf(unit, "NoNewPrivileges"), ["yes"]);
    t.same(valuesOf(unit, "DynamicUser"), ["yes"]);
    t.same(valuesOf(unit, "AmbientCapabilities"), ["CAP_NET_ADMIN CAP_NET_RAW CAP_BPF"]);
    t.same(valuesOf(unit, "CapabilityBoundingSet"), ["CAP_NET_ADMIN CAP_NET_RAW CAP_BPF"]);
  });

  test(`${name}: what mapd gives up its capabilities with is not filtered away`, async (t) => {
    const filters = valuesOf(unit, "SystemCallFilter");
    t.same(filters, ["@system-service", "~@privileged @resources", "bpf capset chown fchownat"]);
    t.equal(filters.filter((value) => value.startsWith("~")).length, 1, "the last word is ours");
  });
}

test("an instance differs from the service by its name alone", async (t) => {
  const instance = unitText("mapd@.service");
  const same = instance
    .replace("translator, %i", "translator")
    .replaceAll("/etc/mapd/%i.yaml", "/etc/mapd/mapd.yaml")
    .replaceAll("Directory=mapd-%i", "Directory=mapd")
    .replace(/^# For this instance alone: .*\n/m, "");
  t.equal(same, unitText("mapd.service"));
});
