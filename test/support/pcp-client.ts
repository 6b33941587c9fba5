/**
 * The client's side of PCP (RFC 6887) and NAT-PMP (RFC 6886), byte by byte from the figures of the RFCs and
 * without a line of src/pcp.
 */
import { parseIpv4 } from "../../src/wire/address.js";

export const NO_NONCE = "00".repeat(12);
export const THIRD_PARTY = 1;
export const PREFER_FAILURE = 2;
export const FILTER = 3;

/** Hexadecimal digits, with spaces for the eye. */
export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

export function toHex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString("hex");
}

function number(value: number, bytes: number): string {
  return value.toString(16).padStart(bytes * 2, "0");
}

/** RFC 6887 §5: ::ffff:a.b.c.d; without an address ::ffff:0.0.0.0. */
export function mapped(address: string): string {
  return `00000000000000000000ffff${number(parseIpv4(address) ?? 0, 4)}`;
}

/** RFC 6887 §7.3. */
export function option(code: number, data = ""): string {
  const len = data.length / 2;
  return `${number(code, 1)}00${number(len, 2)}${data}${"00".repeat((4 - (len % 4)) % 4)}`;
}

/** RFC 6887 §7.1. */
function header(opcode: number, lifetime: number, client: string): string {
  return `02${number(opcode, 1)}0000${number(lifetime, 4)}${mapped(client)}`;
}

export function announceRequest(client: string): Uint8Array {
  return hex(header(0, 0, client));
}

export interface MapAsk {
  readonly client: string;
  readonly lifetime: number;
  readonly nonce?: string;
  readonly protocol: number;
  readonly port: number;
  readonly suggestedPort?: number;
  readonly suggestedAddress?: string;
  /** As `option()` gives them. */
  readonly options?: string;
}

function mapBody(ask: MapAsk): string {
  const { nonce = NO_NONCE, suggestedPort = 0, suggestedAddress = "0.0.0.0" } = ask;
  const ports = `${number(ask.port, 2)}${number(suggestedPort, 2)}`;
  return `${nonce}${number(ask.protocol, 1)}000000${ports}${mapped(suggestedAddress)}`;
}

/** RFC 6887 §11.1, figure 9. */
export function mapRequest(ask: MapAsk): Uint8Array {
  return hex(header(1, ask.lifetime, ask.client) + mapBody(ask) + (ask.options ?? ""));
}

export interface PeerAsk extends MapAsk {
  readonly remote: string;
  readonly remotePort: number;
}

/** RFC 6887 §12.1, figure 11. */
export function peerRequest(ask: PeerAsk): Uint8Array {
  const remote = `${number(ask.remotePort, 2)}0000${mapped(ask.remote)}`;
  return hex(header(2, ask.lifetime, ask.client) + mapBody(ask) + remote + (ask.options ?? ""));
}

export interface PcpAnswer {
  readonly opcode: number;
  readonly result: number;
  readonly lifetime: number;
  readonly epoch: number;
  readonly nonce: string;
  readonly protocol: number;
  readonly port: number;
  readonly externalPort: number;
  readonly external: string;
  /** All that follows, as hexadecimal digits. */
  readonly rest: string;
}

/** Reads a response of version 2 with the body of MAP, if it has one; throws where it is none. */
export function readAnswer(bytes: Uint8Array): PcpAnswer {
  const data = Buffer.from(bytes);
  const [version, opcode] = [data.readUInt8(0), data.readUInt8(1)];
  if (version !== 2 || opcode < 0x80 || data.length < 24 || data.length % 4 !== 0) {
    throw new Error(`no response of PCP: ${data.toString("hex")}`);
  }
  const hasBody = data.length >= 60;
  return {
    opcode: opcode - 0x80,
    result: data.readUInt8(3),
    lifetime: data.readUInt32BE(4),
    epoch: data.readUInt32BE(8),
    nonce: data.toString("hex", 24, 36),
    protocol: hasBody ? data.readUInt8(36) : 0,
    port: hasBody ? data.readUInt16BE(40) : 0,
    externalPort: hasBody ? data.readUInt16BE(42) : 0,
    external: data.toString("hex", 44, 60),
    rest: data.toString("hex", 60),
  };
}

/** RFC 6886 §3.3; opcode 1 is UDP, 2 is TCP. */
export function natPmpRequest(
  opcode: number,
  port: number,
  suggestedPort: number,
  lifetime: number,
): Uint8Array {
  const ports = `${number(port, 2)}${number(suggestedPort, 2)}`;
  return hex(`00${number(opcode, 1)}0000${ports}${number(lifetime, 4)}`);
}
