/** Who may send to a mapping (RFC 4787 §5), and what ICMP errors may ask. */
import { test } from "tap";
import type { Filtering } from "../../../src/nat44/settings.js";
import { NAT44_FILTERED, NAT44_NO_MAPPING } from "../../../src/verdict.js";
import {
  ACK,
  createNat,
  HOST_A,
  HOST_B,
  ICMP,
  inside,
  PEER_1,
  PEER_2,
  RST,
  SYN,
  TCP,
  UDP,
} from "../../support/nat44-fixture.js";

/** Whether a packet passes: from the very remote end, from another port of it, from another address. */
const kinds: readonly { filtering: Filtering; passes: readonly [boolean, boolean, boolean] }[] = [
  { filtering: "endpoint-independent", passes: [true, true, true] },
  { filtering: "address-dependent", passes: [true, true, false] },
  { filtering: "address-and-port-dependent", passes: [true, false, false] },
];

for (const { filtering, passes } of kinds) {
  for (const [protocol, name] of [[TCP, "TCP"] as const, [UDP, "UDP"] as const]) {
    test(`${filtering}, ${name}`, (t) => {
      const nat = createNat({ filtering });
      const port = nat.outbound(protocol, HOST_A, 40_000, PEER_1, 80, SYN, 0);
      const senders = [
        [PEER_1, 80],
        [PEER_1, 81],
        [PEER_2, 80],
      ] as const;
      for (const [i, [address, remotePort]] of senders.entries()) {
        const expected = passes[i] ? `${HOST_A}:40000` : NAT44_FILTERED;
        const peeked = nat.peekInbound(protocol, port, address, remotePort);
        t.equal(inside(nat, peeked), expected, `peek ${i}`);
        const handle = nat.inbound(protocol, port, address, remotePort, SYN | ACK, 1);
        t.equal(inside(nat, handle), expected, `sender ${i}`);
      }
      t.equal(nat.sessions, 1, "no inbound packet makes a session");
      t.end();
    });
  }

  test(`${filtering}, ICMP echo: the reply passes, a stranger's does as for UDP`, (t) => {
    const nat = createNat({ filtering });
    const id = nat.outbound(ICMP, HOST_A, 40_000, PEER_1, 0, 0, 0);
    t.equal(inside(nat, nat.inbound(ICMP, id, PEER_1, 0, 0, 1)), `${HOST_A}:40000`);
    const stranger = inside(nat, nat.inbound(ICMP, id, PEER_2, 0, 0, 1));
    t.equal(stranger, passes[2] ? `${HOST_A}:40000` : NAT44_FILTERED);
    t.end();
  });
}

test("ICMP ignores the remote port", (t) => {
  const nat = createNat({ filtering: "address-and-port-dependent" });
  const id = nat.outbound(ICMP, HOST_A, 7, PEER_1, 1234, 0, 0);
  t.ok(nat.inbound(ICMP, id, PEER_1, 99, 0, 1) >= 0);
  t.equal(nat.sessions, 1);
  t.end();
});

test("a session per remote end, only as fine as the filter and TCP need", (t) => {
  const counts = kinds.map(({ filtering }) =>
    [UDP, TCP].map((protocol) => {
      const nat = createNat({ filtering });
      for (const peer of [PEER_1, PEER_2]) {
        for (const port of [1, 2]) nat.outbound(protocol, HOST_A, 40_000, peer, port, SYN, 0);
      }
      return nat.sessions;
    }),
  );
  t.same(counts, [
    [1, 4],
    [2, 4],
    [4, 4],
  ]);
  t.end();
});

test("address-dependent, TCP: the address stays known until its last connection ends", (t) => {
  const nat = createNat();
  const port = nat.outbound(TCP, HOST_A, 40_000, PEER_1, 80, SYN, 0);
  nat.outbound(TCP, HOST_A, 40_000, PEER_1, 81, SYN, 100_000);
  nat.outbound(TCP, HOST_A, 40_000, PEER_2, 80, SYN, 200_000);
  nat.expire(241_000);
  t.equal(nat.sessions, 2);
  t.ok(nat.inbound(TCP, port, PEER_1, 82, SYN, 241_000) >= 0);
  nat.expire(341_000);
  t.equal(nat.inbound(TCP, port, PEER_1, 82, SYN, 341_000), NAT44_FILTERED);
  t.ok(nat.inbound(TCP, port, PEER_2, 82, SYN, 341_000) >= 0);
  nat.expire(441_000);
  t.equal(nat.inbound(TCP, port, PEER_2, 82, SYN, 441_000), NAT44_NO_MAPPING);
  t.end();
});

test("a filtered SYN is forgotten, and a crossing outbound SYN opens (RFC 5382 REQ-2, REQ-4)", (t) => {
  const nat = createNat({ filtering: "address-and-port-dependent" });
  const port = nat.outbound(TCP, HOST_A, 40_000, PEER_2, 80, SYN, 0);
  t.equal(nat.inbound(TCP, port, PEER_1, 5000, SYN, 10), NAT44_FILTERED);
  t.equal(nat.outbound(TCP, HOST_A, 40_000, PEER_1, 5000, SYN, 20), port);
  t.ok(nat.inbound(TCP, port, PEER_1, 5000, SYN, 30) >= 0);
  nat.expire(7_000_000);
  t.equal(nat.sessions, 1, "the crossed connection is established");
  t.end();
});

test("hairpin: the way out, then the way in with the external source", (t) => {
  const own = 0xc0000212;
  const nat = createNat({ filtering: "endpoint-independent" });
  const portB = nat.outbound(UDP, HOST_B, 6000, PEER_1, 1, 0, 0);
  const portA = nat.outbound(UDP, HOST_A, 7000, own, portB, 0, 1);
  t.equal(inside(nat, nat.inbound(UDP, portB, own, portA, 0, 1)), `${HOST_B}:6000`);
  t.end();
});

test("a RST makes neither a mapping nor a session", (t) => {
  const nat = createNat({ filtering: "endpoint-independent" });
  t.equal(nat.outbound(TCP, HOST_A, 40_000, PEER_1, 80, RST, 0), NAT44_NO_MAPPING);
  t.equal(nat.mappings(TCP), 0);
  const port = nat.outbound(TCP, HOST_A, 40_000, PEER_1, 80, SYN, 0);
  t.equal(nat.outbound(TCP, HOST_A, 40_000, PEER_2, 80, RST | ACK, 1), port, "answers a SYN");
  t.equal(nat.sessions, 1);
  t.ok(nat.outbound(UDP, HOST_A, 40_000, PEER_1, 80, RST, 0) > 0, "flags mean nothing for UDP");
  t.end();
});

test("peeking finds mappings both ways and changes nothing", (t) => {
  const nat = createNat();
  const port = nat.outbound(UDP, HOST_A, 40_000, PEER_1, 80, 0, 0);
  for (let now = 0; now < 299_000; now += 1000) {
    t.equal(nat.peekOutbound(UDP, HOST_A, 40_000, PEER_1, 80), port);
    t.equal(inside(nat, nat.peekInbound(UDP, port, PEER_1, 80)), `${HOST_A}:40000`);
    nat.expire(now);
  }
  t.equal(nat.peekOutbound(UDP, HOST_B, 40_000, PEER_1, 80), NAT44_NO_MAPPING);
  t.equal(nat.peekInbound(UDP, port ^ 1, PEER_1, 80), NAT44_NO_MAPPING);
  nat.expire(301_000);
  t.equal(nat.peekOutbound(UDP, HOST_A, 40_000, PEER_1, 80), NAT44_NO_MAPPING);
  t.end();
});
