/** How long state lives (RFC 4787 §4.3, RFC 5382 §5, RFC 5508 §3.2, RFC 7857 §2 and §7). */
import { test } from "tap";
import type { Nat44 } from "../../../src/nat44/nat44.js";
import { NAT44_NO_FREE_PORT, NAT44_NO_MAPPING } from "../../../src/verdict.js";
import {
  ACK,
  createNat,
  FIN,
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

/** A monotonic clock does not start at zero. */
const START = 7_654_321.25;

type Step = readonly [atSeconds: number, direction: "out" | "in", flags: number];

const handshake: readonly Step[] = [
  [0, "out", SYN],
  [0, "in", SYN | ACK],
  [0, "out", ACK],
];

const lives: readonly {
  name: string;
  protocol: number;
  steps: readonly Step[];
  /** Last whole second at which the mapping must live, and the first at which it must be gone. */
  alive: number;
  gone: number;
}[] = [
  { name: "UDP", protocol: UDP, steps: [[0, "out", 0]], alive: 299, gone: 301 },
  {
    name: "UDP, refreshed from inside",
    protocol: UDP,
    steps: [
      [0, "out", 0],
      [119, "out", 0],
    ],
    alive: 418,
    gone: 420,
  },
  {
    name: "UDP, inbound packets do not refresh",
    protocol: UDP,
    steps: [
      [0, "out", 0],
      [250, "in", 0],
    ],
    alive: 299,
    gone: 301,
  },
  { name: "ICMP echo", protocol: ICMP, steps: [[0, "out", 0]], alive: 59, gone: 61 },
  { name: "TCP, opening", protocol: TCP, steps: [[0, "out", SYN]], alive: 239, gone: 241 },
  {
    name: "TCP, opening, SYN repeated",
    protocol: TCP,
    steps: [
      [0, "out", SYN],
      [30, "out", SYN],
    ],
    alive: 269,
    gone: 271,
  },
  { name: "TCP, established", protocol: TCP, steps: handshake, alive: 7439, gone: 7441 },
  {
    name: "TCP, established, data from inside refreshes",
    protocol: TCP,
    steps: [...handshake, [7000, "out", ACK]],
    alive: 14_439,
    gone: 14_441,
  },
  {
    name: "TCP, established, data from outside alone does not",
    protocol: TCP,
    steps: [...handshake, [7000, "in", ACK]],
    alive: 7439,
    gone: 7441,
  },
  {
    name: "TCP, closed from inside only",
    protocol: TCP,
    steps: [...handshake, [100, "out", FIN | ACK]],
    alive: 7539,
    gone: 7541,
  },
  {
    name: "TCP, closed from both sides; the last ACK does not prolong it",
    protocol: TCP,
    steps: [...handshake, [100, "out", FIN | ACK], [101, "in", FIN | ACK], [102, "out", ACK]],
    alive: 340,
    gone: 342,
  },
  {
    name: "TCP, RST from outside; more of them do not prolong it",
    protocol: TCP,
    steps: [...handshake, [100, "in", RST], [200, "in", RST], [201, "out", RST]],
    alive: 339,
    gone: 341,
  },
  {
    name: "TCP, RST from inside",
    protocol: TCP,
    steps: [...handshake, [100, "out", RST]],
    alive: 339,
    gone: 341,
  },
  {
    name: "TCP, RST, then data revives",
    protocol: TCP,
    steps: [...handshake, [100, "in", RST], [300, "out", ACK]],
    alive: 7739,
    gone: 7741,
  },
  {
    name: "TCP, port used again after both closed",
    protocol: TCP,
    steps: [
      ...handshake,
      [100, "out", FIN | ACK],
      [101, "in", FIN | ACK],
      [150, "out", SYN],
      [150, "in", SYN | ACK],
    ],
    alive: 7589,
    gone: 7591,
  },
  {
    name: "TCP, heard in mid-stream and never answered",
    protocol: TCP,
    steps: [[0, "out", ACK]],
    alive: 239,
    gone: 241,
  },
];

function play(nat: Nat44, protocol: number, steps: readonly Step[]): number {
  let port = -1;
  for (const [atSeconds, direction, flags] of steps) {
    const now = START + atSeconds * 1000;
    nat.expire(now);
    if (direction === "out") port = nat.outbound(protocol, HOST_A, 40_000, PEER_1, 80, flags, now);
    else nat.inbound(protocol, port, PEER_1, 80, flags, now);
  }
  return port;
}

for (const c of lives) {
  test(`${c.name}: lives at ${c.alive} s, gone at ${c.gone} s`, (t) => {
    const nat = createNat();
    const port = play(nat, c.protocol, c.steps);
    nat.expire(START + c.alive * 1000);
    t.equal(inside(nat, nat.peekInbound(c.protocol, port, PEER_1, 80)), `${HOST_A}:40000`);
    t.same([nat.mappings(c.protocol), nat.sessions], [1, 1]);
    nat.expire(START + c.gone * 1000);
    t.equal(nat.peekInbound(c.protocol, port, PEER_1, 80), NAT44_NO_MAPPING);
    t.same([nat.mappings(c.protocol), nat.sessions], [0, 0]);
    t.end();
  });
}

test("filtered packets do not refresh", (t) => {
  const nat = createNat();
  const port = nat.outbound(UDP, HOST_A, 40_000, PEER_1, 80, 0, START);
  for (let s = 1; s <= 301; s++) {
    nat.inbound(UDP, port, PEER_2, 80, 0, START + s * 1000);
    nat.expire(START + s * 1000);
  }
  t.equal(nat.mappings(UDP), 0);
  t.end();
});

test("a mapping lives as long as any of its sessions", (t) => {
  const nat = createNat();
  const port = nat.outbound(UDP, HOST_A, 40_000, PEER_1, 80, 0, START);
  nat.outbound(UDP, HOST_A, 40_000, PEER_2, 80, 0, START + 200_000);
  nat.expire(START + 301_000);
  t.same([nat.mappings(UDP), nat.sessions], [1, 1]);
  const again = nat.outbound(UDP, HOST_A, 40_000, PEER_1, 80, 0, START + 301_000);
  t.equal(again, port, "and keeps its port");
  nat.expire(START + 602_000);
  t.same([nat.mappings(UDP), nat.sessions], [0, 0]);
  t.end();
});

test("the port of an ended mapping is free for others", (t) => {
  const nat = createNat();
  for (let i = 0; i < 252; i++) nat.outbound(UDP, HOST_A, 40_000 + i, PEER_1, 80, 0, START);
  t.equal(nat.outbound(UDP, HOST_B, 1232, PEER_1, 80, 0, START), NAT44_NO_FREE_PORT);
  nat.expire(START + 301_000);
  t.equal(nat.outbound(UDP, HOST_B, 1232, PEER_1, 80, 0, START + 301_000), 1232);
  t.equal(inside(nat, nat.inbound(UDP, 1232, PEER_1, 80, 0, START + 301_000)), `${HOST_B}:1232`);
  t.end();
});

test("timers follow the settings", (t) => {
  const timeoutsMs = {
    udp: 120_000,
    tcpEstablished: 8e6,
    tcpOpening: 300_000,
    tcpClosing: 500_000,
    icmp: 90_000,
  };
  const nat = createNat({ timeoutsMs });
  nat.outbound(UDP, HOST_A, 1, PEER_1, 80, 0, START);
  nat.outbound(TCP, HOST_A, 1, PEER_1, 80, SYN, START);
  nat.outbound(ICMP, HOST_A, 1, PEER_1, 0, 0, START);
  nat.outbound(TCP, HOST_A, 2, PEER_1, 80, SYN, START);
  nat.inbound(TCP, nat.peekOutbound(TCP, HOST_A, 2, PEER_1, 80), PEER_1, 80, RST, START);
  const alive = [89, 91, 119, 121, 299, 301, 499, 501].map((s) => {
    nat.expire(START + s * 1000);
    return nat.mappings(ICMP) * 100 + nat.mappings(UDP) * 10 + nat.mappings(TCP);
  });
  t.same(alive, [112, 12, 12, 2, 2, 1, 1, 0]);
  t.end();
});
