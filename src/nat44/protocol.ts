/** The three protocols that the NAT keeps apart: each has its own ports, mappings and sessions (RFC 7857 §5). */
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from "../wire/ipv4.js";

export const SLOT_TCP = 0;
export const SLOT_UDP = 1;
export const SLOT_ICMP = 2;
export const PROTOCOL_SLOTS = 3;

/** Slot of an IPv4 protocol number, or -1 for one that the NAT does not know. */
export function slotOf(protocol: number): number {
  if (protocol === PROTOCOL_TCP) return SLOT_TCP;
  if (protocol === PROTOCOL_UDP) return SLOT_UDP;
  return protocol === PROTOCOL_ICMP ? SLOT_ICMP : -1;
}
