/** Which requests are looked at: those of the LAN, no more than can be answered; of the others it keeps count. */
import { containsIpv4 } from "../../src/map/prefix.js";
import type { Ipv4Prefix } from "../../src/map/types.js";
import { TokenBucket } from "../../src/translate/token-bucket.js";
import { formatIpv4 } from "../../src/wire/address.js";
import type { Log } from "../log.js";

/** Requests a second: a host that needs more retries (RFC 6887 §8.1.1). */
const PER_SECOND = 500;
const PER_SOURCE_AND_SECOND = 20;
/** Requests that wait for their answer. */
const MOST_WAITING = 64;
/** Sources remembered at once; with more of them the oldest start afresh, and the common limit holds. */
const MOST_SOURCES = 1024;

/** Least time between two lines of the log about the same thing, milliseconds. */
const LOG_MS = 60_000;

const REASONS = {
  foreign: "PCP requests from outside local-ipv4-prefixes ignored",
  "too-many": "PCP requests ignored: too many",
} as const;

type Reason = keyof typeof REASONS;

export class Intake {
  readonly #log: Log;
  readonly #all = new TokenBucket(PER_SECOND);
  readonly #sources = new Map<number, TokenBucket>();
  readonly #ignored: Record<Reason, { count: number; toldAtMs: number }> = {
    foreign: { count: 0, toldAtMs: Number.NEGATIVE_INFINITY },
    "too-many": { count: 0, toldAtMs: Number.NEGATIVE_INFINITY },
  };
  #waiting = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Takes a request in: `done()` is to follow. False where it is to be ignored. */
  admit(source: number, local: readonly Ipv4Prefix[], nowMs: number): boolean {
    if (!local.some((prefix) => containsIpv4(prefix, source))) {
      return this.#ignore("foreign", source, nowMs);
    }
    const isFree = this.#waiting < MOST_WAITING;
    if (!isFree || !this.#bucketOf(source).take(nowMs) || !this.#all.take(nowMs)) {
      return this.#ignore("too-many", source, nowMs);
    }
    this.#waiting++;
    return true;
  }

  done(): void {
    this.#waiting--;
  }

  #bucketOf(source: number): TokenBucket {
    const known = this.#sources.get(source);
    if (known !== undefined) return known;
    const [oldest] = this.#sources.keys();
    if (this.#sources.size >= MOST_SOURCES && oldest !== undefined) this.#sources.delete(oldest);
    const bucket = new TokenBucket(PER_SOURCE_AND_SECOND);
    this.#sources.set(source, bucket);
    return bucket;
  }

  #ignore(reason: Reason, source: number, nowMs: number): false {
    const ignored = this.#ignored[reason];
    ignored.count++;
    if (nowMs - ignored.toldAtMs < LOG_MS) return false;
    this.#log.warn({ count: ignored.count, last: formatIpv4(source) }, REASONS[reason]);
    ignored.count = 0;
    ignored.toldAtMs = nowMs;
    return false;
  }
}
