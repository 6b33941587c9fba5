/** The solver against a search through every rule that there is. */
import fc from "fast-check";
import { test } from "tap";
import { type Solution, type SolveInput, solveRule } from "../../../src/map/solve.js";
import { property } from "../../support/property.js";

/** One shape of a rule, without its IPv6 prefix. */
interface Shape {
  readonly r: number;
  readonly o: number;
  readonly a: number;
  readonly k: number;
}

/** Ports of one CE, counted port by port. */
function slowPorts(a: number, k: number): number {
  if (k === 0) return 65536;
  let count = 0;
  for (let port = 0; port < 65536; port++) {
    const isOfPsid0 = Math.floor(port / 2 ** (16 - a - k)) % 2 ** k === 0;
    const isExcluded = a > 0 && port < 2 ** (16 - a);
    if (isOfPsid0 && !isExcluded) count++;
  }
  return count;
}

const PORTS = new Map<string, number>();
for (let a = 0; a <= 15; a++) {
  for (let k = 0; a + k <= 16; k++) PORTS.set(`${a} ${k}`, slowPorts(a, k));
}

function portsOf({ a, k }: Pick<Shape, "a" | "k">): number {
  return PORTS.get(`${a} ${k}`)!;
}

function runOf({ a, k }: Pick<Shape, "a" | "k">): number {
  return k === 0 ? 65536 : 2 ** (16 - a - k);
}

const SHAPES: Shape[] = [];
for (let r = 0; r <= 32; r++) {
  for (let o = 0; o <= 48; o++) {
    for (let a = 0; a <= 15; a++) {
      // With EA length 0 and one address, the PSID length is whatever is provisioned.
      const ks = o === 0 && r === 32 ? Array.from({ length: 17 }, (_, k) => k) : [o + r - 32];
      for (const k of ks) {
        const shape = { r, o, a, k: Math.max(0, k) };
        if (shape.k + a <= 16) SHAPES.push(shape);
      }
    }
  }
}

/** Rules that have everything that was given, and among those of an offset with the most sharing where it is open. */
function slowSolve(input: SolveInput): string[] {
  const o =
    input.eaLen ??
    (input.endUserPrefixLen === undefined || input.ipv6Len === undefined
      ? undefined
      : input.endUserPrefixLen - input.ipv6Len);
  const isGiven = [input.psidLen, input.sharingRatio].some((value) => value !== undefined);
  const wishes = [input.portsPerCe, input.contiguousPorts].some((value) => value !== undefined);
  const fitting = SHAPES.filter(
    (shape) =>
      (o === undefined || shape.o === o) &&
      (input.ipv4Len === undefined || shape.r === input.ipv4Len) &&
      (input.psidOffset === undefined || shape.a === input.psidOffset) &&
      (input.psidLen === undefined || shape.k === input.psidLen) &&
      (input.sharingRatio === undefined || 2 ** shape.k === input.sharingRatio) &&
      portsOf(shape) >= (input.portsPerCe ?? 1) &&
      runOf(shape) >= (input.contiguousPorts ?? 1) &&
      // Of rules without sharing, those that give whole addresses, unless both lengths say otherwise.
      (shape.k > 0 || (o !== undefined && input.ipv4Len !== undefined) || shape.o + shape.r === 32),
  );
  const isOpen =
    !isGiven &&
    (o === undefined || input.ipv4Len === undefined || (o === 0 && input.ipv4Len === 32));
  if (isOpen && !wishes) {
    if (o !== 0 || input.ipv4Len !== 32) return [];
    return describe(
      fitting.filter(({ k }) => k === 0),
      input,
    );
  }
  const best = (a: number): number =>
    Math.max(...fitting.filter((s) => s.a === a).map(({ k }) => k));
  return describe(isOpen ? fitting.filter((shape) => shape.k === best(shape.a)) : fitting, input);
}

/** What the solver can say of each: lengths that nothing determines are left open, and an idle offset counts once. */
function describe(shapes: readonly Shape[], input: SolveInput): string[] {
  const isKnown = [input.ipv4Len, input.eaLen].some((value) => value !== undefined);
  const isClosed = input.endUserPrefixLen !== undefined && input.ipv6Len !== undefined;
  return shapes
    .filter(({ a, k }) => k > 0 || input.psidOffset !== undefined || a === 6)
    .map(({ r, o, a, k }) => (isKnown || isClosed ? `a${a} k${k} r${r} o${o}` : `a${a} k${k}`));
}

function described({ psidOffset, psidLen, ipv4Len, eaLen }: Solution): string {
  const lengths = ipv4Len === null ? "" : ` r${ipv4Len} o${eaLen}`;
  return `a${psidOffset} k${psidLen}${lengths}`;
}

function sorted(texts: readonly string[]): string {
  return [...new Set(texts)].sort().join("; ");
}

const maybe = (max: number, min = 0): fc.Arbitrary<number | undefined> =>
  fc.option(fc.integer({ min, max }), { nil: undefined, freq: 2 });

let solved = 0;
let refused = 0;

property(
  "the solver finds what a search through all rules finds",
  600,
  [
    fc.record({
      ipv4Len: maybe(32),
      eaLen: maybe(48),
      psidOffset: maybe(15),
      psidLen: fc.option(fc.integer({ min: 0, max: 16 }), { nil: undefined, freq: 1 }),
      sharingRatio: fc.option(
        fc.integer({ min: 0, max: 16 }).map((k) => 2 ** k),
        { nil: undefined, freq: 1 },
      ),
      portsPerCe: fc.option(fc.integer({ min: 1, max: 65536 }), { nil: undefined, freq: 1 }),
      contiguousPorts: fc.option(fc.integer({ min: 1, max: 4096 }), { nil: undefined, freq: 1 }),
    }),
  ],
  (input) => {
    const expected = sorted(slowSolve(input));
    const checked = solveRule(input);
    const got = checked.ok ? sorted(checked.value.map(described)) : "";
    if (got !== expected) throw new Error(`${JSON.stringify(input)}: ${got}, expected ${expected}`);
    if (checked.ok) solved++;
    else refused++;
    if (!checked.ok && !checked.diagnostics.every(({ message }) => message.length > 20)) {
      throw new Error("refused without a reason");
    }
  },
);

property(
  "every solution is a rule with the ports and lengths that it names",
  500,
  [
    fc.integer({ min: 16, max: 32 }),
    fc.integer({ min: 1, max: 4032 }),
    fc.integer({ min: 48, max: 64 }),
  ],
  (ipv4Len, portsPerCe, endUserPrefixLen) => {
    const checked = solveRule({ ipv4Len, portsPerCe, endUserPrefixLen });
    if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
    for (const one of checked.value) {
      const { psidOffset: a, psidLen: k, eaLen, ipv6Len } = one;
      const isRight =
        one.portsPerCe === portsOf({ a, k }) &&
        one.portsPerCe >= portsPerCe &&
        one.rangeLen === runOf({ a, k }) &&
        one.rangesPerCe * one.rangeLen === one.portsPerCe &&
        one.sharingRatio * one.portsPerCe + one.excludedPorts === 65536 &&
        eaLen === 32 - ipv4Len + k &&
        (ipv6Len ?? 0) + (eaLen ?? 0) === endUserPrefixLen;
      if (!isRight) throw new Error(JSON.stringify(one));
    }
  },
);

test("the run above met solutions and contradictions", (t) => {
  t.ok(solved > 40, `${solved} solved`);
  t.ok(refused > 40, `${refused} refused`);
  t.end();
});
