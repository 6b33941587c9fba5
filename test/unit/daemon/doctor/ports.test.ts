/** Port blocks, PSID offsets, drop counters, and the command itself. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import { blocksCheck } from "../../../../daemon/doctor/check-blocks.js";
import {
  dropsCheck,
  identifierCheck,
  portSetCheck,
} from "../../../../daemon/doctor/check-drops.js";
import { CHECKS } from "../../../../daemon/doctor/checks.js";
import type { SendProbes } from "../../../../daemon/doctor/context.js";
import { offsetsThatExplain } from "../../../../daemon/doctor/port-offset.js";
import { sendProbes } from "../../../../daemon/doctor/probe.js";
import { startResponder } from "../../../../daemon/doctor/responder.js";
import { counterIndex, dropIndex } from "../../../../src/counters.js";
import { PortSet } from "../../../../src/map/port-set.js";
import {
  ICMP_UNTRANSLATABLE,
  SOURCE_IID_MISMATCH,
  SOURCE_PSID_MISMATCH,
} from "../../../../src/verdict.js";
import { documentIn, runMapctl } from "../cli/run.js";
import { BR_T, CE_T } from "../samples.js";
import { liveWith, runCheck } from "./fake-host.js";

// The sample CE has PSID 0x34 of length 8, offset 6: 252 ports in 63 blocks of four.
const OWN = new PortSet(6, 8, 0x34);
const SHARED = "192.0.2.18";
const IN_IPV6 = counterIndex("in_ipv6_packets");

/** A network that carries the ports that `passes` says, unchanged. */
function network(passes: (port: number) => boolean, address = SHARED): SendProbes {
  return async (_source, ports) =>
    new Map(
      ports.map((port) => [
        port,
        passes(port) ? { kind: "seen", address, port } : { kind: "silent" },
      ]),
    );
}

test("port-blocks: all work", async (t) => {
  const asked: number[] = [];
  const probe: SendProbes = (source, ports) => {
    t.equal(source, "192.0.0.2");
    asked.push(...ports);
    return network(() => true)(source, ports);
  };
  const found = await runCheck(blocksCheck, {}, { live: liveWith(CE_T, () => 0), probe });
  t.match(found, [{ severity: "ok", message: "63 of 63 blocks tried, all of them work" }]);
  t.equal(asked.length, 63, "one port of each block");
  t.ok(asked.every((port) => OWN.contains(port)));
});

test("port-blocks: one is dead", async (t) => {
  const probe = network((port) => port < 2256 || port > 2259);
  const found = await runCheck(blocksCheck, {}, { live: liveWith(CE_T, () => 0), probe });
  t.match(found, [
    {
      severity: "error",
      message: /^1 of 63 blocks of the port set are dead/,
      evidence: "no answer to 2256-2259",
    },
  ]);
});

test("port-blocks: a port that is taken is another's answer", async (t) => {
  const probe: SendProbes = async (_source, ports) =>
    new Map(ports.map((port) => [port, { kind: "seen", address: SHARED, port: port & ~3 }]));
  const found = await runCheck(blocksCheck, {}, { live: liveWith(CE_T, () => 0), probe });
  t.match(found, [{ severity: "ok" }]);
});

test("port-blocks: out by another way", async (t) => {
  const probe = network(() => true, "203.0.113.7");
  const found = await runCheck(blocksCheck, {}, { live: liveWith(CE_T, () => 0), probe });
  t.match(found, [{ severity: "error", message: /sees 203\.0\.113\.7, not 192\.0\.2\.18/ }]);
});

test("port-blocks: none works; the border relay refuses", async (t) => {
  let counted = 0;
  const live = liveWith(CE_T, (index) =>
    index === dropIndex(ICMP_UNTRANSLATABLE, 6) ? counted : 0,
  );
  const probe: SendProbes = (source, ports) => {
    counted += ports.length;
    return network(() => false)(source, ports);
  };
  const found = await runCheck(blocksCheck, {}, { live, probe });
  t.match(found, [
    { severity: "error", message: /^63 of 63 blocks/ },
    { severity: "warning", message: /another PSID offset, another form of interface identifier/ },
    { severity: "info", evidence: "icmp_untranslatable: 252 during the probes" },
  ]);
});

test("port-blocks: nothing to try, and nobody to ask", async (t) => {
  const live = liveWith(CE_T, () => 0);
  t.match(await runCheck(blocksCheck, {}, { live }), [
    { severity: "unknown", message: /--responder PORT/ },
  ]);
  const probe = network(() => true);
  t.match(await runCheck(blocksCheck, {}, { probe }), [{ severity: "unknown" }]);
  t.match(await runCheck(blocksCheck, {}, { live, probe }, BR_T), [{ severity: "info" }]);
});

test("the offset that explains which ports work", (t) => {
  const rule = {
    name: "metro",
    ipv6: { address: [0x20010db8, 0, 0, 0], len: 40 },
    ipv4: { address: 0xc0000200, len: 24 },
    eaLen: 16,
    psidOffset: 0,
    psidLen: 8,
    psid: null,
    iid: "rfc7597",
    forwarding: false,
  } as const;
  const configured = new PortSet(0, 8, 0x34);
  const all = Array.from({ length: configured.count }, (_, index) => configured.at(index));
  for (const offset of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
    const real = new PortSet(offset, 8, 0x34);
    const answered = all.filter((port) => real.contains(port));
    const silent = all.filter((port) => !real.contains(port));
    const offsets = offsetsThatExplain(rule, 0x34, answered, silent);
    if (answered.length === 0 || silent.length === 0)
      t.same(offsets, [], `offset ${offset}: no sign`);
    else t.ok(offsets.includes(offset), `offset ${offset} is among ${offsets}`);
  }
  t.end();
});

test("identifier, port-set and drops: by share of what came in", async (t) => {
  const mismatch = (code: number, dropped: number) => ({
    live: liveWith(BR_T, (index) => {
      if (index === IN_IPV6) return 1000;
      return index === dropIndex(code, 6) ? dropped : 0;
    }),
  });
  const few = mismatch(SOURCE_IID_MISMATCH, 3);
  t.match(await runCheck(identifierCheck, {}, few, BR_T), [
    { severity: "warning", evidence: "source_iid_mismatch: 3 of 1000 packets dropped" },
  ]);
  t.match(await runCheck(portSetCheck, {}, few, BR_T), [{ severity: "ok" }]);
  const many = mismatch(SOURCE_PSID_MISMATCH, 600);
  t.match(await runCheck(portSetCheck, {}, many, BR_T), [
    { severity: "error", remedy: /^compare psid-offset/ },
  ]);
  t.match(await runCheck(identifierCheck, {}, many, BR_T), [{ severity: "ok" }]);
  t.match(await runCheck(dropsCheck, {}, many, BR_T), [{ severity: "ok" }]);
  t.match(await runCheck(dropsCheck, {}, {}, BR_T), [{ severity: "unknown" }]);
});

test("the responder tells what it sees, and answers nothing else", async (t) => {
  const responder = await startResponder(0);
  t.teardown(() => responder.close());
  const { port } = responder.address();
  const answers = await sendProbes("127.0.0.1", [0], { host: "127.0.0.1", port });
  t.match(answers.get(0), { kind: "seen", address: "127.0.0.1" });
  const taken = await sendProbes("192.0.2.1", [1232], { host: "127.0.0.1", port });
  t.match(taken.get(1232), { kind: "failed", reason: /EADDRNOTAVAIL/ });
});

const CONFIG = `
control-socket: /nonexistent/mapd.sock
rules:
  metro: { rule-ipv6-prefix: "2001:db8::/40", rule-ipv4-prefix: 192.0.2.0/24, ea-len: 16 }
domains:${CE_T}`;

test("mapctl doctor --config: every check, without a daemon", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mapd-doctor-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "mapd.yaml");
  writeFileSync(file, CONFIG);
  const outcome = await runMapctl("doctor", "--config", file, "--json");
  const document = documentIn(outcome);
  t.match(document, { schema: "mapd.doctor/1" });
  t.equal(outcome.status, document.ok === true ? 0 : 1);
  const { findings } = document as { findings: readonly { check: string }[] };
  t.same(
    [...new Set(findings.map(({ check }) => check))],
    CHECKS.map(({ id }) => id),
  );
  t.match(findings[0], { check: "daemon", domain: null, severity: "warning" });

  const text = await runMapctl("doctor", "--config", file);
  t.match(text.stdout, /^warning {2}daemon: no mapd answers.*\n {9}mend: systemctl start mapd\n/);
  t.match(text.stdout, /\n\d+ ok, \d+ info, \d+ warning, \d+ error, \d+ unknown\n$/);

  const elsewhere = await runMapctl("doctor", "--config", file, "--domain", "x");
  t.match(elsewhere, { status: 6, stderr: /there are: ce-t/ });
});

const REFUSED: readonly { name: string; words: readonly string[]; status: number }[] = [
  { name: "no daemon and no file", words: ["--socket", "/nonexistent/s"], status: 3 },
  { name: "no such file", words: ["--config", "/nonexistent/mapd.yaml"], status: 5 },
  { name: "a responder's port that is none", words: ["--responder", "70000"], status: 2 },
];

for (const { name, words, status } of REFUSED) {
  test(`mapctl doctor: ${name}: status ${status}`, async (t) => {
    t.equal((await runMapctl("doctor", ...words)).status, status);
  });
}
