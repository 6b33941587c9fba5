import { test } from "tap";
import type { Limits } from "../../../src/translate/limits.js";
import { readOffload } from "../../../src/translate/offload.js";
import { Packet } from "../../../src/translate/packet.js";
import { readIpv4 } from "../../../src/translate/read-ipv4.js";
import { readIpv6Headers } from "../../../src/translate/read-ipv6.js";
import { decapsulate, refuseDecapsulation } from "../../../src/translate/tunnel.js";
import { ECN_INVALID } from "../../../src/verdict.js";
import * as build from "../../support/packet-builder.js";

const AT = 32;
const NOT_ECT = 0;
const ECT_1 = 1;
const ECT_0 = 2;
const CE = 3;

const LIMITS: Limits = {
  mtu6: 1500,
  mtu4: 1500,
  lowestIpv6Mtu: 1280,
  mss: 0,
  trafficClass: -1,
  ttlStep: 1,
  computeUdpChecksum: true,
};

/** RFC 6040 §4.2 figure 4: rows inner, columns outer Not-ECT, ECT(0), ECT(1), CE; null is dropped. */
const MATRIX: [inner: number, results: (number | null)[]][] = [
  [NOT_ECT, [NOT_ECT, NOT_ECT, NOT_ECT, null]],
  [ECT_0, [ECT_0, ECT_0, ECT_1, CE]],
  [ECT_1, [ECT_1, ECT_1, ECT_1, CE]],
  [CE, [CE, CE, CE, CE]],
];
const OUTER = [NOT_ECT, ECT_0, ECT_1, CE];

for (const [inner, results] of MATRIX) {
  for (const [column, expect] of results.entries()) {
    const outer = OUTER[column]!;
    test(`ECN ${inner} inside and ${outer} outside gives ${expect ?? "a drop"}`, (t) => {
      const dscp = 46 << 2;
      const payload = build.udp({ sport: 1232, dport: 53, data: build.pattern(5) });
      const v4 = { src: "192.0.2.18", dst: "198.51.100.9" };
      const packetIn = build.ipv6(
        { src: "2001:db8::1", dst: "2001:db8::2", trafficClass: outer },
        build.encapsulated(build.ipv4({ ...v4, tos: dscp | inner }, payload)),
      );
      const frame = new DataView(build.concat(new Uint8Array(AT), packetIn).buffer);
      const outerHeaders = new Packet();
      const packet = new Packet();
      t.equal(readIpv6Headers(frame, AT, frame.byteLength, outerHeaders), 0);
      t.equal(readIpv4(frame, outerHeaders.transportAt, outerHeaders.end, packet), 0);
      t.equal(readOffload(frame, AT, packet), 0);
      if (expect === null) {
        t.equal(refuseDecapsulation(frame, outerHeaders, packet, LIMITS), ECN_INVALID);
      } else {
        t.equal(refuseDecapsulation(frame, outerHeaders, packet, LIMITS), 0);
        decapsulate(frame, outerHeaders, packet, LIMITS);
        const expected = build.ipv4({ ...v4, tos: dscp | expect }, payload);
        t.same(new Uint8Array(frame.buffer, packet.at, packet.end - packet.at), expected);
      }
      t.end();
    });
  }
}
