/**
 * Memory that a domain's threads share, from reload to reload. V8 counts such memory in no thread: what a reload has replaced
 * would stay until the heap of each thread has grown by other things, which a packet worker's hardly does, or each would
 * have to collect, for 4 to 10 ms in which packets wait. So nothing is left to V8: what is not used any more is given to the
 * kernel, and the addresses serve the reload after the next.
 */
import type { Allocate } from "../../src/map/compile-table.js";
import type { NativeTun } from "../../src/tun/native.js";

/** No page is larger. */
const PAGE = 64 * 1024;

/** Sizes go up by at most a quarter: rules that come and go find what fits. */
const STEPS = 4;

export class SharedPool {
  readonly #native: Pick<NativeTun, "releasePages">;
  readonly #allocate: Allocate;
  #used: readonly SharedArrayBuffer[] = [];
  #spare: readonly SharedArrayBuffer[] = [];

  /** `allocate` gives new memory, all of it 0. */
  constructor(native: Pick<NativeTun, "releasePages">, allocate: Allocate) {
    this.#native = native;
    this.#allocate = allocate;
  }

  /** Memory of so many bytes or some more, all of them 0. */
  readonly take = (bytes: number): SharedArrayBuffer => {
    const size = sizeFor(bytes);
    const spare = this.#spare.find(({ byteLength }) => byteLength === size);
    const memory = spare ?? this.#allocate(size);
    this.#spare = this.#spare.filter((one) => one !== memory);
    this.#used = [...this.#used, memory];
    return memory;
  };

  /** To be called when no thread reads or writes any other memory of the pool, nor ever will. */
  keepOnly(kept: readonly (SharedArrayBuffer | null)[]): void {
    const unused = this.#used.filter((memory) => !kept.includes(memory));
    for (const memory of unused) this.#clear(new Uint8Array(memory));
    this.#used = this.#used.filter((memory) => kept.includes(memory));
    this.#spare = [...this.#spare, ...unused];
  }

  /** Only whole pages can be given back, and none that are locked. */
  #clear(bytes: Uint8Array): void {
    bytes.fill(0, 0, PAGE).fill(0, -PAGE);
    if (this.#native.releasePages(bytes, 0) !== 0) bytes.fill(0);
  }
}

/** Whole pages, and beyond a few of them one of the sizes into which STEPS divide the way from a power of two to the next. */
function sizeFor(bytes: number): number {
  const pages = Math.max(1, Math.ceil(bytes / PAGE));
  const step = Math.max(1, 2 ** Math.floor(Math.log2(pages)) / STEPS);
  return Math.ceil(pages / step) * step * PAGE;
}
