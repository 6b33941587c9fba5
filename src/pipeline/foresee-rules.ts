/** Looks ahead over a batch for a border relay: whose rules its packets will need. */
import type { Foresight } from "../map/foresight.js";
import { NO_PORT } from "../translate/packet.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import { HEADROOM, type Output } from "./packet-io.js";

const source6 = new Uint32Array(4);

/**
 * Of the packets from HEADROOM on in the slots 0..count - 1, `lengths` bytes each, those from IPv4 go to their destination, and those
 * from the domain come from their source. Nothing has been checked yet but that the fixed header is there: a guess will do.
 */
export function foreseeRules(
  foresight: Foresight,
  { frames }: Output,
  count: number,
  lengths: Uint32Array,
): void {
  for (let slot = 0; slot < count; slot++) {
    const frame = frames[slot]!;
    const end = HEADROOM + lengths[slot]!;
    if (end < HEADROOM + ipv4.MIN_HEADER_LEN) continue;
    const version = frame.getUint8(HEADROOM) >>> 4;
    if (version === 4) {
      foresight.ipv4(ipv4.destination(frame, HEADROOM), portOf(frame, end));
    } else if (version === 6 && end >= HEADROOM + ipv6.HEADER_LEN) {
      ipv6.readSource(frame, HEADROOM, source6);
      foresight.ipv6(source6);
    }
  }
  foresight.settle();
}

/** Where TCP and UDP have their destination port. */
function portOf(frame: DataView, end: number): number {
  const at = HEADROOM + ipv4.headerLen(frame, HEADROOM) + 2;
  return at + 2 <= end ? frame.getUint16(at) : NO_PORT;
}
