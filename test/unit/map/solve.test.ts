/** What the solver says where there is no answer, and the first answer where there are several. */
import { test } from "tap";
import { type SolveInput, solveRule } from "../../../src/map/solve.js";

const FIRST: readonly (readonly [string, SolveInput, object])[] = [
  [
    "ports and IPv4 prefix",
    { ipv4Len: 24, portsPerCe: 250, endUserPrefixLen: 56 },
    { ipv6Len: 40, eaLen: 16, psidOffset: 6, psidLen: 8, portsPerCe: 252, rangesPerCe: 63 },
  ],
  [
    "ratio and EA length",
    { eaLen: 16, sharingRatio: 256, ipv6Len: 40 },
    { ipv4Len: 24, endUserPrefixLen: 56, psidLen: 8 },
  ],
  [
    "a run of ports",
    { psidLen: 8, contiguousPorts: 16 },
    { ipv4Len: null, eaLen: null, psidOffset: 4, rangeLen: 16, portsPerCe: 240 },
  ],
  [
    "all ports of an address",
    { ipv4Len: 24, portsPerCe: 65536 },
    { eaLen: 8, psidLen: 0, sharingRatio: 1, excludedPorts: 0, rangesPerCe: 1 },
  ],
  [
    "a provisioned PSID",
    { ipv4Len: 32, eaLen: 0, psidLen: 8 },
    { psidLen: 8, psidOffset: 6, portsPerCe: 252 },
  ],
];

for (const [name, input, expected] of FIRST) {
  test(`solved from ${name}`, async (t) => {
    const solved = solveRule(input);
    t.match(solved.ok && solved.value[0], expected);
  });
}

const REFUSED: readonly (readonly [string, SolveInput, string, RegExp])[] = [
  [
    "ratio against EA length",
    { ipv4Len: 24, eaLen: 16, sharingRatio: 64 },
    "psid-len-disagrees",
    /sharing ratio 64 needs 6 bits of PSID, but EA length 16 behind a \/24 gives 8/,
  ],
  [
    "three lengths that do not add up",
    { ipv6Len: 40, eaLen: 16, endUserPrefixLen: 60 },
    "lengths-disagree",
    /end at 56, not at the end-user prefix's 60/,
  ],
  [
    "an end before the beginning",
    { ipv6Len: 60, endUserPrefixLen: 56 },
    "lengths-impossible",
    /no rule has/,
  ],
  ["a ratio that is no power of two", { sharingRatio: 100 }, "ratio-no-power", /use 64 or 128/],
  ["an offset beyond 15", { psidOffset: 16 }, "solve-range", /psid-offset 16 is not in 0\.\.15/],
  ["nothing to go by", { ipv4Len: 24 }, "solve-open", /does not determine the PSID length/],
  [
    "more ports than offset and PSID length leave",
    { psidOffset: 6, psidLen: 8, portsPerCe: 300 },
    "solve-none",
    /the set has 252 ports in ranges of 4/,
  ],
  [
    "offset and PSID length beyond a port",
    { psidOffset: 10, psidLen: 8 },
    "solve-none",
    /10 \+ 8 bits are more than a port has/,
  ],
  [
    "a PSID beyond a port",
    { ipv4Len: 24, eaLen: 30 },
    "psid-len-range",
    /leaves 22 bits for the PSID/,
  ],
];

for (const [name, input, code, message] of REFUSED) {
  test(`no solution: ${name}`, async (t) => {
    const solved = solveRule(input);
    t.notOk(solved.ok);
    t.equal(solved.diagnostics.length, 1);
    const [first] = solved.diagnostics;
    t.equal(first?.code, code);
    t.match(first?.message, message);
  });
}
