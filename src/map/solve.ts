/**
 * The missing lengths of a rule from those that are known (RFC 7597 §5.1, §5.2). Letters as in rule.ts: where two facts
 * give k, they must agree, and the answer says which do not. Cold code.
 */
import { error } from "./diagnostic.js";
import { portCounts } from "./port-set.js";
import { IPV4_BITS, IPV6_BITS } from "./prefix.js";
import type { Checked, Diagnostic } from "./types.js";

/** What is known; the rest is to be found. */
export interface SolveInput {
  /** n */
  readonly ipv6Len?: number | undefined;
  /** r */
  readonly ipv4Len?: number | undefined;
  /** o */
  readonly eaLen?: number | undefined;
  /** n + o */
  readonly endUserPrefixLen?: number | undefined;
  /** a */
  readonly psidOffset?: number | undefined;
  /** k */
  readonly psidLen?: number | undefined;
  /** 2^k */
  readonly sharingRatio?: number | undefined;
  /** At least so many ports for each CE; as many CEs as then fit share an address. */
  readonly portsPerCe?: number | undefined;
  /** At least so many ports in each range. */
  readonly contiguousPorts?: number | undefined;
}

export interface Solution {
  /** null where nothing that is known determines it; so are the next three. */
  readonly ipv6Len: number | null;
  readonly ipv4Len: number | null;
  readonly eaLen: number | null;
  readonly endUserPrefixLen: number | null;
  readonly psidOffset: number;
  readonly psidLen: number;
  readonly sharingRatio: number;
  readonly portsPerCe: number;
  readonly rangesPerCe: number;
  readonly rangeLen: number;
  readonly excludedPorts: number;
}

const LENGTHS = "RFC 7597 §5.2";
const PORTS = "RFC 7597 §5.1";
const PORT_BITS = 16;
const DEFAULT_OFFSET = 6;

/** Every offset that fits gives one solution, the default 6 and what is next to it first. */
export function solveRule(input: SolveInput): Checked<readonly Solution[]> {
  const outOfRange = rangeFaults(input);
  if (outOfRange.length > 0) return { ok: false, diagnostics: outOfRange };
  const lengths = closeLengths(input);
  if (!lengths.ok) return lengths;
  const known = knownPsidLen(input, lengths.value);
  if (!known.ok) return known;
  const offsets = input.psidOffset === undefined ? allOffsets() : [input.psidOffset];
  const found = offsets.flatMap((a) => {
    const k = known.value ?? mostSharing(input, a);
    const solution = k === null ? null : solutionOf(input, lengths.value, a, k);
    return solution === null ? [] : [solution];
  });
  if (found.length > 0) return { ok: true, value: found, diagnostics: [] };
  return { ok: false, diagnostics: [nothingFits(input, known.value)] };
}

/** The default and those nearest to it first; of two as near, the one that gives more ports. */
function allOffsets(): number[] {
  const distance = (a: number): number =>
    Math.abs(a - DEFAULT_OFFSET) - (a > DEFAULT_OFFSET ? 0.5 : 0);
  return Array.from({ length: PORT_BITS }, (_, a) => a).sort(
    (one, other) => distance(one) - distance(other),
  );
}

interface Bounds {
  readonly key: keyof SolveInput;
  readonly path: string;
  readonly least: number;
  readonly most: number;
}

const BOUNDS: readonly Bounds[] = [
  { key: "ipv6Len", path: "rule-ipv6-prefix", least: 0, most: IPV6_BITS },
  { key: "ipv4Len", path: "rule-ipv4-prefix", least: 0, most: IPV4_BITS },
  { key: "eaLen", path: "ea-len", least: 0, most: 48 },
  { key: "endUserPrefixLen", path: "end-user-prefix", least: 0, most: IPV6_BITS },
  { key: "psidOffset", path: "psid-offset", least: 0, most: 15 },
  { key: "psidLen", path: "psid-len", least: 0, most: PORT_BITS },
  { key: "sharingRatio", path: "sharing-ratio", least: 1, most: 65536 },
  { key: "portsPerCe", path: "ports", least: 1, most: 65536 },
  { key: "contiguousPorts", path: "contiguous", least: 1, most: 65536 },
];

function rangeFaults(input: SolveInput): Diagnostic[] {
  const found = BOUNDS.flatMap(({ key, path, least, most }) => {
    const value = input[key];
    if (value === undefined) return [];
    if (Number.isInteger(value) && value >= least && value <= most) return [];
    return [error("solve-range", path, `${path} ${value} is not in ${least}..${most}`, LENGTHS)];
  });
  const ratio = input.sharingRatio;
  if (found.length === 0 && ratio !== undefined && !Number.isInteger(Math.log2(ratio))) {
    const below = 2 ** Math.floor(Math.log2(ratio));
    const message = `sharing ratio ${ratio} is no power of two; use ${below} or ${below * 2}`;
    found.push(error("ratio-no-power", "sharing-ratio", message, PORTS));
  }
  return found;
}

/** n, o and n + o: two of them give the third. */
interface Lengths {
  readonly n: number | undefined;
  readonly o: number | undefined;
  readonly end: number | undefined;
}

function closeLengths({
  ipv6Len: n,
  eaLen: o,
  endUserPrefixLen: end,
}: SolveInput): Checked<Lengths> {
  const closed: Lengths = {
    n: n ?? difference(end, o),
    o: o ?? difference(end, n),
    end: end ?? (n !== undefined && o !== undefined ? n + o : undefined),
  };
  const { n: n1 = 0, o: o1 = 0, end: end1 = n1 + o1 } = closed;
  if (n !== undefined && o !== undefined && end !== undefined && n + o !== end) {
    const message = `a rule prefix /${n} and EA length ${o} end at ${n + o}, not at the end-user prefix's ${end}; leave one of the three out`;
    return refuse(error("lengths-disagree", "end-user-prefix", message, LENGTHS));
  }
  if (n1 < 0 || o1 < 0 || o1 > 48 || end1 > IPV6_BITS) {
    const message = `no rule has an IPv6 prefix /${n1}, EA length ${o1} and end-user prefixes /${end1}; the EA length is 0..48, and all of it ends by 128`;
    return refuse(error("lengths-impossible", "ea-len", message, LENGTHS));
  }
  return { ok: true, value: closed, diagnostics: [] };
}

function difference(whole: number | undefined, part: number | undefined): number | undefined {
  return whole === undefined || part === undefined ? undefined : whole - part;
}

/** k as each known fact gives it; null where none does. */
function knownPsidLen(input: SolveInput, { o }: Lengths): Checked<number | null> {
  const { psidLen, sharingRatio, ipv4Len: r } = input;
  const ways: { readonly k: number; readonly why: string }[] = [];
  if (psidLen !== undefined) ways.push({ k: psidLen, why: `PSID length ${psidLen}` });
  if (sharingRatio !== undefined) {
    ways.push({ k: Math.log2(sharingRatio), why: `sharing ratio ${sharingRatio}` });
  }
  // With EA length 0 the PSID, if there is one, is provisioned, and its length free.
  const isFree = o === 0 && r === IPV4_BITS;
  if (o !== undefined && r !== undefined && !(isFree && hasPortWish(input, ways.length))) {
    const k = Math.max(0, o + r - IPV4_BITS);
    ways.push({ k, why: `EA length ${o} behind a /${r}` });
  }
  const [first, ...others] = ways;
  if (first === undefined) return { ok: true, value: null, diagnostics: [] };
  const other = others.find(({ k }) => k !== first.k);
  if (other !== undefined) {
    const message = `${first.why} needs ${first.k} bits of PSID, but ${other.why} gives ${other.k}; leave one of them out`;
    return refuse(error("psid-len-disagrees", "psid-len", message, LENGTHS));
  }
  if (first.k > PORT_BITS) {
    const message = `${first.why} leaves ${first.k} bits for the PSID; ports have ${PORT_BITS}`;
    return refuse(error("psid-len-range", "psid-len", message, LENGTHS));
  }
  return { ok: true, value: first.k, diagnostics: [] };
}

function hasPortWish({ portsPerCe, contiguousPorts }: SolveInput, ways: number): boolean {
  return ways > 0 || portsPerCe !== undefined || contiguousPorts !== undefined;
}

/** The largest k with which the wishes for ports come true, or null; null, too, where there is no wish. */
function mostSharing(input: SolveInput, a: number): number | null {
  if (input.portsPerCe === undefined && input.contiguousPorts === undefined) return null;
  for (let k = PORT_BITS - a; k >= 0; k--) {
    if (grantsPorts(input, a, k)) return k;
  }
  return null;
}

function grantsPorts(
  { portsPerCe = 1, contiguousPorts = 1 }: SolveInput,
  a: number,
  k: number,
): boolean {
  if (a + k > PORT_BITS) return false;
  return portCounts(a, k).perCe >= portsPerCe && runOf(a, k) >= contiguousPorts;
}

/** Ports of a range. */
function runOf(a: number, k: number): number {
  return k === 0 ? 2 ** PORT_BITS : 2 ** (PORT_BITS - a - k);
}

function solutionOf(
  input: SolveInput,
  { n, o, end }: Lengths,
  a: number,
  k: number,
): Solution | null {
  // An offset means nothing where the address is not shared, so only one stands for all.
  const isIdle = k === 0 && input.psidOffset === undefined && a !== DEFAULT_OFFSET;
  if (isIdle || (k > 0 && !grantsPorts(input, a, k))) return null;
  if (k === 0 && !grantsPorts(input, 0, 0)) return null;
  const r = input.ipv4Len ?? (o === undefined ? undefined : ipv4LenOf(o, k));
  if (r !== undefined && (r < 0 || r > IPV4_BITS)) return null;
  const eaLen = o ?? (r === undefined ? undefined : IPV4_BITS - r + k);
  if (eaLen !== undefined && r !== undefined && !fits(eaLen, r, k)) return null;
  const ipv6Len = n ?? difference(end, eaLen);
  const last = end ?? (n === undefined || eaLen === undefined ? undefined : n + eaLen);
  if ((ipv6Len ?? 0) < 0 || (last ?? 0) > IPV6_BITS) return null;
  const { perCe, excluded } = portCounts(a, k);
  const rangeLen = runOf(a, k);
  return {
    ipv6Len: ipv6Len ?? null,
    ipv4Len: r ?? null,
    eaLen: eaLen ?? null,
    endUserPrefixLen: last ?? null,
    psidOffset: a,
    psidLen: k,
    sharingRatio: 2 ** k,
    portsPerCe: perCe,
    rangesPerCe: perCe / rangeLen,
    rangeLen,
    excludedPorts: excluded,
  };
}

/** r of a rule whose CEs have whole addresses or shares of them. */
function ipv4LenOf(o: number, k: number): number {
  return o === 0 ? IPV4_BITS : IPV4_BITS + k - o;
}

/** EA length 0 leaves k free where there is one address; else k is what the EA bits leave. */
function fits(o: number, r: number, k: number): boolean {
  if (o > 48) return false;
  return o === 0 && r === IPV4_BITS ? true : k === Math.max(0, o + r - IPV4_BITS);
}

function nothingFits(input: SolveInput, k: number | null): Diagnostic {
  const { psidOffset, portsPerCe, contiguousPorts } = input;
  if (k === null && portsPerCe === undefined && contiguousPorts === undefined) {
    const message =
      "this does not determine the PSID length; give it, the sharing ratio, the ports of a CE, or EA length and IPv4 prefix length";
    return error("solve-open", "psid-len", message, LENGTHS);
  }
  const wishes = [
    k === null ? "" : `PSID length ${k}`,
    psidOffset === undefined ? "" : `offset ${psidOffset}`,
    portsPerCe === undefined ? "" : `${portsPerCe} ports for each CE`,
    contiguousPorts === undefined ? "" : `ranges of ${contiguousPorts} ports`,
  ].filter((wish) => wish !== "");
  const most = k === null || psidOffset === undefined ? "" : mostText(psidOffset, k);
  const message = `${wishes.join(", ")} and the given lengths do not go together${most}; ask for less of one of them`;
  return error("solve-none", "ports", message, PORTS);
}

function mostText(a: number, k: number): string {
  if (a + k > PORT_BITS) return `: ${a} + ${k} bits are more than a port has`;
  return `: the set has ${portCounts(a, k).perCe} ports in ranges of ${runOf(a, k)}`;
}

function refuse(diagnostic: Diagnostic): Checked<never> {
  return { ok: false, diagnostics: [diagnostic] };
}
