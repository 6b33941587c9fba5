/**
 * Messages of NAT-PMP, RFC 6886 §3.2, §3.3:
 *   request   +0 version = 0 | opcode:8             for a mapping: | reserved:16
 *             +4 internal port:16 | external port:16
 *             +8 lifetime:32
 *   response  +0 version = 0 | 128 + opcode:8 | result:16
 *             +4 epoch:32
 *             +8 external address:32, or: internal port:16 | external port:16
 *                                     +12 lifetime:32
 */
import { RESULTS, type ResultName } from "./results.js";

export const NAT_PMP_VERSION = 0;
export const OP_ADDRESS = 0;
export const OP_MAP_UDP = 1;
export const OP_MAP_TCP = 2;

const MAP_REQUEST_LEN = 12;
const HEAD_LEN = 8;
const ADDRESS_RESPONSE_LEN = 12;
const MAP_RESPONSE_LEN = 16;

const OFF_RESULT = 2;
const OFF_EPOCH = 4;

export interface NatPmpMap {
  readonly internalPort: number;
  readonly suggestedPort: number;
  readonly lifetimeS: number;
}

/** null where the message is too short. */
export function readNatPmpMap(view: DataView): NatPmpMap | null {
  if (view.byteLength < MAP_REQUEST_LEN) return null;
  return {
    internalPort: view.getUint16(4),
    suggestedPort: view.getUint16(6),
    lifetimeS: view.getUint32(8),
  };
}

export function natPmpAddress(epochS: number, externalAddress: number): Uint8Array {
  const view = response(ADDRESS_RESPONSE_LEN, OP_ADDRESS, "SUCCESS", epochS);
  view.setUint32(8, externalAddress);
  return bytesOf(view);
}

export function natPmpMapped(
  opcode: number,
  epochS: number,
  internalPort: number,
  granted: { readonly externalPort: number; readonly lifetimeS: number },
): Uint8Array {
  const view = response(MAP_RESPONSE_LEN, opcode, "SUCCESS", epochS);
  view.setUint16(8, internalPort);
  view.setUint16(10, granted.externalPort);
  view.setUint32(12, granted.lifetimeS);
  return bytesOf(view);
}

/** A failed request for a mapping says which one; what else it could say is undefined (RFC 6886 §3.5). */
export function natPmpFailed(
  opcode: number,
  result: ResultName,
  epochS: number,
  internalPort: number | null,
): Uint8Array {
  if (internalPort === null) return bytesOf(response(HEAD_LEN, opcode, result, epochS));
  const view = response(MAP_RESPONSE_LEN, opcode, result, epochS);
  view.setUint16(8, internalPort);
  return bytesOf(view);
}

function response(len: number, opcode: number, result: ResultName, epochS: number): DataView {
  const view = new DataView(new ArrayBuffer(len));
  view.setUint8(0, NAT_PMP_VERSION);
  view.setUint8(1, 0x80 | opcode);
  view.setUint16(OFF_RESULT, RESULTS[result].natPmp);
  view.setUint32(OFF_EPOCH, epochS);
  return view;
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}
