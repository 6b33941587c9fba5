import { test } from "tap";
import { HostTable } from "../../../src/nat44/host-table.js";
import { KeyHash } from "../../../src/nat44/keyed-table.js";
import { SLOT_ICMP, SLOT_TCP, SLOT_UDP } from "../../../src/nat44/protocol.js";
import { HOST_A, HOST_B } from "../../support/nat44-fixture.js";
import { seededRandom } from "../../support/seeded-random.js";

test("counts ports by host and protocol", (t) => {
  const hosts = new HostTable(4, new KeyHash(seededRandom(1)));
  const a = hosts.hold(HOST_A, SLOT_TCP);
  t.equal(hosts.hold(HOST_A, SLOT_TCP), a);
  t.equal(hosts.hold(HOST_A, SLOT_UDP), a);
  hosts.hold(HOST_B, SLOT_ICMP);
  const counts = [HOST_A, HOST_B].map((host) =>
    [SLOT_TCP, SLOT_UDP, SLOT_ICMP].map((slot) => hosts.ports(host, slot)),
  );
  t.same(counts, [
    [2, 1, 0],
    [0, 0, 1],
  ]);
  hosts.drop(a, SLOT_TCP);
  hosts.drop(a, SLOT_TCP);
  t.same([hosts.ports(HOST_A, SLOT_TCP), hosts.ports(HOST_A, SLOT_UDP)], [0, 1]);
  t.equal(hosts.count, 2);
  t.end();
});

test("a host goes with its last port, and its place is used again", (t) => {
  const hosts = new HostTable(2, new KeyHash(seededRandom(2)));
  for (let i = 0; i < 100; i++) {
    const host = hosts.hold(HOST_A + i, SLOT_UDP);
    t.ok(host === 0 || host === 1);
    t.equal(hosts.count, 1);
    hosts.drop(host, SLOT_UDP);
    t.equal(hosts.ports(HOST_A + i, SLOT_UDP), 0);
  }
  t.equal(hosts.count, 0);
  t.end();
});
