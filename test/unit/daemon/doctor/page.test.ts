/** docs/doctor.md names the checks of the table, no more and no fewer. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "tap";
import { CHECKS } from "../../../../daemon/doctor/checks.js";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../../../..");

test("the page's table of checks is the table of the code", (t) => {
  const page = readFileSync(join(ROOT, "docs/doctor.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \| (.*) \|$/gm)].map(([, id, what]) => ({
    id,
    what,
  }));
  const severities = new Set(["ok", "info", "warning", "error", "unknown"]);
  t.same(
    rows.filter(({ id }) => !severities.has(id ?? "")),
    CHECKS.map(({ id, what }) => ({ id, what })),
  );
  t.end();
});
