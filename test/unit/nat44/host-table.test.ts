import { test } from "tap";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { HostTable } from "../../../src/nat44/host-table.js";
import { KeyHash } from "../../../src/nat44/keyed-table.js";
import { SLOT_ICMP, SLOT_TCP, SLOT_UDP } from "../../../src/nat44/protocol.js";
import { HOST_A, HOST_B } from "../../support/nat44-fixture.js";

test("counts ports by host and protocol, and apart what the quota does not ask for", (t) => {
  const hosts = new HostTable(4, new KeyHash(seededRandom(1)));
  const a = hosts.hold(HOST_A, SLOT_TCP, true);
  t.equal(hosts.hold(HOST_A, SLOT_TCP, true), a);
  t.equal(hosts.hold(HOST_A, SLOT_TCP, false), a);
  t.equal(hosts.hold(HOST_A, SLOT_UDP, true), a);
  hosts.holdSession(a);
  const b = hosts.hold(HOST_B, SLOT_ICMP, true);
  t.same([hosts.find(HOST_A), hosts.find(HOST_B), hosts.find(HOST_B + 1)], [a, b, -1]);
  t.same(hosts.rows(), [
    { address: HOST_A, tcpPorts: 3, udpPorts: 1, icmpIds: 0, sessions: 1 },
    { address: HOST_B, tcpPorts: 0, udpPorts: 0, icmpIds: 1, sessions: 0 },
  ]);
  t.equal(hosts.counted(HOST_A, SLOT_TCP), 2);
  hosts.recount(a, SLOT_TCP, true);
  t.equal(hosts.counted(HOST_A, SLOT_TCP), 3);
  hosts.recount(a, SLOT_TCP, false);
  hosts.dropSession(a);
  hosts.drop(a, SLOT_TCP, true);
  hosts.drop(a, SLOT_TCP, true);
  t.equal(hosts.counted(HOST_A, SLOT_TCP), 0);
  hosts.drop(a, SLOT_TCP, false);
  t.same(hosts.rows()[0], { address: HOST_A, tcpPorts: 0, udpPorts: 1, icmpIds: 0, sessions: 0 });
  t.equal(hosts.count, 2);
  t.end();
});

test("a host goes with its last port, and its place is used again", (t) => {
  const hosts = new HostTable(2, new KeyHash(seededRandom(2)));
  for (let i = 0; i < 100; i++) {
    const host = hosts.hold(HOST_A + i, SLOT_UDP, i % 2 === 0);
    t.ok(host === 0 || host === 1);
    t.equal(hosts.count, 1);
    hosts.drop(host, SLOT_UDP, i % 2 === 0);
    t.equal(hosts.counted(HOST_A + i, SLOT_UDP), 0);
  }
  t.equal(hosts.count, 0);
  t.same(hosts.rows(), []);
  t.end();
});
