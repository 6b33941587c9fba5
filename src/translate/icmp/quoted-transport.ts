/**
 * Rewrites ports and checksum of a quoted TCP, UDP or ICMP echo header, as far as it is there. The quote may
 * be cut short, so the checksum is never recomputed (RFC 7915 §4.3), and a wrong one stays wrong.
 */
import { adjust, replaceShort } from "../../wire/checksum.js";
import * as icmp from "../../wire/icmp.js";
import * as ipv4 from "../../wire/ipv4.js";
import type { Quote } from "./quote.js";

/**
 * Writes the quote's new ports and updates the checksum; `addressDelta` is the change of the pseudo header.
 * Other protocols than TCP and UDP stay as they are.
 */
export function rewriteQuotedPorts(frame: DataView, quote: Quote, addressDelta: number): void {
  const isUdp = quote.protocol === ipv4.PROTOCOL_UDP;
  if (!isUdp && quote.protocol !== ipv4.PROTOCOL_TCP) return;
  if (quote.sourcePort < 0) return;
  frame.setUint16(quote.transportAt, quote.newSourcePort);
  frame.setUint16(quote.transportAt + 2, quote.newDestinationPort);
  if (quote.checksumAt < 0) return;
  const before = frame.getUint16(quote.checksumAt);
  // The packet never had a checksum, so what its sender sees must have none.
  if (isUdp && before === 0) return;
  const delta =
    addressDelta +
    replaceShort(quote.sourcePort, quote.newSourcePort) +
    replaceShort(quote.destinationPort, quote.newDestinationPort);
  const after = adjust(before, delta);
  frame.setUint16(quote.checksumAt, isUdp && after === 0 ? 0xffff : after);
}

/**
 * Writes type and identifier of a quoted echo message; `pseudoDelta` takes the ICMPv6 pseudo header in or
 * out, 0 within IPv4. One identifier stands for both ports; the one that changed counts.
 */
export function rewriteQuotedEcho(
  frame: DataView,
  quote: Quote,
  type: number,
  pseudoDelta: number,
): void {
  const at = quote.transportAt;
  let delta = pseudoDelta + replaceShort(icmp.type(frame, at) << 8, type << 8);
  frame.setUint8(at, type);
  if (quote.sourcePort >= 0) {
    const identifier =
      quote.newSourcePort !== quote.sourcePort ? quote.newSourcePort : quote.newDestinationPort;
    delta += replaceShort(quote.sourcePort, identifier);
    frame.setUint16(at + icmp.OFF_IDENTIFIER, identifier);
  }
  if (quote.checksumAt < 0) return;
  frame.setUint16(quote.checksumAt, adjust(frame.getUint16(quote.checksumAt), delta));
}
