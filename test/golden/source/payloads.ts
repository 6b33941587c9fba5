import { echo, type Payload, pattern, tcp, udp } from "../../support/packet-builder.js";

/** One of each kind from `sport` to `dport`; `id` is the echo identifier. */
export function payloads(sport: number, dport: number, id: number): Payload[] {
  return [
    tcp({ sport, dport, data: pattern(100) }),
    udp({ sport, dport, data: pattern(31) }),
    echo({ kind: "request", id, data: pattern(56) }),
    echo({ kind: "reply", id, data: pattern(56) }),
  ];
}
