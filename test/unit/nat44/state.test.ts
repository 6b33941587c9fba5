/** State that survives: exported by one NAT44, taken over by the next, whatever its settings. */
import { test } from "tap";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { PortSet } from "../../../src/map/port-set.js";
import { Nat44 } from "../../../src/nat44/nat44.js";
import type { Nat44Settings } from "../../../src/nat44/settings.js";
import { NAT44_FILTERED } from "../../../src/verdict.js";
import {
  ACK,
  createNat,
  DEFAULT_SETTINGS,
  FIN,
  HOST_A,
  HOST_B,
  ICMP,
  inside,
  PEER_1,
  PEER_2,
  SYN,
  TCP,
  UDP,
} from "../../support/nat44-fixture.js";

const NOW = 50_000.5;
const PORTS = { tcp: 1232, udp: 1233, icmp: 1234, pcp: 2256, operator: 2257 };

/** One of everything: a connection, a call, a ping, and a mapping by PCP and by the operator. */
function busyNat(overrides: Partial<Nat44Settings> = {}): Nat44 {
  const nat = createNat(overrides);
  nat.outbound(TCP, HOST_A, PORTS.tcp, PEER_1, 22, SYN, 0);
  nat.inbound(TCP, PORTS.tcp, PEER_1, 22, SYN | ACK, 0);
  nat.outbound(UDP, HOST_A, PORTS.udp, PEER_1, 5060, 0, 0);
  nat.outbound(UDP, HOST_A, PORTS.udp, PEER_1, 5062, 0, 10_000);
  nat.outbound(ICMP, HOST_B, PORTS.icmp, PEER_2, 0, 0, 0);
  const server = { protocol: UDP, insideAddress: HOST_B, insidePort: 9 } as const;
  nat.addMapping(
    { ...server, externalPort: PORTS.pcp, exact: true, lifetimeMs: 120_000, origin: "pcp" },
    0,
  );
  nat.addMapping(
    {
      ...server,
      protocol: TCP,
      externalPort: PORTS.operator,
      exact: true,
      lifetimeMs: null,
      origin: "operator",
    },
    0,
  );
  return nat;
}

/** All that can be seen of it, times rounded up. */
function view(nat: Nat44, nowMs: number): unknown {
  const rounded = <T extends { readonly remainingMs: number | null }>(row: T): object => ({
    ...row,
    remainingMs: row.remainingMs === null ? null : Math.ceil(row.remainingMs),
  });
  return {
    sessions: nat.sessionPage(0, 1000, nowMs).rows.map(rounded),
    mappings: nat.explicitMappings(nowMs).map(rounded),
    hosts: nat.hosts().sort((a, b) => a.address - b.address),
    ports: nat.portUse(),
  };
}

test("everything goes on: ports, TCP states, timers, explicit mappings, hosts", (t) => {
  const old = busyNat();
  const next = createNat({}, undefined, 7);
  const later = 1e9;
  t.same(next.importState(old.exportState(NOW), 0, later), { sessions: 3, mappings: 2, lost: 0 });
  t.same(view(next, later), view(old, NOW));
  t.equal(next.outbound(TCP, HOST_A, PORTS.tcp, PEER_1, 22, ACK, later), PORTS.tcp);
  t.equal(inside(next, next.inbound(UDP, PORTS.udp, PEER_1, 5060, 0, later)), `${HOST_A}:1233`);
  t.equal(inside(next, next.inbound(UDP, PORTS.pcp, PEER_2, 1, 0, later)), `${HOST_B}:9`);
  next.expire(later + 71_000);
  t.equal(next.explicitMappings(0).length, 1, "PCP's lifetime went on from where it was");
  t.end();
});

test("the time between is taken off: what is over by then is gone and not called lost", (t) => {
  const next = createNat();
  const result = next.importState(busyNat().exportState(NOW), 10_000, 0);
  t.same(result, { sessions: 2, mappings: 2, lost: 0 }, "the ping's minute is over");
  const times = next.sessionPage(0, 9, 0).rows.map((row) => row.remainingMs);
  t.same(times.sort(), [250_000, 7_380_000]);
  const gone = createNat();
  t.same(gone.importState(busyNat().exportState(NOW), 1e8, 0), {
    sessions: 0,
    mappings: 1,
    lost: 0,
  });
  t.end();
});

test("connections on shared ports and held ones go on as such", (t) => {
  const settings = { tcpPortReuse: "always", reserve: [[1, 64_722]] } as const;
  const old = createNat(settings);
  for (const host of [HOST_A, HOST_B]) old.outbound(TCP, host, 7, PEER_1, host & 0xff, SYN, 0);
  const peer = { protocol: TCP, insideAddress: HOST_B, insidePort: 7, externalPort: 0 } as const;
  old.holdPeer(
    { ...peer, remoteAddress: PEER_1, remotePort: HOST_B & 0xff, lifetimeMs: 1_000_000 },
    0,
  );
  const next = createNat({ ...settings, tcpPortReuse: "never" });
  t.same(next.importState(old.exportState(1000), 500, 0), { sessions: 2, mappings: 0, lost: 0 });
  t.ok(next.sessionPage(0, 9, 0).rows.every((row) => row.shared && row.externalPort === 64_723));
  next.outbound(TCP, HOST_B, 7, PEER_1, HOST_B & 0xff, SYN, 1);
  next.expire(900_000);
  t.same(
    next.sessionPage(0, 9, 900_000).rows.map((row) => [row.insideAddress, row.remainingMs]),
    [[HOST_B, 98_500]],
  );
  t.end();
});

test("another filtering: coarser joins sessions, finer keeps the port until it has spoken again", (t) => {
  const old = busyNat({ filtering: "address-and-port-dependent" });
  t.equal(old.sessions, 4);
  const coarse = createNat({ filtering: "endpoint-independent" });
  t.same(coarse.importState(old.exportState(NOW), 0, 0), { sessions: 4, mappings: 2, lost: 0 });
  t.equal(coarse.sessions, 3, "both calls of one endpoint are one session");
  t.ok(coarse.inbound(UDP, PORTS.udp, PEER_2, 9, 0, 0) >= 0);
  const fine = createNat({ filtering: "address-and-port-dependent" });
  fine.importState(coarse.exportState(0), 0, 0);
  t.equal(fine.inbound(UDP, PORTS.udp, PEER_1, 5060, 0, 0), NAT44_FILTERED);
  t.equal(fine.outbound(UDP, HOST_A, PORTS.udp, PEER_1, 5060, 0, 0), PORTS.udp);
  t.ok(fine.inbound(UDP, PORTS.udp, PEER_1, 5060, 0, 0) >= 0);
  t.end();
});

test("quotas and reserve of now do not end what was going on", (t) => {
  const next = createNat({ maxPortsPerHost: 1, maxSessionsPerHost: 1, reserve: [[1, 65_535]] });
  const result = next.importState(busyNat().exportState(NOW), 0, 0);
  t.same(result, { sessions: 3, mappings: 2, lost: 0 });
  t.ok(next.outbound(UDP, HOST_A, PORTS.udp, PEER_1, 5060, 0, 0) > 0);
  t.ok(next.outbound(UDP, HOST_A, 9, PEER_1, 5060, 0, 0) < 0, "but nothing is added");
  t.end();
});

test("the forwards of now come first: what is in their way is lost", (t) => {
  const forward = { protocol: "both", insideAddress: HOST_A + 9, insidePort: 80 } as const;
  const forwards = [
    { ...forward, externalPort: PORTS.tcp },
    { ...forward, externalPort: PORTS.pcp, insidePort: 81 },
    { ...forward, externalPort: 3280, insideAddress: HOST_A, insidePort: PORTS.udp },
  ];
  const next = createNat({ forwards });
  const result = next.importState(busyNat().exportState(NOW), 0, 0);
  t.same(result, { sessions: 1, mappings: 1, lost: 3 });
  t.same(
    next.explicitMappings(0).map((row) => [row.protocol, row.externalPort, row.origin]),
    [
      [TCP, PORTS.tcp, "config"],
      [TCP, PORTS.pcp, "config"],
      [TCP, PORTS.operator, "operator"],
      [TCP, 3280, "config"],
      [UDP, PORTS.tcp, "config"],
      [UDP, PORTS.pcp, "config"],
      [UDP, 3280, "config"],
    ],
  );
  t.end();
});

test("a forward of now to the same port takes a connection's sessions along", (t) => {
  const forwards = [
    { protocol: "tcp", externalPort: PORTS.tcp, insideAddress: HOST_A, insidePort: PORTS.tcp },
  ] as const;
  const next = createNat({ forwards });
  t.same(next.importState(busyNat().exportState(NOW), 0, 0), { sessions: 3, mappings: 2, lost: 0 });
  t.ok(next.hasConnection(HOST_A, PORTS.tcp, PEER_1, 22));
  t.same(next.mappings(TCP), 2);
  t.end();
});

test("another port set, or smaller tables: what does not fit is lost, the rest is not", (t) => {
  const state = busyNat().exportState(NOW);
  const other = createNat({}, new PortSet(6, 8, 0x35));
  t.same(other.importState(state, 0, 0), { sessions: 0, mappings: 0, lost: 5 });
  t.same([other.mappings(TCP), other.mappings(UDP), other.hosts()], [0, 0, []]);
  const few = createNat({ maxSessions: 2 });
  t.same(few.importState(state, 0, 0), { sessions: 2, mappings: 2, lost: 1 });
  const tiny = createNat({ maxMappings: 1 });
  t.same(tiny.importState(state, 0, 0), { sessions: 0, mappings: 1, lost: 4 });
  t.end();
});

test("the bytes are these", (t) => {
  const nat = createNat();
  nat.outbound(TCP, HOST_A, 1232, PEER_1, 80, SYN, 0);
  nat.addMapping(
    {
      protocol: UDP,
      insideAddress: HOST_B,
      insidePort: 1,
      externalPort: 1233,
      exact: true,
      lifetimeMs: null,
      origin: "pcp",
    },
    0,
  );
  t.equal(
    Buffer.from(nat.exportState(1000.5)).toString("hex"),
    [
      "4e543434010000000100000001000000",
      "01010100d10400000b01a8c000000000000000000000f07f",
      "0001d004d00450000a01a8c0096433c698a50300" + "00000000",
    ].join(""),
  );
  t.end();
});

const damages: readonly { name: string; change: (bytes: Uint8Array) => Uint8Array }[] = [
  { name: "nothing", change: () => new Uint8Array() },
  { name: "another magic", change: (bytes) => set(bytes, 0, 1) },
  { name: "another version", change: (bytes) => set(bytes, 4, 2) },
  { name: "a record too few", change: (bytes) => bytes.subarray(0, -24) },
  { name: "a byte too many", change: (bytes) => Uint8Array.of(...bytes, 0) },
  { name: "a count that is too high", change: (bytes) => set(bytes, 12, 200) },
  { name: "an explicit mapping for ICMP", change: (bytes) => set(bytes, 16, 2) },
  { name: "an unknown origin", change: (bytes) => set(bytes, 17, 2) },
  { name: "a lifetime that is no number", change: (bytes) => set(bytes, 16 + 22, 0xf8, 0xff) },
  { name: "an unknown protocol", change: (bytes) => set(bytes, 64, 3) },
  { name: "a UDP session with a TCP state", change: (bytes) => set(bytes, 64, 1) },
  { name: "a TCP session without a state", change: (bytes) => set(bytes, 65, 0) },
  { name: "an unknown TCP state", change: (bytes) => set(bytes, 65, 8) },
  { name: "a bound UDP session", change: (bytes) => set(bytes, 64 + 24, 0x81) },
  {
    name: "a bound session without a remote address",
    change: (bytes) => set(set(bytes, 64, 0x80), 76, 0, 0, 0, 0),
  },
];

/** A copy with some bytes changed. */
function set(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

for (const { name, change } of damages) {
  test(`unreadable, and nothing is half taken over: ${name}`, (t) => {
    const state = change(busyNat().exportState(NOW));
    const next = createNat();
    t.throws(() => next.importState(state, 0, 0), Error);
    t.same([next.sessions, next.mappings(TCP), next.mappings(UDP), next.hosts()], [0, 0, 0, []]);
    t.end();
  });
}

test("damaged bytes are refused or taken over, but never break anything", (t) => {
  const random = seededRandom(99);
  const state = busyNat({ tcpPortReuse: "always" }).exportState(NOW);
  let refused = 0;
  for (let round = 0; round < 5000; round++) {
    const bytes = state.slice();
    for (let i = 0; i < 3; i++) bytes[random() % bytes.length] = random();
    const next = createNat({ tcpPortReuse: "when-exhausted" });
    try {
      next.importState(bytes, 0, 0);
    } catch {
      refused++;
    }
    for (let now = 0; now < 3; now++) next.outbound(TCP, HOST_A, 7 + now, PEER_1, 1, SYN, now);
    // Only what lasts for ever may be left, and longer than any timer can be.
    for (let i = 1; i < 4; i++) next.expire(i * 2 ** 33);
    for (const row of next.explicitMappings(0)) {
      next.removeMapping(row.protocol, row.insideAddress, row.insidePort);
    }
    const left = [next.sessions, next.usedPorts(TCP), next.usedPorts(UDP), next.hosts().length];
    if (left.some((count) => count !== 0)) t.fail(`round ${round}: ${left}`);
  }
  t.ok(refused > 500 && refused < 4900, `${refused} of 5000 refused`);
  t.end();
});

test("of records that contradict each other the first one counts", (t) => {
  for (const tcpPortReuse of ["never", "always"] as const) {
    const old = createNat({ tcpPortReuse });
    old.outbound(TCP, HOST_A, 1232, PEER_1, 80, SYN, 0);
    const [state, record] = [old.exportState(0), old.exportState(0).subarray(16)];
    const twins = [
      set(record, 4, 1233 & 0xff),
      set(record, 8, 11),
      set(set(record, 0, 0x80), 4, 1233 & 0xff),
      record,
    ];
    for (const twin of twins) {
      const next = createNat();
      const result = next.importState(set(Uint8Array.of(...state, ...twin), 12, 2), 0, 0);
      t.same(result, { sessions: 1, mappings: 0, lost: 1 });
      t.same([next.mappings(TCP), next.usedPorts(TCP)], [1, 1]);
    }
  }
  t.end();
});

test("a state inside a larger buffer is read from where it is", (t) => {
  const state = busyNat().exportState(NOW);
  const larger = new Uint8Array(state.length + 11);
  larger.set(state, 5);
  const next = createNat();
  const result = next.importState(larger.subarray(5, 5 + state.length), 0, 0);
  t.same(result, { sessions: 3, mappings: 2, lost: 0 });
  t.end();
});

test("a million sessions: filled, listed, exported, taken over, all of them", (t) => {
  const settings: Nat44Settings = {
    ...DEFAULT_SETTINGS,
    tcpPortReuse: "when-exhausted",
    maxMappings: 1_200_000,
    maxSessions: 1_000_000,
  };
  const create = (): Nat44 => new Nat44(settings, new PortSet(0, 0, 0), seededRandom(5));
  const nat = create();
  for (let i = 0; i < 1_000_000; i++) {
    nat.outbound(TCP, HOST_A + (i >>> 14), i & 0x3fff, PEER_1 + (i % 1000), 443, SYN, 0);
  }
  t.equal(nat.sessions, 1_000_000);
  const state = nat.exportState(1000);
  t.equal(state.length, 16 + 24 * 1_000_000);
  const next = create();
  t.same(next.importState(state, 0, 0), { sessions: 1_000_000, mappings: 0, lost: 0 });
  let rows = 0;
  for (let cursor = 0; cursor >= 0; ) {
    const page = next.sessionPage(cursor, 4096, 0);
    rows += page.rows.length;
    cursor = page.next;
  }
  t.equal(rows, 1_000_000);
  t.equal(
    next.outbound(TCP, HOST_A, 0, PEER_1, 443, ACK, 0),
    nat.outbound(TCP, HOST_A, 0, PEER_1, 443, ACK, 0),
  );
  t.end();
});

test("pages are bounded in rows and in places looked at", (t) => {
  const nat = createNat();
  for (let i = 0; i < 200; i++) nat.outbound(UDP, HOST_A, i, PEER_1, 1, 0, i < 190 ? 0 : 100_000);
  t.same([nat.sessionPage(0, 7, 0).rows.length, nat.sessionPage(0, 7, 0).next], [7, 7]);
  nat.expire(301_000);
  t.same(nat.sessionPage(0, 7, 0), { rows: [], next: 28 }, "an empty page that is not the last");
  const rest = nat.sessionPage(190, 20, 301_000);
  t.same([rest.rows.length, rest.next], [10, -1]);
  nat.outbound(UDP, HOST_B, 9, PEER_1, 1, FIN, 301_000);
  t.same(nat.sessionPage(0, 1000, 301_000).rows[0], {
    protocol: UDP,
    insideAddress: HOST_B,
    insidePort: 9,
    externalPort: nat.peekOutbound(UDP, HOST_B, 9, PEER_1, 1),
    remoteAddress: PEER_1,
    remotePort: 0,
    tcpState: null,
    shared: false,
    remainingMs: 300_000,
  });
  t.same(nat.sessionPage(5000, 10, 0), { rows: [], next: -1 });
  t.end();
});
