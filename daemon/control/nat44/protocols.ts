/** Protocols of NAT44 as people write them. */
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from "../../../src/wire/ipv4.js";
import type { ProtocolName } from "./documents.js";

export const PROTOCOL_NUMBERS: Readonly<Record<ProtocolName, number>> = {
  tcp: PROTOCOL_TCP,
  udp: PROTOCOL_UDP,
  icmp: PROTOCOL_ICMP,
};

export function protocolName(protocol: number): ProtocolName {
  if (protocol === PROTOCOL_TCP) return "tcp";
  return protocol === PROTOCOL_UDP ? "udp" : "icmp";
}

export type ForwardProtocol = "tcp" | "udp";

/** What a forward may be for. */
export const FORWARD_PROTOCOLS = ["tcp", "udp", "both"] as const;

/** What `tcp`, `udp` or `both` stands for. */
export function forwardProtocols(
  text: (typeof FORWARD_PROTOCOLS)[number],
): readonly ForwardProtocol[] {
  return text === "both" ? ["tcp", "udp"] : [text];
}

/** Milliseconds of a timer as seconds for people and programs, rounded up: what lives has some left. */
export function secondsLeft(ms: number): number {
  return Math.ceil(ms / 1000);
}
