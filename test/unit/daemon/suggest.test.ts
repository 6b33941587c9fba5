import { test } from "tap";
import { didYouMean, editDistance, nearest } from "../../../daemon/suggest.js";

const DISTANCES = [
  { a: "", b: "", distance: 0 },
  { a: "", b: "abc", distance: 3 },
  { a: "abc", b: "abc", distance: 0 },
  { a: "abc", b: "acb", distance: 1 },
  { a: "calc", b: "cal", distance: 1 },
  { a: "kitten", b: "sitting", distance: 3 },
];

for (const { a, b, distance } of DISTANCES) {
  test(`"${a}" and "${b}" are ${distance} apart, both ways`, async (t) => {
    t.equal(editDistance(a, b), distance);
    t.equal(editDistance(b, a), distance);
  });
}

const KEYS = ["ea-len", "psid-len", "psid-offset", "dmr-ipv6-prefix", "end-user-ipv6-prefix"];

const NEAREST = [
  { typed: "ea-length", found: "ea-len" },
  { typed: "psidOffset", found: "psid-offset" },
  { typed: "psid_length", found: "psid-len" },
  { typed: "dmr", found: "dmr-ipv6-prefix" },
  { typed: "EndUserIpv6Prefix", found: "end-user-ipv6-prefix" },
  { typed: "psid-lne", found: "psid-len" },
  { typed: "bananas", found: null },
  { typed: "", found: null },
];

for (const { typed, found } of NEAREST) {
  test(`"${typed}" means ${found}`, async (t) => t.equal(nearest(typed, KEYS), found));
}

test("a suggestion is a half-sentence, or nothing", async (t) => {
  t.equal(didYouMean("cal", ["calc"]), '; did you mean "calc"?');
  t.equal(didYouMean("xyzzy", ["calc"]), "");
});
