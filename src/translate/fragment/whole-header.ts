/** The header of a datagram put together again, out of that of its first fragment; and its ECN field. */
import { ECN_INVALID } from "../../verdict.js";
import * as ipv4 from "../../wire/ipv4.js";
import * as ipv6 from "../../wire/ipv6.js";

const ECN_MASK = 0x03;
const NOT_ECT = 0;
const CE = 3;

/** Makes the IPv4 header at `at` that of an unfragmented packet with `payloadLen` bytes behind it. */
export function makeWhole4(frame: DataView, at: number, payloadLen: number): void {
  ipv4.writeTotalLen(frame, at, ipv4.headerLen(frame, at) + payloadLen);
  ipv4.writeFragment(frame, at, 0, false);
  // With DF the whole, longer than any fragment was, could not be cut again on its way.
  ipv4.clearDontFragment(frame, at);
}

/**
 * Likewise for the IPv6 headers before the Fragment Header at `fragmentAt`, which is cut off: the payload
 * goes in its place (RFC 8200 §4.5).
 */
export function makeWhole6(
  frame: DataView,
  at: number,
  fragmentAt: number,
  payloadLen: number,
): void {
  const next = frame.getUint8(fragmentAt);
  let cursor = at + ipv6.HEADER_LEN;
  if (cursor === fragmentAt) {
    ipv6.writeNextHeader(frame, at, next);
  } else {
    let extension = ipv6.nextHeader(frame, at);
    let last = cursor;
    while (cursor < fragmentAt) {
      last = cursor;
      const len = ipv6.extensionLen(frame, cursor, extension);
      extension = frame.getUint8(cursor);
      cursor += len;
    }
    frame.setUint8(last, next);
  }
  ipv6.writePayloadLen(frame, at, fragmentAt - at - ipv6.HEADER_LEN + payloadLen);
}

/** The bit of a packet's ECN field in a set of them. */
export function ecnBit(frame: DataView, at: number, family: number): number {
  const field = family === 4 ? ipv4.tos(frame, at) : ipv6.trafficClass(frame, at);
  return 1 << (field & ECN_MASK);
}

/** ECN_INVALID where a marked fragment lies beside one that cannot be marked (RFC 3168 §5.3), else 0. */
export function refuseEcn(seen: number): number {
  const both = (1 << NOT_ECT) | (1 << CE);
  return (seen & both) === both ? ECN_INVALID : 0;
}

/** A mark on any fragment is a mark on the whole (RFC 3168 §5.3). */
export function mergeEcn(frame: DataView, at: number, family: number, seen: number): void {
  if ((seen & (1 << CE)) === 0) return;
  if (family === 4) ipv4.writeTos(frame, at, ipv4.tos(frame, at) | CE);
  else ipv6.writeTrafficClass(frame, at, ipv6.trafficClass(frame, at) | CE);
}
