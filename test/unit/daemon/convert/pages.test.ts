/** docs/lint.md and docs/dhcpv6.md are what their tables and the code give. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "tap";
import { dhcpPage } from "../../../../daemon/cli/dhcp-reference.js";
import { lintPage } from "../../../../daemon/convert/lint-reference.js";
import { LINT_GROUPS } from "../../../../src/lint/codes.js";

const DOCS = join(dirname(fileURLToPath(import.meta.url)), "../../../../../docs");

test("docs/lint.md is made from the table, and has every code of it", async (t) => {
  const page = readFileSync(join(DOCS, "lint.md"), "utf8");
  t.equal(page, lintPage());
  const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map((match) => match[1]);
  t.strictSame(
    rows,
    LINT_GROUPS.flatMap(({ codes }) => codes.map(({ code }) => code)),
  );
});

test("docs/dhcpv6.md is made by the code that it shows", async (t) => {
  t.equal(readFileSync(join(DOCS, "dhcpv6.md"), "utf8"), dhcpPage());
});
