/* What a domain does about its device: set down, up again without its routes, deleted. Each in its own words and count. */
import { EventEmitter, once } from "node:events";
import { pino } from "pino";
import { type Test, test } from "tap";
import { DeviceCare } from "../../../../daemon/runtime/device-care.js";

/** More than DeviceCare waits between two looks. */
const LOOK_MS = 1_000;

class Rig {
  /** null: the device is not there. */
  up: boolean | null = true;
  /** Ends the attempt that is under way. */
  readonly attempts: { done(): void; fail(reason: string): void }[] = [];
  readonly lines: { level: number; msg: string; reason?: string }[] = [];
  readonly care: DeviceCare;
  lost = 0;
  remade = 0;
  readonly #events = new EventEmitter();
  #nowMs = 0;

  constructor(t: Test) {
    const log = pino({}, { write: (line: string) => this.lines.push(JSON.parse(line)) });
    const menders = {
      lost: () => {
        this.lost++;
      },
      remake: async () => {
        this.up = true;
        this.remade++;
        this.#events.emit("remade");
      },
      refit: () => this.#attempt(),
    };
    const list = {
      isSysOwn: () => true,
      isDeviceUp: () => this.up,
      deviceExists: () => this.up !== null,
    };
    this.care = new DeviceCare({ name: "mapt0", attach: false }, log, menders, list);
    this.care.begin();
    t.teardown(() => this.care.end());
  }

  #attempt(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.attempts.push({ done: resolve, fail: (reason) => reject(new Error(reason)) });
      this.#events.emit("attempt");
    });
  }

  look(up: boolean | null): void {
    this.up = up;
    this.#nowMs += LOOK_MS;
    this.care.look(this.#nowMs);
  }

  /** Set down and up again; the looks in between notice both. */
  downAndUp(): void {
    this.look(false);
    this.look(false);
    this.look(true);
  }

  async attempted(times: number): Promise<void> {
    while (this.attempts.length < times) await once(this.#events, "attempt");
  }

  async hasRemade(): Promise<void> {
    if (this.remade === 0) await once(this.#events, "remade");
  }

  get counts(): object {
    const { recreations, recreationFailures, downs, refitFailures } = this.care;
    return { recreations, recreationFailures, downs, refitFailures };
  }
}

/** Lets what has been resolved go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const TAKEN = "ip route add 192.0.2.0/24 dev mapt0: File exists";

test("up again, but its routes are refused: tried again until they are there, and nothing was deleted", async (t) => {
  const rig = new Rig(t);
  rig.downAndUp();
  await rig.attempted(1);
  t.equal(
    rig.care.problem(),
    "the device mapt0 is up without its addresses and routes: mapd puts them back",
  );
  rig.attempts[0]?.fail(TAKEN);
  await rig.attempted(2);
  rig.attempts[1]?.fail(TAKEN);
  await rig.attempted(3);
  t.equal(rig.care.problem(), `the device mapt0 is up without its addresses and routes: ${TAKEN}`);
  rig.attempts[2]?.done();
  await settle();
  t.equal(rig.care.problem(), null);
  t.same(rig.counts, { recreations: 0, recreationFailures: 0, downs: 1, refitFailures: 2 });
  t.match(rig.lines, [
    { level: 50, msg: "somebody has set the device down; to undo it: ip link set dev mapt0 up" },
    {
      level: 50,
      msg: "the device is up again, but its addresses and routes cannot be put back yet; mapd goes on trying",
      reason: TAKEN,
    },
    { level: 30, msg: "the device is up again, with its addresses and routes" },
  ]);
  t.equal(rig.lines.length, 3, "the same reason is told once");
  t.same([rig.lost, rig.remade], [1, 0]);
});

test("set down and up while routes are put back: they are put back once more", async (t) => {
  const rig = new Rig(t);
  rig.downAndUp();
  await rig.attempted(1);
  rig.downAndUp();
  rig.attempts[0]?.done();
  await rig.attempted(2);
  t.not(rig.care.problem(), null);
  rig.attempts[1]?.done();
  await settle();
  t.equal(rig.care.problem(), null);
  t.same(rig.counts, { recreations: 0, recreationFailures: 0, downs: 2, refitFailures: 0 });
});

test("set down while routes are put back in vain: that is no failure, and the next time is another", async (t) => {
  const rig = new Rig(t);
  rig.downAndUp();
  await rig.attempted(1);
  rig.look(false);
  rig.attempts[0]?.fail("ip route add: Network is down");
  await settle();
  t.equal(rig.care.problem(), "the device mapt0 is down: ip link set dev mapt0 up");
  rig.look(true);
  await rig.attempted(2);
  rig.attempts[1]?.done();
  await settle();
  t.equal(rig.care.problem(), null);
  t.same(rig.counts, { recreations: 0, recreationFailures: 0, downs: 2, refitFailures: 0 });
});

test("deleted while routes are put back: it is made again, which brings them along", async (t) => {
  const rig = new Rig(t);
  rig.downAndUp();
  await rig.attempted(1);
  rig.look(null);
  rig.attempts[0]?.fail('ip route add: Cannot find device "mapt0"');
  await rig.hasRemade();
  await settle();
  t.equal(rig.care.problem(), null);
  t.same(rig.counts, { recreations: 1, recreationFailures: 0, downs: 1, refitFailures: 0 });
  t.match(rig.lines.at(-1)?.msg, /^the device is gone: somebody has deleted it; mapd makes it/);
});
