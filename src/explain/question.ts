/**
 * From who speaks to whom to the very packet that a domain's device gets: which side it comes from, the IPv6 addresses
 * that stand for IPv4 ones, the tunnel around it, and what was not said and had to be assumed.
 */
import { error } from "../map/diagnostic.js";
import { Dmr } from "../map/dmr.js";
import { containsIpv4 } from "../map/prefix.js";
import type { Checked, Diagnostic, Words6 } from "../map/types.js";
import type { CeSettings, DomainSettings } from "../pipeline/settings.js";
import { formatIpv4 } from "../wire/address.js";
import * as ipv4 from "../wire/ipv4.js";
import { formatAddress, type IpAddress, ofIpv4, ofIpv6, wordsOf } from "./addresses.js";
import { buildPacket, DEFAULT_TTL, encapsulate } from "./build.js";
import type { Endpoint } from "./endpoint.js";
import { type KnownEnd, knownEnd, mapAddressOfEnd } from "./ends.js";
import type { RuleEnds } from "./rule-ends.js";

export interface Question {
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** IPv4's numbering. */
  readonly protocol: number;
  /** Of the packet, inside a tunnel of the inner one; null: no longer than its headers. */
  readonly length: number | null;
  readonly ttl: number | null;
  readonly dontFragment: boolean;
}

/** Which way the packet takes through the domain: a BR's two, a CE's two. */
export type Direction = "from-ce" | "to-ce" | "from-lan" | "to-lan";

export interface PlannedPacket {
  readonly direction: Direction;
  readonly packet: Uint8Array;
  /** What the question did not say. */
  readonly assumptions: readonly string[];
}

/** Of a client, where none is named. */
const CLIENT_PORT = 50_000;
/** 198.51.100.1, of TEST-NET-2 (RFC 5737 §3). */
export const SOME_HOST = 0xc6336401;
/** Not the first host of a LAN, which is the CE most often. */
const LAN_HOST = 10;

/** The packet, or why the question cannot be asked of this domain. */
export function planPacket(
  settings: DomainSettings,
  ends: RuleEnds,
  question: Question,
): Checked<PlannedPacket> {
  const direction = directionOf(settings, ends, question);
  const assumptions: string[] = [];
  const { protocol } = question;
  const client = direction === "from-lan" ? CLIENT_PORT : undefined;
  const from = knownEnd(ends, question.from, protocol, assumptions, client);
  const to = knownEnd(ends, question.to, protocol, assumptions);
  if (!from.ok || !to.ok) {
    return { ok: false, diagnostics: [...from.diagnostics, ...to.diagnostics] };
  }
  const parts = { settings, question, direction, from: from.value, to: to.value, assumptions };
  const packet = isFromIpv4(direction) ? ipv4Packet(parts) : ipv6Packet(parts);
  if (!packet.ok) return packet;
  return { ok: true, value: { direction, packet: packet.value, assumptions }, diagnostics: [] };
}

function isFromIpv4(direction: Direction): boolean {
  return direction === "to-ce" || direction === "from-lan";
}

function directionOf(settings: DomainSettings, ends: RuleEnds, { from, to }: Question): Direction {
  const isKnown = (end: Endpoint): boolean => ends.ruleOf(end.address, end.port) !== null;
  if (settings.role === "br") {
    const isTranslated = ends.behindDmr(from.address) !== null && isKnown(to);
    const isFromDomain = from.address.family === 6 || isKnown(from);
    return isFromDomain && !isTranslated ? "from-ce" : "to-ce";
  }
  const isOwn = (end: Endpoint): boolean => ends.ruleOf(end.address, end.port)?.use === "basic";
  if (isOwn(from) || isLocal(settings, from.address)) return "from-lan";
  return isOwn(to) || from.address.family === 6 ? "to-lan" : "from-lan";
}

/** True for an address that NAT44 takes. */
export function isLocal({ nat44, localPrefixes }: CeSettings, address: IpAddress): boolean {
  if (nat44 === null || address.family === 6) return false;
  return localPrefixes.some((prefix) => containsIpv4(prefix, address.ipv4));
}

interface Parts {
  readonly settings: DomainSettings;
  readonly question: Question;
  readonly direction: Direction;
  readonly from: KnownEnd;
  readonly to: KnownEnd;
  readonly assumptions: string[];
}

function ipv4Packet(parts: Parts): Checked<Uint8Array> {
  const source = lanSource(parts);
  const destination = parts.to.ipv4;
  if (source === null) return noIpv4(parts.from.given);
  if (destination === null) return noIpv4(parts.to.given);
  return accept(build(parts, ofIpv4(source), ofIpv4(destination)));
}

/** Whoever speaks from the CE's own address behind NAT44 is a host of its LAN. */
function lanSource({ settings, direction, from, assumptions }: Parts): number | null {
  const isHidden = settings.role === "ce" && settings.nat44 !== null && from.ce?.use === "basic";
  if (direction !== "from-lan" || !isHidden) return from.ipv4;
  const [lan] = settings.localPrefixes;
  const host = lan === undefined ? from.ipv4 : lan.address + (lan.len > 28 ? 0 : LAN_HOST);
  if (host !== null) assumptions.push(`LAN host ${formatIpv4(host)}, whose port stays as it is`);
  return host;
}

function ipv6Packet(parts: Parts): Checked<Uint8Array> {
  const { settings, from, to, assumptions } = parts;
  // Two IPv6 addresses are a packet of their own, in a tunnel or not.
  if (from.given.family === 6 && to.given.family === 6) {
    return accept(build(parts, from.given, to.given));
  }
  const source = mapAddressOfEnd(from, settings.mode) ?? gateway(settings, from.ipv4);
  const destination =
    settings.role === "ce" ? mapAddressOfEnd(to, settings.mode) : gateway(settings, to.ipv4);
  if (source === null) return notEmbedded(from.given);
  if (destination === null) return notEmbedded(to.given);
  if (settings.mode === "map-t") {
    return accept(build(parts, ofIpv6(source), ofIpv6(destination)));
  }
  if (to.ipv4 === null) return noIpv4(to.given);
  if (from.ipv4 === null) assumptions.push(`${formatIpv4(SOME_HOST)} inside the tunnel`);
  const inner = build(parts, ofIpv4(from.ipv4 ?? SOME_HOST), ofIpv4(to.ipv4));
  return accept(encapsulate(inner, source, destination));
}

/** What stands in the domain for whoever is outside: behind the DMR, or the BR's end of the tunnel. */
function gateway(settings: DomainSettings, address: number | null): Words6 | null {
  if (settings.mode === "map-e") return settings.brAddresses[0] ?? null;
  const out = new Uint32Array(4);
  if (address === null || settings.dmr === null) return null;
  return new Dmr(settings.dmr).embed(address, out) === 0 ? wordsOf(out) : null;
}

function build(parts: Parts, source: IpAddress, destination: IpAddress): Uint8Array {
  const { question, direction, from, to } = parts;
  const { protocol, length, ttl, dontFragment } = question;
  const isInbound = direction === "to-ce" || direction === "to-lan";
  const isEcho = protocol === ipv4.PROTOCOL_ICMP;
  return buildPacket({
    source,
    destination,
    protocol,
    // An echo message has one identifier, which is the CE's.
    sourcePort: isEcho && isInbound ? to.port : from.port,
    destinationPort: to.port,
    ttl: ttl ?? DEFAULT_TTL,
    dontFragment,
    length: length ?? 0,
    isReply: isEcho && isInbound,
  });
}

function accept(packet: Uint8Array): Checked<Uint8Array> {
  return { ok: true, value: packet, diagnostics: [] };
}

function noIpv4(address: IpAddress): Checked<never> {
  const message = `${formatAddress(address)} stands for no IPv4 address in this domain; name the IPv4 address itself`;
  return refuse(error("no-ipv4-address", "address", message));
}

function notEmbedded(address: IpAddress): Checked<never> {
  const message = `${formatAddress(address)} cannot stand behind the domain's DMR prefix; 64:ff9b::/96 takes global addresses only`;
  return refuse(error("not-embedded", "address", message, "RFC 6052 §3.1"));
}

function refuse(diagnostic: Diagnostic): Checked<never> {
  return { ok: false, diagnostics: [diagnostic] };
}
