/** ICMP errors that the translator itself sends about packets that it drops, built from RFC 792 and RFC 4443. */
import type { DropName } from "../../../src/verdict.js";
import { icmp, ipv4, ipv6 } from "../../support/packet-builder.js";
import { answered, type Step } from "../golden-case.js";
import * as d from "./domains.js";

/** Source of ICMPv4 errors where none is configured (RFC 7600 §4.8). */
export const OWN_IPV4 = "192.0.0.8";
/** A BR of MAP-T has no IPv6 address but those that stand for IPv4 addresses. */
export const OWN_BR_T = d.dmr(OWN_IPV4);

/** Quote lengths at which the whole error is 576 and 1280 bytes (RFC 1812 §4.3.2.3, RFC 4443 §2.4). */
const QUOTE4_LEN = 576 - 20 - 8;
const QUOTE6_LEN = 1280 - 40 - 8;

/** The DSCP of the packet that the error is about; its ECN field means nothing here. */
const DSCP_MASK = 0xfc;

export interface Told {
  /** Second word of the message. */
  readonly rest?: number;
  readonly src?: string;
}

function ipv4Text(bytes: Uint8Array): string {
  return bytes.join(".");
}

function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  return groups.map((group) => group.toString(16)).join(":");
}

/** The ICMPv4 error to the sender of an IPv4 packet. */
export function own4(about: Uint8Array, type: number, code: number, told: Told = {}): Uint8Array {
  const data = about.subarray(0, QUOTE4_LEN);
  const message = icmp({ type4: type, type6: 0, code, rest: told.rest ?? 0, data });
  const dst = ipv4Text(about.subarray(12, 16));
  const tos = about[1]! & DSCP_MASK;
  return ipv4({ src: told.src ?? OWN_IPV4, dst, tos, df: false }, message);
}

/** The ICMPv6 error to the sender of an IPv6 packet; by default from a BR of MAP-T. */
export function own6(about: Uint8Array, type: number, code: number, told: Told = {}): Uint8Array {
  const data = about.subarray(0, QUOTE6_LEN);
  const message = icmp({ type4: 0, type6: type, code, rest: told.rest ?? 0, data });
  const dst = ipv6Text(about.subarray(8, 24));
  const trafficClass = (((about[0]! & 0xf) << 4) | (about[1]! >>> 4)) & DSCP_MASK;
  return ipv6({ src: told.src ?? OWN_BR_T, dst, trafficClass }, message);
}

/** `packet` is dropped and answered by ICMPv4 type and code. */
export function told4(
  reason: DropName,
  packet: Uint8Array,
  [type, code]: readonly [number, number],
  told: Told = {},
): Step {
  return answered(reason, packet, own4(packet, type, code, told));
}

/** `packet` is dropped and answered by ICMPv6 type and code. */
export function told6(
  reason: DropName,
  packet: Uint8Array,
  [type, code]: readonly [number, number],
  told: Told = {},
): Step {
  return answered(reason, packet, own6(packet, type, code, told));
}

export const TIME_EXCEEDED_4 = [11, 0] as const;
export const TIME_EXCEEDED_6 = [3, 0] as const;
export const HOST_UNREACHABLE_4 = [3, 1] as const;
export const FRAGMENTATION_NEEDED = [3, 4] as const;
export const PROHIBITED_4 = [3, 13] as const;
export const PROHIBITED_6 = [1, 1] as const;
export const POLICY_FAILED_6 = [1, 5] as const;
export const TOO_BIG_6 = [2, 0] as const;
