/** Identifications that MAP-T gives: in runs for a flow, never twice soon for two packets between the same ends. */
import { test } from "tap";
import { Identifications } from "../../../src/translate/identifications.js";

const SOURCE = 0xc0000212;
const DESTINATION = 0xc6336401;
const UDP = 17;

/** One for each of `count` packets that flows of these ports send in turn. */
function takeAll(ids: Identifications, ports: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    ids.take(SOURCE, DESTINATION, UDP, ports[i % ports.length]!, 1),
  );
}

/** How many of them follow the one before in their flow. */
function followers(taken: readonly number[], flows: number): number {
  return taken.filter((id, i) => i >= flows && id === ((taken[i - flows]! + 1) & 0xffff)).length;
}

test("a single flow counts up by one", async (t) => {
  const taken = takeAll(new Identifications(1), [7], 5000);
  t.equal(followers(taken, 1), 4999);
});

test("flows in turn have runs of numbers each", async (t) => {
  const flows = 64;
  const ports = Array.from({ length: flows }, (_, i) => i);
  const taken = takeAll(new Identifications(2), ports, flows * 300);
  // Runs begin short, one is followed by another that begins elsewhere, and two flows may share a place.
  t.ok(followers(taken, flows) > taken.length * 0.9);
});

test("65,536 packets between two hosts have each another number where their flows use up their runs", async (t) => {
  const taken = takeAll(new Identifications(3), [1, 2], 2 * 127);
  t.equal(new Set(taken).size, taken.length);
  const long = takeAll(new Identifications(4), [1], 0x10000);
  t.equal(new Set(long).size, 0x10000);
});

test("flows of one packet each use up one number each", async (t) => {
  const ports = Array.from({ length: 0x10000 }, (_, i) => i);
  const taken = takeAll(new Identifications(5), ports, 0x10000);
  t.equal(new Set(taken).size, 0x10000);
});

test("a super-packet gets as many in a row as it has segments", async (t) => {
  const ids = new Identifications(6);
  const first = ids.take(SOURCE, DESTINATION, UDP, 1, 1);
  const long = ids.take(SOURCE, DESTINATION, UDP, 1, 500);
  const next = ids.take(SOURCE, DESTINATION, UDP, 2, 1);
  const distance = (next - long) & 0xffff;
  t.ok(distance >= 500, `${distance} numbers on`);
  t.not(long, first);
});

test("each pair of hosts has a counter of its own, which nobody can guess", async (t) => {
  const firsts = Array.from({ length: 200 }, (_, i) =>
    new Identifications(i * 7919).take(SOURCE, DESTINATION, UDP, 1, 1),
  );
  t.ok(new Set(firsts).size > 190);
  const ids = new Identifications(8);
  const others = Array.from({ length: 200 }, (_, i) => ids.take(SOURCE, i, UDP, 1, 1));
  t.ok(new Set(others).size > 190);
});
