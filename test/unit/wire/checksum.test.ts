import { test } from "tap";
import * as checksum from "../../../src/wire/checksum.js";
import { slowChecksum } from "../../support/slow-checksum.js";

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

test("the sum of every length from 0 to 1500 equals the slow checksum", (t) => {
  const all = Uint8Array.from({ length: 1500 }, (_, i) => (i * 31 + (i >> 3)) & 0xff);
  for (let len = 0; len <= all.length; len++) {
    const bytes = all.slice(0, len);
    const fast = ~checksum.fold(checksum.sumBytes(viewOf(bytes), 0, len)) & 0xffff;
    if (fast !== slowChecksum(bytes)) t.fail(`length ${len}`);
  }
  t.end();
});

test("the largest sum that a packet can give folds exactly", (t) => {
  const bytes = new Uint8Array(65536).fill(0xff);
  t.equal(checksum.fold(checksum.sumBytes(viewOf(bytes), 0, bytes.length) + 0x1ffff), 1);
  t.end();
});

const words = [
  {
    name: "RFC 1624 §4: 0x5555 becomes 0x3285",
    checksum: 0xdd2f,
    before: 0x5555,
    after: 0x3285,
    expect: 0,
  },
  {
    name: "unchanged word leaves the checksum",
    checksum: 0x1234,
    before: 7,
    after: 7,
    expect: 0x1234,
  },
];

for (const c of words) {
  test(c.name, (t) => {
    const delta = checksum.replaceShort(c.before, c.after);
    t.equal(checksum.adjust(c.checksum, delta), c.expect);
    t.end();
  });
}

test("a 32-bit word taken out and put in again changes nothing", (t) => {
  for (const word of [0, 1, 0xffff, 0x10000, 0x80000000, 0xc0000212, 0xffffffff]) {
    const delta = checksum.removeWord(word) + checksum.sumWord(word);
    t.equal(checksum.fold(delta), 0xffff, `word ${word.toString(16)}`);
  }
  t.end();
});

test("a partial field grows by what is put in and not by its complement", (t) => {
  t.equal(checksum.adjustPartial(0xfffe, 3), 2);
  t.equal(checksum.adjustPartial(5, checksum.replaceShort(5, 9)), 9);
  t.end();
});
