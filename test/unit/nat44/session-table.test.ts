import { test } from "tap";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { KeyHash } from "../../../src/nat44/keyed-table.js";
import { SLOT_TCP, SLOT_UDP } from "../../../src/nat44/protocol.js";
import { SessionTable } from "../../../src/nat44/session-table.js";
import { ESTABLISHED, NONE } from "../../../src/nat44/tcp-state.js";
import { PEER_1, PEER_2 } from "../../support/nat44-fixture.js";

function createTable(capacity: number): SessionTable {
  return new SessionTable(capacity, new KeyHash(seededRandom(1)));
}

test("a session is known by protocol, external port and remote end", (t) => {
  const sessions = createTable(4);
  const session = sessions.add(SLOT_TCP, 1232, PEER_1, 80, 17);
  sessions.touch(session, ESTABLISHED, 5000);
  t.equal(sessions.find(SLOT_TCP, 1232, PEER_1, 80), session);
  t.equal(sessions.find(SLOT_UDP, 1232, PEER_1, 80), -1);
  t.equal(sessions.find(SLOT_TCP, 1233, PEER_1, 80), -1);
  t.equal(sessions.find(SLOT_TCP, 1232, PEER_2, 80), -1);
  t.equal(sessions.find(SLOT_TCP, 1232, PEER_1, 81), -1);
  t.equal(sessions.mapping(session), 17);
  t.equal(sessions.remoteAddress(session), PEER_1 | 0);
  t.equal(sessions.tcpState(session), ESTABLISHED);
  t.end();
});

test("a session that is removed early takes its timer with it", (t) => {
  const sessions = createTable(1);
  const first = sessions.add(SLOT_UDP, 1232, PEER_1, 0, 0);
  t.ok(sessions.full);
  sessions.touch(first, NONE, 5000);
  sessions.remove(first);
  t.equal(sessions.count, 0);
  sessions.advance(6000);
  t.equal(sessions.takeDue(), -1);
  const second = sessions.add(SLOT_UDP, 1233, PEER_1, 0, 0);
  sessions.touch(second, NONE, 9000);
  sessions.advance(8000);
  t.equal(sessions.takeDue(), -1);
  sessions.advance(9000);
  t.equal(sessions.takeDue(), second);
  t.end();
});
