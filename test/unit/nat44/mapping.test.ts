/** Which external port an inside endpoint gets (RFC 4787 §4, RFC 7597 §5.1). */
import { test } from "tap";
import { PortSet } from "../../../src/map/port-set.js";
import {
  NAT44_HOST_QUOTA,
  NAT44_NO_FREE_PORT,
  NAT44_NO_MAPPING,
  NAT44_TABLE_FULL,
  NAT44_UNSUPPORTED_PROTOCOL,
} from "../../../src/verdict.js";
import {
  ACK,
  createNat,
  exampleSet,
  HOST_A,
  HOST_B,
  HOST_C,
  ICMP,
  inside,
  PEER_1,
  PEER_2,
  RST,
  SYN,
  TCP,
  UDP,
} from "../../support/nat44-fixture.js";

const protocols = [
  { name: "TCP", protocol: TCP, flags: SYN },
  { name: "UDP", protocol: UDP, flags: 0 },
  { name: "ICMP echo", protocol: ICMP, flags: 0 },
];

for (const { name, protocol, flags } of protocols) {
  test(`${name}: 252 flows use the 252 ports of the set, the next one is refused`, (t) => {
    const nat = createNat();
    const set = exampleSet();
    const used = new Map<number, number>();
    for (let i = 0; i < 252; i++) {
      const port = nat.outbound(protocol, HOST_A, 20_000 + i, PEER_1, 80, flags, 0);
      t.ok(set.contains(port), `port ${port}`);
      used.set(port, 20_000 + i);
    }
    t.equal(used.size, 252);
    t.equal(nat.mappings(protocol), 252);
    t.equal(nat.sessions, 252);
    const refused = nat.outbound(protocol, HOST_A, 30_000, PEER_1, 80, flags, 1);
    t.equal(refused, NAT44_NO_FREE_PORT);
    t.equal(nat.mappings(protocol), 252, "nothing was taken from anybody");
    t.equal(nat.sessions, 252);
    for (const [port, insidePort] of used) {
      const handle = nat.inbound(protocol, port, PEER_1, 80, flags && ACK, 1);
      t.equal(inside(nat, handle), `${HOST_A}:${insidePort}`);
    }
    t.end();
  });

  test(`${name}: one inside endpoint has one port for all remote ends`, (t) => {
    const nat = createNat();
    const port = nat.outbound(protocol, HOST_A, 40_000, PEER_1, 80, flags, 0);
    t.equal(nat.outbound(protocol, HOST_A, 40_000, PEER_1, 81, flags, 1), port);
    t.equal(nat.outbound(protocol, HOST_A, 40_000, PEER_2, 80, flags, 2), port);
    t.equal(nat.mappings(protocol), 1);
    t.not(nat.outbound(protocol, HOST_B, 40_000, PEER_1, 80, flags, 3), port);
    t.not(nat.outbound(protocol, HOST_A, 40_002, PEER_1, 80, flags, 3), port);
    t.end();
  });
}

test("each protocol has ports of its own", (t) => {
  const nat = createNat();
  for (const { name, protocol, flags } of protocols) {
    t.equal(nat.outbound(protocol, HOST_A, 1232, PEER_1, 7, flags, 0), 1232, name);
  }
  t.same(
    protocols.map((p) => nat.mappings(p.protocol)),
    [1, 1, 1],
  );
  t.equal(nat.outbound(TCP, HOST_B, 1233, PEER_1, 7, SYN, 0), 1233);
  t.equal(nat.inbound(UDP, 1233, PEER_1, 7, 0, 0), NAT44_NO_MAPPING, "TCP's port is not UDP's");
  t.end();
});

test("an inside port of the set is kept; when taken, the parity is", (t) => {
  const nat = createNat();
  t.equal(nat.outbound(UDP, HOST_A, 64_723, PEER_1, 1, 0, 0), 64_723);
  const other = nat.outbound(UDP, HOST_B, 64_723, PEER_1, 1, 0, 0);
  t.not(other, 64_723);
  t.equal(other & 1, 1);
  t.equal(nat.outbound(UDP, HOST_B, 5004, PEER_1, 1, 0, 0) & 1, 0, "RTP on an even port");
  t.end();
});

test("the quota counts a host's ports by protocol, and frees them with their mappings", (t) => {
  const nat = createNat({ maxPortsPerHost: 2 });
  for (const port of [5000, 5001]) t.ok(nat.outbound(UDP, HOST_A, port, PEER_1, 1, 0, 0) > 0);
  t.equal(nat.outbound(UDP, HOST_A, 5002, PEER_1, 1, 0, 0), NAT44_HOST_QUOTA);
  t.ok(nat.outbound(UDP, HOST_A, 5001, PEER_2, 1, 0, 0) > 0, "an old mapping goes on");
  t.ok(nat.outbound(TCP, HOST_A, 5002, PEER_1, 1, SYN, 0) > 0, "another protocol");
  t.ok(nat.outbound(UDP, HOST_B, 5002, PEER_1, 1, 0, 0) > 0, "another host");
  nat.expire(301_000);
  t.ok(nat.outbound(UDP, HOST_A, 5002, PEER_1, 1, 0, 301_000) > 0, "after the old ones ended");
  t.end();
});

test("the tables are bounded: refused packets leave nothing behind", (t) => {
  const nat = createNat({ maxMappings: 3, maxSessions: 4 });
  for (const port of [1, 2, 3]) t.ok(nat.outbound(UDP, HOST_A, port, PEER_1, 9, 0, 0) > 0);
  t.equal(nat.outbound(UDP, HOST_A, 4, PEER_1, 9, 0, 0), NAT44_TABLE_FULL, "mappings");
  t.ok(nat.outbound(UDP, HOST_A, 1, PEER_2, 9, 0, 0) > 0);
  t.equal(nat.outbound(UDP, HOST_A, 2, PEER_2, 9, 0, 0), NAT44_TABLE_FULL, "sessions");
  t.same([nat.mappings(UDP), nat.sessions], [3, 4]);
  nat.expire(301_000);
  t.same([nat.mappings(UDP), nat.sessions], [0, 0]);

  const tight = createNat({ maxMappings: 3, maxSessions: 1 });
  t.ok(tight.outbound(UDP, HOST_A, 1, PEER_1, 9, 0, 0) > 0);
  t.equal(tight.outbound(UDP, HOST_A, 2, PEER_1, 9, 0, 0), NAT44_TABLE_FULL);
  t.equal(tight.mappings(UDP), 1, "no mapping without a session");
  t.end();
});

test("reserved ports stay out of the pool", (t) => {
  const nat = createNat({ reserve: [[1232, 2259]] });
  t.not(nat.outbound(UDP, HOST_A, 1232, PEER_1, 1, 0, 0), 1232);
  let given = 1;
  while (nat.outbound(UDP, HOST_A, 40_000 + given, PEER_1, 1, 0, 0) > 2259) given++;
  t.equal(given, 252 - 8);
  t.equal(nat.outbound(UDP, HOST_A, 39_999, PEER_1, 1, 0, 0), NAT44_NO_FREE_PORT);
  t.end();
});

test("a whole address: privileged ports only for themselves, all others for anyone", (t) => {
  const nat = createNat({ maxMappings: 70_000, maxSessions: 70_000 }, new PortSet(6, 0, 0));
  t.equal(nat.outbound(UDP, HOST_A, 123, PEER_1, 123, 0, 0), 123);
  const other = nat.outbound(UDP, HOST_B, 123, PEER_1, 123, 0, 0);
  t.ok(other >= 1024 && (other & 1) === 1);
  for (let port = 1024; port < 65_536; port++) {
    if (port !== other) nat.outbound(UDP, HOST_A, port, PEER_1, 123, 0, 0);
  }
  t.equal(nat.mappings(UDP), 64_513);
  t.equal(nat.outbound(UDP, HOST_B, 5353, PEER_1, 123, 0, 0), NAT44_NO_FREE_PORT);
  t.equal(nat.outbound(UDP, HOST_B, 500, PEER_1, 500, 0, 0), 500, "its own is still there");
  t.equal(nat.outbound(ICMP, HOST_B, 0, PEER_1, 0, 0, 0) >= 1024, true, "identifier 0 moves");
  t.end();
});

const forwards = [
  { protocol: "tcp", externalPort: 1232, insideAddress: HOST_A, insidePort: 22 },
  { protocol: "both", externalPort: 1233, insideAddress: HOST_B, insidePort: 53 },
] as const;

test("a forward lets anyone in, for ever, and its answers leave by its port", (t) => {
  const nat = createNat({ forwards, maxPortsPerHost: 1 });
  t.same([nat.mappings(TCP), nat.mappings(UDP), nat.sessions], [2, 1, 0]);
  const late = 1e9;
  nat.expire(late);
  t.equal(inside(nat, nat.inbound(TCP, 1232, PEER_1, 5555, SYN, late)), `${HOST_A}:22`);
  t.equal(inside(nat, nat.inbound(TCP, 1233, PEER_2, 5555, SYN, late)), `${HOST_B}:53`);
  t.equal(inside(nat, nat.inbound(UDP, 1233, PEER_2, 5555, 0, late)), `${HOST_B}:53`);
  t.equal(nat.inbound(UDP, 1232, PEER_1, 5555, 0, late), NAT44_NO_MAPPING, "TCP only");
  t.equal(nat.outbound(TCP, HOST_A, 22, PEER_1, 5555, SYN | ACK, late), 1232);
  t.equal(nat.outbound(TCP, HOST_A, 22, PEER_1, 5555, RST, late), 1232);
  t.equal(nat.sessions, 0, "nobody outside can fill a table through a forward");
  t.ok(nat.outbound(TCP, HOST_A, 7000, PEER_1, 80, SYN, late) > 0, "not counted in the quota");
  t.end();
});

test("a forward's port is never given out dynamically", (t) => {
  const nat = createNat({ forwards });
  t.not(nat.outbound(TCP, HOST_C, 1232, PEER_1, 1, SYN, 0), 1232);
  t.equal(nat.outbound(UDP, HOST_C, 1232, PEER_1, 1, 0, 0), 1232, "of the other protocol it is");
  const ports = new Set<number>();
  for (let i = 0; i < 249; i++) ports.add(nat.outbound(TCP, HOST_C, 3000 + i, PEER_1, 1, SYN, 0));
  t.notOk(ports.has(1232) || ports.has(1233));
  t.equal(ports.size, 249);
  t.equal(nat.outbound(TCP, HOST_C, 4000, PEER_1, 1, SYN, 0), NAT44_NO_FREE_PORT);
  t.end();
});

const badForwards = [
  { name: "outside the set", forwards: [{ ...forwards[0], externalPort: 1236 }] },
  { name: "twice on one port", forwards: [forwards[0], { ...forwards[0], insidePort: 23 }] },
  {
    name: "twice to one inside port",
    forwards: [forwards[0], { ...forwards[0], externalPort: 1234 }],
  },
];
for (const c of badForwards) {
  test(`the constructor refuses a forward ${c.name}`, (t) => {
    t.throws(() => createNat({ forwards: c.forwards }), RangeError);
    t.end();
  });
}

test("the constructor refuses more forwards than mappings, and port 0", (t) => {
  t.throws(() => createNat({ forwards, maxMappings: 2 }), RangeError);
  const zero = [{ ...forwards[0], externalPort: 0 }];
  t.throws(() => createNat({ forwards: zero }, new PortSet(0, 0, 0)), RangeError);
  t.end();
});

test("a signed address is the same as its unsigned form", (t) => {
  const nat = createNat({ tcpPortReuse: "always" });
  for (const protocol of [TCP, UDP]) {
    const port = nat.outbound(protocol, HOST_A | 0, 40_000, PEER_1 | 0, 80, SYN, 0);
    t.equal(nat.outbound(protocol, HOST_A, 40_000, PEER_1, 80, SYN, 0), port);
    t.equal(inside(nat, nat.inbound(protocol, port, PEER_1 | 0, 80, SYN, 0)), `${HOST_A}:40000`);
    t.equal(nat.peekOutbound(protocol, HOST_A | 0, 40_000, PEER_1 | 0, 80), port);
    t.ok(nat.peekInbound(protocol, port, PEER_1 | 0, 80) >= 0);
  }
  t.ok(nat.hasConnection(HOST_A | 0, 40_000, PEER_1 | 0, 80));
  t.same(
    nat.sessionPage(0, 9, 0).rows.map((row) => [row.insideAddress, row.remoteAddress]),
    [
      [HOST_A, PEER_1],
      [HOST_A, PEER_1],
    ],
  );
  t.equal(nat.hosts()[0]!.address, HOST_A);
  t.end();
});

test("other protocols are refused by name", (t) => {
  const nat = createNat();
  t.equal(nat.outbound(132, HOST_A, 1, PEER_1, 1, 0, 0), NAT44_UNSUPPORTED_PROTOCOL);
  t.equal(nat.inbound(132, 1232, PEER_1, 1, 0, 0), NAT44_UNSUPPORTED_PROTOCOL);
  t.equal(nat.peekOutbound(132, HOST_A, 1, PEER_1, 1), NAT44_UNSUPPORTED_PROTOCOL);
  t.equal(nat.peekInbound(132, 1232, PEER_1, 1), NAT44_UNSUPPORTED_PROTOCOL);
  t.equal(nat.mappings(132), 0);
  t.end();
});

test("two NATs with different random numbers choose different ports", (t) => {
  const choices = [1, 2].map((seed) => {
    const nat = createNat({}, exampleSet(), seed * 0x9e3779b1);
    return Array.from({ length: 50 }, (_, i) =>
      nat.outbound(UDP, HOST_A, 40_000 + i, PEER_1, 1, 0, 0),
    );
  });
  const equal = choices[0]!.filter((port, i) => port === choices[1]![i]).length;
  t.ok(equal < 10, `${equal} of 50 equal`);
  t.end();
});
