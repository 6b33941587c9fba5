/* `mapctl reload`: what it shows, what it refuses, and that packets never notice. */
import "./sandboxed.js";
import { spawn } from "node:child_process";
import { type Test, test } from "tap";
import { askDaemon } from "../../daemon/control/client.js";
import type { ReloadDocument } from "../../daemon/runtime/reloader.js";
import { BR_E, BR_T, type ConfigFile, ip, mapctl, prepareHost } from "./daemon-under-test.js";
import { started, status } from "./reload.js";

const PORT = 9464;
const CHANGED_RULES = 4000;
const SECONDS = 4;

prepareHost();

test("a dry run shows what differs, key by key, and changes nothing", async (t) => {
  const { file, daemon } = await started(t, BR_T, BR_E);
  const before = await status(file);
  file.write([`${BR_T.replace("[metro]", "[metro, whole]")}    mtu: { ipv6: 1480 }\n`], PORT);
  const { status: exit, stdout } = mapctl(file, "reload", "--dry-run", "--json");
  t.equal(exit, 0);
  const document: ReloadDocument = JSON.parse(stdout);
  t.match(document, { schema: "mapd.reload/1", dryRun: true, hashBefore: before.configHash });
  t.not(document.hash, document.hashBefore);
  t.same(document.domains, { added: [], removed: ["br-e"], changed: ["br-t"] });
  t.same(document.changes, [
    {
      path: "domains.br-t.rules",
      before: ["metro"],
      after: ["metro", "whole"],
      restart: false,
    },
    { path: "domains.br-t.mtu.ipv6", before: 1500, after: 1480, restart: false },
  ]);
  t.equal((await status(file)).configHash, before.configHash);

  const text = mapctl(file, "reload", "--dry-run").stdout;
  t.match(text, /^domains removed +br-e$/m);
  t.match(text, /^taken +no: --dry-run$/m);
  t.match(text, /^domains\.br-t\.mtu\.ipv6 +1500 -> 1480$/m);
  t.equal(daemon.count("configuration taken"), 0);

  t.match(mapctl(file, "reload").stdout, /^taken +yes$/m);
  t.equal((await status(file)).configHash, document.hash);
  t.match(mapctl(file, "reload").stdout, new RegExp(`${document.hash}, as it is in force`));
});

test("a faulty file is refused with all that is wrong with it", async (t) => {
  const { file, daemon } = await started(t, BR_T);
  file.write([BR_T.replace("[metro]", "[metre]"), "  - name: 7\n"], PORT);
  for (const words of [["--dry-run"], []]) {
    const { status: exit, stdout, stderr } = mapctl(file, "reload", ...words);
    t.equal(exit, 5);
    t.equal(stdout, "");
    t.match(stderr, /domains\[0\]\.rules\[0\].*no rule is named "metre"; did you mean "metro"/);
    t.match(stderr, /domains\[1\]\.name/);
  }
  t.match(JSON.parse(mapctl(file, "reload", "--json").stdout), { schema: "mapd.error/1" });
  t.equal((await status(file)).lastReloadSuccessful, false);
  t.equal(daemon.count("not taken"), 2, "a dry run is nothing to log");
  t.equal((await status(file)).ready, true);
});

test("what needs a restart is said before and when it is tried", async (t) => {
  const { file } = await started(t, BR_T);
  file.write([BR_T.replace("name: mapt0", "name: mapt0, queues: 2")], PORT);
  const dry = mapctl(file, "reload", "--dry-run");
  t.equal(dry.status, 5);
  t.match(dry.stdout, /^domains\.br-t\.tun\.queues +1 -> 2 \(needs a restart\)$/m);
  const tried = mapctl(file, "reload");
  t.equal(tried.status, 5);
  const sentence =
    "error: domains.br-t.tun.queues: cannot change while mapd runs; restart mapd for it\n";
  t.same([dry.stderr, tried.stderr], [sentence, sentence]);
});

/** Sends packets for a CE from a process of its own; gives how many, once it has ended. */
function send(t: Test, seconds: number): Promise<number> {
  const program = [
    "import socket, time",
    "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "s.connect(('192.0.2.18', 1232))",
    `n, end = 0, time.time() + ${seconds}`,
    "while time.time() < end:",
    "  for i in range(10): s.send(b'x' * 100)",
    "  n += 10",
    "  time.sleep(0.002)",
    "print(n)",
  ];
  const child = spawn("python3", ["-c", program.join("\n")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.teardown(() => child.kill("SIGKILL"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return new Promise((resolve) => child.on("close", () => resolve(Number(output))));
}

/** Thousands of rules beside the one that packets go by, each of them another one every time; JSON is read fastest. */
function writeRules(file: ConfigFile, eaLen: number): void {
  const rules = Array.from({ length: CHANGED_RULES }, (_, i): readonly [string, object] => [
    `r${i}`,
    {
      "rule-ipv6-prefix": `2001:${(0x1000 + i).toString(16)}::/32`,
      "rule-ipv4-prefix": `10.${i >> 8}.${i & 255}.0/24`,
      "ea-len": eaLen,
    },
  ]);
  const metro = { "rule-ipv6-prefix": "2001:db8::/40", "rule-ipv4-prefix": "192.0.2.0/24" };
  const domain = {
    name: "br-t",
    mode: "map-t",
    role: "br",
    tun: { name: "mapt0" },
    rules: ["metro", ...rules.map(([name]) => name)],
    "dmr-ipv6-prefix": "2001:db8:ffff::/64",
  };
  const document = {
    "control-socket": file.socket,
    rules: { metro: { ...metro, "ea-len": 16 }, ...Object.fromEntries(rules) },
    domains: [domain],
  };
  file.writeText(JSON.stringify(document));
}

async function deviceDrops(): Promise<number> {
  const [link] = JSON.parse(ip("-json -s link show dev mapt0"));
  return link.stats64.tx.dropped;
}

test("a thousand rule changes a second under traffic lose no packet", async (t) => {
  // Packets for the CEs end here, without an ICMP error.
  ip("-6 route add blackhole 2001:db8::/40");
  t.teardown(() => ip("-6 route del blackhole 2001:db8::/40"));
  const { file } = await started(t, BR_T);
  writeRules(file, 8);
  t.match(await askDaemon(file.socket, "reload"), { dryRun: false });
  const sending = send(t, SECONDS);
  const startMs = performance.now();
  let reloads = 0;
  let changes = 0;
  while (performance.now() - startMs < SECONDS * 1000) {
    writeRules(file, reloads % 2 === 0 ? 16 : 8);
    const answer = (await askDaemon(file.socket, "reload")) as ReloadDocument;
    changes += answer.changes.filter(({ path }) => path.endsWith(".ea-len")).length;
    reloads++;
  }
  const rate = (changes * 1000) / (performance.now() - startMs);
  const sent = await sending;
  t.comment(`${reloads} reloads, ${Math.round(rate)} rule changes a second, ${sent} packets`);
  t.equal(changes, reloads * CHANGED_RULES);
  t.ok(rate >= 1000, "a thousand a second");
  t.ok(sent > 1000, "packets were sent");
  const [domain] = (await status(file)).domains;
  const { packets, dropped, workers } = domain!;
  t.same([packets.in.ipv4, packets.out.ipv6], [sent, sent]);
  t.equal(dropped, packets.in.ipv6, "but for what the kernel says of itself on a new device");
  t.equal(await deviceDrops(), 0, "none was too much for the device's queue");
  t.equal(workers[0]?.restarts, 0);
});
