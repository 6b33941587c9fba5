/** What a worker's loop writes, and what the main thread reads. */
import { test } from "tap";
import {
  ASKED,
  ASLEEP,
  AWAKE,
  HEARTBEAT_BYTES,
  Heart,
  readHeartbeat,
} from "../../../../daemon/runtime/heartbeat.js";

test("each turn is a beat, and it is known what the loop does", (t) => {
  const shared = new SharedArrayBuffer(HEARTBEAT_BYTES);
  const heart = new Heart(shared);
  t.same(readHeartbeat(shared), { beat: 0, activity: AWAKE });
  heart.beats();
  t.same(readHeartbeat(shared), { beat: 1, activity: AWAKE });
  heart.sleeps();
  t.same(readHeartbeat(shared), { beat: 1, activity: ASLEEP });
  heart.wakes(true);
  t.same(readHeartbeat(shared), { beat: 1, activity: ASKED });
  heart.wakes(false);
  t.same(readHeartbeat(shared), { beat: 1, activity: AWAKE });
  t.end();
});

test("the next thread goes on where the last one hung, awake", (t) => {
  const shared = new SharedArrayBuffer(HEARTBEAT_BYTES);
  const first = new Heart(shared);
  first.beats();
  first.wakes(true);
  new Heart(shared);
  t.same(readHeartbeat(shared), { beat: 1, activity: AWAKE });
  t.end();
});
