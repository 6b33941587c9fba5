/** The MTU that an ICMP error carries, both ways (RFC 7915 §4.2, §5.2). */
import { extension, type Payload, pattern, udp } from "../../support/packet-builder.js";
import type { GoldenCase, Step } from "../golden-case.js";
import * as d from "./domains.js";
import { got4, got6, inbound, outbound, sent4, sent6 } from "./icmp-error.js";

function tooBig4(mtu: number, after: number): Step {
  return inbound([3, 4, mtu], [2, 0, after]);
}

function tooBig6(mtu: number, after: number): Step {
  return outbound([2, 0, mtu], [3, 4, after]);
}

/** As much of a packet as routers quote at least: its header and eight bytes (RFC 792). */
const SHORT = 8;

/** The quoted packet was `len` bytes long; its router names no MTU. */
function plateau(len: number, after: number): Step {
  const payload = udp({ sport: d.PORT, dport: 53, data: pattern(len - 28) });
  return inbound(
    [3, 4, 0],
    [2, 0, after],
    sent4(payload).subarray(0, 20 + SHORT),
    sent6(payload).subarray(0, 40 + SHORT),
  );
}

/** A first fragment: of 8 bytes of payload and more. */
function quotedFragment(): { six: Payload; four: Payload } {
  const whole = udp({ sport: 53, dport: d.PORT, data: pattern(40) });
  return {
    six: extension(44, Uint8Array.of(0, 0, 0, 1, 0x12, 0x34, 0x56, 0x78), whole),
    four: whole,
  };
}

function fragmentTooBig(mtu: number, after: number): Step {
  const { six, four } = quotedFragment();
  return outbound([2, 0, mtu], [3, 4, after], got6(six), got4(four, { mf: true, id: 0x5678 }));
}

export const ICMP_MTUS: readonly GoldenCase[] = [
  {
    name: "Fragmentation needed becomes packet too big with an MTU from 1280 to that of either side",
    rfc: ["RFC 7915 §4.2"],
    config: d.brT(),
    steps: [
      tooBig4(68, 1280),
      tooBig4(576, 1280),
      tooBig4(1260, 1280),
      tooBig4(1261, 1281),
      tooBig4(1400, 1420),
      tooBig4(1480, 1500),
      tooBig4(1481, 1500),
      tooBig4(1500, 1500),
      tooBig4(65535, 1500),
    ],
  },
  {
    name: "The MTU of the IPv4 side bounds a packet too big that goes to IPv6",
    rfc: ["RFC 7915 §4.2"],
    config: d.brT({ more: { mtu: { ipv4: 1300 } } }),
    steps: [tooBig4(1299, 1319), tooBig4(1300, 1320), tooBig4(1400, 1320)],
  },
  {
    name: "Fragmentation needed without an MTU becomes the plateau below the quoted length",
    rfc: ["RFC 7915 §4.2", "RFC 1191 §7.1"],
    config: d.brT({ more: { mtu: { ipv6: 20000, ipv4: 20000 } } }),
    steps: [
      plateau(65535, 20000),
      plateau(18000, 17914),
      plateau(17914, 8166),
      plateau(9000, 8166),
      plateau(8166, 4352),
      plateau(4352, 2002),
      plateau(2003, 2002),
      plateau(2002, 1492),
      plateau(1500, 1492),
      plateau(1493, 1492),
      plateau(1492, 1280),
      plateau(576, 1280),
    ],
  },
  {
    name: "Packet too big becomes fragmentation needed with an MTU 20 bytes less",
    rfc: ["RFC 7915 §5.2"],
    config: d.brT(),
    steps: [
      tooBig6(1280, 1260),
      tooBig6(1281, 1261),
      tooBig6(1400, 1380),
      tooBig6(1500, 1480),
      tooBig6(1501, 1480),
      tooBig6(9000, 1480),
      tooBig6(0xffffffff, 1480),
    ],
  },
  {
    name: "The MTU of the IPv4 side bounds a fragmentation needed that goes to IPv4",
    rfc: ["RFC 7915 §5.2"],
    config: d.brT({ more: { mtu: { ipv4: 1300 } } }),
    steps: [tooBig6(1319, 1299), tooBig6(1320, 1300), tooBig6(1400, 1300)],
  },
  {
    name: "Packet too big about a fragment becomes fragmentation needed with an MTU 28 bytes less",
    rfc: ["RFC 7915 §5.2", "RFC 7915 §5.1.1"],
    config: d.brT(),
    steps: [fragmentTooBig(1280, 1252), fragmentTooBig(1400, 1372), fragmentTooBig(1500, 1472)],
  },
];
