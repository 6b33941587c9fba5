/** Through a CE and a BR and out again: what must be the same is, and every packet on the way is sound. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { NAT44_NO_FREE_PORT } from "../../../src/verdict.js";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import {
  headerFields,
  payloadOf,
  remote,
  type Talk,
  talk,
} from "../../support/arbitrary-packet.js";
import { DomainUnderTest } from "../../support/domain-under-test.js";
import { hexDiff } from "../../support/hex-diff.js";
import { finished, VIRTIO_LEN, withPartialChecksum } from "../../support/offload.js";
import { ipv4, TCP } from "../../support/packet-builder.js";
import { packetProblems } from "../../support/packet-check.js";
import { property } from "../../support/property.js";
import { withoutIdentification } from "../../support/without-identification.js";

const NO_VIRTIO = new Uint8Array(VIRTIO_LEN);

/** Sends a packet through one domain and returns it as it leaves the machine. */
function through(domain: DomainUnderTest, packet: Uint8Array, offloads: boolean): Uint8Array {
  const arriving = offloads ? withPartialChecksum(packet) : { bytes: packet, virtio: NO_VIRTIO };
  const { verdict, output, problems } = domain.judge(arriving.bytes, 1, arriving.virtio);
  assert.equal(verdict, 0, "dropped");
  assert.deepEqual(problems, []);
  const [left, ...more] = output.flatMap(finished);
  assert.ok(left !== undefined && more.length === 0);
  assert.deepEqual(packetProblems(left), []);
  return left;
}

const FULL = { rules: ["full"] as const };
const FULL_CE = {
  ...FULL,
  more: {
    "end-user-ipv6-prefix": "2001:db8:12::/48",
    "local-ipv4-prefixes": ["192.0.2.18/32"],
    nat44: { enabled: false },
  },
};

const pairs = {
  "map-t": {
    br: new DomainUnderTest(settingsOf(d.brT(FULL))),
    ce: new DomainUnderTest(settingsOf(d.ceT(FULL_CE))),
  },
  "map-e": {
    br: new DomainUnderTest(settingsOf(d.brE(FULL))),
    ce: new DomainUnderTest(settingsOf(d.ceE(FULL_CE))),
  },
};

/** Largest transport payload whose packet fits both modes without DF, and with it. */
const SMALL = 1200;
const port = fc.integer({ min: 1, max: 65535 });
const direction = fc.constantFrom("up", "down");

/**
 * What RFC 7915 preserves of an IPv4 packet that is translated twice: all but the identification and DF,
 * and the TTL counts both translators.
 */
for (const offloads of [false, true]) {
  const label = `offloads ${offloads ? "on" : "off"}`;
  property(
    `MAP-T 4 to 6 to 4 restores what RFC 7915 preserves, ${label}`,
    400,
    [talk(SMALL), headerFields, remote, port, port, direction],
    (said: Talk, fields, far, sport, dport, way) => {
      const ends = way === "up" ? { src: d.CE_IPV4, dst: far } : { src: far, dst: d.CE_IPV4 };
      const { br, ce } = pairs["map-t"];
      const [entry, exit] = way === "up" ? [ce, br] : [br, ce];
      const payload = payloadOf(said, sport, dport, sport);
      const sent = ipv4({ ...ends, ...fields, df: false }, payload);
      const arrived = through(exit, through(entry, sent, offloads), offloads);
      const expected = ipv4({ ...ends, ...fields, ttl: fields.ttl - 2, id: 0, df: false }, payload);
      assert.equal(hexDiff(expected, withoutIdentification(arrived)), "");
    },
  );

  property(
    `MAP-E gives the inner packet back, one hop older, ${label}`,
    400,
    [talk(SMALL), headerFields, remote, port, port, direction],
    (said: Talk, fields, far, sport, dport, way) => {
      const ends = way === "up" ? { src: d.CE_IPV4, dst: far } : { src: far, dst: d.CE_IPV4 };
      const { br, ce } = pairs["map-e"];
      const [entry, exit] = way === "up" ? [ce, br] : [br, ce];
      const payload = payloadOf(said, sport, dport, sport);
      const sent = ipv4({ ...ends, ...fields, df: false }, payload);
      const arrived = through(exit, through(entry, sent, offloads), offloads);
      const expected = ipv4({ ...ends, ...fields, ttl: fields.ttl - 1, df: false }, payload);
      assert.equal(hexDiff(expected, arrived), "");
    },
  );
}

const ACK_PSH = TCP.ack | TCP.psh;
const PORTS_PER_CE = 252;

/** The set of PSID 0x34 by its definition: `a` not zero, and the PSID bits right (RFC 7597 §5.1). */
function isInSet(candidate: number): boolean {
  return candidate >>> 10 !== 0 && ((candidate >>> 2) & 0xff) === 0x34;
}

function sourcePort(packet: Uint8Array, isEcho: boolean): number {
  return new DataView(packet.buffer, packet.byteOffset).getUint16(isEcho ? 24 : 20);
}

for (const mode of ["map-t", "map-e"] as const) {
  const config = mode === "map-t" ? { ce: d.ceT(), br: d.brT() } : { ce: d.ceE(), br: d.brE() };
  property(
    `${mode}: what NAT44 sends through CE and BR comes from a port of the set, and the answer finds home`,
    300,
    [talk(SMALL), headerFields, remote, port, port, fc.nat(0xffffffff)],
    (said: Talk, fields, far, sport, dport, seed) => {
      const ce = new DomainUnderTest(settingsOf(config.ce), seed);
      const br = new DomainUnderTest(settingsOf(config.br), seed);
      const isEcho = said.kind === "request" || said.kind === "reply";
      // A reset opens no mapping (RFC 7857 §2).
      const flags = said.flags & ACK_PSH;
      const asked: Talk = { ...said, flags, ...(isEcho ? { kind: "request" } : {}) };
      const sent = ipv4(
        { src: d.LAN_HOST, dst: far, ...fields, df: false },
        payloadOf(asked, sport, dport, sport),
      );
      const seen = through(br, through(ce, sent, false), false);
      const outside = sourcePort(seen, isEcho);
      assert.ok(isInSet(outside), `port ${outside}`);
      const hops = mode === "map-t" ? 2 : 1;
      const natted = ipv4(
        { src: d.CE_IPV4, dst: far, ...fields, ttl: fields.ttl - hops, df: false },
        payloadOf(asked, outside, dport, outside),
      );
      assert.equal(hexDiff(withoutIdentification(natted), withoutIdentification(seen)), "");
      const answered: Talk = { ...said, flags, ...(isEcho ? { kind: "reply" } : {}) };
      const reply = ipv4(
        { src: far, dst: d.CE_IPV4, ...fields, df: false },
        payloadOf(answered, dport, outside, outside),
      );
      const home = through(ce, through(br, reply, false), false);
      const expected = ipv4(
        { src: far, dst: d.LAN_HOST, ...fields, ttl: fields.ttl - hops, df: false },
        payloadOf(answered, dport, sport, sport),
      );
      assert.equal(hexDiff(withoutIdentification(expected), withoutIdentification(home)), "");
    },
  );
}

property(
  "every port of the set is used before NAT44 refuses one",
  2,
  [fc.nat(0xffffffff)],
  (seed) => {
    const ce = new DomainUnderTest(settingsOf(d.ceE()), seed);
    const seen = new Set<number>();
    const said: Talk = { kind: "udp", len: 0, first: 0, seq: 0, flags: 0 };
    const socket = (i: number): Uint8Array =>
      ipv4({ src: d.LAN_HOST, dst: "198.51.100.9" }, payloadOf(said, 20000 + i, 53, 0));
    for (let i = 0; i < PORTS_PER_CE; i++) {
      seen.add(sourcePort(through(ce, socket(i), false).subarray(40), false));
    }
    assert.equal(seen.size, PORTS_PER_CE);
    assert.ok([...seen].every(isInSet));
    assert.equal(ce.judge(socket(PORTS_PER_CE), 1, NO_VIRTIO).verdict, NAT44_NO_FREE_PORT);
  },
);
