import { test } from "tap";
import { ipv4Bytes, ipv6Bytes } from "../../support/address-bytes.js";
import { hexDiff } from "../../support/hex-diff.js";
import { finished, joined, virtioProblems, withPartialChecksum } from "../../support/offload.js";
import * as build from "../../support/packet-builder.js";
import { packetProblems } from "../../support/packet-check.js";
import { readPcap, writePcap } from "../../support/pcap.js";
import { slowChecksum, slowSum } from "../../support/slow-checksum.js";

const V4 = { src: "192.0.2.18", dst: "198.51.100.9" };
const V6 = { src: "2001:db8:12:3400:0:c000:212:34", dst: "2001:db8:ffff:0:c6:3364:900:0" };

function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function same(a: Uint8Array, b: Uint8Array): string {
  return hexDiff(a, b);
}

test("addresses as bytes", async (t) => {
  t.same([...ipv4Bytes("192.0.2.18")], [192, 0, 2, 18]);
  t.equal(
    Buffer.from(ipv6Bytes("2001:db8::34")).toString("hex"),
    "20010db8000000000000000000000034",
  );
  t.equal(Buffer.from(ipv6Bytes("::")).toString("hex"), "0".repeat(32));
  t.throws(() => ipv6Bytes("2001:db8:1"));
  t.throws(() => ipv4Bytes("1.2.3"));
});

test("checksum: the worked example of RFC 1071 §3", async (t) => {
  const bytes = hex("0001f203f4f5f6f7");
  t.equal(slowSum(bytes), 0xddf2);
  t.equal(slowChecksum(bytes), 0x220d);
});

test("an IPv4 header known from elsewhere gets its known checksum", async (t) => {
  // The example header of Wikipedia's article "Internet checksum": checksum b861.
  const packet = build.ipv4(
    { src: "192.168.0.1", dst: "192.168.0.199", ttl: 64 },
    build.raw(17, new Uint8Array(95)),
  );
  t.equal(
    Buffer.from(packet.subarray(0, 20)).toString("hex"),
    "450000730000400040 11b861c0a80001c0a800c7".replace(" ", ""),
  );
});

test("built packets pass the check in both families", async (t) => {
  const payloads = {
    tcp: build.tcp({ sport: 1232, dport: 80, data: build.pattern(101) }),
    syn: build.tcp({ sport: 1232, dport: 80, flags: build.TCP.syn, options: build.mss(1460) }),
    udp: build.udp({ sport: 1232, dport: 53, data: build.pattern(33) }),
    echo: build.echo({ kind: "request", id: 1232, data: build.pattern(56) }),
  };
  for (const [name, payload] of Object.entries(payloads)) {
    t.same(packetProblems(build.ipv4(V4, payload)), [], `${name} over IPv4`);
    t.same(packetProblems(build.ipv6(V6, payload)), [], `${name} over IPv6`);
    const inner = build.ipv4(V4, payload);
    t.same(packetProblems(build.ipv6(V6, build.encapsulated(inner))), [], `${name} encapsulated`);
  }
});

test("the check finds a flipped bit wherever a checksum or a length covers it", async (t) => {
  const good = build.ipv4(V4, build.tcp({ sport: 1232, dport: 80, data: build.pattern(20) }));
  for (let at = 0; at < good.length; at++) {
    const bad = good.slice();
    bad[at] = (bad[at] ?? 0) ^ 0x10;
    t.not(packetProblems(bad).length, 0, `byte ${at}`);
  }
});

test("the check looks inside a tunnel", async (t) => {
  const inner = build.ipv4({ ...V4, checksum: 1 }, build.udp({ sport: 1, dport: 2 }));
  const outer = build.ipv6(V6, build.encapsulated(inner));
  t.same(packetProblems(outer), ["inner: IPv4 header checksum"]);
});

test("pcap files read back as they were written", async (t) => {
  const records = [
    { timeUs: 0, bytes: build.pattern(20) },
    { timeUs: 3_000_001, bytes: build.pattern(1500) },
  ];
  const file = writePcap(records);
  t.equal(
    Buffer.from(file.subarray(0, 24)).toString("hex"),
    "d4c3b2a1020004000000000000000000000004006500 0000".replace(" ", ""),
  );
  t.same(readPcap(file), records);
  t.throws(() => readPcap(file.subarray(0, file.length - 1)), /inside a packet/);
});

test("partial checksums finish to the packet they came from", async (t) => {
  const segment = build.tcp({ sport: 1232, dport: 80, data: build.pattern(99) });
  const inner = build.ipv4(V4, segment);
  const packets = [inner, build.ipv6(V6, segment), build.ipv6(V6, build.encapsulated(inner))];
  for (const packet of packets) {
    const partial = withPartialChecksum(packet);
    t.not(same(partial.bytes, packet), "", "the field differs");
    t.same(virtioProblems(partial), []);
    t.equal(same(packet, finished(partial)[0] ?? new Uint8Array()), "");
  }
});

test("a partial checksum is the folded pseudo-header sum, not complemented", async (t) => {
  const packet = build.ipv4(
    { src: "0.0.0.1", dst: "0.0.0.2" },
    build.udp({ sport: 9, dport: 9, data: build.pattern(4) }),
  );
  const { bytes, virtio } = withPartialChecksum(packet);
  t.equal((bytes[26] ?? 0) * 256 + (bytes[27] ?? 0), 1 + 2 + 17 + 12);
  t.equal(Buffer.from(virtio).toString("hex"), "01000000000014000600");
});

test("segments join into a super-packet that finishes to the same segments", async (t) => {
  const data = build.pattern(2500);
  for (const family of [4, 6]) {
    const segments = [0, 1000, 2000].map((from, i) => {
      const flags = build.TCP.ack | (i === 2 ? build.TCP.psh : 0);
      const payload = build.tcp({
        sport: 1,
        dport: 2,
        seq: 7 + from,
        flags,
        data: data.slice(from, from + 1000),
      });
      return family === 4 ? build.ipv4({ ...V4, id: 5 + i }, payload) : build.ipv6(V6, payload);
    });
    const whole = joined(segments);
    t.equal(whole.bytes.length, (family === 4 ? 40 : 60) + 2500);
    t.same(virtioProblems(whole), []);
    t.same(finished(whole), segments);
  }
});

test("datagrams join and finish likewise", async (t) => {
  const datagrams = [600, 600, 11].map((len) =>
    build.ipv6(V6, build.udp({ sport: 1, dport: 2, data: build.pattern(len) })),
  );
  t.same(finished(joined(datagrams)), datagrams);
});

test("what no kernel made stays as it is", async (t) => {
  const broken = build.ipv4(V4, build.tcp({ sport: 1, dport: 2, checksum: 1 }));
  const zero = build.ipv4(V4, build.udp({ sport: 1, dport: 2, checksum: 0 }));
  const ping = build.ipv4(V4, build.echo({ kind: "request", id: 1 }));
  for (const packet of [broken, zero, ping]) {
    const { bytes, virtio } = withPartialChecksum(packet);
    t.equal(same(packet, bytes), "");
    t.same([...virtio], new Array(10).fill(0));
  }
});

test("the checker looks into the quote of an ICMP error", async (t) => {
  const udp = build.udp({ sport: 1, dport: 2 });
  const error = (data: Uint8Array, rest = 0): string[] => [
    ...packetProblems(build.ipv4(V4, build.icmp({ type4: 11, type6: 0, rest, data }))),
  ];
  t.same(error(build.ipv4(V4, udp)), []);
  t.same(error(build.ipv4(V4, udp).subarray(0, 20)), []);
  t.same(error(build.ipv4(V4, udp).subarray(0, 19)), ["quote cut short"]);
  t.same(error(build.ipv4({ ...V4, checksum: 1 }, udp)), ["quote: header checksum"]);
  t.same(error(build.ipv4({ ...V4, totalLen: 19 }, udp)), ["quote: total length"]);
  t.same(error(build.ipv4(V4, udp), 8 * 65536), ["ICMP extension: length"]);
  const six = build.icmp({ type4: 0, type6: 1, data: build.ipv6(V6, udp) });
  t.same(packetProblems(build.ipv6(V6, six)), []);
  const four = build.icmp({
    type4: 0,
    type6: 1,
    data: build.concat(build.ipv4(V4, udp), new Uint8Array(20)),
  });
  t.same(packetProblems(build.ipv6(V6, four)), ["quote of the other family"]);
});
