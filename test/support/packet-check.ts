/**
 * Reads a packet that mapd wrote as a strict receiver would and lists everything that is wrong
 * with it: lengths, header fields and checksums, through one level of IPv4-in-IPv6.
 */
import { slowPseudoSum, slowSum } from "./slow-checksum.js";

interface Ip {
  readonly family: 4 | 6;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly payload: Uint8Array;
  /** A piece of a datagram, whose transport header and checksum nobody can check alone. */
  readonly isFragment: boolean;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function parseIpv4(bytes: Uint8Array, problems: string[]): Ip | null {
  if (bytes.length < 20) return fault(problems, "IPv4 header cut short");
  const header = view(bytes);
  const headerLen = (header.getUint8(0) & 0xf) * 4;
  if (headerLen < 20 || headerLen > bytes.length) return fault(problems, "IPv4 header length");
  const totalLen = header.getUint16(2);
  if (totalLen !== bytes.length) {
    problems.push(`IPv4 total length ${totalLen}, packet has ${bytes.length}`);
  }
  if (slowSum(bytes.subarray(0, headerLen)) !== 0xffff) problems.push("IPv4 header checksum");
  if (header.getUint8(8) === 0) problems.push("IPv4 TTL is 0");
  if (header.getUint16(6) & 0x8000) problems.push("IPv4 reserved flag is set");
  return {
    family: 4,
    source: bytes.subarray(12, 16),
    destination: bytes.subarray(16, 20),
    protocol: header.getUint8(9),
    payload: bytes.subarray(headerLen),
    isFragment: (header.getUint16(6) & 0x3fff) !== 0,
  };
}

function parseIpv6(bytes: Uint8Array, problems: string[]): Ip | null {
  if (bytes.length < 40) return fault(problems, "IPv6 header cut short");
  const header = view(bytes);
  const payloadLen = header.getUint16(4);
  if (payloadLen !== bytes.length - 40) {
    problems.push(`IPv6 payload length ${payloadLen}, packet has ${bytes.length - 40}`);
  }
  if (header.getUint8(7) === 0) problems.push("IPv6 hop limit is 0");
  const addresses = { source: bytes.subarray(8, 24), destination: bytes.subarray(24, 40) };
  const chain = walkExtensions(header.getUint8(6), bytes.subarray(40), problems);
  return chain === null ? null : { family: 6, ...addresses, ...chain };
}

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION_OPTIONS = 60;

/** The extension headers of RFC 8200 §4; nothing but a transport header may follow a Fragment Header. */
function walkExtensions(
  first: number,
  chain: Uint8Array,
  problems: string[],
): Pick<Ip, "protocol" | "payload" | "isFragment"> | null {
  let protocol = first;
  let payload = chain;
  let isFragment = false;
  while ([HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS].includes(protocol)) {
    if (payload.length < 8) return fault(problems, "IPv6 extension header cut short");
    const len = protocol === FRAGMENT ? 8 : 8 + payload[1]! * 8;
    if (len > payload.length) return fault(problems, "IPv6 extension header length");
    if (protocol === FRAGMENT) {
      const field = view(payload).getUint16(2);
      if ((field & 1) === 1 && (payload.length - len) % 8 !== 0) problems.push("fragment length");
      if (payload.length === len && (field & 0xfff9) !== 0) problems.push("empty fragment");
      isFragment = (field & 0xfff9) !== 0;
    }
    protocol = payload[0]!;
    payload = payload.subarray(len);
    if (isFragment) break;
  }
  return { protocol, payload, isFragment };
}

function fault(problems: string[], problem: string): null {
  problems.push(problem);
  return null;
}

function sumIsGood(ip: Ip, protocol: number): boolean {
  const pseudo = slowPseudoSum(ip.source, ip.destination, protocol, ip.payload.length);
  const sum = slowSum(ip.payload) + pseudo;
  return sum % 0xffff === 0 && sum > 0;
}

function checkTcp(ip: Ip, problems: string[]): void {
  if (ip.payload.length < 20) return void problems.push("TCP header cut short");
  const headerLen = (view(ip.payload).getUint8(12) >>> 4) * 4;
  if (headerLen < 20 || headerLen > ip.payload.length) problems.push("TCP header length");
  if (!sumIsGood(ip, 6)) problems.push("TCP checksum");
}

function checkUdp(ip: Ip, problems: string[]): void {
  if (ip.payload.length < 8) return void problems.push("UDP header cut short");
  const header = view(ip.payload);
  if (header.getUint16(4) !== ip.payload.length) {
    problems.push(`UDP length ${header.getUint16(4)}, payload has ${ip.payload.length}`);
  }
  const checksum = header.getUint16(6);
  if (checksum === 0 && ip.family === 4) return;
  if (checksum === 0 || !sumIsGood(ip, 17)) problems.push("UDP checksum");
}

function checkIcmp(ip: Ip, problems: string[]): void {
  if (ip.payload.length < 8) return void problems.push("ICMP header cut short");
  const expected = ip.family === 4 ? 1 : 58;
  if (ip.protocol !== expected) problems.push(`protocol ${ip.protocol} behind IPv${ip.family}`);
  const good = ip.family === 4 ? slowSum(ip.payload) === 0xffff : sumIsGood(ip, 58);
  if (!good) problems.push("ICMP checksum");
  const type = view(ip.payload).getUint8(0);
  const isError = ip.family === 4 ? [3, 4, 5, 11, 12].includes(type) : type < 128;
  if (isError) checkQuote(ip.payload, ip.family, type, problems);
}

/** What a host needs of an ICMP error to find its own packet again, and the length field of RFC 4884 §4. */
function checkQuote(message: Uint8Array, family: 4 | 6, type: number, problems: string[]): void {
  const extensible = family === 4 ? [3, 11, 12].includes(type) : type === 1 || type === 3;
  const fieldLen = family === 4 ? message[5]! * 4 : message[4]! * 8;
  if (extensible && fieldLen > message.length - 8) problems.push("ICMP extension: length");
  const quote = message.subarray(8);
  const headerLen = family === 4 ? ((quote[0] ?? 0) & 0xf) * 4 : 40;
  if (quote.length < headerLen || headerLen < 20) return void problems.push("quote cut short");
  if (quote[0]! >>> 4 !== family) problems.push("quote of the other family");
  if (family === 6) return;
  if (slowSum(quote.subarray(0, headerLen)) !== 0xffff) problems.push("quote: header checksum");
  if (view(quote).getUint16(2) < headerLen) problems.push("quote: total length");
}

function parse(bytes: Uint8Array, problems: string[]): Ip | null {
  const version = bytes.length === 0 ? 0 : view(bytes).getUint8(0) >>> 4;
  if (version === 4) return parseIpv4(bytes, problems);
  if (version === 6) return parseIpv6(bytes, problems);
  return fault(problems, `IP version ${version}`);
}

/** Everything wrong with the packet; empty when a strict receiver would take it. */
export function packetProblems(bytes: Uint8Array): string[] {
  const problems: string[] = [];
  const ip = parse(bytes, problems);
  if (ip === null) return problems;
  if (ip.isFragment) return problems;
  if (ip.family === 6 && ip.protocol === 4) {
    return [...problems, ...packetProblems(ip.payload).map((problem) => `inner: ${problem}`)];
  }
  if (ip.protocol === 6) checkTcp(ip, problems);
  else if (ip.protocol === 17) checkUdp(ip, problems);
  else if (ip.protocol === 1 || ip.protocol === 58) checkIcmp(ip, problems);
  return problems;
}
