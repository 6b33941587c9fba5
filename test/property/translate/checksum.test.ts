/** Incremental checksum updates against a full recomputation by the slow oracle. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { adjust, adjustPartial, fold, replaceShort, sumBytes } from "../../../src/wire/checksum.js";
import { writeTtl } from "../../../src/wire/ipv4.js";
import { ipv4, pattern, raw } from "../../support/packet-builder.js";
import { property } from "../../support/property.js";
import { addSums, slowChecksum, slowSum } from "../../support/slow-checksum.js";

const bytes = fc.uint8Array({ minLength: 2, maxLength: 200 });
const short = fc.integer({ min: 0, max: 0xffff });

/** One's complement has two zeros; as sums of anything but zeros they are one. */
function sameSum(a: number, b: number): boolean {
  return a === b || (a % 0xffff === 0 && b % 0xffff === 0);
}

function frameOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

property("the sum of a range is the oracle's", 1000, [bytes, fc.nat(40)], (data, cut) => {
  const from = Math.min(cut, data.length);
  const sum = fold(sumBytes(frameOf(data), from, data.length));
  assert.ok(sameSum(sum, slowSum(data.subarray(from))));
});

property(
  "replacing words adjusts a checksum to what it would be computed anew",
  2000,
  [bytes, fc.array(fc.tuple(fc.nat(99), short), { minLength: 1, maxLength: 8 })],
  (data, changes) => {
    const view = frameOf(data);
    const before = slowChecksum(data);
    let delta = 0;
    for (const [word, after] of changes) {
      const at = (word * 2) % (data.length - (data.length % 2));
      delta += replaceShort(view.getUint16(at), after);
      view.setUint16(at, after);
    }
    const adjusted = adjust(before, delta);
    // RFC 1624 §3: never a zero that a receiver would have to take for the other one.
    assert.ok(sameSum(adjusted, slowChecksum(data)), `${adjusted} for ${slowChecksum(data)}`);
    assert.equal(addSums(slowSum(data), adjusted) % 0xffff, 0);
  },
);

property(
  "adjusting a partial checksum keeps it the sum of the pseudo header",
  2000,
  [bytes, short, fc.nat(99)],
  (data, after, word) => {
    const view = frameOf(data);
    const before = slowSum(data);
    const at = (word * 2) % (data.length - (data.length % 2));
    const delta = replaceShort(view.getUint16(at), after);
    view.setUint16(at, after);
    assert.ok(sameSum(adjustPartial(before, delta), slowSum(data)));
  },
);

test("the sum of every length up to 9001 bytes is the oracle's", async (t) => {
  const data = pattern(9001);
  const frame = frameOf(data);
  const wrong: number[] = [];
  for (let len = 0; len <= data.length; len++) {
    if (fold(sumBytes(frame, 0, len)) !== slowSum(data.subarray(0, len))) wrong.push(len);
  }
  t.same(wrong, []);
});

test("a new TTL adjusts every header checksum there is to the one computed anew", async (t) => {
  const ends = { src: "198.51.100.1", dst: "192.0.2.18" };
  const wrong: number[] = [];
  for (let id = 0; id <= 0xffff; id++) {
    const packet = ipv4({ ...ends, id, ttl: 63 }, raw(6, new Uint8Array()));
    writeTtl(frameOf(packet), 0, 62);
    if (slowSum(packet) !== 0xffff) wrong.push(id);
    // A header checksum of 0xffff cannot come out of RFC 791 §3.1, and some receivers refuse it.
    if (frameOf(packet).getUint16(10) === 0xffff) wrong.push(id);
  }
  t.same(wrong, []);
});
