/** mapctl calc --nat: a CE's ports for a NAT beside mapd. */
import { test } from "tap";
import { runMapctl } from "./run.js";

const RULE = "2001:db8::/40 192.0.2.0/24 16 6";

test("calc --nat gives the ports as a NAT has them", async (t) => {
  const { stdout } = await runMapctl("calc", RULE, "--index", "4660", "--nat");
  const lines = stdout.trimEnd().split("\n");
  t.same(
    [lines.length, lines[0], lines[62]],
    [63, "192.0.2.18:1232-1235", "192.0.2.18:64720-64723"],
  );
  t.match(await runMapctl("calc", RULE, "--nat"), { status: 2, stderr: /--nat needs a CE/ });
});

test("calc --nat nft gives them as a ruleset with every range", async (t) => {
  const { stdout } = await runMapctl("calc", RULE, "--index", "4660", "--nat", "nft");
  t.match(stdout, /snat ip to numgen inc mod 63 map \{\n {6}0 : 192\.0\.2\.18 \. 1232-1235,\n/);
  t.match(stdout, /\n {6}62 : 192\.0\.2\.18 \. 64720-64723,\n {4}\}\n/);
  t.match(await runMapctl("calc", RULE, "--nat", "ipfw"), { status: 2, stderr: /ipfw/ });
});
