/** `mapctl reload`, `drain`, `undrain` and `ready` against a control server with a pretended daemon behind it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { type Test, test } from "tap";
import { operateCommands } from "../../../../daemon/control/operate/commands.js";
import { ControlServer } from "../../../../daemon/control/server.js";
import { MapdError } from "../../../../daemon/errors.js";
import type { Readiness } from "../../../../daemon/runtime/readiness.js";
import type { ReloadDocument } from "../../../../daemon/runtime/reloader.js";
import { runMapctl } from "./run.js";

const READY: Readiness = {
  phase: "ready",
  ready: true,
  reasons: [],
  announced: ["br-t"],
  drain: null,
};

/** What it is told, in order; after `quietAfter` questions no packets come any more. */
class Pretended {
  readonly told: string[] = [];
  quietAfter = 0;
  readiness_: Readiness = READY;

  get readiness(): Readiness {
    const { drain } = this.readiness_;
    if (drain === null) return this.readiness_;
    const quiet = this.quietAfter-- <= 0;
    return { ...this.readiness_, drain: { ...drain, quiet, packetsPerSecond: quiet ? 2 : 900 } };
  }

  async drain(): Promise<void> {
    this.told.push("drain");
    const drain = { seconds: 3, packetsPerSecond: null, quiet: false, backInSeconds: null };
    const reasons = ["mapd is drained"];
    this.readiness_ = { phase: "draining", ready: false, reasons, announced: [], drain };
  }

  async undrain(holdMs: number): Promise<void> {
    this.told.push(`undrain ${holdMs}`);
    this.readiness_ = READY;
  }
}

const DOCUMENT: ReloadDocument = {
  schema: "mapd.reload/1",
  dryRun: false,
  hashBefore: "000000000000",
  hash: "111111111111",
  domains: { added: ["two"], removed: [], changed: ["one"] },
  changes: [
    { path: "domains.one.mtu.ipv6", before: 1500, after: 1480, restart: false },
    { path: "rules.new", after: { "ea-len": 16, more: "x".repeat(80) }, restart: false },
  ],
  refusals: [],
  diagnostics: [{ code: "c", severity: "warning", path: "a.b", message: "odd", rfc: "" }],
};

interface Setup {
  readonly daemon: Pretended;
  readonly mapctl: (...words: string[]) => ReturnType<typeof runMapctl>;
}

async function serve(t: Test, reload: () => Promise<ReloadDocument>): Promise<Setup> {
  const folder = mkdtempSync(join(tmpdir(), "mapd-operate-"));
  const daemon = new Pretended();
  const compare = async (): Promise<ReloadDocument> => ({ ...(await reload()), dryRun: true });
  const commands = operateCommands(daemon, { compare, reload });
  const server = new ControlServer(join(folder, "s"), commands, pino({ level: "silent" }));
  await server.listen();
  t.teardown(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  return { daemon, mapctl: (...words) => runMapctl(...words, "--socket", server.path) };
}

const good = async (): Promise<ReloadDocument> => DOCUMENT;

test("ready: exit status 0, or 4 with the reasons", async (t) => {
  const { daemon, mapctl } = await serve(t, good);
  t.same(await mapctl("ready"), {
    status: 0,
    stdout: "ready      yes\nphase      ready\nannounced  br-t\n",
    stderr: "",
  });
  await daemon.drain();
  t.same(await mapctl("ready"), {
    status: 4,
    stdout:
      "ready        no\nphase        draining\n             mapd is drained\n" +
      "announced    nothing\ndrained for  3 s\npackets      2 a second\n",
    stderr: "",
  });
  const { status, stdout } = await mapctl("ready", "--json");
  t.equal(status, 4);
  t.match(JSON.parse(stdout), { schema: "mapd.ready/1", phase: "draining", ready: false });
});

test("drain: at once, or until no packets come, or until the time is over", async (t) => {
  const { daemon, mapctl } = await serve(t, good);
  daemon.quietAfter = 100;
  t.equal((await mapctl("drain")).status, 0);
  daemon.quietAfter = 3;
  t.equal((await mapctl("drain", "--wait", "30")).status, 0);
  daemon.quietAfter = 100;
  const { status, stdout } = await mapctl("drain", "--wait", "0.3", "--json");
  t.equal(status, 1);
  t.match(JSON.parse(stdout), { drain: { quiet: false, packetsPerSecond: 900 } });
  t.same(daemon.told, ["drain", "drain", "drain"]);
});

test("undrain: at once or later, and no nonsense", async (t) => {
  const { daemon, mapctl } = await serve(t, good);
  t.equal((await mapctl("undrain")).status, 0);
  t.equal((await mapctl("undrain", "--hold", "2.5")).status, 0);
  for (const hold of ["-1", "soon", "3601", ""]) {
    t.match(await mapctl("undrain", "--hold", hold), {
      status: 2,
      stderr: `error: --hold: "${hold}" is not a number of seconds up to 3600\n`,
    });
  }
  t.same(daemon.told, ["undrain 0", "undrain 2500"]);
});

test("reload: what was taken, what changed, and what is odd about the file", async (t) => {
  const { mapctl } = await serve(t, good);
  const long = `{"ea-len":16,"more":"${"x".repeat(36)}...`;
  t.same(await mapctl("reload"), {
    status: 0,
    stdout:
      "configuration    000000000000 -> 111111111111\ndomains added    two\ndomains changed  one\n" +
      "taken            yes\n\n" +
      `domains.one.mtu.ipv6  1500 -> 1480\nrules.new             (nothing) -> ${long}\n`,
    stderr: "warning: a.b: odd\n",
  });
  const { stdout } = await mapctl("reload", "--dry-run", "--json");
  t.same(JSON.parse(stdout), { ...DOCUMENT, dryRun: true });
});

test("reload: many changes are cut for people", async (t) => {
  const changes = Array.from({ length: 103 }, (_, i) => ({
    path: `rules.r${i}.ea-len`,
    before: 8,
    after: 16,
    restart: false,
  }));
  const { mapctl } = await serve(t, async () => ({ ...DOCUMENT, changes }));
  const { stdout } = await mapctl("reload");
  t.match(stdout, /^rules\.r99\.ea-len +8 -> 16\nand 3 more; --json has all of them\n$/m);
});

test("reload: what needs a restart is shown and said, and a faulty file is exit status 5", async (t) => {
  const diagnostic = {
    code: "needs-restart",
    severity: "error",
    path: "p",
    message: "no",
    rfc: "",
  } as const;
  const changes = [{ path: "p", before: 1, after: 2, restart: true }];
  const { mapctl } = await serve(t, async () => ({
    ...DOCUMENT,
    diagnostics: [],
    changes,
    refusals: [diagnostic],
  }));
  const dry = await mapctl("reload", "--dry-run");
  t.same([dry.status, dry.stderr], [5, "error: p: no\n"]);
  t.match(dry.stdout, /^p {2}1 -> 2 \(needs a restart\)$/m);
  const faulty = await serve(t, async () => {
    throw new MapdError("invalid", "not valid", { diagnostics: [diagnostic] });
  });
  t.match(await faulty.mapctl("reload"), { status: 5, stdout: "", stderr: "error: p: no\n" });
});
