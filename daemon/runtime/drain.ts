/** Taking a daemon out of service without losing a packet: whether it is drained, and whether packets still come. */

/** Fewer packets a second than this are strays: echo requests of a monitor, a retransmission. */
const QUIET_PACKETS_A_SECOND = 10;

/** A shorter time says nothing about a rate. */
const SAMPLE_MS = 900;

export interface DrainStatus {
  readonly seconds: number;
  /** Packets that the domains read; null until a second has passed. */
  readonly packetsPerSecond: number | null;
  /** True once fewer than ten packets a second come. */
  readonly quiet: boolean;
  /** Seconds until the daemon is in service again, or null where nobody has asked for that. */
  readonly backInSeconds: number | null;
}

export class Drain {
  /** null while the daemon is in service. */
  #sinceMs: number | null = null;
  #untilMs: number | null = null;
  #sampledMs = 0;
  #packets = 0;
  #rate: number | null = null;

  get on(): boolean {
    return this.#sinceMs !== null;
  }

  get quiet(): boolean {
    return this.#rate !== null && this.#rate < QUIET_PACKETS_A_SECOND;
  }

  /** `packets` have been read so far. A drain that is on goes on, and is not ended any more. */
  begin(packets: number, nowMs: number): void {
    this.#untilMs = null;
    if (this.#sinceMs !== null) return;
    this.#sinceMs = nowMs;
    this.#sampledMs = nowMs;
    this.#packets = packets;
    this.#rate = null;
  }

  /** Ends the drain, in `holdMs` from now. */
  end(holdMs: number, nowMs: number): void {
    if (this.#sinceMs === null) return;
    this.#untilMs = nowMs + holdMs;
    this.#expire(nowMs);
  }

  #expire(nowMs: number): void {
    if (this.#untilMs === null || nowMs < this.#untilMs) return;
    this.#sinceMs = null;
    this.#untilMs = null;
  }

  /** Called about once a second. */
  sample(packets: number, nowMs: number): void {
    this.#expire(nowMs);
    const elapsedMs = nowMs - this.#sampledMs;
    if (this.#sinceMs === null || elapsedMs < SAMPLE_MS) return;
    // A domain that has gone took its packets along.
    this.#rate = (Math.max(packets - this.#packets, 0) * 1000) / elapsedMs;
    this.#packets = packets;
    this.#sampledMs = nowMs;
  }

  /** null while the daemon is in service. */
  status(nowMs: number): DrainStatus | null {
    if (this.#sinceMs === null) return null;
    return {
      seconds: Math.round((nowMs - this.#sinceMs) / 100) / 10,
      packetsPerSecond: this.#rate === null ? null : Math.round(this.#rate),
      quiet: this.quiet,
      backInSeconds:
        this.#untilMs === null ? null : Math.max(0, Math.ceil((this.#untilMs - nowMs) / 1000)),
    };
  }
}
