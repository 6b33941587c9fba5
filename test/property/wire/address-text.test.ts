/** Texts of addresses against the reader of Node, and there and back. */
import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { test } from "tap";
import { formatIpv6, parseIpv4, parseIpv6 } from "../../../src/wire/address.js";
import { property } from "../../support/property.js";

/** Pieces of addresses in any order: near enough to be right at times. */
const pieces = (...texts: string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...texts), { maxLength: 17 }).map((list) => list.join(""));
const anyIpv6 = pieces(
  ":",
  ":",
  ":",
  ":",
  ":",
  "0",
  "12",
  "fFe",
  "1aB2",
  "12345",
  "::",
  ".",
  "1.2.3.4",
  "g",
);
const anyIpv4 = pieces(".", ".", ".", "0", "1", "25", "255", "256", "01", "1000", "-1", " ", "x");

let sound = 0;

property("an IPv6 address is read where Node reads one", 40_000, [anyIpv6], (text) => {
  const words = parseIpv6(text);
  if ((words !== null) !== isIPv6(text)) throw new Error(text);
  if (words === null) return;
  sound++;
  const [one, other] = [new URL(`http://[${text}]`).hostname, `[${formatIpv6(words)}]`];
  if (one !== other) throw new Error(`${text}: ${other}, expected ${one}`);
});

property("an IPv4 address is read where Node reads one", 40_000, [anyIpv4], (text) => {
  const address = parseIpv4(text);
  if ((address !== null) !== isIPv4(text)) throw new Error(text);
  if (address === null) return;
  sound++;
  const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
  if (address !== ((a * 256 + b) * 256 + c) * 256 + d) throw new Error(text);
});

test("the runs above met addresses", (t) => {
  t.ok(sound > 200, `${sound}`);
  t.end();
});
