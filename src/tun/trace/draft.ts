/** One judged packet while it is gathered: what it was, and what it became, each cut to so many bytes. */
import { copyBytes } from "../../translate/fragment/copy-bytes.js";
import * as virtio from "../../wire/virtio.js";
import { Facts } from "./facts.js";

/** The packet itself and what it became; more are counted, and not kept. */
export const MAX_PARTS = 17;

/** Up to here a loop is quicker than a view made for one call. */
const SHORT_LEN = 512;

export class Draft {
  readonly memory: Uint8Array;
  readonly view: DataView;
  /** Of each part: where it lies in `memory`, bytes kept, bytes of the packet, payload bytes of its segments or 0. */
  readonly ats = new Uint32Array(MAX_PARTS);
  readonly kepts = new Uint32Array(MAX_PARTS);
  readonly lens = new Uint32Array(MAX_PARTS);
  readonly segmentLens = new Uint16Array(MAX_PARTS);
  readonly facts: readonly Facts[] = Array.from({ length: MAX_PARTS }, () => new Facts());
  /** Parts kept. */
  count = 0;
  /** The first part is the packet as it was; else there are only such as it became. */
  hasInput = false;
  origin = 0;
  /** Packets that it became. */
  outputs = 0;
  /** Where the packet lies in the arena, until it has been copied. */
  inputAt = 0;
  inputEnd = 0;
  #used = 0;

  /** Holds parts of `snapLen` bytes each, as far as `capacity` goes; one always fits. */
  constructor(capacity: number) {
    this.memory = new Uint8Array(capacity);
    this.view = new DataView(this.memory.buffer);
  }

  begin(origin: number, inputAt: number, inputEnd: number): void {
    this.origin = origin;
    this.inputAt = inputAt;
    this.inputEnd = inputEnd;
    this.count = 0;
    this.outputs = 0;
    this.hasInput = false;
    this.#used = 0;
  }

  /** Keeps the packet as it was; before anything else is kept. */
  keepInput(from: Uint8Array, fromView: DataView, snapLen: number): void {
    this.hasInput = this.#keep(from, fromView, this.inputAt, this.inputEnd, snapLen);
  }

  /** Keeps a packet that it became. */
  keepOutput(from: Uint8Array, fromView: DataView, at: number, end: number, snapLen: number): void {
    this.outputs++;
    this.#keep(from, fromView, at, end, snapLen);
  }

  /** Reads the facts of all parts. */
  readFacts(): void {
    for (let i = 0; i < this.count; i++) {
      const at = this.ats[i]!;
      this.facts[i]!.read(this.view, at, at + this.kepts[i]!);
    }
  }

  /** Before the packet lies its virtio header. */
  #keep(from: Uint8Array, fromView: DataView, at: number, end: number, snapLen: number): boolean {
    const part = this.count;
    const kept = Math.min(end - at, snapLen);
    const to = this.#used;
    if (part === MAX_PARTS || to + kept > this.memory.length) return false;
    if (kept <= SHORT_LEN) copyBytes(fromView, at, this.view, to, kept);
    else this.memory.set(from.subarray(at, at + kept), to);
    const isSuper = virtio.gsoType(fromView, at) !== virtio.GSO_NONE;
    this.ats[part] = to;
    this.kepts[part] = kept;
    this.lens[part] = end - at;
    this.segmentLens[part] = isSuper ? virtio.gsoSize(fromView, at) : 0;
    this.#used = to + kept;
    this.count = part + 1;
    return true;
  }
}
