/**
 * A fault in the packet path of a real daemon, for one packet alone: a BR of MAP-T throws as it judges an IPv4 packet
 * that ends with a mark. The daemon and mapctl know nothing of it: this file is loaded before them, by NODE_OPTIONS.
 */
import { BrMapT } from "../../src/pipeline/br-map-t.js";
import { withModule } from "./given-module.js";

type Judge = (frame: DataView, at: number, end: number) => number;

const MARK = Uint8Array.of(0xfa, 0x11, 0xed, 0x01);

/** What the log and `mapctl explain` are to say. */
export const FAULT = "a fault that the test has made";

/** Its payload, at the end of the packet. */
export const MARKED: Uint8Array = MARK;

export async function withDropFault<T>(work: () => Promise<T>): Promise<T> {
  return withModule(import.meta.url, work);
}

function isMarked(frame: DataView, end: number): boolean {
  return MARK.every((byte, i) => frame.getUint8(end - MARK.length + i) === byte);
}

/** In the process that tests, where nothing is judged, it changes nothing that anybody sees. */
function makeFault(): void {
  const judge: Judge = Reflect.get(BrMapT.prototype, "fromIpv4");
  const failing = function (this: BrMapT, frame: DataView, at: number, end: number): number {
    if (isMarked(frame, end)) throw new Error(FAULT);
    return judge.call(this, frame, at, end);
  };
  Object.defineProperty(BrMapT.prototype, "fromIpv4", { value: failing });
}

makeFault();
