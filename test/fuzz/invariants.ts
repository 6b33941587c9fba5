/** What holds for every packet that leaves a domain, whatever came in. */
import { ceFromEndUserPrefix } from "../../src/map/ce.js";
import type { Ipv4Prefix, Ipv6Prefix } from "../../src/map/types.js";
import type { CeSettings, DomainSettings } from "../../src/pipeline/settings.js";
import { finishedBy, type Offloaded, virtioProblems } from "../support/offload.js";
import { packetProblems } from "../support/packet-check.js";

/** 192.0.0.8, where a domain has no public source for ICMP errors (RFC 7600 §4.8). */
const DUMMY = 0xc0000008;

/** A transport checksum or UDP length that came in wrong goes out wrong. */
const CARRIED = /(TCP|UDP|ICMP) checksum$|UDP length|UDP header cut short|TCP header/;
/** A tunnel, and NAT44 from LAN to LAN, does not look at these fields of an IPv4 packet; the next router does. */
const CARRIED_IN_IPV4 = /IPv4 reserved flag|ICMP header|quote|ICMP extension|protocol 58/;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function in4(address: number, { address: base, len }: Ipv4Prefix): boolean {
  const mask = len === 0 ? 0 : (0xffffffff << (32 - len)) >>> 0;
  return (address & mask) >>> 0 === (base & mask) >>> 0;
}

/** `at`: of a 16-byte address. */
function in6(bytes: Uint8Array, at: number, { address, len }: Ipv6Prefix): boolean {
  for (let bit = 0; bit < len; bit++) {
    const actual = (bytes[at + (bit >>> 3)]! >>> (7 - (bit & 7))) & 1;
    if (actual !== ((address[bit >>> 5]! >>> (31 - (bit & 31))) & 1)) return false;
  }
  return true;
}

function asPrefix(address: Ipv6Prefix["address"]): Ipv6Prefix {
  return { address, len: 128 };
}

/** Where a domain's packets may come from and go to, by family. */
export interface Reach {
  readonly settings: DomainSettings;
  readonly sources6: readonly Ipv6Prefix[];
  readonly destinations6: readonly Ipv6Prefix[];
  /** IPv4 sources on a BR, besides those of ICMP errors. */
  readonly sources4: readonly Ipv4Prefix[];
  /** IPv4 destinations on a CE; never any of these on a BR. */
  readonly inside4: readonly Ipv4Prefix[];
  readonly errorSources4: readonly number[];
}

export function reachOf(settings: DomainSettings): Reach {
  const { ipv4Sources } = settings.icmp;
  const errorSources4 = ipv4Sources.length > 0 ? ipv4Sources : [DUMMY];
  const far = settings.dmr === null ? settings.brAddresses.map(asPrefix) : [settings.dmr];
  const all6 = settings.rules.map((rule) => rule.ipv6);
  const all4 = settings.rules.map((rule) => rule.ipv4);
  if (settings.role === "br") {
    return {
      settings,
      sources6: far.slice(0, 1),
      destinations6: all6,
      sources4: all4,
      inside4: all4,
      errorSources4,
    };
  }
  const forwarding = settings.rules.filter((rule) => rule.forwarding).map((rule) => rule.ipv6);
  return {
    settings,
    sources6: [settings.endUserPrefix],
    destinations6: [...far, ...forwarding],
    sources4: [],
    inside4: settings.nat44 === null ? [ownIpv4(settings)] : settings.localPrefixes,
    errorSources4,
  };
}

function ownIpv4(settings: CeSettings): Ipv4Prefix {
  const ce = ceFromEndUserPrefix(settings.rules[settings.bmr]!, settings.endUserPrefix);
  if (!ce.ok) throw new Error("no CE");
  return ce.value.ipv4;
}

/** Addresses of the packet that came in, to which an answer may go. */
function isAnswer(input: Uint8Array | null, output: Uint8Array): boolean {
  if (input === null) return true;
  const isIpv6 = output[0]! >>> 4 === 6;
  if (input[0]! >>> 4 !== output[0]! >>> 4) return false;
  const [protocol, expected] = isIpv6 ? [output[6], 58] : [output[9], 1];
  if (protocol !== expected) return false;
  const source = isIpv6 ? input.subarray(8, 24) : input.subarray(12, 16);
  const destination = isIpv6 ? output.subarray(24, 40) : output.subarray(16, 20);
  return Buffer.compare(source, destination) === 0;
}

/** `input` is null where the output came by time alone. */
export function addressProblems(
  reach: Reach,
  input: Uint8Array | null,
  output: Uint8Array,
): string[] {
  const problems: string[] = [];
  const isBr = reach.settings.role === "br";
  if (output[0]! >>> 4 === 6) {
    if (!reach.sources6.some((prefix) => in6(output, 8, prefix))) problems.push("IPv6 source");
    const isInside = reach.destinations6.some((prefix) => in6(output, 24, prefix));
    if (!isInside && !isAnswer(input, output)) problems.push("IPv6 destination");
    return problems;
  }
  const source = view(output).getUint32(12);
  const destination = view(output).getUint32(16);
  const isInside = reach.inside4.some((prefix) => in4(destination, prefix));
  if (isBr) {
    const isKnown = reach.sources4.some((prefix) => in4(source, prefix));
    if (!isKnown && !reach.errorSources4.includes(source)) problems.push("IPv4 source");
    if (isInside) problems.push("IPv4 destination inside the domain");
  } else if (!isInside && !isAnswer(input, output)) problems.push("IPv4 destination");
  const first = destination >>> 24;
  if (first === 0 || first === 127 || first >= 224) problems.push("IPv4 destination is a martian");
  return problems;
}

function isFragment(bytes: Uint8Array): boolean {
  const version = (bytes[0] ?? 0) >>> 4;
  if (version === 4 && bytes.length >= 20) return (view(bytes).getUint16(6) & 0x3fff) !== 0;
  if (version !== 6 || bytes.length < 48) return false;
  if (bytes[6] === 4 && bytes.length >= 60) return (view(bytes).getUint16(46) & 0x3fff) !== 0;
  return bytes[6] !== 6 && bytes[6] !== 17 && bytes[6] !== 58 && bytes[6] !== 4;
}

function isIpv4(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && (bytes[0] ?? 0) >>> 4 === 4;
}

/** True where everything that goes out has to be right: the input was, and was whole. */
function isSound(input: Offloaded): boolean {
  if (isFragment(input.bytes)) return false;
  try {
    if (virtioProblems(input, true).length > 0) return false;
    // A super-packet's own checksum, as if it went out whole, tells whether the sum in its field is right.
    const whole = { bytes: input.bytes, virtio: input.virtio.slice() };
    whole.virtio[1] = 0;
    if (finishedBy(whole, true).some((packet) => packetProblems(packet).length > 0)) return false;
    return finishedBy(input, true).every((packet) => packetProblems(packet).length === 0);
  } catch {
    return false;
  }
}

/** What is wrong with a packet that was emitted. */
export function outputProblems(reach: Reach, input: Offloaded | null, output: Offloaded): string[] {
  const virtio = virtioProblems(output, true);
  if (virtio.length > 0) return virtio;
  const isTunnel = reach.settings.mode === "map-e";
  // What MAP-T finds behind a header of another tunnel is none of its business.
  const concerns = (problem: string): boolean => isTunnel || !problem.startsWith("inner:");
  const problems = finishedBy(output, true).flatMap(packetProblems).filter(concerns);
  const staysIpv4 = isTunnel || (isIpv4(input?.bytes) && isIpv4(output.bytes));
  const mayCarry = (problem: string): boolean =>
    CARRIED.test(problem) || (staysIpv4 && CARRIED_IN_IPV4.test(problem));
  const wrong = problems.every(mayCarry) && (input === null || !isSound(input)) ? [] : problems;
  return [...wrong, ...addressProblems(reach, input === null ? null : input.bytes, output.bytes)];
}
