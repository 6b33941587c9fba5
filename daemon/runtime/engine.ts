/** What the JavaScript engine is told for the packet path. */
import { setFlagsFromString } from "node:v8";

/**
 * The packet path is many small functions. V8 stops to inline at 920 bytes of bytecode by default, and then pays a call
 * for each field of a header; with these limits the path of a packet is one function or two (docs/performance.md). What is
 * larger than 460 by itself stays a function of its own: if it were compiled into all its callers, too, they would take
 * tens of MiB while they are compiled. The flags are the whole process's; to be called before the first packet, since
 * functions that are compiled stay as they are.
 */
export function tuneEngine(): void {
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=20000");
  setFlagsFromString("--max-inlined-bytecode-size-absolute=40000");
}
