/** Who holds which mapping until when, and with which nonce (RFC 6887 §11.3: one nonce a mapping). */

/** Where a mapping begins; of a PEER also where it leads to. */
export interface LeaseEnds {
  readonly protocol: number;
  readonly address: number;
  readonly port: number;
  /** null: a MAP, which is open to every remote end. */
  readonly remote: { readonly address: number; readonly port: number } | null;
}

export interface Lease extends LeaseEnds {
  /** null: lost with a restart; the next request of the same host has its own stand for it. */
  readonly nonce: string | null;
  readonly externalPort: number;
  readonly expiresAtMs: number;
}

/** Lapsed leases are looked for at most this often, milliseconds. */
const SWEEP_MS = 1000;

export class Leases {
  readonly #leases = new Map<string, Lease>();
  /** Leases by inside address. */
  readonly #counts = new Map<number, number>();
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  find(ends: LeaseEnds, nowMs: number): Lease | null {
    const lease = this.#leases.get(keyOf(ends));
    if (lease === undefined) return null;
    if (lease.expiresAtMs > nowMs) return lease;
    this.remove(lease);
    return null;
  }

  countOf(address: number, nowMs: number): number {
    this.#sweep(nowMs);
    return this.#counts.get(address) ?? 0;
  }

  put(lease: Lease): void {
    this.remove(lease);
    this.#leases.set(keyOf(lease), lease);
    this.#counts.set(lease.address, (this.#counts.get(lease.address) ?? 0) + 1);
  }

  remove(ends: LeaseEnds): void {
    if (!this.#leases.delete(keyOf(ends))) return;
    const left = (this.#counts.get(ends.address) ?? 1) - 1;
    if (left === 0) this.#counts.delete(ends.address);
    else this.#counts.set(ends.address, left);
  }

  /** All MAP leases, at one moment. */
  maps(nowMs: number): readonly Lease[] {
    this.#sweep(nowMs);
    return [...this.#leases.values()].filter((lease) => lease.remote === null);
  }

  clear(): void {
    this.#leases.clear();
    this.#counts.clear();
  }

  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptAtMs < SWEEP_MS) return;
    this.#sweptAtMs = nowMs;
    for (const lease of this.#leases.values()) if (lease.expiresAtMs <= nowMs) this.remove(lease);
  }
}

function keyOf({ protocol, address, port, remote }: LeaseEnds): string {
  const inside = `${protocol} ${address} ${port}`;
  return remote === null ? inside : `${inside} ${remote.address} ${remote.port}`;
}
