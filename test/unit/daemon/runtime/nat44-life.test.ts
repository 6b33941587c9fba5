/** What becomes of a CE's sessions when its configuration changes, and when the change is undone. */
import { test } from "tap";
import { answerNat44 } from "../../../../daemon/runtime/nat44-answers.js";
import { Nat44Life } from "../../../../daemon/runtime/nat44-life.js";
import type { Nat44 } from "../../../../src/nat44/nat44.js";
import type { DomainSettings } from "../../../../src/pipeline/settings.js";
import { BR_T, CE_T, domainOf } from "../samples.js";

const TCP = 6;
const UDP = 17;
const HOST = 0xc0a8010a;
const SERVER = 0xc6336409;
const SYN = 0x02;
/** RFC 5382 §5: what an unanswered SYN lives for. */
const TRANSITORY_MS = 240_000;

const settingsOf = (text: string): DomainSettings => domainOf(text).settings;
const HOME = settingsOf(CE_T);
const SLOWER = settingsOf(`${CE_T}    nat44: { timeouts: { udp: 600 } }\n`);
const LARGER = settingsOf(`${CE_T}    nat44: { max-sessions: 50000 }\n`);
const TINY = settingsOf(`${CE_T}    nat44: { max-sessions: 1 }\n`);
const MOVED = settingsOf(CE_T.replace("3400::/56", "3500::/56"));
const WHOLE = settingsOf(
  CE_T.replace("[metro]", "[whole]").replace("2001:db8:12:3400::/56", "2001:db8:4007::/48"),
);
const WHOLE_OFF: DomainSettings = { ...WHOLE, ...{ nat44: null } };

function lifeOf(settings: DomainSettings): Nat44Life {
  let seed = 1;
  return new Nat44Life(settings, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed;
  });
}

function nat44Of({ nat44 }: Nat44Life): Nat44 {
  if (nat44 === null) throw new Error("no NAT44");
  return nat44;
}

/** Opens a UDP session and a TCP connection; returns their external ports. */
function open(life: Nat44Life): readonly [number, number] {
  const nat44 = nat44Of(life);
  return [
    nat44.outbound(UDP, HOST, 5060, SERVER, 5060, 0, 0),
    nat44.outbound(TCP, HOST, 40000, SERVER, 22, SYN, 0),
  ];
}

function portsOf(life: Nat44Life): readonly [number, number] {
  const nat44 = nat44Of(life);
  return [
    nat44.peekOutbound(UDP, HOST, 5060, SERVER, 5060),
    nat44.peekOutbound(TCP, HOST, 40000, SERVER, 22),
  ];
}

test("what does not concern NAT44 leaves it as it is", async (t) => {
  const life = lifeOf(HOME);
  const before = life.nat44;
  const next = life.prepare(settingsOf(`${CE_T}    mtu: { ipv6: 1480 }\n`), false, 0);
  t.equal(next.nat44, before);
  t.same(next.change, { kept: true, ended: 0 });
});

test("changed timeouts hold for the same sessions from their next packet on", async (t) => {
  const life = lifeOf(HOME);
  const [before, ports] = [nat44Of(life), open(life)];
  const next = life.prepare(SLOWER, false, 1000);
  t.same([next.nat44 === before, next.change], [true, { kept: true, ended: 0 }]);
  const usesUdp = (nowMs: number): void => {
    before.outbound(UDP, HOST, 5060, SERVER, 5060, 0, nowMs);
  };
  usesUdp(1000);
  before.expire(1000 + 299_000);
  t.same(portsOf(life)[0], ports[0]);
  life.take(next);
  usesUdp(300_000);
  before.expire(300_000 + 599_000);
  t.equal(portsOf(life)[0], ports[0], "ten minutes, not five");
  before.expire(300_000 + 601_000);
  t.equal(before.sessions, 0);
  life.take(life.prepare(HOME, true, 1_000_000));
  t.equal(life.nat44, before, "undone in the same way");
});

test("other changed settings of NAT44 keep every session", async (t) => {
  const life = lifeOf(HOME);
  const [before, ports] = [life.nat44, open(life)];
  const next = life.prepare(LARGER, false, 1000);
  t.equal(life.nat44, before, "until it is taken nothing changes");
  life.take(next);
  t.not(life.nat44, before);
  t.same(portsOf(life), ports);
  t.same([next.change, next.retired], [{ kept: true, ended: 0 }, null]);
});

test("sessions that changed settings have no room for are counted", async (t) => {
  const life = lifeOf(HOME);
  open(life);
  t.same(life.prepare(TINY, false, 0).change, { kept: true, ended: 1 });
});

test("explicit mappings of the operator and of hosts stay, too", async (t) => {
  const life = lifeOf(HOME);
  const request = { protocol: TCP, insideAddress: HOST, insidePort: 22, exact: true } as const;
  const operator = {
    ...request,
    externalPort: 1232,
    lifetimeMs: null,
    origin: "operator",
  } as const;
  t.ok(nat44Of(life).addMapping(operator, 0).ok);
  life.take(life.prepare(LARGER, false, 0));
  t.match(nat44Of(life).explicitMappings(0), [{ externalPort: 1232, origin: "operator" }]);
});

test("with another port set every session ends, and the former NAT44 is known as retired", async (t) => {
  const life = lifeOf(HOME);
  const before = life.nat44;
  open(life);
  const next = life.prepare(MOVED, false, 0);
  t.same(next.change, { kept: false, ended: 2 });
  t.equal(next.retired, before);
  life.take(next);
  t.equal(nat44Of(life).sessions, 0);
  t.equal(life.prepare(MOVED, false, 0).retired, before, "also after another reload");
});

test("sessions come back with their address, also into other settings", async (t) => {
  for (const [name, settings] of [
    ["as it was", HOME],
    ["changed", LARGER],
  ] as const) {
    const life = lifeOf(HOME);
    const ports = open(life);
    life.take(life.prepare(MOVED, false, 0));
    life.take(life.prepare(settings, false, 1000));
    t.same(portsOf(life), ports, name);
  }
});

test("what is undone is as it was, and not a copy", async (t) => {
  for (const [name, settings] of [
    ["settings", TINY],
    ["address", MOVED],
    ["off", settingsOf(BR_T)],
  ] as const) {
    const life = lifeOf(HOME);
    const [before, ports] = [life.nat44, open(life)];
    life.take(life.prepare(settings, false, 0));
    life.take(life.prepare(HOME, true, 1000));
    t.equal(life.nat44, before, name);
    t.same(portsOf(life), ports, name);
  }
});

test("undoing a change that was never taken changes nothing", async (t) => {
  const life = lifeOf(HOME);
  open(life);
  life.take(life.prepare(SLOWER, false, 0));
  const before = life.nat44;
  life.prepare(MOVED, false, 0);
  life.take(life.prepare(SLOWER, true, 0));
  t.equal(life.nat44, before);
});

test("NAT44 that is switched off ends its sessions, and nobody is retired", async (t) => {
  const life = lifeOf(WHOLE);
  open(life);
  const next = life.prepare(WHOLE_OFF, false, 0);
  t.match(next, { nat44: null, retired: null, change: { kept: false, ended: 2 } });
});

test("NAT44 that is switched on starts empty", async (t) => {
  const life = lifeOf(WHOLE_OFF);
  t.equal(life.nat44, null);
  const next = life.prepare(WHOLE, false, 0);
  t.match(next, { retired: null, change: { kept: false, ended: 0 } });
  t.equal(next.nat44?.sessions, 0);
});

test("a former NAT44 is let go: after a change of settings soon, else with its last session", async (t) => {
  const undone = (life: Nat44Life, nowMs: number): Nat44 | null => {
    life.tick(nowMs);
    return life.prepare(HOME, true, nowMs).nat44;
  };
  const other = lifeOf(HOME);
  open(other);
  const before = other.nat44;
  other.take(other.prepare(LARGER, false, 0));
  t.equal(undone(other, 59_999), before);
  t.not(undone(other, 60_000), before);

  const moved = lifeOf(HOME);
  const retired = nat44Of(moved);
  retired.outbound(TCP, HOST, 40000, SERVER, 22, SYN, 0);
  moved.take(moved.prepare(MOVED, false, 0));
  t.equal(undone(moved, TRANSITORY_MS - 1), retired);
  t.not(undone(moved, TRANSITORY_MS + 2000), retired);
});

test("a saved state is taken over, with what time has done to it", async (t) => {
  const life = lifeOf(HOME);
  const ports = open(life);
  const state = nat44Of(life).exportState(0);
  const next = lifeOf(SLOWER);
  t.same(next.restore(state, 1000, 0), { sessions: 2, mappings: 0, lost: 0 });
  t.same(portsOf(next), ports);
  // The SYN was never answered, the UDP session lives for five minutes.
  t.same(lifeOf(HOME).restore(state, TRANSITORY_MS, 0), { sessions: 1, mappings: 0, lost: 0 });
  t.same(lifeOf(settingsOf(BR_T)).restore(state, 0, 0), { sessions: 0, mappings: 0, lost: 0 });
});

test("a saved state that makes no sense leaves an empty NAT44", async (t) => {
  const life = lifeOf(HOME);
  open(life);
  const state = nat44Of(life).exportState(0);
  const next = lifeOf(HOME);
  t.throws(() => next.restore(state.subarray(1), 0, 0), Error);
  t.equal(nat44Of(next).sessions, 0);
  t.equal(nat44Of(next).outbound(UDP, HOST, 1, SERVER, 1, 0, 0) > 0, true);
});

test("every question has its answer", async (t) => {
  const life = lifeOf(HOME);
  const [udp, tcp] = open(life);
  const { nat44, identity } = life;
  if (nat44 === null || identity === null) throw new Error("no NAT44");
  const asked = { nat44, identity };
  const endpoint = { protocol: UDP, insideAddress: HOST, insidePort: 53 };
  const map = {
    ...endpoint,
    externalPort: 1235,
    exact: true,
    lifetimeMs: 60_000,
    origin: "pcp",
  } as const;
  const peer = { ...endpoint, insidePort: 54, remoteAddress: SERVER, remotePort: 53 };
  const page = answerNat44(asked, { kind: "sessions", cursor: 0, limit: 1e9 }, 0);
  t.match(page, { rows: [{ externalPort: udp }, { externalPort: tcp }], next: -1 });
  t.same(answerNat44(asked, { kind: "map", request: map }, 0), { ok: true, externalPort: 1235 });
  t.match(answerNat44(asked, { kind: "mappings" }, 0), [{ externalPort: 1235, origin: "pcp" }]);
  t.equal(answerNat44(asked, { kind: "unmap", ...endpoint }, 0), true);
  t.equal(answerNat44(asked, { kind: "unmap", ...endpoint }, 0), false);
  const request = { ...peer, externalPort: 0, lifetimeMs: 120_000 };
  t.match(answerNat44(asked, { kind: "peer", request }, 0), { ok: true });
  t.match(answerNat44(asked, { kind: "hosts" }, 0), [
    { address: HOST, tcpPorts: 1, udpPorts: 2, icmpIds: 0, sessions: 3 },
  ]);
  t.match(answerNat44(asked, { kind: "ports" }, 0), { tcp: { length: 252 } });
  const saved = { identity, state: nat44.exportState(0) };
  t.same(answerNat44(asked, { kind: "export" }, 0), saved);
});
