import { test } from "tap";
import * as tcp from "../../../src/nat44/tcp-state.js";
import { ACK, DEFAULT_SETTINGS, FIN, RST, SYN } from "../../support/nat44-fixture.js";

const NAMES = new Map([
  [tcp.SYN_SENT, "SYN_SENT"],
  [tcp.HALF_OPEN, "HALF_OPEN"],
  [tcp.ESTABLISHED, "ESTABLISHED"],
  [tcp.FIN_OUT, "FIN_OUT"],
  [tcp.FIN_IN, "FIN_IN"],
  [tcp.CLOSING, "CLOSING"],
  [tcp.RESET, "RESET"],
]);

type Segment = readonly ["out" | "in", number];
const DATA = ACK;

function walk(segments: readonly Segment[]): string[] {
  let state = tcp.firstState(segments[0]![1]);
  const names = [NAMES.get(state)!];
  for (const [direction, flags] of segments.slice(1)) {
    state = direction === "out" ? tcp.afterOutbound(state, flags) : tcp.afterInbound(state, flags);
    names.push(NAMES.get(state)!);
  }
  return names;
}

const cases: readonly { name: string; segments: readonly Segment[]; states: string }[] = [
  {
    name: "handshake, both sides close, port used again",
    segments: [
      ["out", SYN],
      ["in", SYN | ACK],
      ["out", DATA],
      ["out", FIN | ACK],
      ["in", DATA],
      ["in", FIN | ACK],
      ["out", DATA],
      ["out", SYN],
      ["in", SYN | ACK],
    ],
    states: "SYN_SENT ESTABLISHED ESTABLISHED FIN_OUT FIN_OUT CLOSING CLOSING SYN_SENT ESTABLISHED",
  },
  {
    name: "simultaneous open (RFC 5382 REQ-2)",
    segments: [
      ["out", SYN],
      ["in", SYN],
      ["out", SYN | ACK],
      ["in", SYN | ACK],
    ],
    states: "SYN_SENT ESTABLISHED ESTABLISHED ESTABLISHED",
  },
  {
    name: "the inside answers; a repeated SYN from outside proves nothing yet",
    segments: [
      ["out", SYN | ACK],
      ["in", SYN],
      ["out", SYN | ACK],
      ["in", DATA],
    ],
    states: "HALF_OPEN HALF_OPEN HALF_OPEN ESTABLISHED",
  },
  {
    name: "heard in mid-stream",
    segments: [
      ["out", DATA],
      ["out", DATA],
      ["in", DATA],
    ],
    states: "HALF_OPEN HALF_OPEN ESTABLISHED",
  },
  {
    name: "a SYN is not completed by anything but a SYN",
    segments: [
      ["out", SYN],
      ["in", DATA],
      ["in", FIN | ACK],
      ["out", DATA],
    ],
    states: "SYN_SENT SYN_SENT SYN_SENT SYN_SENT",
  },
  {
    name: "connection refused, then tried again",
    segments: [
      ["out", SYN],
      ["in", RST | ACK],
      ["out", SYN],
    ],
    states: "SYN_SENT RESET SYN_SENT",
  },
  {
    name: "RST from outside, revived by data (RFC 7857 §2.2)",
    segments: [
      ["out", SYN],
      ["in", SYN | ACK],
      ["in", RST],
      ["in", RST],
      ["out", DATA],
    ],
    states: "SYN_SENT ESTABLISHED RESET RESET ESTABLISHED",
  },
  {
    name: "RST from inside, revived by data from outside",
    segments: [
      ["out", SYN],
      ["in", SYN | ACK],
      ["out", RST],
      ["in", FIN | ACK],
      ["in", DATA],
    ],
    states: "SYN_SENT ESTABLISHED RESET RESET ESTABLISHED",
  },
  {
    name: "the outside closes first; data goes on the other way",
    segments: [
      ["out", SYN],
      ["in", SYN | ACK],
      ["in", FIN | ACK],
      ["out", DATA],
      ["in", DATA],
      ["out", FIN | ACK],
      ["in", RST],
    ],
    states: "SYN_SENT ESTABLISHED FIN_IN FIN_IN FIN_IN CLOSING CLOSING",
  },
];
for (const c of cases) {
  test(c.name, (t) => {
    t.equal(walk(c.segments).join(" "), c.states);
    t.end();
  });
}

test("every state has its idle time", (t) => {
  const timeoutsMs = { ...DEFAULT_SETTINGS.timeoutsMs, tcpOpening: 60_000, tcpClosing: 30_000 };
  const timeouts = tcp.timeoutsByState(timeoutsMs);
  const seconds = (state: number): number => timeouts[state]! / 1000;
  const long = [tcp.ESTABLISHED, tcp.FIN_OUT, tcp.FIN_IN];
  const short = [tcp.SYN_SENT, tcp.HALF_OPEN, tcp.CLOSING, tcp.RESET];
  t.same(long.map(seconds), [7440, 7440, 7440]);
  t.same(short.map(seconds), [60, 60, 30, 30]);
  t.same(
    [...NAMES.keys()].filter((state) => !tcp.outboundRefreshes(state)),
    [tcp.CLOSING, tcp.RESET],
  );
  t.end();
});
