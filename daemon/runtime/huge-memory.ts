/** Memory for tables that packets are looked up in: each page costs the processor a place of which it has few. */
import type { NativeTun } from "../../src/tun/native.js";

/** A kernel without huge pages gives others: a lookup among many rules then costs half as much again. */
export function allocateHuge(
  native: Pick<NativeTun, "askHugePages">,
): (byteLength: number) => SharedArrayBuffer {
  return (byteLength) => {
    const buffer = new SharedArrayBuffer(byteLength);
    native.askHugePages(new Uint8Array(buffer));
    return buffer;
  };
}
