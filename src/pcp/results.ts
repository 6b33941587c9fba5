/** Result codes of PCP (RFC 6887 §7.4) and what each becomes in NAT-PMP (RFC 6886 §3.5). */

/** How long the same request will fail the same way, seconds. */
const SHORT_S = 30;
const LONG_S = 30 * 60;

/** NAT-PMP tells fewer failures apart: 2 refused, 3 no network, 4 out of resources. */
export const RESULTS = {
  SUCCESS: { code: 0, lifetimeS: 0, natPmp: 0 },
  UNSUPP_VERSION: { code: 1, lifetimeS: LONG_S, natPmp: 1 },
  NOT_AUTHORIZED: { code: 2, lifetimeS: LONG_S, natPmp: 2 },
  MALFORMED_REQUEST: { code: 3, lifetimeS: LONG_S, natPmp: 2 },
  UNSUPP_OPCODE: { code: 4, lifetimeS: LONG_S, natPmp: 5 },
  UNSUPP_OPTION: { code: 5, lifetimeS: LONG_S, natPmp: 2 },
  MALFORMED_OPTION: { code: 6, lifetimeS: LONG_S, natPmp: 2 },
  NETWORK_FAILURE: { code: 7, lifetimeS: SHORT_S, natPmp: 3 },
  NO_RESOURCES: { code: 8, lifetimeS: SHORT_S, natPmp: 4 },
  UNSUPP_PROTOCOL: { code: 9, lifetimeS: LONG_S, natPmp: 2 },
  USER_EX_QUOTA: { code: 10, lifetimeS: SHORT_S, natPmp: 4 },
  /** Short: the port may become free. A caller that knows better says so. */
  CANNOT_PROVIDE_EXTERNAL: { code: 11, lifetimeS: SHORT_S, natPmp: 4 },
  ADDRESS_MISMATCH: { code: 12, lifetimeS: LONG_S, natPmp: 2 },
  EXCESSIVE_REMOTE_PEERS: { code: 13, lifetimeS: LONG_S, natPmp: 4 },
} as const;

export type ResultName = keyof typeof RESULTS;

/** Lifetime of CANNOT_PROVIDE_EXTERNAL where the port or address will never be ours. */
export const NEVER_OURS_S = LONG_S;

/** What a request for a mapping comes to. */
export type Outcome = Granted | Refused;

export interface Granted {
  readonly ok: true;
  readonly externalPort: number;
  readonly lifetimeS: number;
}

export interface Refused {
  readonly ok: false;
  readonly result: ResultName;
  readonly lifetimeS: number;
}

export function refused(
  result: ResultName,
  lifetimeS: number = RESULTS[result].lifetimeS,
): Refused {
  return { ok: false, result, lifetimeS };
}
