import { getHeapSpaceStatistics } from "node:v8";
import { test } from "tap";
import { deviceExists } from "../../../../daemon/system/device-list.js";
import { readText } from "../../../../daemon/system/read-text.js";
import { readSysctl } from "../../../../daemon/system/sysctl.js";

const CALLS = 5_000;
/** Of what stays until the next collection of everything, for a call; `readFileSync(path, "utf8")` has 180 on Node 20. */
const MOST_BYTES = 60;

function oldBytes(): number {
  const old = getHeapSpaceStatistics().filter(({ space_name }) => space_name === "old_space");
  return old.reduce((sum, { space_used_size }) => sum + space_used_size, 0);
}

test("text is read whole, and what is not there is an error", (t) => {
  t.match(readText("/proc/self/comm"), /^\S.*\n$/);
  t.throws(() => readText("/proc/self/nothing"), { code: "ENOENT" });
  t.end();
});

test("what is read many times a second leaves nothing behind that lives long", (t) => {
  const read = (): void => {
    readSysctl("net.ipv4.ip_forward");
    deviceExists("lo");
  };
  for (let at = 0; at < CALLS; at++) read();
  const before = oldBytes();
  for (let at = 0; at < CALLS; at++) read();
  const bytes = (oldBytes() - before) / (2 * CALLS);
  t.ok(bytes < MOST_BYTES, `${bytes} bytes a call`);
  t.end();
});
