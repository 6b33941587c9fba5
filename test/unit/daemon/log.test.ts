/** The level of the log, for all that write to it. */
import { test } from "tap";
import { createLog, setLogLevel } from "../../../daemon/log.js";

test("a new level holds for all children, and their children, old and new", async (t) => {
  const log = createLog("silent");
  const domain = log.child({ domain: "metro" });
  const worker = domain.child({ worker: 0 });
  t.same([log.level, domain.level, worker.level], ["silent", "silent", "silent"]);
  setLogLevel(log, "fatal");
  t.same([log.level, domain.level, worker.level], ["fatal", "fatal", "fatal"]);
  t.equal(domain.child({ worker: 1 }).level, "fatal");
  setLogLevel(log, "silent");
  t.equal(worker.level, "silent");
});
