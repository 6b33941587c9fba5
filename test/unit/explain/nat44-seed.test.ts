/** What a running NAT44 holds, put into one in memory, so that its packets are judged as there. */
import { test } from "tap";
import { DomainRun } from "../../../src/explain/domain-run.js";
import { type Nat44Seed, seedNat44 } from "../../../src/explain/nat44-seed.js";
import { settingsOf } from "../../golden/run-case.js";
import { CE, ceT, dmr, SERVER_T } from "../../golden/source/domains.js";
import { echo, ipv4, ipv6, type Payload, udp } from "../../support/packet-builder.js";

const HOST = 0xc0a8010a;
const SERVER = 0x0a020304;
const NOTHING: Nat44Seed = { forwards: [], sessions: [], isFull: false, used: new Map() };
const SESSION = {
  protocol: 17,
  insideAddress: HOST,
  insidePort: 5000,
  externalPort: 2257,
  remoteAddress: SERVER,
  remotePort: 80,
};

function verdict(seed: Nat44Seed, packet: Uint8Array, config: unknown = ceT()): string {
  const run = new DomainRun(settingsOf(config));
  if (run.nat44 === null) throw new Error("no NAT44");
  seedNat44(run.nat44, seed, run.nowMs);
  const { verdict, reason, output } = run.send(packet);
  const [first] = output;
  // Source port behind an IPv6 header, destination port behind an IPv4 one.
  const port = first === undefined ? 0 : portIn(first, first[0]! >>> 4 === 6 ? 40 : 22);
  return `${reason ?? verdict} ${port}`;
}

function portIn(packet: Uint8Array, at: number): number {
  return packet[at]! * 256 + packet[at + 1]!;
}

const out = (payload: Payload): Uint8Array => ipv4({ src: "192.168.1.10", dst: SERVER_T }, payload);
const inbound = (payload: Payload): Uint8Array => ipv6({ src: dmr(SERVER_T), dst: CE }, payload);

test("a session has its own external port out, and its host in", async (t) => {
  const seed = { ...NOTHING, sessions: [SESSION] };
  t.equal(verdict(seed, out(udp({ sport: 5000, dport: 80 }))), "forwarded 2257");
  t.equal(verdict(seed, inbound(udp({ sport: 80, dport: 2257 }))), "forwarded 5000");
  t.match(verdict(NOTHING, inbound(udp({ sport: 80, dport: 2257 }))), "nat44_no_mapping");
});

test("a forward of the operator's lets everybody in", async (t) => {
  const { protocol, insideAddress, insidePort, externalPort } = SESSION;
  const seed = { ...NOTHING, forwards: [{ protocol, insideAddress, insidePort, externalPort }] };
  t.equal(verdict(seed, inbound(udp({ sport: 9, dport: 2257 }))), "forwarded 5000");
});

test("an echo session lets its answers in", async (t) => {
  const session = { ...SESSION, protocol: 1, insidePort: 7, remotePort: 0 };
  const seed = { ...NOTHING, sessions: [session] };
  const answer = inbound(echo({ kind: "reply", id: 2257 }));
  t.match(verdict(seed, answer), "forwarded");
  t.match(verdict(NOTHING, answer), "nat44_no_mapping");
});

test("where every port is in use there, a new session gets none here", async (t) => {
  const packet = out(udp({ sport: 5000, dport: 80 }));
  t.match(verdict({ ...NOTHING, used: new Map([[17, 252]]) }, packet), "nat44_no_free_port");
  t.match(verdict({ ...NOTHING, used: new Map([[17, 251]]) }, packet), "forwarded");
  t.match(verdict({ ...NOTHING, used: new Map([[17, 100_000]]) }, packet), "nat44_no_free_port");
  t.match(verdict({ ...NOTHING, used: new Map([[6, 252]]) }, packet), "forwarded");
  const own = { ...NOTHING, sessions: [SESSION], used: new Map([[17, 252]]) };
  t.equal(verdict(own, packet), "forwarded 2257");
});

test("where there is no room for a session there, there is none here, but for those that there are", async (t) => {
  const packet = out(udp({ sport: 5000, dport: 80 }));
  const full = { ...NOTHING, isFull: true, used: new Map([[6, 252]]) };
  const keys: readonly Readonly<Record<string, unknown>>[] = [
    {},
    { "max-sessions-per-host": 3 },
    { filtering: "endpoint-independent" },
    { "tcp-port-reuse": "always" },
    { "tcp-port-reuse": "never", "max-ports-per-host": 1 },
  ];
  for (const nat44 of keys) {
    const config = ceT({ more: { nat44: { "max-sessions": 500, ...nat44 } } });
    t.match(verdict(full, packet, config), /^nat44_table_full/, JSON.stringify(nat44));
    const own = { ...full, sessions: [SESSION] };
    t.equal(verdict(own, packet, config), "forwarded 2257", JSON.stringify(nat44));
  }
});
