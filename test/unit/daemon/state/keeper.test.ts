/** What the keeper hands on from one mapd to the next, and what it says when it cannot. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { test } from "tap";
import type { DomainConfig } from "../../../../daemon/config/types.js";
import type { Log } from "../../../../daemon/log.js";
import { Failures } from "../../../../daemon/runtime/failures.js";
import { nat44Identity } from "../../../../daemon/runtime/identity.js";
import type { SavedNat44 } from "../../../../daemon/runtime/worker-handle.js";
import { type Clock, type KeptDomain, StateKeeper } from "../../../../daemon/state/keeper.js";
import { BR_T, CE_T, domainOf } from "../samples.js";

const BYTES = Uint8Array.of(9, 8, 7);
const HOME = domainOf(CE_T);
const IDENTITY = nat44Identity(HOME.settings);

class FakeClock implements Clock {
  wallMs = 1_700_000_000_000;
  steadyMs = 5_000;
  wall(): number {
    return this.wallMs;
  }
  steady(): number {
    return this.steadyMs;
  }
  pass(ms: number): void {
    this.wallMs += ms;
    this.steadyMs += ms;
  }
}

/** A log, and the messages of its lines from `warn` on. */
function listening(): { log: Log; said: string[] } {
  const said: string[] = [];
  const log = pino({ level: "warn" }, { write: (line) => said.push(JSON.parse(line).msg) });
  return { log, said };
}

/** A domain whose worker gives this state, or none. */
class FakeDomain implements KeptDomain {
  savedNat44: SavedNat44 | null = null;
  readonly config: DomainConfig;
  readonly #clock: Clock;
  #state: Uint8Array | null;

  constructor(clock: Clock, config: DomainConfig = HOME, state: Uint8Array | null = BYTES) {
    this.config = config;
    this.#clock = clock;
    this.#state = state;
  }

  die(): void {
    this.#state = null;
  }

  async saveNat44(): Promise<void> {
    const identity = nat44Identity(this.config.settings);
    if (this.#state === null) throw new Error("worker 0 is not running");
    if (identity === null) return;
    this.savedNat44 = { identity, state: this.#state, savedAtMs: this.#clock.steady() };
  }
}

async function keeperOf(
  path: string | null,
  clock: Clock,
  log: Log,
  failures = new Failures(),
): Promise<StateKeeper> {
  const keeper = new StateKeeper(log, failures, clock);
  keeper.use(await keeper.open(path));
  return keeper;
}

/** A file with the state of HOME, just written. */
async function written(path: string, clock: Clock): Promise<void> {
  const keeper = await keeperOf(path, clock, pino({ level: "silent" }));
  await keeper.save([new FakeDomain(clock), new FakeDomain(clock, domainOf(BR_T))]);
}

test("without a state file nothing is written and nothing shown, but the state is taken", async (t) => {
  const clock = new FakeClock();
  const keeper = await keeperOf(null, clock, pino({ level: "silent" }));
  const domain = new FakeDomain(clock);
  await keeper.save([domain]);
  t.same(domain.savedNat44?.state, BYTES);
  t.equal(keeper.status, null);
  t.equal(keeper.inherited(HOME), null);
});

test("a domain inherits its state, aged by the time that mapd was away", async (t) => {
  const path = join(t.testdir({}), "state");
  const clock = new FakeClock();
  await written(path, clock);
  clock.wallMs += 40_000;
  // Another process has another steady clock.
  clock.steadyMs = 100;
  const { log, said } = listening();
  const keeper = await keeperOf(path, clock, log);
  const inherited = keeper.inherited(HOME);
  t.strictSame(inherited?.identity, IDENTITY);
  t.strictSame(Uint8Array.from(inherited?.state ?? []), BYTES);
  t.equal(inherited?.savedAtMs, 100 - 40_000);
  t.equal(keeper.inherited(domainOf(BR_T)), null);
  t.same(said, []);
  await keeper.note("ce-t", { sessions: 12, mappings: 2, lost: 1 });
  t.same(keeper.status, { file: path, restoredSessions: 12, lostSessions: 1, problem: null });
});

test("a clock that was set back makes no session younger than when it was saved", async (t) => {
  const path = join(t.testdir({}), "state");
  const clock = new FakeClock();
  await written(path, clock);
  clock.wallMs -= 3_600_000;
  const keeper = await keeperOf(path, clock, pino({ level: "silent" }));
  t.equal(keeper.inherited(HOME)?.savedAtMs, clock.steadyMs);
});

test("a domain under another name inherits what is of its address", async (t) => {
  const path = join(t.testdir({}), "state");
  const clock = new FakeClock();
  await written(path, clock);
  const keeper = await keeperOf(path, clock, pino({ level: "silent" }));
  const renamed = CE_T.replace("name: ce-t", "name: home");
  t.strictSame(keeper.inherited(domainOf(renamed))?.identity, IDENTITY);
  t.equal(keeper.inherited(domainOf(renamed.replace("3400::/56", "3500::/56"))), null);
});

test("the state of another address is dropped, and both are named", async (t) => {
  const path = join(t.testdir({}), "state");
  const clock = new FakeClock();
  await written(path, clock);
  const { log, said } = listening();
  const keeper = await keeperOf(path, clock, log);
  t.equal(keeper.inherited(domainOf(CE_T.replace("3400::/56", "3500::/56"))), null);
  t.same(said, [
    "saved NAT44 sessions dropped: they are of 192.0.2.18 PSID 52 (offset 6, length 8), " +
      "and the CE is 192.0.2.18 PSID 53 (offset 6, length 8)",
  ]);
});

test("a damaged file is moved aside, named once, and shown", async (t) => {
  const folder = t.testdir({
    state: "rubbish",
  });
  const path = join(folder, "state");
  const { log, said } = listening();
  const clock = new FakeClock();
  const keeper = await keeperOf(path, clock, log);
  const problem = `state file ${path} not used: it is no state file of mapd; it is ${path}.damaged now`;
  t.same(said, [`${problem}; NAT44 starts empty`]);
  t.same(keeper.status, { file: path, restoredSessions: 0, lostSessions: 0, problem });
  t.equal(keeper.inherited(HOME), null);
  t.same(readdirSync(folder), ["state.damaged"]);
  await keeper.save([new FakeDomain(clock)]);
  t.same(readdirSync(folder), ["state", "state.damaged"], "and the next one is written");
});

test("what is taken between two saves is for workers, not for the disk", async (t) => {
  const folder = t.testdir({});
  const clock = new FakeClock();
  const keeper = await keeperOf(join(folder, "state"), clock, pino({ level: "silent" }));
  const domain = new FakeDomain(clock);
  await keeper.take([domain]);
  t.equal(domain.savedNat44?.state, BYTES);
  t.same(readdirSync(folder), []);
});

test("a state that NAT44 itself cannot read is a damaged file, too", async (t) => {
  const folder = t.testdir({});
  const path = join(folder, "state");
  const clock = new FakeClock();
  await written(path, clock);
  const { log, said } = listening();
  const keeper = await keeperOf(path, clock, log);
  await keeper.note("ce-t", { problem: "a port outside the set" });
  const problem = `state file ${path} not used: domain ce-t: a port outside the set; it is ${path}.damaged now`;
  t.equal(keeper.status?.problem, problem);
  t.same(said, [`${problem}; NAT44 starts empty`]);
  t.same(readdirSync(folder), ["state.damaged"]);
});

test("a worker that gives no state is kept with its last one, and that grows older", async (t) => {
  const path = join(t.testdir({}), "state");
  const clock = new FakeClock();
  const keeper = await keeperOf(path, clock, pino({ level: "silent" }));
  const domain = new FakeDomain(clock);
  await keeper.save([domain]);
  domain.die();
  clock.pass(60_000);
  await keeper.save([domain]);
  const next = await keeperOf(path, clock, pino({ level: "silent" }));
  t.equal(next.inherited(HOME)?.savedAtMs, clock.steadyMs - 60_000);
});

test("a disk that fails is complained about once in a while, and when it works again", async (t) => {
  const folder = t.testdir({ there: {} });
  const path = join(folder, "there", "state");
  const clock = new FakeClock();
  const { log, said } = listening();
  const failures = new Failures();
  const keeper = await keeperOf(path, clock, log, failures);
  const domain = new FakeDomain(clock);
  rmSync(join(folder, "there"), { recursive: true });
  const complaint = `state file ${path} not written: ENOENT`;
  for (let minute = 0; minute < 10; minute++) {
    await keeper.save([domain]);
    clock.pass(60_000);
  }
  t.same(said, [`${complaint}; a restart would lose sessions`]);
  t.equal(keeper.status?.problem, complaint);
  await keeper.save([domain]);
  t.equal(said.length, 2, "after ten minutes once more");
  t.same(failures.read("state_file_write_failures"), [0, 11], "each time is counted");
  mkdirSync(join(folder, "there"));
  await keeper.save([domain]);
  t.equal(keeper.status?.problem, null);
});

test("a place that cannot be written to is refused before anything starts", async (t) => {
  const path = join(t.testdir({}), "no/state");
  const keeper = new StateKeeper(pino({ level: "silent" }), new Failures());
  await t.rejects(keeper.open(path), { code: "state-file" });
});
