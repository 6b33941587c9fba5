/** One external TCP port for several connections to different remote ends (RFC 7857 §3). */
import { test } from "tap";
import { PortSet } from "../../../src/map/port-set.js";
import { MOST_TRIED } from "../../../src/nat44/admission.js";
import type { Nat44 } from "../../../src/nat44/nat44.js";
import type { Nat44Settings } from "../../../src/nat44/settings.js";
import {
  NAT44_FILTERED,
  NAT44_HOST_QUOTA,
  NAT44_NO_FREE_PORT,
  NAT44_NO_MAPPING,
  NAT44_TABLE_FULL,
} from "../../../src/verdict.js";
import {
  ACK,
  createNat,
  exampleSet,
  FIN,
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

const REUSE: Partial<Nat44Settings> = { tcpPortReuse: "when-exhausted" };

/** 240 ports: PSID offset 4, PSID length 8. */
const SET_240 = new PortSet(4, 8, 0x5a);

/** Every port of the example set has a mapping of HOST_C, which speaks to PEER_2 on port 1. */
function exhausted(overrides: Partial<Nat44Settings> = {}): Nat44 {
  const nat = createNat({ ...REUSE, ...overrides });
  for (let i = 0; i < 252; i++) nat.outbound(TCP, HOST_C, 20_000 + i, PEER_2, 1, SYN, 0);
  return nat;
}

test("240 ports carry 10,000 TCP connections to 500 remote ends, no two with one five-tuple", (t) => {
  const settings = { ...REUSE, maxMappings: 20_000, maxSessions: 20_000 };
  const nat = createNat(settings, SET_240);
  const tuples = new Map<string, string>();
  for (let i = 0; i < 10_000; i++) {
    const [host, insidePort, remote] = [HOST_A + (i % 5), 30_000 + i, PEER_1 + (i % 500)];
    const port = nat.outbound(TCP, host, insidePort, remote, 443, SYN, 0);
    if (!SET_240.contains(port)) t.fail(`connection ${i}: ${port}`);
    tuples.set(`${port}|${remote}`, `${host}:${insidePort}`);
  }
  t.equal(tuples.size, 10_000, "every external five-tuple is one connection's");
  t.equal(nat.sessions, 10_000);
  for (const [tuple, owner] of tuples) {
    const [port, remote] = tuple.split("|").map(Number);
    const handle = nat.inbound(TCP, port!, remote!, 443, SYN | ACK, 1);
    if (inside(nat, handle) !== owner) t.fail(`${tuple} led to ${inside(nat, handle)}`);
  }
  for (let i = 0; i < 3; i++) nat.expire(7_442_000);
  t.same([nat.sessions, nat.mappings(TCP), nat.usedPorts(TCP)], [0, 0, 0], "and all of it ends");
  t.equal(nat.freePorts(TCP), 240);
  t.end();
});

const sets = [
  { a: 4, k: 8, psid: 0x5a, count: 240 },
  { a: 6, k: 6, psid: 0x15, count: 1008 },
  { a: 6, k: 8, psid: 0x34, count: 252 },
  { a: 0, k: 3, psid: 5, count: 8192 },
];
for (const { a, k, psid, count } of sets) {
  test(`${count} ports: one flow more is refused with reuse off, and carried with it on`, (t) => {
    const set = new PortSet(a, k, psid);
    for (const tcpPortReuse of ["never", "when-exhausted"] as const) {
      const nat = createNat({ tcpPortReuse, maxMappings: 20_000, maxSessions: 20_000 }, set);
      for (const protocol of [TCP, UDP]) {
        const used = new Set<number>();
        for (let i = 0; i < count; i++) {
          used.add(nat.outbound(protocol, HOST_A, 20_000 + i, PEER_1, 80, SYN, 0));
        }
        t.equal(used.size, count, "each through its own port");
        t.ok([...used].every((port) => set.contains(port)));
        const next = nat.outbound(protocol, HOST_A, 30_000, PEER_2, 80, SYN, 0);
        const isCarried = protocol === TCP && tcpPortReuse === "when-exhausted";
        if (isCarried) t.ok(set.contains(next), `${next}`);
        else t.equal(next, NAT44_NO_FREE_PORT);
      }
    }
    t.end();
  });
}

test("one remote end can have as many connections as there are ports, not one more", (t) => {
  const nat = exhausted();
  for (let i = 0; i < 252; i++) {
    const port = nat.outbound(TCP, HOST_A, 30_000 + i, PEER_1, 80, SYN, 0);
    t.ok(port > 0, `connection ${i}`);
  }
  t.equal(nat.outbound(TCP, HOST_A, 31_000, PEER_1, 80, SYN, 0), NAT44_NO_FREE_PORT);
  t.ok(nat.outbound(TCP, HOST_A, 31_000, PEER_1, 81, SYN, 0) > 0, "to another port there are");
  t.end();
});

test("while ports remain, TCP mappings are endpoint-independent", (t) => {
  const nat = createNat(REUSE);
  const port = nat.outbound(TCP, HOST_A, 40_000, PEER_1, 80, SYN, 0);
  t.equal(nat.outbound(TCP, HOST_A, 40_000, PEER_2, 81, SYN, 0), port);
  t.equal(nat.sessionPage(0, 10, 0).rows.filter((row) => row.shared).length, 0);
  t.end();
});

test("an endpoint's connections that came short are apart; the same one keeps its port", (t) => {
  const nat = exhausted();
  const first = nat.outbound(TCP, HOST_A, 40_000, PEER_1, 80, SYN, 0);
  const again = nat.outbound(TCP, HOST_A, 40_000, PEER_1, 80, ACK, 1);
  t.equal(again, first);
  t.equal(nat.peekOutbound(TCP, HOST_A, 40_000, PEER_1, 80), first);
  t.equal(nat.peekOutbound(TCP, HOST_A, 40_000, PEER_1, 81), NAT44_NO_MAPPING);
  t.equal(nat.outbound(TCP, HOST_A, 40_000, PEER_1, 81, RST, 1), NAT44_NO_MAPPING);
  t.same(
    [80, 81].map((port) => nat.hasConnection(HOST_A, 40_000, PEER_1, port)),
    [true, false],
  );
  t.equal(nat.mappings(TCP), 253);
  t.end();
});

test("a shared port is reached by the exact five-tuple; its old holder as ever", (t) => {
  const nat = exhausted();
  const port = nat.outbound(TCP, HOST_A, 40_000, PEER_1, 80, SYN, 0);
  const holder = nat
    .sessionPage(0, 300, 0)
    .rows.find((row) => row.externalPort === port && !row.shared);
  t.equal(inside(nat, nat.inbound(TCP, port, PEER_1, 80, SYN | ACK, 1)), `${HOST_A}:40000`);
  t.equal(nat.inbound(TCP, port, PEER_1, 81, SYN, 1), NAT44_FILTERED, "the holder's filter");
  const old = `${HOST_C}:${holder!.insidePort}`;
  t.equal(inside(nat, nat.inbound(TCP, port, PEER_2, 1, SYN | ACK, 1)), old);
  t.equal(inside(nat, nat.inbound(TCP, port, PEER_2, 2, SYN, 1)), old, "from a known address");
  t.end();
});

test("a port that only bound connections use takes nothing but them", (t) => {
  const nat = createNat({ tcpPortReuse: "always", filtering: "endpoint-independent" });
  const port = nat.outbound(TCP, HOST_A, 1232, PEER_1, 80, SYN, 0);
  t.equal(port, 1232, "the same number as inside");
  t.equal(nat.inbound(TCP, port, PEER_1, 81, SYN, 0), NAT44_NO_MAPPING);
  t.equal(inside(nat, nat.inbound(TCP, port, PEER_1, 80, SYN | ACK, 0)), `${HOST_A}:1232`);
  t.end();
});

test("an endpoint whose five-tuple another's connection has goes by another port", (t) => {
  const nat = exhausted();
  const port = nat.outbound(TCP, HOST_A, 1232, PEER_1, 80, SYN, 0);
  t.equal(port, 1232, "the same number, shared");
  const holder = nat
    .sessionPage(0, 300, 0)
    .rows.find((row) => row.externalPort === 1232 && !row.shared)!;
  const other = nat.outbound(TCP, HOST_C, holder.insidePort, PEER_1, 80, SYN, 1);
  t.ok(other > 0 && other !== 1232);
  t.equal(nat.outbound(TCP, HOST_C, holder.insidePort, PEER_1, 81, SYN, 1), 1232, "else its own");
  t.end();
});

test("always: every connection at once has a mapping of its own", (t) => {
  const nat = createNat({ tcpPortReuse: "always" });
  for (const remotePort of [80, 81]) nat.outbound(TCP, HOST_A, 40_000, PEER_1, remotePort, SYN, 0);
  t.equal(nat.mappings(TCP), 2);
  t.ok(nat.sessionPage(0, 10, 0).rows.every((row) => row.shared));
  t.equal(nat.outbound(UDP, HOST_A, 40_000, PEER_1, 80, 0, 0) > 0, true);
  nat.outbound(UDP, HOST_A, 40_000, PEER_1, 81, 0, 0);
  t.equal(nat.mappings(UDP), 1, "UDP never");
  t.end();
});

test("UDP and ICMP ports are never reused", (t) => {
  const nat = createNat({ tcpPortReuse: "always" });
  for (const protocol of [UDP, ICMP]) {
    for (let i = 0; i < 252; i++) nat.outbound(protocol, HOST_A, 20_000 + i, PEER_1, 1, 0, 0);
    t.equal(nat.outbound(protocol, HOST_B, 9, PEER_2, 1, 0, 0), NAT44_NO_FREE_PORT);
  }
  t.end();
});

test("reserved, forwarded and privileged ports are not shared", (t) => {
  const forwards = [
    { protocol: "tcp", externalPort: 1232, insideAddress: HOST_A, insidePort: 22 },
  ] as const;
  const nat = createNat({ tcpPortReuse: "always", forwards, reserve: [[1233, 64_721]] });
  const ports = new Set<number>();
  for (let i = 0; i < 2; i++) ports.add(nat.outbound(TCP, HOST_A, 1232 + i, PEER_1, 80, SYN, 0));
  t.same([...ports].sort(), [64_722, 64_723]);
  t.equal(nat.outbound(TCP, HOST_B, 1232, PEER_1, 80, SYN, 0), NAT44_NO_FREE_PORT);

  const whole = createNat({ tcpPortReuse: "always" }, new PortSet(6, 0, 0));
  t.ok(whole.outbound(TCP, HOST_A, 443, PEER_1, 80, SYN, 0) >= 1024);
  t.end();
});

test("a host over its quota takes no free port, but shares the used ones", (t) => {
  const nat = createNat({ ...REUSE, maxPortsPerHost: 2 });
  const own = [1, 2].map((i) => nat.outbound(TCP, HOST_A, 40_000 + i, PEER_1, 80, SYN, 0));
  const more = [3, 4].map((i) => nat.outbound(TCP, HOST_A, 40_000 + i, PEER_1, 81, SYN, 0));
  t.same(more.sort(), own.sort());
  t.equal(nat.outbound(TCP, HOST_A, 40_005, PEER_1, 81, SYN, 0), NAT44_HOST_QUOTA);
  t.ok(nat.outbound(TCP, HOST_B, 40_005, PEER_1, 81, SYN, 0) > 0);
  t.same(
    nat.hosts().find((row) => row.address === HOST_A),
    { address: HOST_A, tcpPorts: 4, udpPorts: 0, icmpIds: 0, sessions: 4 },
  );
  t.end();
});

test("sessions of a host are bounded", (t) => {
  const nat = createNat({ maxSessionsPerHost: 2 });
  t.ok(nat.outbound(UDP, HOST_A, 1, PEER_1, 9, 0, 0) > 0);
  t.ok(nat.outbound(UDP, HOST_A, 1, PEER_2, 9, 0, 0) > 0);
  t.equal(nat.outbound(UDP, HOST_A, 1, PEER_2 + 1, 9, 0, 0), NAT44_HOST_QUOTA);
  t.equal(nat.outbound(TCP, HOST_A, 1, PEER_1, 9, SYN, 0), NAT44_HOST_QUOTA);
  t.equal(nat.mappings(TCP), 0, "a refused packet leaves nothing behind");
  t.ok(nat.outbound(UDP, HOST_A, 1, PEER_1, 9, 0, 0) > 0, "an old session goes on");
  t.ok(nat.outbound(UDP, HOST_B, 1, PEER_1, 9, 0, 0) > 0, "another host");
  nat.expire(301_000);
  t.ok(nat.outbound(UDP, HOST_A, 1, PEER_1, 9, 0, 301_000) > 0);
  t.end();
});

test("a bound mapping ends with its connection, and the port with its last user", (t) => {
  const nat = createNat({ tcpPortReuse: "always", reserve: [[1, 64_722]] });
  t.equal(nat.outbound(TCP, HOST_A, 1, PEER_1, 80, SYN, 0), 64_723);
  t.equal(nat.outbound(TCP, HOST_B, 1, PEER_1, 81, SYN, 100_000), 64_723);
  t.equal(nat.outbound(TCP, HOST_C, 1, PEER_1, 80, SYN, 100_000), NAT44_NO_FREE_PORT);
  nat.expire(241_000);
  t.same([nat.mappings(TCP), nat.usedPorts(TCP), nat.freePorts(TCP)], [1, 1, 0]);
  t.equal(nat.outbound(TCP, HOST_C, 1, PEER_1, 80, SYN, 241_000), 64_723, "the tuple is free");
  nat.expire(600_000);
  t.same([nat.mappings(TCP), nat.usedPorts(TCP), nat.freePorts(TCP)], [0, 0, 1]);
  t.same(nat.hosts(), []);
  t.end();
});

test("a bound connection closes and is opened again like any other", (t) => {
  const nat = exhausted();
  const port = nat.outbound(TCP, HOST_A, 40_000, PEER_1, 80, SYN, 0);
  nat.inbound(TCP, port, PEER_1, 80, SYN | ACK, 0);
  nat.outbound(TCP, HOST_A, 40_000, PEER_1, 80, FIN | ACK, 1000);
  nat.inbound(TCP, port, PEER_1, 80, FIN | ACK, 1000);
  t.equal(nat.outbound(TCP, HOST_A, 40_000, PEER_1, 80, SYN, 2000), port);
  nat.inbound(TCP, port, PEER_1, 80, SYN | ACK, 2000);
  nat.expire(7_000_000);
  t.equal(nat.sessions, 1, "the one that was opened again");
  t.end();
});

test("bound mappings are bounded by the table", (t) => {
  const nat = createNat({ tcpPortReuse: "always", maxMappings: 2 });
  for (const port of [1, 2]) t.ok(nat.outbound(TCP, HOST_A, port, PEER_1, 80, SYN, 0) > 0);
  t.equal(nat.outbound(TCP, HOST_A, 3, PEER_1, 80, SYN, 0), NAT44_TABLE_FULL);
  t.same(nat.takeRefusals(), { noFreePort: 0, hostQuota: 0, tableFull: 1 });
  t.same(nat.takeRefusals(), { noFreePort: 0, hostQuota: 0, tableFull: 0 });
  t.end();
});

test("the search for a port to share is bounded", (t) => {
  const settings = { tcpPortReuse: "always", maxMappings: 70_000, maxSessions: 70_000 } as const;
  const nat = createNat(settings, new PortSet(0, 3, 5));
  let taken = 0;
  for (let i = 0; i < 20_000 && nat.outbound(TCP, HOST_A, i, PEER_1, 80, SYN, 0) > 0; i++) taken++;
  t.ok(taken > 8192 - MOST_TRIED, `${taken} of 8192 ports found for one remote end`);
  t.end();
});

test("two NATs share ports in different orders", (t) => {
  const choices = [1, 2].map((seed) => {
    const nat = createNat({ tcpPortReuse: "always" }, exampleSet(), seed * 0x9e3779b1);
    return Array.from({ length: 50 }, (_, i) =>
      nat.outbound(TCP, HOST_A, 40_000 + i, PEER_1, 1, SYN, 0),
    );
  });
  const equal = choices[0]!.filter((port, i) => port === choices[1]![i]).length;
  t.ok(equal < 10, `${equal} of 50 equal`);
  t.end();
});
