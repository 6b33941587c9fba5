/** NAT44 alone: a packet of a known session, and one that opens a mapping and a session. */

import { seededRandom } from "../../../src/explain/seeded-random.js";
import type { Nat44 } from "../../../src/nat44/nat44.js";
import { createNat44 } from "../../../src/pipeline/create.js";
import { median } from "../result.js";
import { type CpuBench, keep, type Measured, nsEach, nsOnce } from "./measured.js";
import { domainSettings } from "./rig.js";

const UDP = 17;
/** 192.168.1.0 and 198.51.100.9. */
const LAN = 0xc0a80100;
const PEER = 0xc6336409;
const PEER_PORT = 443;
const SESSIONS = 2000;
const OUTSIDER = PEER + 1;
/** Longer than any timer. */
const LONG_MS = 1e9;

function newNat44(): Nat44 {
  const settings = domainSettings("map-t-ce");
  const nat44 = settings.role === "ce" ? createNat44(settings, seededRandom(1)) : null;
  if (nat44 === null) throw new Error("the bench's CE has no NAT44");
  return nat44;
}

function open(nat44: Nat44, index: number, nowMs: number): number {
  const host = LAN + (index & 0xff);
  return nat44.outbound(UDP, host, 1024 + index, PEER, PEER_PORT, 0, nowMs);
}

function measureHits(ms: number): Measured[] {
  const nat44 = newNat44();
  const ports = Array.from({ length: SESSIONS }, (_, i) => open(nat44, i, 1000.5));
  if (ports.some((port) => port < 0)) throw new Error("the bench's sessions are refused");
  let next = 0;
  const out = nsEach(ms, () => {
    keep(open(nat44, next, 1000.5));
    next = (next + 7) % SESSIONS;
    return 1;
  });
  const back = nsEach(ms, () => {
    keep(nat44.inbound(UDP, ports[next]!, PEER, PEER_PORT, 0, 1000.5));
    next = (next + 7) % SESSIONS;
    return 1;
  });
  const refused = nsEach(ms, () => {
    keep(nat44.inbound(UDP, ports[next]!, OUTSIDER, PEER_PORT, 0, 1000.5));
    next = (next + 7) % SESSIONS;
    return 1;
  });
  return [
    row("hit, from inside", out),
    row("hit, from outside", back),
    row("refused, from outside", refused),
  ];
}

/** Opens sessions until the table is as full as for the hits, and lets them end, again and again. */
function measureMisses(ms: number): Measured[] {
  const nat44 = newNat44();
  const opened: number[] = [];
  const ended: number[] = [];
  let nowMs = 1000.5;
  const ends = performance.now() + 2 * ms;
  while (performance.now() < ends || opened.length < 20) {
    opened.push(
      nsOnce(SESSIONS, () => {
        for (let i = 0; i < SESSIONS; i++) keep(open(nat44, i, nowMs));
      }),
    );
    nowMs += LONG_MS;
    ended.push(
      nsOnce(SESSIONS, () => {
        while (nat44.sessions > 0) nat44.expire(nowMs);
      }),
    );
  }
  // The first few are of code that is not compiled yet.
  const half = (all: readonly number[]): number => median(all.slice(all.length >> 1));
  return [row("miss: new mapping and session", half(opened)), row("end of both", half(ended))];
}

function row(load: string, value: number): Measured {
  return { load, quantity: "time", unit: "ns", value };
}

export const NAT44_BENCHES: readonly CpuBench[] = [
  { name: "nat44, hits", run: async (ms) => measureHits(ms) },
  { name: "nat44, misses", run: async (ms) => measureMisses(ms) },
];
