/**
 * Options of a PCP request, RFC 6887 §7.3:
 *   +0 code:8 | reserved:8 | length:16, without header and padding
 *   +4 data, padded to a multiple of four bytes
 * Codes below 128 must be understood, the others may be ignored.
 */
import { readIpv4Mapped } from "./ipv4-mapped.js";
import { MAP, PEER } from "./pcp-opcodes.js";
import type { ResultName } from "./results.js";

const HEADER_LEN = 4;
const FIRST_OPTIONAL = 128;

const THIRD_PARTY = 1;
const PREFER_FAILURE = 2;

export interface PcpOptions {
  readonly preferFailure: boolean;
  /** Address that a mapping is asked for; undefined: the sender's. null: not an IPv4 address. */
  readonly thirdParty: number | null | undefined;
  /** Where the options lie that were understood: a successful response repeats them. */
  readonly understood: readonly (readonly [at: number, end: number])[];
}

export type ParsedOptions =
  | { readonly ok: true; readonly options: PcpOptions }
  | { readonly ok: false; readonly result: ResultName };

interface KnownOption {
  readonly code: number;
  readonly dataLen: number;
  readonly opcodes: readonly number[];
}

/** FILTER (3) is not here: a mapping lets everybody in, or else it would promise what nobody checks. */
const KNOWN: readonly KnownOption[] = [
  { code: THIRD_PARTY, dataLen: 16, opcodes: [MAP, PEER] },
  { code: PREFER_FAILURE, dataLen: 0, opcodes: [MAP] },
];

/** Reads the options in [at, end) of a request with the opcode; `end` is a multiple of four. */
export function parseOptions(
  view: DataView,
  at: number,
  opcode: number,
  thirdPartyAllowed: boolean,
): ParsedOptions {
  const understood: [number, number][] = [];
  const seen = new Set<number>();
  let thirdParty: number | null | undefined;
  let next = at;
  while (next < view.byteLength) {
    const code = view.getUint8(next);
    const dataLen = view.getUint16(next + 2);
    const end = next + HEADER_LEN + Math.ceil(dataLen / 4) * 4;
    if (end > view.byteLength) return { ok: false, result: "MALFORMED_OPTION" };
    if (code < FIRST_OPTIONAL) {
      const fault = judge(code, dataLen, opcode, seen, thirdPartyAllowed);
      if (fault !== null) return { ok: false, result: fault };
      seen.add(code);
      understood.push([next, end]);
      if (code === THIRD_PARTY) thirdParty = readIpv4Mapped(view, next + HEADER_LEN);
    }
    next = end;
  }
  const preferFailure = seen.has(PREFER_FAILURE);
  return { ok: true, options: { preferFailure, thirdParty, understood } };
}

/** What is wrong with an option that must be understood, or null. */
function judge(
  code: number,
  dataLen: number,
  opcode: number,
  seen: ReadonlySet<number>,
  thirdPartyAllowed: boolean,
): ResultName | null {
  const known = KNOWN.find((option) => option.code === code);
  if (known === undefined) return "UNSUPP_OPTION";
  if (code === THIRD_PARTY && !thirdPartyAllowed) return "UNSUPP_OPTION";
  if (dataLen !== known.dataLen || seen.has(code)) return "MALFORMED_OPTION";
  // RFC 6887 §12.1 says so of PREFER_FAILURE in a PEER request.
  return known.opcodes.includes(opcode) ? null : "MALFORMED_REQUEST";
}
