/** RFC 6052 §2.2: embedding is exact in every bit, and extraction takes it back. */
import fc from "fast-check";
import { Dmr } from "../../../src/map/dmr.js";
import { canonicalIpv6 } from "../../../src/map/prefix.js";
import { ipv6PrefixOf, word, words6 } from "../../support/arbitrary-rule.js";
import { property } from "../../support/property.js";
import { bits, bitsOfWords } from "../../support/slow-map.js";

const prefix = ipv6PrefixOf(fc.constantFrom(32, 40, 48, 56, 64, 96)).map(({ address, len }) => {
  const [w0, w1, w2, w3] = address;
  // Bits 64..71 of a /96 are zero, as checkDmr() demands.
  return { address: [w0, w1, w2 & 0xffffff, w3] as const, len };
});

function slowEmbed(address: ArrayLike<number>, len: number, addr4: number): string {
  const head = bitsOfWords(address).slice(0, len);
  const v4 = bits(addr4, 32);
  if (len === 96) return head + v4;
  const before = 64 - len;
  return `${head}${v4.slice(0, before)}${"0".repeat(8)}${v4.slice(before)}`.padEnd(128, "0");
}

property("embed writes the layout, extract reads it", 5000, [prefix, word], (one, addr4) => {
  const dmr = new Dmr(one);
  const out = new Uint32Array(4).fill(0xa5a5a5a5);
  if (dmr.embed(addr4, out) !== 0) throw new Error("refused");
  if (bitsOfWords(out) !== slowEmbed(one.address, one.len, addr4)) throw new Error("layout");
  if (!dmr.matches(out) || dmr.extract(out) >>> 0 !== addr4) throw new Error("not restored");
});

property(
  "u and suffix bits do not matter on receipt",
  2000,
  [prefix, word, words6],
  (one, addr4, noise) => {
    const dmr = new Dmr(one);
    const out = new Uint32Array(4);
    dmr.embed(addr4, out);
    const end = one.len === 96 ? 128 : one.len + 40;
    const kept = canonicalIpv6({ address: noise, len: end }).address;
    for (let at = 0; at < 4; at++) out[at]! ^= noise[at]! ^ kept[at]!;
    if (one.len !== 96) out[2]! ^= noise[2] & 0xff000000;
    if (!dmr.matches(out) || dmr.extract(out) >>> 0 !== addr4) throw new Error("not restored");
  },
);

property(
  "matches compares the prefix and nothing else",
  3000,
  [prefix, words6, fc.nat(128)],
  (one, noise, kept) => {
    const text = bitsOfWords(one.address).slice(0, kept) + bitsOfWords(noise).slice(kept);
    const address = Uint32Array.from([0, 32, 64, 96], (at) =>
      Number(`0b${text.slice(at, at + 32)}`),
    );
    const expected = text.startsWith(bitsOfWords(one.address).slice(0, one.len));
    if (new Dmr(one).matches(address) !== expected) throw new Error(`expected ${expected}`);
  },
);
