import { pino } from "pino";
import { type Test, test } from "tap";
import type { DomainConfig } from "../../../../daemon/config/types.js";
import type { TraceDocument } from "../../../../daemon/trace/documents.js";
import { RulesInForce } from "../../../../daemon/trace/rules-in-force.js";
import { ceBehind } from "../../../../daemon/trace/subscriber.js";
import type { TapStart } from "../../../../daemon/trace/taps.js";
import { watchersOf } from "../../../../daemon/trace/taps.js";
import {
  HEADERS,
  type TracedWorker,
  type TraceRequest,
  Tracer,
  WHOLE,
} from "../../../../daemon/trace/tracer.js";
import { formatIpv6Prefix } from "../../../../src/map/prefix.js";
import { compileRules } from "../../../../src/pipeline/create.js";
import { FROM_DEVICE } from "../../../../src/pipeline/observer.js";
import { withoutRules } from "../../../../src/pipeline/settings.js";
import { Draft, MAX_PARTS } from "../../../../src/tun/trace/draft.js";
import { writeRecord } from "../../../../src/tun/trace/record.js";
import { SOURCE_PSID_MISMATCH } from "../../../../src/verdict.js";
import { BR_T, CE_T, domainOf } from "../samples.js";

const ALL: TraceRequest = { terms: [], domain: null, dropsOnly: false, snapLen: HEADERS };
const PUMPED_MS = 5000;
const MIB = 1024 * 1024;
/** Bytes of each packet. */
const LEN = 210;

/** Stands for a worker: it notes what it is told, and fills the rings by hand. */
class FakeWorker implements TracedWorker {
  readonly index = 0;
  told: readonly TapStart[] = [];
  times = 0;

  setTaps(taps: readonly TapStart[]): void {
    this.told = taps;
    this.times++;
  }

  /** Hands `count` packets to everybody who traces. */
  show(count: number, revision = 1): void {
    for (const { ring, snapLen } of watchersOf(this.told)) {
      for (let i = 0; i < count; i++) {
        const draft = new Draft(256);
        draft.begin(FROM_DEVICE, 10, 10 + LEN);
        const memory = new Uint8Array(10 + LEN);
        memory[10] = i;
        draft.keepInput(memory, new DataView(memory.buffer), snapLen);
        const judged = { timeMs: 1_700_000_000_123.5, ruleFrom: 0, ruleTo: -1 };
        writeRecord(ring, draft, snapLen, { ...judged, verdict: SOURCE_PSID_MISMATCH, revision });
      }
    }
  }
}

interface FakeDomain {
  readonly config: DomainConfig;
  workers: readonly FakeWorker[];
  rules: RulesInForce;
}

function fakeDomain(text: string, revision = 1): FakeDomain {
  const config = domainOf(text);
  const table = compileRules(config.settings).buffer;
  const compiled = { settings: withoutRules(config.settings), revision, table, hits: null };
  return { config, workers: [new FakeWorker()], rules: new RulesInForce(config, compiled) };
}

function tracerOf(t: Test, domains: readonly FakeDomain[]): Tracer {
  const tracer = new Tracer(() => domains, pino({ level: "silent" }));
  t.teardown(() => tracer.stop());
  return tracer;
}

async function passed(condition: () => boolean): Promise<void> {
  const until = performance.now() + PUMPED_MS;
  while (!condition()) {
    if (performance.now() > until) throw new Error("waited in vain");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Resolves once `documents` has so many. */
async function arrived(documents: readonly TraceDocument[], count: number): Promise<void> {
  await passed(() => documents.length >= count);
}

test("workers know of a trace while it runs, and what they show is told", async (t) => {
  const domain = fakeDomain(BR_T);
  const [worker] = domain.workers;
  const tracer = tracerOf(t, [domain]);
  t.equal(worker?.times, 0, "nobody traces, nobody is told anything");
  const documents: TraceDocument[] = [];
  const stop = tracer.trace(ALL, (document) => documents.push(document) > 0);
  t.equal(worker?.told.length, 1);
  worker?.show(1);
  await arrived(documents, 1);
  t.same(documents, [
    {
      schema: "mapd.trace/1",
      event: "packet",
      time: "2023-11-14T22:13:20.123500Z",
      domain: "br-t",
      queue: 0,
      origin: "device",
      verdict: "dropped",
      reason: "source_psid_mismatch",
      rules: ["metro"],
      before: { length: LEN, segmentLength: null, bytes: "A".repeat(280) },
      after: [],
      outputs: 0,
    },
  ]);
  stop();
  t.same(worker?.told, []);
  stop();
  t.equal(worker?.times, 2, "ending twice is ending once");
});

test("only the domain that is asked for is traced, and only one that there is", async (t) => {
  const domains = [fakeDomain(BR_T), fakeDomain(CE_T)];
  const tracer = tracerOf(t, domains);
  tracer.trace({ ...ALL, domain: "ce-t" }, () => true);
  t.same(
    domains.map(({ workers }) => workers[0]?.told.length ?? 0),
    [0, 1],
  );
  t.throws(() => tracer.trace({ ...ALL, domain: "ce-x" }, () => true), {
    code: "not-found",
    message: /no domain is named "ce-x".*ce-t/,
  });
});

test("a worker that comes later is told, too", async (t) => {
  const domain = fakeDomain(BR_T);
  const tracer = tracerOf(t, [domain]);
  const documents: TraceDocument[] = [];
  tracer.trace(ALL, (document) => documents.push(document) > 0);
  const [before] = domain.workers;
  before?.show(1);
  await arrived(documents, 1);
  const later = new FakeWorker();
  domain.workers = [later];
  const until = performance.now() + PUMPED_MS;
  while (later.times === 0 && performance.now() < until) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  later.show(1);
  await arrived(documents, 2);
  t.equal(documents.length, 2);
});

test("what a listener does not take, and what finds no room, is counted and told", async (t) => {
  const domain = fakeDomain(BR_T);
  const [worker] = domain.workers;
  const tracer = tracerOf(t, [domain]);
  const documents: TraceDocument[] = [];
  let refusals = 3;
  tracer.trace(ALL, (document) => {
    if (refusals-- > 0) return false;
    return documents.push(document) > 0;
  });
  // The ring has room for some 4000 of these.
  const SHOWN = 6000;
  worker?.show(SHOWN);
  const isTold = (): boolean => {
    const packets = documents.filter(({ event }) => event === "packet").length;
    const lost = documents.reduce((sum, one) => sum + (one.event === "lost" ? one.count : 0), 0);
    return packets + lost === SHOWN;
  };
  const until = performance.now() + 2 * PUMPED_MS;
  while (!isTold() && performance.now() < until) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.ok(isTold(), "every packet is told or counted as lost");
});

test("records of rules that are no longer in force have no rule's name", async (t) => {
  const domain = fakeDomain(BR_T, 2);
  const [worker] = domain.workers;
  const documents: TraceDocument[] = [];
  tracerOf(t, [domain]).trace(ALL, (document) => documents.push(document) > 0);
  worker?.show(1, 1);
  worker?.show(1, 2);
  await arrived(documents, 2);
  t.same(
    documents.map((one) => (one.event === "packet" ? one.rules : null)),
    [[], ["metro"]],
  );
});

test("there is an end to how many trace at once", async (t) => {
  const tracer = tracerOf(t, [fakeDomain(BR_T)]);
  const stops = Array.from({ length: 8 }, () => tracer.trace(ALL, () => true));
  t.throws(() => tracer.trace(ALL, () => true), { code: "refused", message: /8 traces run/ });
  stops[3]?.();
  t.doesNotThrow(() => tracer.trace(ALL, () => true));
});

test("a CE's rule is named at every packet, a forwarding rule beside it", async (t) => {
  const { rules } = fakeDomain(CE_T);
  t.same([rules.namesOf(-1, -1), fakeDomain(BR_T).rules.namesOf(-1, -1)], [["metro"], []]);
  t.same(fakeDomain(BR_T).rules.namesOf(0, 0), ["metro"]);
});

test("an IPv4 address and port are those of a CE", async (t) => {
  const domains = [fakeDomain(CE_T), fakeDomain(BR_T)];
  const found = ceBehind(domains, "192.0.2.18:1232");
  t.equal(found && formatIpv6Prefix(found), "2001:db8:12:3400:0:c000:212:34/128");
  for (const text of ["192.0.2.18", "2001:db8::1", "192.0.2.18:70000", "x:1"]) {
    t.equal(ceBehind(domains, text), null, text);
  }
  t.throws(() => ceBehind(domains, "192.0.2.18:80"), { code: "not-found" }, "an excluded port");
  t.throws(() => ceBehind(domains, "198.51.100.9:1232"), { code: "not-found" });
});

/** With so many queues. */
function wide(queues: number): FakeDomain {
  const domain = fakeDomain(BR_T);
  domain.workers = Array.from({ length: queues }, () => new FakeWorker());
  return domain;
}

/** Bytes of all rings. */
function ringBytes({ workers }: FakeDomain): number {
  const rings = workers.flatMap(({ told }) => told.map(({ ring }) => ring.byteLength));
  return rings.reduce((sum, length) => sum + length, 0);
}

test("a trace takes 16 MiB at most, however many queues there are, and every record has room", async (t) => {
  for (const queues of [1, 4, 5, 32, 256]) {
    for (const snapLen of [HEADERS, WHOLE]) {
      const domain = wide(queues);
      const tracer = tracerOf(t, [domain]);
      if (queues === 256 && snapLen === WHOLE) continue;
      tracer.trace({ ...ALL, snapLen }, () => true);
      t.ok(ringBytes(domain) < 16.1 * MIB, `${queues} queues`);
      const draft = new Draft(2 * WHOLE);
      draft.begin(FROM_DEVICE, 10, 10 + WHOLE);
      const memory = new Uint8Array(10 + WHOLE);
      draft.keepInput(memory, new DataView(memory.buffer), WHOLE);
      for (let i = 1; i < MAX_PARTS; i++) {
        draft.keepOutput(memory, new DataView(memory.buffer), 10, 10 + HEADERS, WHOLE);
      }
      const judged = { timeMs: 0, ruleFrom: 0, ruleTo: 0, verdict: 0, revision: 1 };
      const [watcher] = watchersOf(domain.workers[0]!.told);
      t.ok(writeRecord(watcher!.ring, draft, snapLen, judged), `${queues} queues: a large record`);
    }
  }
});

test("a trace of more queues than it has memory for is refused with what to do", async (t) => {
  const tracer = tracerOf(t, [wide(33)]);
  const whole = { ...ALL, snapLen: WHOLE };
  t.throws(() => tracer.trace(whole, () => true), {
    code: "refused",
    message:
      "33 queues are more than the 32 that one trace has memory for; " +
      "trace the headers alone (without --full), or one domain (--domain)",
  });
  t.throws(() => tracer.trace({ ...whole, domain: "br-t" }, () => true), {
    message: /; trace the headers alone \(without --full\)$/,
  });
  t.doesNotThrow(() => tracer.trace(ALL, () => true));
});

test("queues that come when a trace has all its memory are left out, and the log says so once", async (t) => {
  const domain = wide(4);
  const log: string[] = [];
  const write = (line: string): void => void log.push(line);
  const tracer = new Tracer(() => [domain], pino({ level: "warn" }, { write }));
  t.teardown(() => tracer.stop());
  tracer.trace({ ...ALL, snapLen: WHOLE }, () => true);
  const [first, ...others] = domain.workers;
  const later = [new FakeWorker(), new FakeWorker()];
  domain.workers = [first!, ...others, ...later];
  await passed(() => log.length === 2);
  t.match(log[0], /"domain":"br-t","worker":0,"msg":"a trace has no memory for a queue/);
  t.same(
    later.map(({ told }) => told),
    [[], []],
  );
  domain.workers = [first!, ...later];
  await passed(() => later.every(({ told }) => told.length === 1));
  t.ok(ringBytes(domain) < 16.1 * MIB);
  t.equal(log.length, 2);
});
