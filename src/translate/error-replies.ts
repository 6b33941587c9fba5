/**
 * Which ICMP error the sender of a dropped packet gets. A reason that is not here is silent.
 * `unreachable` marks the errors that `icmp.unreachables: false` turns off; time exceeded and too big always go.
 */
import { DROPS, type DropName } from "../verdict.js";

export interface ErrorPolicy {
  readonly isMapT: boolean;
  readonly isBr: boolean;
  readonly unreachables: boolean;
}

interface Reply {
  /** Type and code for a packet that came as IPv4. */
  readonly icmp4?: readonly [number, number];
  /** Type and code for a packet that came as IPv6. */
  readonly icmp6?: readonly [number, number];
  readonly unreachable?: true;
  /** `icmp6` only in MAP-T: RFC 7597 §8.1 wants the same drop to be silent (RFC 7599 §8.3). */
  readonly mapT?: true;
  /** `icmp6` only from a BR: to a CE, who is no router of the domain, strangers are nobody's business (RFC 7599 §8.2). */
  readonly br?: true;
  readonly rfc: string;
}

const POLICY_FAILED = {
  icmp6: [1, 5],
  unreachable: true,
  mapT: true,
  rfc: "RFC 7599 §8.3",
} as const;
const PORT_REFUSED = { icmp4: [3, 13], unreachable: true, rfc: "RFC 5508 §9" } as const;

export const ERROR_REPLIES: { readonly [Name in DropName]?: Reply } = {
  ttl_expired: { icmp4: [11, 0], icmp6: [3, 0], rfc: "RFC 7915 §4.1" },
  too_big: { icmp4: [3, 4], icmp6: [2, 0], rfc: "RFC 7915 §4.1" },
  udp_zero_checksum: { icmp4: [3, 13], unreachable: true, rfc: "RFC 7915 §4.4" },
  ipv4_destination_no_rule: { icmp4: [3, 1], unreachable: true, rfc: "RFC 7599 §8.4" },
  destination_port_excluded: { icmp4: [3, 13], unreachable: true, rfc: "RFC 7599 §8.4" },
  no_port_for_shared_address: {
    icmp4: [3, 2],
    icmp6: [1, 1],
    unreachable: true,
    mapT: true,
    br: true,
    rfc: "RFC 7915 §5.4",
  },
  ipv6_source_not_in_domain: { ...POLICY_FAILED, br: true },
  source_psid_mismatch: POLICY_FAILED,
  source_port_excluded: POLICY_FAILED,
  source_iid_mismatch: POLICY_FAILED,
  source_address_mismatch: POLICY_FAILED,
  source_routed: { icmp4: [3, 5], unreachable: true, rfc: "RFC 7915 §4.1" },
  routing_segments_left: { icmp6: [4, 0], rfc: "RFC 7915 §5.1" },
  extension_after_fragment: { icmp6: [1, 1], unreachable: true, rfc: "RFC 7915 §5.4" },
  fragment_malformed: { icmp6: [4, 0], rfc: "RFC 8200 §4.5" },
  fragment_timeout: { icmp4: [11, 1], icmp6: [3, 1], rfc: "RFC 8200 §4.5" },
  nat44_no_free_port: PORT_REFUSED,
  nat44_host_quota: PORT_REFUSED,
  nat44_table_full: PORT_REFUSED,
};

const PORT_UNREACHABLE: Reply = {
  icmp4: [3, 3],
  icmp6: [1, 4],
  unreachable: true,
  rfc: "RFC 5382 §4.3",
};

/** By -code: type << 8 | code, or 0 for silence. */
export class ReplyTable {
  readonly #icmp4 = new Uint16Array(DROPS.length + 1);
  readonly #icmp6 = new Uint16Array(DROPS.length + 1);
  readonly #unreachables: boolean;

  constructor({ isMapT, isBr, unreachables }: ErrorPolicy) {
    this.#unreachables = unreachables;
    for (const { code, name } of DROPS) {
      const reply = ERROR_REPLIES[name];
      if (reply === undefined) continue;
      if (reply.unreachable && !unreachables) continue;
      this.#icmp4[-code] = pack(reply.icmp4);
      if ((reply.mapT && !isMapT) || (reply.br && !isBr)) continue;
      this.#icmp6[-code] = pack(reply.icmp6);
    }
  }

  /** Type << 8 | code of the error for a drop code, by the family that the packet came in; 0 for none. */
  replyTo(code: number, family: number): number {
    return family === 4 ? this.#icmp4[-code]! : this.#icmp6[-code]!;
  }

  /** Type << 8 | code of port unreachable by family; 0 for none. */
  portUnreachable(family: number): number {
    if (!this.#unreachables) return 0;
    return pack(family === 4 ? PORT_UNREACHABLE.icmp4 : PORT_UNREACHABLE.icmp6);
  }
}

function pack(pair: readonly [number, number] | undefined): number {
  return pair === undefined ? 0 : (pair[0] << 8) | pair[1];
}
