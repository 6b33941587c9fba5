/**
 * Messages of PCP, RFC 6887 §7.1, §7.2, §11.1, §12.1. Both kinds have a header of 24 bytes:
 *   +0 version = 2 | response:1 opcode:7 | reserved:16 (in a response: reserved:8 result:8)
 *   +4 lifetime:32
 *   +8 request: client address:128       response: epoch:32, reserved:96
 * MAP and PEER follow it with
 *   +24 nonce:96
 *   +36 protocol:8 | reserved:24
 *   +40 internal port:16 | external port:16
 *   +44 external address:128
 * and PEER goes on with
 *   +60 remote port:16 | reserved:16
 *   +64 remote address:128
 * A view of a request covers the message and nothing else.
 */
import { isUnspecified, readIpv4Mapped, writeIpv4Mapped } from "./ipv4-mapped.js";
import { bodyLenOf, PEER } from "./pcp-opcodes.js";
import { RESULTS, type ResultName } from "./results.js";

export const PCP_VERSION = 2;
export const HEADER_LEN = 24;
/** RFC 6887 §7. */
export const MAX_MESSAGE_LEN = 1100;

const RESPONSE_BIT = 0x80;
const OFF_LIFETIME = 4;
const OFF_CLIENT = 8;
const OFF_EPOCH = 8;
const OFF_RESERVED = 12;
const OFF_NONCE = 24;
const OFF_PROTOCOL = 36;
const OFF_INTERNAL_PORT = 40;
const OFF_EXTERNAL_PORT = 42;
const OFF_EXTERNAL_ADDRESS = 44;
const OFF_REMOTE_PORT = 60;
const OFF_REMOTE_ADDRESS = 64;

/** Needs two bytes. */
export function isResponse(view: DataView): boolean {
  return (view.getUint8(1) & RESPONSE_BIT) !== 0;
}

/** Needs two bytes. */
export function opcodeOf(view: DataView): number {
  return view.getUint8(1) & ~RESPONSE_BIT;
}

export function requestedLifetimeS(view: DataView): number {
  return view.getUint32(OFF_LIFETIME);
}

/** null where the client calls itself by an IPv6 address. */
export function clientAddress(view: DataView): number | null {
  return readIpv4Mapped(view, OFF_CLIENT);
}

export interface MapFields {
  /** 24 hexadecimal digits. */
  readonly nonce: string;
  readonly protocol: number;
  readonly internalPort: number;
  /** 0: no wish. */
  readonly suggestedPort: number;
  /** 0: no wish; null: an IPv6 address, which we do not have. */
  readonly suggestedAddress: number | null;
}

/** Needs the header and the body of MAP. */
export function readMapFields(view: DataView): MapFields {
  return {
    nonce: readNonce(view),
    protocol: view.getUint8(OFF_PROTOCOL),
    internalPort: view.getUint16(OFF_INTERNAL_PORT),
    suggestedPort: view.getUint16(OFF_EXTERNAL_PORT),
    suggestedAddress: isUnspecified(view, OFF_EXTERNAL_ADDRESS)
      ? 0
      : readIpv4Mapped(view, OFF_EXTERNAL_ADDRESS),
  };
}

export interface PeerFields extends MapFields {
  readonly remotePort: number;
  /** null: an IPv6 address. */
  readonly remoteAddress: number | null;
}

/** Needs the header and the body of PEER. */
export function readPeerFields(view: DataView): PeerFields {
  return {
    ...readMapFields(view),
    remotePort: view.getUint16(OFF_REMOTE_PORT),
    remoteAddress: readIpv4Mapped(view, OFF_REMOTE_ADDRESS),
  };
}

function readNonce(view: DataView): string {
  let text = "";
  for (let at = OFF_NONCE; at < OFF_PROTOCOL; at += 4) {
    text += view.getUint32(at).toString(16).padStart(8, "0");
  }
  return text;
}

export interface ResponseHead {
  readonly lifetimeS: number;
  readonly epochS: number;
}

/**
 * The request with what a server sets (RFC 6887 §8.2). A request that could not be parsed gets the last 96 bits
 * of its client address back, so that a client behind another NAT knows its own.
 */
export function errorResponse(
  request: DataView,
  result: ResultName,
  isParsed: boolean,
  head: ResponseHead,
): Uint8Array {
  const copied = Math.min(request.byteLength, MAX_MESSAGE_LEN);
  const bytes = new Uint8Array(Math.max(HEADER_LEN, Math.ceil(copied / 4) * 4));
  bytes.set(new Uint8Array(request.buffer, request.byteOffset, copied));
  if (isParsed) bytes.fill(0, OFF_RESERVED, HEADER_LEN);
  writeHead(bytes, opcodeOf(request), result, head);
  return bytes;
}

/** Where a mapping is to be found from outside. */
export interface ExternalEnd {
  readonly address: number;
  readonly port: number;
}

/**
 * Header, body and those options that were understood. `external` null leaves the client's own suggestion there,
 * as an answer to a deletion has it (RFC 6887 §15.1). The opcode is one that is supported.
 */
export function successResponse(
  request: DataView,
  options: readonly (readonly [at: number, end: number])[],
  external: ExternalEnd | null,
  head: ResponseHead,
): Uint8Array {
  const opcode = opcodeOf(request);
  const bodyEnd = HEADER_LEN + (bodyLenOf(opcode) ?? 0);
  const parts: readonly (readonly [number, number])[] = [[0, bodyEnd], ...options];
  const bytes = new Uint8Array(parts.reduce((sum, [at, end]) => sum + end - at, 0));
  let next = 0;
  for (const [at, end] of parts) {
    bytes.set(new Uint8Array(request.buffer, request.byteOffset + at, end - at), next);
    next += end - at;
  }
  bytes.fill(0, OFF_RESERVED, HEADER_LEN);
  if (bodyEnd > HEADER_LEN) bytes.fill(0, OFF_PROTOCOL + 1, OFF_INTERNAL_PORT);
  if (opcode === PEER) bytes.fill(0, OFF_REMOTE_PORT + 2, OFF_REMOTE_ADDRESS);
  writeHead(bytes, opcode, "SUCCESS", head);
  if (external !== null) writeExternal(bytes, external);
  return bytes;
}

/** What nobody asked for: the epoch, for all who listen (RFC 6887 §14.1.3). */
export function announcement(head: ResponseHead): Uint8Array {
  const bytes = new Uint8Array(HEADER_LEN);
  writeHead(bytes, 0, "SUCCESS", head);
  return bytes;
}

function writeHead(
  bytes: Uint8Array,
  opcode: number,
  result: ResultName,
  { lifetimeS, epochS }: ResponseHead,
): void {
  const view = new DataView(bytes.buffer);
  view.setUint8(0, PCP_VERSION);
  view.setUint8(1, RESPONSE_BIT | opcode);
  view.setUint8(2, 0);
  view.setUint8(3, RESULTS[result].code);
  view.setUint32(OFF_LIFETIME, lifetimeS);
  view.setUint32(OFF_EPOCH, epochS);
}

function writeExternal(bytes: Uint8Array, { address, port }: ExternalEnd): void {
  const view = new DataView(bytes.buffer);
  view.setUint16(OFF_EXTERNAL_PORT, port);
  writeIpv4Mapped(view, OFF_EXTERNAL_ADDRESS, address);
}
