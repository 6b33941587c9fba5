import { test } from "tap";
import { mtu4To6, mtu6To4, PLATEAUS, plateauBelow } from "../../../../src/translate/icmp/mtu.js";
import { loadVectors } from "../../../support/vectors.js";

const vectors = loadVectors();

test("fragmentation needed to packet too big: every vector", (t) => {
  for (const v of vectors.mtu4to6) {
    const mtu = mtu4To6(v.icmp4_mtu, 1500, v.mtu_v6_nexthop, v.mtu_v4_nexthop);
    t.equal(mtu, v.icmp6_mtu, JSON.stringify(v));
  }
  t.end();
});

test("plateaus: every vector, alone and in the error", (t) => {
  for (const { total_length: len, path_mtu: mtu } of vectors.mtu4to6_plateau) {
    t.equal(plateauBelow(len), mtu ?? 0, String(len));
    t.equal(mtu4To6(0, len, 70_000, 70_000), mtu ?? 1280, String(len));
  }
  t.end();
});

test("packet too big to fragmentation needed: every vector", (t) => {
  for (const v of vectors.mtu6to4) {
    const mtu = mtu6To4(
      v.icmp6_mtu,
      v.inner_has_fragment_header,
      v.mtu_v4_nexthop,
      v.mtu_v6_nexthop,
    );
    t.equal(mtu, v.icmp4_mtu, JSON.stringify(v));
  }
  t.end();
});

// Rows: MTU and length in the ICMPv4 error, MTUs of both sides, MTU in the ICMPv6 error.
const DOWN_TO_1280: [name: string, number, number, number, number, number][] = [
  ["a small MTU is raised to 1280 (D14)", 68, 1500, 1500, 1500, 1280],
  ["one that just reaches 1280", 1260, 1500, 1500, 1500, 1280],
  ["one byte more", 1261, 1500, 1500, 1500, 1281],
  ["the greatest number does not wrap", 65535, 1500, 1500, 1500, 1500],
  ["no MTU and a packet of 1500: the plateau, not 1000 (D14)", 0, 1500, 9000, 9000, 1492],
  ["no MTU and a packet below the last plateau: 1280, not 20 (D14)", 0, 1280, 1500, 1500, 1280],
  ["no MTU and a length of nothing", 0, 20, 1500, 1500, 1280],
  ["a plateau above the IPv6 side is not promised", 0, 9000, 1500, 1500, 1500],
  ["a plateau above the IPv4 side is not promised", 0, 9000, 9000, 1500, 1520],
];

for (const [name, mtu, len, side6, side4, expect] of DOWN_TO_1280) {
  test(`fragmentation needed: ${name}`, (t) => {
    t.equal(mtu4To6(mtu, len, side6, side4), expect);
    t.end();
  });
}

// Rows: MTU in the ICMPv6 error, Fragment Header, MTUs of both sides, MTU in the ICMPv4 error.
const TO_IPV4: [name: string, number, boolean, number, number, number][] = [
  ["all 32 bits are read", 2 ** 32 - 1, false, 1500, 1500, 1480],
  ["a Fragment Header that comes off counts too", 1500, true, 1500, 9000, 1472],
  ["it counts for the reported MTU alone", 9000, true, 1500, 1500, 1480],
  ["an MTU of zero does not go below what IPv4 has", 0, false, 1500, 1500, 68],
  ["nor does one that is less than a header", 27, true, 1500, 1500, 68],
];

for (const [name, mtu, fragment, side4, side6, expect] of TO_IPV4) {
  test(`packet too big: ${name}`, (t) => {
    t.equal(mtu6To4(mtu, fragment, side4, side6), expect);
    t.end();
  });
}

test("plateaus fall, and stay at or above what IPv6 needs (RFC 7915 §4.2)", (t) => {
  for (const [i, plateau] of PLATEAUS.entries()) {
    t.ok(plateau >= 1280);
    if (i > 0) t.ok(plateau < PLATEAUS[i - 1]!);
  }
  t.end();
});
