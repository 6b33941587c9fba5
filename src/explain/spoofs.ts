/**
 * Packets to try a border relay with: of one CE, the right ones and those that it has no right to send, each wrong in one
 * thing (RFC 7597 §8.1, §11). What mapd's own BR does with each comes along.
 */
import { type Ce, ceFromIndex } from "../map/ce.js";
import { hasError } from "../map/diagnostic.js";
import { Dmr } from "../map/dmr.js";
import { eaOfCe } from "../map/ea.js";
import { addressForms, iidWords } from "../map/iid.js";
import { isExcludedPort } from "../map/port-set.js";
import { IPV4_BITS } from "../map/prefix.js";
import { portSetOf, ruleFacts } from "../map/rule.js";
import type { Checked, Rule, Words6 } from "../map/types.js";
import * as ipv4 from "../wire/ipv4.js";
import { type IpAddress, ofIpv4, ofIpv6, wordsOf } from "./addresses.js";
import { buildPacket, DEFAULT_TTL, encapsulate, type PacketSpec } from "./build.js";
import { DomainRun } from "./domain-run.js";
import { brOf, misfitsOf, type Transport } from "./one-rule-domains.js";
import { SOME_HOST } from "./question.js";
import { Explainer, type PacketReport } from "./report.js";

export interface SpoofInput {
  readonly rule: Rule;
  readonly ce: Ce;
  readonly transport: Transport;
}

export interface Spoof {
  /** What is special about it, in a few words. */
  readonly what: string;
  /** On which side of the BR it is sent. */
  readonly side: "ce" | "internet";
  /** True where a BR has to forward it; the others it has to drop. */
  readonly legal: boolean;
  readonly packet: Uint8Array;
  readonly report: PacketReport;
}

type Case = Omit<Spoof, "report">;

/** Who a packet says that it is from. */
interface Claim {
  readonly address: Words6;
  /** Inside a tunnel; MAP-T has it in `address` only. */
  readonly ipv4: number;
  readonly port: number;
}

const HOST_PORT = 443;
const MTU = 1500;

export function spoofs(input: SpoofInput): Checked<readonly Spoof[]> {
  const { rule, ce, transport } = input;
  const diagnostics = misfitsOf(rule, transport);
  if (hasError(diagnostics)) return { ok: false, diagnostics };
  const domain = { rule, ce, transport, lan: ce.ipv4, mtu6: MTU };
  const br = new Explainer(new DomainRun(brOf(domain)));
  const cases = [...portCases(input), ...addressCases(input), ...inboundCases(input)];
  const value = cases.map((one) => ({ ...one, report: br.send(one.packet) }));
  return { ok: true, value, diagnostics };
}

/** A port that the CE may use; null where it has port 0 only. */
function ownPort({ rule, ce }: SpoofInput): number | null {
  const set = portSetOf(rule, ce.psid);
  const first = set.at(0) === 0 ? 1 : 0;
  return first < set.count ? set.at(first) : null;
}

function claimOf(input: SpoofInput): Claim {
  const { mapIpv6, ipv4: own } = input.ce;
  return { address: mapIpv6, ipv4: own.address, port: ownPort(input) ?? HOST_PORT };
}

/** The next CE of the rule, or the first behind the last; null where there is one only. */
function neighbour({ rule, ce }: SpoofInput): Ce | null {
  const { ceCount } = ruleFacts(rule);
  const next = ceFromIndex(rule, (eaOfCe(rule, ce).ea + 1) % ceCount);
  return ceCount > 1 && next.ok ? next.value : null;
}

function portCases(input: SpoofInput): readonly Case[] {
  const { rule, ce } = input;
  const claim = claimOf(input);
  const [set, own] = [portSetOf(rule, ce.psid), ownPort(input)];
  const cases: Case[] = [];
  const add = (what: string, legal: boolean, port: number, protocol = ipv4.PROTOCOL_UDP): void => {
    const packet = fromCe(input, { ...claim, port }, protocol);
    cases.push({ what, side: "ce", legal, packet });
  };
  if (own !== null) {
    add("own address, first port", true, own);
    add("own address, last port", true, set.at(set.count - 1));
    add("echo with an identifier of the set", true, own, ipv4.PROTOCOL_ICMP);
  }
  const strange = strangePort(rule, ce);
  if (strange !== null) {
    add("another subscriber's port", false, strange);
    add("echo with another's identifier", false, strange, ipv4.PROTOCOL_ICMP);
  }
  if (isExcludedPort(1, rule.psidOffset, rule.psidLen)) add("a port of nobody", false, 1);
  return cases;
}

/** The next PSID's first port; null where the address is not shared. */
function strangePort({ psidOffset, psidLen }: Rule, { psid }: Ce): number | null {
  if (psid === null) return null;
  const next = (psid + 1) % 2 ** psidLen;
  const lowest = psidOffset > 0 ? 2 ** (16 - psidOffset) : 0;
  const port = lowest + next * 2 ** (16 - psidOffset - psidLen);
  return port > 0 ? port : null;
}

/** Every way of being somebody else by address; what is the right address all the same is left out. */
function addressCases(input: SpoofInput): readonly Case[] {
  const { rule, ce, transport } = input;
  const claim = claimOf(input);
  const forms = addressForms(rule, ce);
  const other = neighbour(input);
  const styled = rule.iid === "rfc7597" ? forms.draft03 : forms.rfc7597;
  const padded = rule.iid === "rfc7597" ? forms.rightPadded : forms.rightPaddedDraft03;
  const wrong: [string, Words6][] = [
    ["identifier of the other style", styled],
    ["PSID at the wrong end of its field", padded],
    ["another IPv4 address in the identifier", withIpv4(rule, ce, nextIpv4(ce))],
    ["outside the rule's prefix", flipped(ce.mapIpv6, rule.ipv6.len - 1)],
  ];
  if (ruleFacts(rule).endUserPrefixLen < 64) {
    wrong.push(["a subnet bit set", flipped(ce.mapIpv6, 63)]);
  }
  if (other !== null) {
    const [, , high, low] = ce.mapIpv6;
    const [first, second] = other.mapIpv6;
    wrong.push(["another CE's prefix, own identifier", [first, second, high, low]]);
  }
  const cases = wrong
    .filter(([, address]) => !isSame(address, ce.mapIpv6))
    .map(([what, address]) => caseOf(what, fromCe(input, { ...claim, address })));
  if (transport.mode === "map-t") return cases;
  const inner = fromCe(input, { ...claim, ipv4: nextIpv4(ce) });
  return [...cases, caseOf("another IPv4 source inside the tunnel", inner)];
}

function caseOf(what: string, packet: Uint8Array): Case {
  return { what, side: "ce", legal: false, packet };
}

/** From the Internet: only what is nobody's has no way. */
function inboundCases(input: SpoofInput): readonly Case[] {
  const { rule, ce } = input;
  const cases: Case[] = [];
  const add = (what: string, legal: boolean, port: number): void => {
    cases.push({ what, side: "internet", legal, packet: fromInternet(ce, port) });
  };
  const own = ownPort(input);
  if (own !== null) add("to the CE's first port", true, own);
  if (isExcludedPort(1, rule.psidOffset, rule.psidLen)) add("to a port of nobody", false, 1);
  return cases;
}

/** Behind the CE's own address or prefix. */
function nextIpv4({ ipv4: { address, len } }: Ce): number {
  return (address + 2 ** (IPV4_BITS - len)) >>> 0;
}

/** Where a long prefix covers the identifier, its bits win (RFC 7597 §6). */
function withIpv4(rule: Rule, ce: Ce, address: number): Words6 {
  const [high, low] = iidWords(rule.iid, address, ce.psid ?? 0);
  const [first, second] = ce.mapIpv6;
  return ruleFacts(rule).endUserPrefixLen > 64 ? ce.mapIpv6 : [first, second, high, low];
}

function flipped(address: Words6, bit: number): Words6 {
  if (bit < 0) return address;
  return wordsOf(
    address.map((word, i) => (i === bit >>> 5 ? (word ^ (1 << (31 - (bit & 31)))) >>> 0 : word)),
  );
}

function isSame(one: Words6, other: Words6): boolean {
  return one.every((word, i) => word === other[i]);
}

function fromCe(
  { transport }: SpoofInput,
  { address, ipv4: inner, port }: Claim,
  protocol: number = ipv4.PROTOCOL_UDP,
): Uint8Array {
  const ports = { protocol, sourcePort: port, destinationPort: HOST_PORT };
  if (transport.mode === "map-t") {
    const far = new Uint32Array(4);
    new Dmr(transport.dmr).embed(SOME_HOST, far);
    return build(ofIpv6(address), ofIpv6(far), ports);
  }
  return encapsulate(build(ofIpv4(inner), ofIpv4(SOME_HOST), ports), address, transport.brAddress);
}

function fromInternet(ce: Ce, port: number): Uint8Array {
  return build(ofIpv4(SOME_HOST), ofIpv4(ce.ipv4.address), {
    protocol: ipv4.PROTOCOL_UDP,
    sourcePort: HOST_PORT,
    destinationPort: port,
  });
}

type Ports = Pick<PacketSpec, "protocol" | "sourcePort" | "destinationPort">;

function build(source: IpAddress, destination: IpAddress, ports: Ports): Uint8Array {
  const rest = { ttl: DEFAULT_TTL, dontFragment: true, length: 0, isReply: false };
  return buildPacket({ source, destination, ...ports, ...rest });
}
