/** Reads and checks an IPv4 packet: lengths, header checksum, options, fragment fields, transport header. */
import {
  BAD_IPV4_CHECKSUM,
  MALFORMED_IPV4,
  MALFORMED_IPV4_OPTIONS,
  SOURCE_ROUTED,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import { refuseFragment } from "./fragment/refuse-fragment.js";
import { type Packet, readTransport, resetPacket } from "./packet.js";

/** Reads the IPv4 packet in [at, end). Returns 0 or a drop code. */
export function readIpv4(frame: DataView, at: number, end: number, packet: Packet): number {
  resetPacket(packet);
  if (!ipv4.fits(frame, at, end)) return MALFORMED_IPV4;
  if (!ipv4.checksumGood(frame, at)) return BAD_IPV4_CHECKSUM;
  const headerLen = ipv4.headerLen(frame, at);
  packet.at = at;
  packet.outerAt = at;
  packet.len = ipv4.totalLen(frame, at);
  packet.end = at + packet.len;
  packet.transportAt = at + headerLen;
  packet.protocol = ipv4.protocol(frame, at);
  packet.identification = ipv4.identification(frame, at);
  const refused = ipv4.isFragment(frame, at) ? readFragment(frame, packet) : 0;
  return refused || readTransport(frame, packet, true);
}

function readFragment(frame: DataView, packet: Packet): number {
  packet.isFragment = true;
  packet.fragmentOffset = ipv4.fragmentOffset(frame, packet.at);
  packet.moreFragments = ipv4.moreFragments(frame, packet.at);
  return refuseFragment(packet);
}

/**
 * SOURCE_ROUTED for a source route that is not used up (RFC 7915 §4.1), MALFORMED_IPV4_OPTIONS for options that
 * cannot be walked, else 0: every other option is ignored. `packet` was read by `readIpv4()`.
 */
export function refuseOptions(frame: DataView, packet: Packet): number {
  const end = packet.transportAt;
  let cursor = packet.at + ipv4.MIN_HEADER_LEN;
  while (cursor < end) {
    const kind = frame.getUint8(cursor);
    if (kind === ipv4.OPTION_END) return 0;
    if (kind === ipv4.OPTION_NOP) {
      cursor++;
      continue;
    }
    const len = cursor + 1 < end ? frame.getUint8(cursor + 1) : 0;
    if (len < 2 || cursor + len > end) return MALFORMED_IPV4_OPTIONS;
    if (kind === ipv4.OPTION_LSRR || kind === ipv4.OPTION_SSRR) {
      if (len < 3) return MALFORMED_IPV4_OPTIONS;
      // RFC 791 §3.1: the pointer counts from 1 and passes the length when the route is used up.
      if (frame.getUint8(cursor + 2) <= len) return SOURCE_ROUTED;
    }
    cursor += len;
  }
  return 0;
}
