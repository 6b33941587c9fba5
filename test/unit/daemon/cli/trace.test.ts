/** `mapctl trace` and `mirror` against a tracer whose workers show what the test says. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { type Test, test } from "tap";
import { ControlServer } from "../../../../daemon/control/server.js";
import { traceCommands } from "../../../../daemon/control/trace/commands.js";
import { RulesInForce } from "../../../../daemon/trace/rules-in-force.js";
import { type TapStart, watchersOf } from "../../../../daemon/trace/taps.js";
import { Tracer } from "../../../../daemon/trace/tracer.js";
import { COUNTER_COUNT } from "../../../../src/counters.js";
import { seededRandom } from "../../../../src/explain/seeded-random.js";
import { compileRules, createPipeline } from "../../../../src/pipeline/create.js";
import { Arena } from "../../../../src/tun/arena.js";
import { BatchLoop } from "../../../../src/tun/batch-loop.js";
import { MemoryQueue } from "../../../../src/tun/memory-queue.js";
import { Tap } from "../../../../src/tun/trace/tap.js";
import { ipv4, ipv6, udp } from "../../../support/packet-builder.js";
import { BR_T, domainOf } from "../samples.js";
import { type Outcome, runMapctl } from "./run.js";

const REVISION = 1;
const TIME_MS = 1_700_000_000_123.5;
const CE = "2001:db8:12:3400:0:c000:212:34";
const SERVER6 = "2001:db8:ffff:0:c6:3364:900:0";
const GOOD = ipv6({ src: CE, dst: SERVER6 }, udp({ sport: 1232, dport: 53 }));
const FORGED = ipv6({ src: CE, dst: SERVER6 }, udp({ sport: 1236, dport: 53 }));
const DOWN = ipv4({ src: "198.51.100.9", dst: "192.0.2.18" }, udp({ sport: 53, dport: 1233 }));

/** A BR's packet path; whoever begins to trace it sees the packets at once. */
class Showing {
  readonly config = domainOf(BR_T);
  readonly rules: RulesInForce;
  readonly workers = [{ index: 0, setTaps: (taps: readonly TapStart[]) => this.#show(taps) }];
  readonly #packets: readonly Uint8Array[];

  constructor(packets: readonly Uint8Array[]) {
    this.#packets = packets;
    const { settings } = this.config;
    const table = compileRules(settings).buffer;
    const compiled = { settings, revision: REVISION, table, hits: null };
    this.rules = new RulesInForce(this.config, compiled);
  }

  #show(taps: readonly TapStart[]): void {
    if (taps.length === 0) return;
    const { settings } = this.config;
    const arena = new Arena(this.#packets.length);
    const counters = new Float64Array(COUNTER_COUNT);
    const queue = new MemoryQueue();
    const loop = new BatchLoop(queue, arena, counters, arena.slots);
    const { table } = this.rules;
    loop.setPipeline(createPipeline(settings, table, null, arena, counters, seededRandom(1)));
    const context = { isBr: true, table, revision: REVISION };
    loop.setTap(new Tap(arena, context, watchersOf(taps), () => TIME_MS));
    for (const packet of this.#packets) queue.push(packet);
    loop.runOnce(0);
  }
}

/** Runs `mapctl` with the words at a daemon that shows the packets. */
async function show(
  t: Test,
  packets: readonly Uint8Array[],
  ...words: readonly string[]
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "mapd-trace-"));
  const domains = [new Showing(packets)];
  const log = pino({ level: "silent" });
  const tracer = new Tracer(() => domains, log);
  const server = new ControlServer(join(folder, "s"), traceCommands({ tracer, domains }), log);
  await server.listen();
  t.teardown(async () => {
    tracer.stop();
    await server.close();
    rmSync(folder, { recursive: true });
  });
  return await runMapctl(...words, "--socket", server.path);
}

const UP_LINE =
  "22:13:20.123500 br-t IP6 2001:db8:12:3400:0:c000:212:34.1232 > 2001:db8:ffff:0:c6:3364:900:0.53: UDP, length 48 => IP 192.0.2.18.1232 > 198.51.100.9.53: UDP, length 28; rule metro";
const DROP_LINE =
  "22:13:20.123500 br-t IP6 2001:db8:12:3400:0:c000:212:34.1236 > 2001:db8:ffff:0:c6:3364:900:0.53: UDP, length 48 => dropped: source_psid_mismatch, answered by ICMP6 destination unreachable (code 5) from 2001:db8:ffff:0:c0:0:800:0; rule metro";

test("a line a packet, what is said besides on standard error", async (t) => {
  const all = await show(t, [GOOD, FORGED], "trace", "--count", "2");
  t.same(all, {
    status: 0,
    stdout: `${UP_LINE}\n${DROP_LINE}\n`,
    stderr: "tracing br-t; Ctrl-C ends it\n2 packets\n",
  });
  const drops = await show(t, [GOOD, FORGED], "trace", "--drops", "--count", "1");
  t.equal(drops.stdout, `${DROP_LINE}\n`);
  const colored = await show(t, [FORGED], "trace", "--count", "1", "--color", "always");
  t.equal(colored.stdout, `\x1b[31m${DROP_LINE}\x1b[0m\n`);
});

test("a filter is words, with or without and", async (t) => {
  const words = ["in", "and", "port", "1233", "--count", "1", "--json"];
  const { stdout } = await show(t, [GOOD, FORGED, DOWN], "trace", ...words);
  const [started, packet] = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  t.same(started, { schema: "mapd.trace/1", event: "started", domains: ["br-t"] });
  t.match(packet, {
    schema: "mapd.trace/1",
    verdict: "forwarded",
    rules: ["metro"],
    before: { length: DOWN.length, bytes: Buffer.from(DOWN).toString("base64") },
  });
});

test("a capture has every packet as it was and became", async (t) => {
  const path = join(t.testdir(), "out.pcapng");
  const { status, stdout } = await show(t, [GOOD, FORGED], "trace", "--count", "2", "-o", path);
  t.same([status, stdout], [0, ""]);
  t.equal(statSync(path).mode & 0o777, 0o600, "for nobody else to read");
  const text = readFileSync(path).toString("latin1");
  for (const comment of ["forwarded; domain br-t; rule metro", "dropped: source_psid_mismatch ("]) {
    t.ok(text.includes(comment), comment);
  }
});

test("one subscriber's packets, by prefix, or by address and port", async (t) => {
  for (const who of [
    ["--ce", `${CE}/64`],
    ["--host", "192.0.2.18:1232"],
  ]) {
    const { stdout } = await show(t, [GOOD, DOWN], "mirror", ...who, "--count", "2");
    t.equal(stdout.split("\n")[0], UP_LINE, who.join(" "));
    t.match(stdout, /br-t IP 198\.51\.100\.9\.53 > 192\.0\.2\.18\.1233: UDP/);
  }
});

test("it ends after --duration, whatever has come", async (t) => {
  const { status, stderr } = await show(t, [GOOD], "trace", "port", "7", "--duration", "0.1");
  t.same([status, stderr], [0, "tracing br-t; Ctrl-C ends it\n0 packets\n"]);
});

const REFUSED: readonly (readonly [number, RegExp, readonly string[]])[] = [
  [2, /"hst" begins no term/, ["trace", "hst", "192.0.2.1"]],
  [2, /no number of seconds/, ["trace", "--duration", "soon"]],
  [2, /not a whole number/, ["trace", "--count", "many"]],
  [2, /both want standard output/, ["trace", "--json", "-o", "-"]],
  [2, /name one subscriber/, ["mirror"]],
  [2, /name one subscriber/, ["mirror", "--host", "192.0.2.1", "--ce", "2001:db8::/56"]],
  [2, /write ce PREFIX/, ["mirror", "--ce", "192.0.2.0/24"]],
  [6, /no domain is named "br-x"/, ["trace", "--domain", "br-x"]],
  [6, /no rule of a running domain gives 192.0.2.18:80/, ["mirror", "--host", "192.0.2.18:80"]],
  [1, /cannot write/, ["trace", "-o", "/proc/none/out.pcapng"]],
];

test("what makes no sense is refused before anything is traced", async (t) => {
  for (const [status, message, words] of REFUSED) {
    const outcome = await show(t, [GOOD], ...words);
    t.equal(outcome.status, status, words.join(" "));
    t.match(outcome.stderr, message);
  }
});
