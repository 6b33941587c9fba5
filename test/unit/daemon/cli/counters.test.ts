import { test } from "tap";
import { countersCommand } from "../../../../daemon/cli/counters.js";
import { COUNTERS } from "../../../../src/counters.js";
import { REMEDIES } from "../../../../src/explain/remedies.js";
import { DROPS } from "../../../../src/verdict.js";
import { runCommand } from "./live-daemon.js";

test("all rows of both tables, aligned", async (t) => {
  const { output } = await runCommand(t, countersCommand, { domain: "ce-t" }, false);
  const lines = output.trimEnd().split("\n");
  t.equal(lines.length, 1 + COUNTERS.length + 2 * DROPS.length + 1);
  t.equal(new Set(lines.slice(1).map((line) => line.length)).size, 1, "one width");
});

test("--nonzero leaves zeros out", async (t) => {
  const { output } = await runCommand(t, countersCommand, { domain: "ce-t", nonzero: true }, false);
  t.equal(
    output,
    `domain: ce-t
  in_ipv4_packets                    2
  in_ipv4_bytes                   3000
  drop source_psid_mismatch ipv6     5
  dropped                            5

`,
  );
});

test("--explain tells what a reason means", async (t) => {
  const options = { domain: "ce-t", nonzero: true, explain: true };
  const { output } = await runCommand(t, countersCommand, options, false);
  t.match(
    output,
    /source_psid_mismatch ipv6 +5 {2}Source port belongs to another PSID.*\(RFC 7597 §8\.1\)\. Compare psid-offset/,
  );
  t.match(output, /in_ipv4_packets +2 {2}IPv4 packets read/);
});

test("--json: one document of all domains", async (t) => {
  const { output } = await runCommand(t, countersCommand, {}, true);
  const document = JSON.parse(output);
  t.equal(document.schema, "mapd.counters/1");
  t.equal(document.domains.length, 2);
  t.same(document.domains[1].drops.source_psid_mismatch, { ipv4: 0, ipv6: 5 });
  t.equal(document.explanations, undefined);
});

test("--json --nonzero --explain", async (t) => {
  const options = { domain: "ce-t", nonzero: true, explain: true };
  const document = JSON.parse((await runCommand(t, countersCommand, options, true)).output);
  t.same(document.domains[0].counters, { in_ipv4_packets: 2, in_ipv4_bytes: 3000 });
  t.same(Object.keys(document.domains[0].drops), ["source_psid_mismatch"]);
  for (const { name, help } of DROPS) {
    t.ok(document.explanations[name].startsWith(help), name);
    t.ok(document.explanations[name].endsWith(`. ${REMEDIES[name]}`), name);
  }
});

test("a domain that is not there: status 6, with the names that are", async (t) => {
  await t.rejects(runCommand(t, countersCommand, { domain: "x" }, true), {
    code: "not-found",
    exitStatus: 6,
    message: /br-t, ce-t/,
  });
});
