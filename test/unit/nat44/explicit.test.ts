/** Explicit mappings and held connections: what the control side asks for (RFC 6887 §11, §12). */
import { test } from "tap";
import { PortSet } from "../../../src/map/port-set.js";
import type { MapRequest, MapResult, PeerRequest } from "../../../src/nat44/records.js";
import { NAT44_FILTERED, NAT44_HOST_QUOTA, NAT44_NO_MAPPING } from "../../../src/verdict.js";
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

function mapRequest(overrides: Partial<MapRequest> = {}): MapRequest {
  return {
    protocol: TCP,
    insideAddress: HOST_A,
    insidePort: 22,
    externalPort: 0,
    exact: false,
    lifetimeMs: 600_000,
    origin: "pcp",
    ...overrides,
  };
}

function peerRequest(overrides: Partial<PeerRequest> = {}): PeerRequest {
  return {
    protocol: UDP,
    insideAddress: HOST_A,
    insidePort: 5060,
    remoteAddress: PEER_1,
    remotePort: 5060,
    externalPort: 0,
    lifetimeMs: 1_000_000,
    ...overrides,
  };
}

/** The external port, or why there is none. */
function outcome(result: MapResult): number | string {
  return result.ok ? result.externalPort : `${result.reason} ${result.nearest.join(" ")}`.trim();
}

test("a mapping lets anyone in, its answers leave by its port, and it ends with its lifetime", (t) => {
  const nat = createNat();
  const port = outcome(nat.addMapping(mapRequest({ externalPort: 1232 }), 5000));
  t.equal(port, 1232);
  nat.expire(604_999);
  t.equal(inside(nat, nat.inbound(TCP, 1232, PEER_1, 9, SYN, 604_999)), `${HOST_A}:22`);
  t.equal(nat.outbound(TCP, HOST_A, 22, PEER_1, 9, SYN | ACK, 604_999), 1232);
  t.equal(nat.sessions, 0);
  nat.expire(606_000);
  t.equal(nat.inbound(TCP, 1232, PEER_1, 9, SYN, 606_000), NAT44_NO_MAPPING);
  t.same([nat.mappings(TCP), nat.usedPorts(TCP), nat.hosts()], [0, 0, []]);
  t.end();
});

test("a renewal sets the lifetime anew and keeps the port", (t) => {
  const nat = createNat();
  const port = outcome(nat.addMapping(mapRequest(), 0));
  t.equal(outcome(nat.addMapping(mapRequest({ externalPort: 1233 }), 500_000)), port);
  t.equal(nat.explicitMappings(500_000)[0]!.remainingMs, 600_000);
  t.equal(outcome(nat.addMapping(mapRequest({ lifetimeMs: 1000 }), 500_000)), port, "shorter, too");
  nat.expire(502_000);
  t.equal(nat.mappings(TCP), 0);
  t.end();
});

const refusals: readonly { name: string; request: Partial<MapRequest>; expected: string }[] = [
  { name: "another protocol", request: { protocol: ICMP }, expected: "unsupported-protocol" },
  {
    name: "exactly a port of the neighbour's set",
    request: { externalPort: 1236, exact: true },
    expected: "not-in-set 1235 2256",
  },
  {
    name: "exactly a port below the set",
    request: { externalPort: 80, exact: true },
    expected: "not-in-set 1234",
  },
  {
    name: "exactly a port above the set",
    request: { externalPort: 65_000, exact: true, origin: "operator" },
    expected: "not-in-set 64723",
  },
  {
    name: "exactly somebody's port",
    request: { externalPort: 2257, exact: true, origin: "operator" },
    expected: "port-in-use 2256 2258",
  },
  {
    name: "exactly a reserved port, by PCP",
    request: { externalPort: 3280, exact: true },
    expected: "not-in-set 2259 3281",
  },
  {
    name: "another port for an endpoint that has one",
    request: { insidePort: 7, externalPort: 1234, exact: true },
    expected: "endpoint-in-use",
  },
  {
    name: "an endpoint of the configuration",
    request: { insideAddress: HOST_B, insidePort: 80 },
    expected: "endpoint-in-use",
  },
  {
    name: "an endpoint of PCP, by the operator",
    request: { insidePort: 7, origin: "operator" },
    expected: "endpoint-in-use",
  },
  {
    name: "another port for a connection that there is, by PCP",
    request: { insideAddress: HOST_C, insidePort: 2257, externalPort: 1235, exact: true },
    expected: "endpoint-in-use",
  },
];
for (const c of refusals) {
  test(`refused: ${c.name}`, (t) => {
    const nat = createNat({
      reserve: [[3280, 3280]],
      forwards: [{ protocol: "both", externalPort: 1232, insideAddress: HOST_B, insidePort: 80 }],
    });
    nat.addMapping(mapRequest({ insidePort: 7, externalPort: 1233, exact: true }), 0);
    nat.outbound(TCP, HOST_C, 2257, PEER_1, 80, SYN, 0);
    const before = [nat.explicitMappings(0), nat.hosts(), nat.portUse(), nat.sessions];
    t.equal(outcome(nat.addMapping(mapRequest(c.request), 0)), c.expected);
    t.same([nat.explicitMappings(0), nat.hosts(), nat.portUse(), nat.sessions], before);
    t.end();
  });
}

test("a suggested port that is not to be had gives another one", (t) => {
  const nat = createNat({ reserve: [[1234, 1234]] });
  nat.outbound(TCP, HOST_B, 1232, PEER_1, 80, SYN, 0);
  for (const [i, externalPort] of [1232, 1234, 1236, 80, 0].entries()) {
    const port = outcome(nat.addMapping(mapRequest({ insidePort: 40 + i, externalPort }), 0));
    t.ok(typeof port === "number" && exampleSet().contains(port), `${externalPort}: ${port}`);
    t.not(port, externalPort);
    t.equal(Number(port) & 1, i & 1, "of the inside port's parity");
  }
  t.equal(outcome(nat.addMapping(mapRequest({ insidePort: 1235 }), 0)), 1235, "or its very number");
  t.end();
});

test("the operator has reserved ports, and privileged ones of a whole address, by their number", (t) => {
  const whole = createNat({ reserve: [[8080, 8080]] }, new PortSet(0, 0, 0));
  for (const externalPort of [8080, 443]) {
    const request = { externalPort, insidePort: 9000 + externalPort, exact: true } as const;
    t.match(outcome(whole.addMapping(mapRequest(request), 0)), "not-in-set", "not PCP");
    const own = whole.addMapping(mapRequest({ ...request, origin: "operator" }), 0);
    t.equal(outcome(own), externalPort);
  }
  t.equal(
    outcome(whole.addMapping(mapRequest({ externalPort: 22 }), 0)),
    22,
    "PCP: the same number",
  );
  t.end();
});

test("PCP makes a connection's mapping explicit, and it goes on when the lifetime is over", (t) => {
  const nat = createNat();
  const port = nat.outbound(UDP, HOST_A, 40_000, PEER_1, 80, 0, 0);
  t.equal(nat.inbound(UDP, port, PEER_2, 80, 0, 0), NAT44_FILTERED);
  const request = mapRequest({ protocol: UDP, insidePort: 40_000, lifetimeMs: 200_000 });
  t.equal(outcome(nat.addMapping(request, 1000)), port);
  t.equal(inside(nat, nat.inbound(UDP, port, PEER_2, 80, 0, 1000)), `${HOST_A}:40000`);
  t.equal(nat.outbound(UDP, HOST_A, 40_000, PEER_2, 80, 0, 1000), port);
  t.equal(nat.sessions, 1, "no session for a new remote end");
  t.equal(nat.outbound(UDP, HOST_A, 40_000, PEER_1, 80, 0, 100_000), port, "refreshes the old one");
  nat.expire(202_000);
  t.equal(nat.inbound(UDP, port, PEER_2, 80, 0, 202_000), NAT44_FILTERED, "dynamic again");
  t.ok(nat.inbound(UDP, port, PEER_1, 80, 0, 202_000) >= 0);
  nat.expire(401_000);
  t.equal(nat.mappings(UDP), 0);
  t.end();
});

test("the operator moves a connection's endpoint to exactly the port that is wanted", (t) => {
  const nat = createNat();
  const port = nat.outbound(TCP, HOST_A, 22, PEER_1, 80, SYN, 0);
  nat.outbound(TCP, HOST_A, 22, PEER_2, 80, SYN, 0);
  nat.outbound(TCP, HOST_B, 22, PEER_2, 80, SYN, 0);
  const wanted = port === 1232 ? 1233 : 1232;
  const request = { externalPort: wanted, exact: true, origin: "operator" } as const;
  t.equal(outcome(nat.addMapping(mapRequest(request), 0)), wanted);
  t.equal(nat.sessions, 1, "its own have ended, the other host's has not");
  t.equal(nat.peekInbound(TCP, port, PEER_1, 80), NAT44_NO_MAPPING);
  t.equal(nat.outbound(TCP, HOST_A, 22, PEER_1, 80, SYN, 1), wanted);
  t.end();
});

test("a mapping is removed by its endpoint, once", (t) => {
  const nat = createNat();
  nat.addMapping(mapRequest({ lifetimeMs: null, origin: "operator" }), 0);
  t.equal(nat.removeMapping(UDP, HOST_A, 22), false);
  t.equal(nat.removeMapping(TCP, HOST_A, 22), true);
  t.equal(nat.removeMapping(TCP, HOST_A, 22), false);
  t.equal(nat.removeMapping(132, HOST_A, 22), false);
  nat.outbound(TCP, HOST_A, 22, PEER_1, 80, SYN, 0);
  t.equal(nat.removeMapping(TCP, HOST_A, 22), false, "a dynamic one is not explicit");
  t.equal(nat.mappings(TCP), 1);
  t.end();
});

test("PCP's mappings count against the quota, the operator's do not", (t) => {
  const nat = createNat({ maxPortsPerHost: 1 });
  nat.addMapping(mapRequest({ insidePort: 80, origin: "operator" }), 0);
  t.equal(typeof outcome(nat.addMapping(mapRequest({ insidePort: 22 }), 0)), "number");
  t.equal(outcome(nat.addMapping(mapRequest({ insidePort: 23 }), 0)), "host-quota");
  t.equal(nat.outbound(TCP, HOST_A, 24, PEER_1, 80, SYN, 0), NAT44_HOST_QUOTA);
  t.same(nat.hosts(), [{ address: HOST_A, tcpPorts: 2, udpPorts: 0, icmpIds: 0, sessions: 0 }]);
  nat.removeMapping(TCP, HOST_A, 22);
  t.ok(nat.outbound(TCP, HOST_A, 24, PEER_1, 80, SYN, 0) > 0);
  t.end();
});

test("a full table and a full set are refused by name", (t) => {
  const tight = createNat({ maxMappings: 1 });
  tight.addMapping(mapRequest(), 0);
  t.equal(outcome(tight.addMapping(mapRequest({ insidePort: 23 }), 0)), "table-full");
  const short = createNat();
  for (let i = 0; i < 252; i++) short.addMapping(mapRequest({ insidePort: i }), 0);
  t.equal(outcome(short.addMapping(mapRequest({ insidePort: 999 }), 0)), "no-free-port");
  const exact = { insidePort: 999, externalPort: 1232, exact: true } as const;
  t.equal(outcome(short.addMapping(mapRequest(exact), 0)), "port-in-use", "none is near");
  t.end();
});

test("rows of explicit mappings, and what each port is used for", (t) => {
  const nat = createNat(
    {
      reserve: [[5, 6]],
      forwards: [{ protocol: "both", externalPort: 4, insideAddress: HOST_B, insidePort: 80 }],
    },
    new PortSet(0, 13, 0),
  );
  nat.addMapping(mapRequest({ externalPort: 3 }), 0);
  nat.addMapping(
    mapRequest({
      externalPort: 5,
      insidePort: 23,
      exact: true,
      lifetimeMs: null,
      origin: "operator",
    }),
    0,
  );
  nat.outbound(UDP, HOST_C, 7, PEER_1, 1, 0, 0);
  const own = { insideAddress: HOST_A, protocol: TCP };
  const forward = { insideAddress: HOST_B, insidePort: 80, externalPort: 4, origin: "config" };
  t.same(nat.explicitMappings(1000), [
    { ...own, insidePort: 22, externalPort: 3, origin: "pcp", remainingMs: 599_000 },
    { ...forward, protocol: TCP, remainingMs: null },
    { ...own, insidePort: 23, externalPort: 5, origin: "operator", remainingMs: null },
    { ...forward, protocol: UDP, remainingMs: null },
  ]);
  const { tcp, udp, icmp } = nat.portUse();
  // By port 0..7: 0 is free, 1 used, 2 forwarded, 3 reserved.
  t.same([...tcp], [3, 0, 0, 2, 2, 2, 3, 0]);
  t.same([...udp], [3, 0, 0, 0, 2, 3, 3, 1]);
  t.same([...icmp], [3, 0, 0, 0, 0, 3, 3, 0]);
  t.same([nat.usedPorts(TCP), nat.freePorts(TCP), nat.usedPorts(132)], [3, 3, 0]);
  t.end();
});

test("a held connection outlives its idle time, and whatever the connection does", (t) => {
  const nat = createNat();
  const port = Number(outcome(nat.holdPeer(peerRequest({ externalPort: 1233 }), 0)));
  t.equal(port, 1233, "the port that was suggested");
  nat.outbound(UDP, HOST_A, 5060, PEER_1, 5060, 0, 1000);
  nat.expire(999_999);
  t.ok(nat.peekInbound(UDP, port, PEER_1, 5060) >= 0);
  t.equal(nat.peekInbound(UDP, port, PEER_2, 5060), NAT44_FILTERED, "it opens for one peer only");
  nat.expire(1_001_000);
  t.equal(nat.mappings(UDP), 0);

  const tcp = nat.holdPeer(peerRequest({ protocol: TCP }), 2_000_000);
  nat.outbound(TCP, HOST_A, 5060, PEER_1, 5060, SYN, 2_000_000);
  nat.inbound(TCP, Number(outcome(tcp)), PEER_1, 5060, SYN | ACK, 2_000_000);
  nat.outbound(TCP, HOST_A, 5060, PEER_1, 5060, FIN | ACK, 2_000_001);
  nat.inbound(TCP, Number(outcome(tcp)), PEER_1, 5060, RST, 2_000_002);
  nat.expire(2_999_999);
  t.equal(nat.sessionPage(0, 9, 2_999_999).rows[0]?.tcpState, "reset");
  t.ok(nat.hasConnection(HOST_A, 5060, PEER_1, 5060));
  nat.expire(3_001_000);
  t.equal(nat.sessions, 0);
  t.end();
});

test("holding a connection that there is keeps its port and does not shorten its life", (t) => {
  const nat = createNat();
  const port = nat.outbound(UDP, HOST_A, 5060, PEER_1, 5060, 0, 0);
  t.equal(outcome(nat.holdPeer(peerRequest({ externalPort: 1233, lifetimeMs: 1000 }), 0)), port);
  nat.expire(299_000);
  t.equal(nat.sessions, 1);
  nat.expire(301_000);
  t.equal(nat.sessions, 0);
  t.end();
});

test("a held TCP connection begins with a SYN of either side, or goes on in mid-stream", (t) => {
  for (const inbound of [SYN | ACK, ACK]) {
    const nat = createNat();
    const port = Number(outcome(nat.holdPeer(peerRequest({ protocol: TCP, lifetimeMs: 1 }), 0)));
    nat.outbound(TCP, HOST_A, 5060, PEER_1, 5060, SYN, 10);
    nat.inbound(TCP, port, PEER_1, 5060, inbound, 20);
    t.equal(nat.sessionPage(0, 9, 20).rows[0]?.tcpState, "established");
  }
  t.end();
});

test("where ports are reused, a held connection gets the suggested one if its peer leaves it", (t) => {
  const nat = createNat({ tcpPortReuse: "always" });
  const request = peerRequest({ protocol: TCP, externalPort: 1233 });
  t.equal(outcome(nat.holdPeer(request, 0)), 1233);
  t.equal(outcome(nat.holdPeer({ ...request, insidePort: 1, remotePort: 9 }, 0)), 1233);
  t.not(outcome(nat.holdPeer({ ...request, insidePort: 2 }, 0)), 1233);
  t.end();
});

test("holding is refused as a packet would be", (t) => {
  const nat = createNat({ maxPortsPerHost: 1, maxSessions: 3 });
  t.equal(outcome(nat.holdPeer(peerRequest({ protocol: ICMP }), 0)), "unsupported-protocol");
  nat.holdPeer(peerRequest(), 0);
  t.equal(outcome(nat.holdPeer(peerRequest({ insidePort: 1 }), 0)), "host-quota");
  for (const host of [HOST_B, HOST_C]) nat.outbound(UDP, host, 1, PEER_1, 1, 0, 0);
  t.equal(outcome(nat.holdPeer(peerRequest({ insideAddress: HOST_B }), 0)), "table-full");
  const short = createNat();
  for (let i = 0; i < 252; i++) short.outbound(UDP, HOST_B, i, PEER_1, 80, 0, 0);
  t.equal(outcome(short.holdPeer(peerRequest(), 0)), "no-free-port");
  t.end();
});
