/** The table of failures, and the numbers that follow from it. */
import { test } from "tap";
import { FAILURES, type Failure, Failures } from "../../../../daemon/runtime/failures.js";

test("every failure is there from the start with 0", (t) => {
  const failures = new Failures();
  for (const name of Object.keys(FAILURES) as Failure[]) {
    const count = Math.max(FAILURES[name].reasons.length, 1);
    t.same(failures.read(name), Array(count).fill(0), name);
  }
  t.end();
});

test("each is counted under its reason, or under none where it has none", (t) => {
  const failures = new Failures();
  failures.count("control_connections_cut_off", "unread");
  failures.count("control_connections_cut_off", "unread");
  failures.count("control_connections_cut_off", "too-many");
  failures.count("config_reload_failures");
  t.same(failures.read("control_connections_cut_off"), [0, 2, 0, 1]);
  t.same(failures.read("config_reload_failures"), [1]);
  t.same(failures.read("internal_faults"), [0, 0]);
  t.end();
});
