/**
 * `mapctl trace` and `mapctl mirror` at a real daemon. Everything is in one namespace: what is injected goes by the
 * domain's routes into its device.
 *
 *     injector (raw sockets) ──route──> mapt0 ──> mapd ──> mapctl trace ──> file ──> tshark
 */
import "./sandboxed.js";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Test, test } from "tap";
import type { CountersDocument } from "../../daemon/runtime/status.js";
import type { TraceDocument, TracedDocument } from "../../daemon/trace/documents.js";
import { CES, ECHO_PORT, SERVER, SHARED_IPV4 } from "../../lab/plan.js";
import { ipv4, udp } from "../support/packet-builder.js";
import { BR_T, type ConfigFile, ip, mapctl, prepareHost, run, until } from "./daemon-under-test.js";
import { failWorker, withFailingWorkers } from "./failing-workers.js";
import { fromTheInternet, honest, OWN_PORT, towardsBr } from "./hostile-cases.js";
import { Injector } from "./inject.js";
import { METRICS, reload, started, status } from "./reload.js";

const MAPCTL = fileURLToPath(new URL("../../daemon/mapctl.js", import.meta.url));

/** The kernel reports its multicast groups into the device, from ::, whenever it likes (RFC 9777 §6.1). */
const NOISE = "martian_ipv6_source";

/** `mapctl` that goes on until it is told to end. */
class Listening {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  stdout = "";
  stderr = "";

  constructor(t: Test, file: ConfigFile, words: readonly string[]) {
    this.#child = spawn(process.execPath, [MAPCTL, ...words, "--socket", file.socket]);
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => this.#child.on("close", resolve));
    t.teardown(async () => {
      this.kill("SIGKILL");
      await this.ended;
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Packets that it has printed as documents. */
  get packets(): readonly TracedDocument[] {
    const lines = this.stdout.split("\n").slice(0, -1);
    const documents = lines.map((line) => JSON.parse(line) as TraceDocument);
    return documents.filter((document) => document.event === "packet");
  }
}

/** Resolves once the daemon shows packets to it. */
async function listen(t: Test, file: ConfigFile, ...words: readonly string[]): Promise<Listening> {
  const listening = new Listening(t, file, words);
  const isOn = (): boolean =>
    listening.stderr.includes("tracing ") || listening.stdout.includes('"event":"started"');
  await until(isOn, () => `mapctl ${words.join(" ")} to begin: ${listening.stderr}`);
  return listening;
}

async function injectorFor(t: Test): Promise<Injector> {
  const injector = await Injector.startHere();
  t.teardown(() => injector.stop());
  return injector;
}

/** Wireshark's number of that direction. */
const RECEIVED = "1";
const IPV4_HEADER_LEN = 20;
const IPV6_HEADER_LEN = 40;

const UP_LINE =
  /^\d\d:\d\d:\d\d\.\d{6} br-t IP6 2001:db8:12:3400:0:c000:212:34\.1232 > 2001:db8:ffff:0:c6:3364:900:0\.7007: UDP, length 56 => IP 192\.0\.2\.18\.1232 > 198\.51\.100\.9\.7007: UDP, length 36; rule metro$/;

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

type Amounts = Record<string, number>;

function amountsOf(reasons: readonly string[]): Amounts {
  const amounts: Amounts = {};
  for (const reason of reasons.filter((name) => name !== NOISE)) {
    amounts[reason] = (amounts[reason] ?? 0) + 1;
  }
  return amounts;
}

/** Drops of all domains by reason, as the daemon has counted them. */
function counted(file: ConfigFile): Amounts {
  const { domains } = JSON.parse(mapctl(file, "counters", "--json").stdout) as CountersDocument;
  const amounts: Amounts = {};
  for (const { drops } of domains) {
    for (const [reason, { ipv4, ipv6 }] of Object.entries(drops)) {
      if (ipv4 + ipv6 === 0 || reason === NOISE) continue;
      amounts[reason] = (amounts[reason] ?? 0) + ipv4 + ipv6;
    }
  }
  return amounts;
}

async function scraped(): Promise<Amounts> {
  const text = await (await fetch(METRICS)).text();
  const amounts: Amounts = {};
  for (const [, labels = "", count] of text.matchAll(
    /^mapd_dropped_packets_total\{(.*)\} (\d+)$/gm,
  )) {
    const reason = /reason="([^"]+)"/.exec(labels)?.[1] ?? labels;
    if (Number(count) === 0 || reason === NOISE) continue;
    amounts[reason] = (amounts[reason] ?? 0) + Number(count);
  }
  return amounts;
}

function dissect(path: string, ...fields: readonly string[]): readonly string[][] {
  const columns = fields.flatMap((field) => ["-e", field]);
  const { stdout } = run("tshark", "-n", "-r", path, "-T", "fields", ...columns);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => line.split("\t"));
}

/** What the comments in a capture say why packets were dropped. */
function commented(path: string): readonly string[] {
  return dissect(path, "frame.comment").flatMap(([comment = ""]) => {
    const [, reason] = /^dropped: (\w+) \(/.exec(comment) ?? [];
    return reason === undefined ? [] : [reason];
  });
}

prepareHost();
// What mapd sends on ends here, and nobody is told.
ip(`route add blackhole ${SERVER}`);
ip("-6 route add blackhole 2001:db8:12::/48");

test("trace --drops -o: Wireshark's comments, counters and metrics tell the same", async (t) => {
  const { file } = await started(t, BR_T);
  const injector = await injectorFor(t);
  const path = join(t.testdir(), "drops.pcapng");
  const trace = await listen(t, file, "trace", "--drops", "-o", path);
  const cases = [...towardsBr("map-t"), ...fromTheInternet()];
  const expected = amountsOf(cases.map(({ reason }) => reason));
  await injector.send([...cases.map(({ packet }) => packet), honest("map-t")]);
  await until(
    () => Object.values(amountsOf(commented(path))).reduce((a, b) => a + b, 0) >= cases.length,
    () => `${cases.length} packets in the file; there are ${commented(path).join(", ")}`,
  );
  trace.kill("SIGINT");
  t.equal(await trace.ended, 0);
  t.match(trace.stderr, /^\d+ packets$/m, "nothing was lost to the trace");
  t.same(amountsOf(commented(path)), expected);
  t.same(counted(file), expected);
  t.same(await scraped(), expected);
  const psid = dissect(path, "frame.comment", "frame.interface_name", "frame.p2p_dir").find(
    ([comment]) => comment?.includes("source_psid_mismatch"),
  );
  t.same(psid, [
    "dropped: source_psid_mismatch (Source port belongs to another PSID than the IPv6 source embeds; RFC 7597 §8.1); domain br-t; rule metro",
    "br-t",
    RECEIVED,
  ]);
});

test("trace and mirror show packets before and after, and nobody else's", async (t) => {
  const { file, daemon } = await started(t, BR_T);
  const injector = await injectorFor(t);
  const filter = ["out", "and", "net", "2001:db8:12::/48", "and", "port", String(OWN_PORT)];
  const trace = await listen(t, file, "trace", ...filter, "--json");
  const mirror = await listen(t, file, "mirror", "--host", `${SHARED_IPV4}:${OWN_PORT}`, "--json");
  const other = await listen(t, file, "mirror", "--ce", CES[1].mapAddress, "--json");
  const lines = await listen(t, file, "trace", "host", SHARED_IPV4, "--count", "2");
  const [excluded] = fromTheInternet();
  const reply = udp({ sport: ECHO_PORT, dport: OWN_PORT, data: new Uint8Array(900) });
  const answer = ipv4({ src: SERVER, dst: SHARED_IPV4 }, reply);
  await injector.send([honest("map-t"), excluded!.packet, answer]);
  await until(
    () => mirror.packets.length >= 2 && trace.packets.length >= 1,
    () => `packets in ${mirror.stdout} and ${trace.stdout}`,
  );
  t.equal(await lines.ended, 0, "--count ends it");

  const [up, ...none] = trace.packets;
  t.same(none, []);
  t.match(up, {
    domain: "br-t",
    queue: 0,
    origin: "device",
    verdict: "forwarded",
    reason: null,
    rules: ["metro"],
    before: { bytes: base64(honest("map-t")), segmentLength: null },
    outputs: 1,
  });
  const down = mirror.packets.find(({ before }) => before?.length === answer.length);
  t.equal(down?.before?.bytes.length, base64(answer).length, "whole, however long");
  t.equal(down?.after[0]?.length, answer.length + IPV6_HEADER_LEN - IPV4_HEADER_LEN);
  t.same(mirror.packets.length, 2, "the excluded port belongs to nobody");
  t.same(other.packets, [], "another subscriber's packets are not these");
  t.match(lines.stdout.split("\n")[0], UP_LINE);

  for (const one of [trace, mirror, other]) one.kill("SIGKILL");
  await daemon.logged('"a trace ends"', 4);
  t.same((await status(file)).phase, "ready");
});

test("a trace goes on when a worker dies, and with the rules of a reload", async (t) => {
  const setup = await withFailingWorkers(() => started(t, BR_T));
  const { file, daemon } = setup;
  const injector = await injectorFor(t);
  const words = ["port", String(OWN_PORT), "out", "--json"];
  const trace = await listen(t, file, "trace", ...words);
  const shown = async (count: number): Promise<void> => {
    await injector.send([honest("map-t")]);
    await until(
      () => trace.packets.length >= count,
      () => `${count} packets in ${trace.stdout}`,
    );
  };
  await shown(1);
  const { pid } = await status(file);
  failWorker(pid, "throw");
  await daemon.logged("worker runs again");
  await shown(2);
  await reload(setup, BR_T.replace("rules: [metro]", "rules: [whole, metro]"));
  await shown(3);
  t.same(
    trace.packets.map(({ verdict, rules }) => [verdict, ...rules]),
    [
      ["forwarded", "metro"],
      ["forwarded", "metro"],
      // The server's address is a CE's now, so that the packet turns around.
      ["forwarded", "metro", "whole"],
    ],
  );
});
