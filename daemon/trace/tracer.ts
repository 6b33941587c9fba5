/**
 * Everybody who traces, and what they are told. `trace(request, tell)` begins at once and gives what ends it:
 *
 *     const stop = daemon.tracer.trace({ terms, domain: null, dropsOnly: true, snapLen: HEADERS }, tell);
 *
 * `tell` gets one document of mapd.trace/1 after another, and says whether it could take it: what it could not, and what
 * came too quickly, is lost to it, and counted in a document of its own. The terms come from `parseFilter()` of
 * src/tun/trace/filter-text.ts. No packet waits for any of this; while nobody traces, workers know nothing of it.
 */
import type { FilterTerm } from "../../src/tun/trace/filter.js";
import { readRecord } from "../../src/tun/trace/record.js";
import { TraceRing } from "../../src/tun/trace/ring.js";
import { WHOLE as WHOLE_LEN } from "../../src/tun/trace/tap.js";
import { MapdError } from "../errors.js";
import type { Log } from "../log.js";
import { didYouMean } from "../suggest.js";
import { TRACE_SCHEMA, type TraceDocument, type TraceLost, tracedDocument } from "./documents.js";
import type { RulesInForce } from "./rules-in-force.js";
import type { TapStart } from "./taps.js";

/** Bytes of each packet that are told: all headers of most packets, or everything. */
export const HEADERS = 256;
export const WHOLE = WHOLE_LEN;

export interface TraceRequest {
  readonly terms: readonly FilterTerm[];
  /** Of one domain, or null for all. */
  readonly domain: string | null;
  readonly dropsOnly: boolean;
  readonly snapLen: number;
}

/** Takes one document; false where it could not. */
export type Tell = (document: TraceDocument) => boolean;

/** A worker as the tracer sees it; WorkerHandle has this shape. */
export interface TracedWorker {
  readonly index: number;
  /** From now on it fills the rings of these, and of no others. */
  setTaps(taps: readonly TapStart[]): void;
}

/** A domain as the tracer sees it; Domain has this shape. */
export interface TracedDomain {
  readonly config: { readonly settings: { readonly name: string } };
  readonly workers: readonly TracedWorker[];
  readonly rules: RulesInForce | null;
}

/** At once, not counting the packets: a worker asks every filter about every packet. */
const MAX_SESSIONS = 8;

const MIB = 1024 * 1024;
/** Of the rings of one trace, one with each worker that it is about: all traces together take MAX_SESSIONS times that. */
const MAX_MEMORY = 16 * MIB;
/** Of one ring: more than twice the longest record of headers, or of whole packets, up to what makes sense. */
const RING_LENS = { headers: [MIB / 64, MIB], whole: [MIB / 2, 4 * MIB] } as const;

/** How often rings are emptied, milliseconds, and how many packets each time: the main thread has other things to do. */
const PUMP_MS = 50;
const MAX_AT_ONCE = 500;

export class Tracer {
  readonly #domains: () => readonly TracedDomain[];
  readonly #log: Log;
  readonly #sessions = new Set<Session>();
  /** What each worker was told last. */
  readonly #told = new WeakMap<TracedWorker, readonly TapStart[]>();
  #timer: NodeJS.Timeout | null = null;

  /** `domains` gives those that there are now. */
  constructor(domains: () => readonly TracedDomain[], log: Log) {
    this.#domains = domains;
    this.#log = log;
  }

  /** Throws MapdError where there is no such domain, too many trace already, or there are too many queues. */
  trace(request: TraceRequest, tell: Tell): () => void {
    this.checkDomain(request.domain);
    if (this.#sessions.size >= MAX_SESSIONS) {
      const text = `${MAX_SESSIONS} traces run already, which is all that mapd serves at once; end one of them`;
      throw new MapdError("refused", text);
    }
    const session = new Session(request, this.#ringLen(request), tell);
    this.#sessions.add(session);
    this.#log.info({ domain: request.domain, traces: this.#sessions.size }, "a trace begins");
    this.#timer ??= setInterval(() => this.#pump(), PUMP_MS);
    this.#tellWorkers();
    return () => this.#end(session);
  }

  /** Ends all of them. */
  stop(): void {
    for (const session of this.#sessions) this.#end(session);
  }

  #end(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    this.#log.info({ traces: this.#sessions.size }, "a trace ends");
    this.#tellWorkers();
    if (this.#sessions.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Bytes of each ring of a trace; MapdError where there are too many workers for it. */
  #ringLen({ domain, snapLen }: TraceRequest): number {
    const isWhole = snapLen > HEADERS;
    const [least, most] = isWhole ? RING_LENS.whole : RING_LENS.headers;
    const workers = Math.max(1, this.#workersOf(domain).length);
    const share = 2 ** Math.floor(Math.log2(MAX_MEMORY / workers));
    if (share >= least) return Math.min(share, most);
    const ways = [
      ...(isWhole ? ["the headers alone (without --full)"] : []),
      ...(domain === null ? ["one domain (--domain)"] : []),
    ];
    const text =
      `${workers} queues are more than the ${MAX_MEMORY / least} that one trace has memory for; ` +
      `trace ${ways.join(", or ") || "at fewer queues"}`;
    throw new MapdError("refused", text);
  }

  /** null: of all domains. */
  #workersOf(wanted: string | null): readonly TracedWorker[] {
    return this.#domains().flatMap(({ config, workers }) =>
      wanted === null || wanted === config.settings.name ? workers : [],
    );
  }

  /** Empty where a worker has come since the trace began, and there is no memory for it. */
  #tapOf(session: Session, worker: TracedWorker, domain: string): readonly TapStart[] {
    const known = session.tapOf(worker);
    if (known !== null) return [known];
    const others = this.#workersOf(session.domain).filter((one) => session.tapOf(one) !== null);
    if ((others.length + 1) * session.ringLen <= MAX_MEMORY) return [session.open(worker)];
    if (session.leaveOut(worker)) {
      const text = "a trace has no memory for a queue that came after it began, and leaves it out";
      this.#log.warn({ domain, worker: worker.index }, text);
    }
    return [];
  }

  /** Throws MapdError where there is no such domain. */
  checkDomain(wanted: string | null): void {
    const names = this.#domains().map(({ config }) => config.settings.name);
    if (wanted === null || names.includes(wanted)) return;
    throw new MapdError("not-found", `no domain is named "${wanted}"${didYouMean(wanted, names)}`);
  }

  /** Domains and workers come and go; each is told where there is something new. */
  #tellWorkers(): void {
    for (const domain of this.#domains()) {
      const { name } = domain.config.settings;
      const wanted = [...this.#sessions].filter((session) => session.isAbout(name));
      for (const worker of domain.workers) {
        const told = this.#told.get(worker) ?? [];
        const taps = wanted.flatMap((session) => this.#tapOf(session, worker, name));
        if (told.length === taps.length && taps.every((tap, i) => told[i] === tap)) continue;
        this.#told.set(worker, taps);
        worker.setTaps(taps);
      }
    }
  }

  #pump(): void {
    this.#tellWorkers();
    for (const session of this.#sessions) session.pump(this.#domains());
  }
}

interface Source {
  readonly tap: TapStart;
  readonly ring: TraceRing;
}

/** One who traces. */
class Session {
  /** Bytes of each of its rings. */
  readonly ringLen: number;
  readonly #request: TraceRequest;
  readonly #tell: Tell;
  readonly #sources = new WeakMap<TracedWorker, Source>();
  readonly #leftOut = new WeakSet<TracedWorker>();
  /** Not told yet. */
  #lost = 0;

  constructor(request: TraceRequest, ringLen: number, tell: Tell) {
    this.#request = request;
    this.ringLen = ringLen;
    this.#tell = tell;
  }

  /** null: all of them. */
  get domain(): string | null {
    return this.#request.domain;
  }

  isAbout(domain: string): boolean {
    return this.domain === null || this.domain === domain;
  }

  /** null where it has no ring with the worker. */
  tapOf(worker: TracedWorker): TapStart | null {
    return this.#sources.get(worker)?.tap ?? null;
  }

  /** Begins with the worker. */
  open(worker: TracedWorker): TapStart {
    const { terms, dropsOnly, snapLen } = this.#request;
    const ring = TraceRing.allocate(this.ringLen);
    const tap = { terms, dropsOnly, snapLen, ring };
    this.#sources.set(worker, { tap, ring: new TraceRing(ring) });
    return tap;
  }

  /** True the first time. */
  leaveOut(worker: TracedWorker): boolean {
    const isNew = !this.#leftOut.has(worker);
    this.#leftOut.add(worker);
    return isNew;
  }

  /** Tells what has gathered in the rings of all workers, each its share. */
  pump(domains: readonly TracedDomain[]): void {
    const about = domains.filter(({ config }) => this.isAbout(config.settings.name));
    const workers = about.reduce((sum, domain) => sum + domain.workers.length, 0);
    const share = Math.ceil(MAX_AT_ONCE / Math.max(1, workers));
    for (const domain of about) {
      for (const worker of domain.workers) this.#empty(domain, worker, share);
    }
    this.#tellLost();
  }

  #empty(domain: TracedDomain, worker: TracedWorker, share: number): void {
    const ring = this.#sources.get(worker)?.ring;
    if (ring === undefined) return;
    this.#lost += ring.takeLost();
    for (let i = 0; i < share; i++) {
      const bytes = ring.take();
      if (bytes === null) return;
      const record = readRecord(bytes);
      // Indices of a moment before a reload are of other rules.
      const rules = record.revision === domain.rules?.revision ? domain.rules : null;
      const names = rules?.namesOf(record.ruleFrom, record.ruleTo) ?? [];
      const { name } = domain.config.settings;
      if (!this.#tell(tracedDocument(record, name, worker.index, names))) this.#lost++;
    }
  }

  #tellLost(): void {
    if (this.#lost === 0) return;
    const document: TraceLost = { schema: TRACE_SCHEMA, event: "lost", count: this.#lost };
    if (this.#tell(document)) this.#lost = 0;
  }
}
