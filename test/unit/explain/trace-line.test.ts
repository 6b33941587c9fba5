import { test } from "tap";
import { packetLine } from "../../../src/explain/packet-line.js";
import {
  afterComment,
  beforeComment,
  type TraceView,
  traceLine,
} from "../../../src/explain/trace-line.js";
import {
  cut,
  echo,
  encapsulated,
  extension,
  icmp,
  ipv4,
  ipv6,
  pattern,
  raw,
  tcp,
  udp,
} from "../../support/packet-builder.js";

const ENDS4 = { src: "192.0.2.18", dst: "198.51.100.9" };
const ENDS6 = { src: "2001:db8:12:3400:0:c000:212:34", dst: "2001:db8:ffff::1" };
const DATAGRAM = udp({ sport: 1232, dport: 53, data: pattern(16) });
const INNER = ipv4(ENDS4, DATAGRAM);
const LAST_FRAGMENT = Uint8Array.of(17, 0, 0x05, 0xc8, 0, 0, 0, 9);

const LINES: readonly (readonly [Uint8Array, string])[] = [
  [INNER, "IP 192.0.2.18.1232 > 198.51.100.9.53: UDP, length 44"],
  [
    ipv6(ENDS6, DATAGRAM),
    "IP6 2001:db8:12:3400:0:c000:212:34.1232 > 2001:db8:ffff::1.53: UDP, length 64",
  ],
  [
    ipv6(ENDS6, encapsulated(INNER)),
    "IP6 2001:db8:12:3400:0:c000:212:34 > 2001:db8:ffff::1: IP 192.0.2.18.1232 > 198.51.100.9.53: UDP, length 84",
  ],
  [
    ipv4(ENDS4, tcp({ sport: 1232, dport: 443, flags: 0x12 })),
    "IP 192.0.2.18.1232 > 198.51.100.9.443: TCP [S.], length 40",
  ],
  [
    ipv4(ENDS4, echo({ kind: "request", id: 1234, seq: 5 })),
    "IP 192.0.2.18 > 198.51.100.9: ICMP echo request, id 1234, seq 5, length 28",
  ],
  [
    ipv6(ENDS6, echo({ kind: "reply", id: 1234, seq: 6 })),
    "IP6 2001:db8:12:3400:0:c000:212:34 > 2001:db8:ffff::1: ICMP6 echo reply, id 1234, seq 6, length 48",
  ],
  [
    ipv4(ENDS4, icmp({ type4: 3, type6: 2, code: 4, rest: 1480, data: INNER })),
    "IP 192.0.2.18 > 198.51.100.9: ICMP destination unreachable (code 4), mtu 1480, about IP 192.0.2.18.1232 > 198.51.100.9.53: UDP, length 72",
  ],
  [
    ipv4({ ...ENDS4, id: 7, df: false, mf: true, fragmentOffset: 0 }, DATAGRAM),
    "IP 192.0.2.18.1232 > 198.51.100.9.53: UDP, fragment 7:0+, length 44",
  ],
  [
    ipv4({ ...ENDS4, id: 7, df: false, fragmentOffset: 185 }, raw(17, pattern(8))),
    "IP 192.0.2.18 > 198.51.100.9: protocol 17, fragment 7:1480, length 28",
  ],
  [
    ipv6(ENDS6, extension(44, LAST_FRAGMENT, raw(17, pattern(8)))),
    "IP6 2001:db8:12:3400:0:c000:212:34 > 2001:db8:ffff::1: fragment 9:1480, length 56",
  ],
  [ipv4(ENDS4, raw(47, pattern(4))), "IP 192.0.2.18 > 198.51.100.9: protocol 47, length 24"],
  [ipv4(ENDS4, cut(DATAGRAM, 4)), "IP 192.0.2.18 > 198.51.100.9: protocol 17, length 24"],
  [Uint8Array.of(0x15, 0), "not IP, length 2"],
  [new Uint8Array(), "not IP, length 0"],
];

test("a packet in one line", async (t) => {
  for (const [bytes, line] of LINES) t.equal(packetLine(bytes, bytes.length), line);
});

test("the beginning of a packet says how long the whole is", async (t) => {
  t.equal(
    packetLine(INNER.slice(0, 28), 64_052, 1428),
    "IP 192.0.2.18.1232 > 198.51.100.9.53: UDP, length 64052, segments of 1428",
  );
});

const BEFORE = { bytes: ipv6(ENDS6, DATAGRAM), length: 64, segmentLength: null };
const AFTER = { bytes: INNER, length: 44, segmentLength: null };
const TOO_BIG = icmp({ type4: 3, type6: 2, rest: 1400, data: INNER });
const ANSWER = {
  bytes: ipv6({ src: ENDS6.dst, dst: ENDS6.src }, TOO_BIG),
  length: 92,
  segmentLength: null,
};
const VIEW: TraceView = {
  time: "2026-11-22T18:30:44.123456Z",
  domain: "br-t",
  origin: "device",
  verdict: "forwarded",
  reason: null,
  rules: ["metro"],
  before: BEFORE,
  after: [AFTER],
  outputs: 1,
};
const WAS = "IP6 2001:db8:12:3400:0:c000:212:34.1232 > 2001:db8:ffff::1.53: UDP, length 64";
const IS = "IP 192.0.2.18.1232 > 198.51.100.9.53: UDP, length 44";
const DROPPED = { verdict: "dropped", reason: "too_big", after: [], outputs: 0 };

const VIEWS: readonly (readonly [Partial<TraceView>, string])[] = [
  [{}, `${WAS} => ${IS}; rule metro`],
  [{ outputs: 3, rules: [] }, `${WAS} => ${IS}, and 2 more`],
  [{ rules: ["metro", "rural"] }, `${WAS} => ${IS}; rule metro, rural`],
  [DROPPED, `${WAS} => dropped: too_big; rule metro`],
  [
    { ...DROPPED, after: [ANSWER], outputs: 1 },
    `${WAS} => dropped: too_big, answered by ICMP6 packet too big, mtu 1400 from ${ENDS6.dst}; rule metro`,
  ],
  [{ ...DROPPED, origin: "segment" }, `segment ${WAS} => dropped: too_big; rule metro`],
  [
    { verdict: "held", after: [], outputs: 0 },
    `${WAS} => held, waits for other fragments; rule metro`,
  ],
  [
    { verdict: "absorbed", after: [], outputs: 0 },
    `${WAS} => part of another, or cut up: judged by itself; rule metro`,
  ],
  [{ origin: "mapd", before: null }, `mapd => ${IS}; rule metro`],
];

test("a judged packet in one line: time, domain, before, after or why not, rules", async (t) => {
  for (const [more, line] of VIEWS) {
    t.equal(traceLine({ ...VIEW, ...more }), `18:30:44.123456 br-t ${line}`);
  }
});

test("comments for a capture", async (t) => {
  t.equal(beforeComment(VIEW), "forwarded; domain br-t; rule metro");
  t.equal(afterComment(VIEW), "forwarded; domain br-t; rule metro");
  const dropped = { ...VIEW, ...DROPPED, origin: "resumed" };
  t.equal(
    beforeComment(dropped),
    "dropped: too_big (Larger than the MTU of the other side and not to be fragmented; RFC 7915 §4.1); domain br-t; rule metro; fragment that waited",
  );
  t.equal(
    afterComment({ ...dropped, after: [AFTER] }),
    "ICMP error of our own; dropped: too_big; domain br-t; rule metro",
  );
  t.equal(afterComment({ ...VIEW, before: null }), "ICMP error of our own; domain br-t");
});
