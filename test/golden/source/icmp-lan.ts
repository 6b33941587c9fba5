/** ICMP errors of the LAN behind a CE of MAP-T (RFC 5508 §4.2). */
import { ipv4, ipv6, pattern, udp } from "../../support/packet-builder.js";
import { addSums } from "../../support/slow-checksum.js";
import { drop, type GoldenCase, pass, type Step } from "../golden-case.js";
import * as d from "./domains.js";
import { error4, error6, type Message } from "./icmp-error.js";

/** External port 1232 leads to port 22 of the LAN host. */
const FORWARD = {
  nat44: {
    filtering: "endpoint-independent",
    forwards: [{ protocol: "both", "external-port": d.PORT, to: `${d.LAN_HOST}:22` }],
  },
};
const FORWARD_GAUGES = { nat44_mappings_tcp: 1, nat44_mappings_udp: 1 };

const WAN = { src: d.CE, dst: d.dmr(d.SERVER_T) };
const BACK_WAN = { src: d.dmr(d.SERVER_T), dst: d.CE };
const BACK_LAN = { src: d.SERVER_T, dst: d.LAN_HOST };

/** An error of the LAN host, or of a router of the LAN, about a packet from the Internet. */
function fromLan(before: Message, afterwards: Message, src: string, len: number): Step {
  const got = udp({ sport: 40000, dport: 22, data: pattern(60) });
  const sent = udp({ sport: 40000, dport: d.PORT, data: pattern(60) });
  return pass(
    error4(before, { src, dst: d.SERVER_T }, ipv4({ ...BACK_LAN, ttl: 1 }, got).slice(0, 20 + len)),
    error6(
      afterwards,
      { ...WAN, hopLimit: 59 },
      ipv6({ ...BACK_WAN, hopLimit: 1 }, sent).slice(0, 40 + len),
    ),
  );
}

function refusedFromLan(
  reason: "nat44_no_mapping" | "malformed_quote" | "bad_icmp_checksum" | "icmp_untranslatable",
  message: Message,
  quoted: Uint8Array,
): Step {
  return drop(reason, error4(message, { src: d.LAN_HOST, dst: d.SERVER_T }, quoted));
}

const GOT_UDP = udp({ sport: 40000, dport: 22, data: pattern(60) });

/** With the checksum field at `at` one too high, in one's complement. */
function spoilt(packet: Uint8Array, at: number): Uint8Array {
  const copy = packet.slice();
  const view = new DataView(copy.buffer);
  view.setUint16(at, addSums(view.getUint16(at), 1));
  return copy;
}

const FROM_LAN: Step[] = [
  ...[8, 68].flatMap((len) => [
    fromLan([3, 3], [1, 4], d.LAN_HOST, len),
    fromLan([3, 1], [1, 0], "192.168.1.1", len),
    fromLan([11, 1], [3, 1], d.LAN_HOST, len),
  ]),
  // Options in the quote are skipped.
  pass(
    error4(
      [3, 3],
      { src: d.LAN_HOST, dst: d.SERVER_T },
      ipv4({ ...BACK_LAN, ttl: 1, options: Uint8Array.of(148, 4, 0, 0, 1, 1, 1, 0) }, GOT_UDP),
    ),
    error6(
      [1, 4],
      { ...WAN, hopLimit: 59 },
      ipv6({ ...BACK_WAN, hopLimit: 1 }, udp({ sport: 40000, dport: d.PORT, data: pattern(60) })),
    ),
  ),
  // Nobody verifies a quoted transport checksum: a wrong one stays wrong.
  pass(
    error4(
      [3, 3],
      { src: d.LAN_HOST, dst: d.SERVER_T },
      spoilt(ipv4({ ...BACK_LAN, ttl: 1 }, GOT_UDP), 26),
    ),
    error6(
      [1, 4],
      { ...WAN, hopLimit: 59 },
      spoilt(
        ipv6({ ...BACK_WAN, hopLimit: 1 }, udp({ sport: 40000, dport: d.PORT, data: pattern(60) })),
        46,
      ),
    ),
  ),
  refusedFromLan(
    "nat44_no_mapping",
    [3, 3],
    ipv4(BACK_LAN, udp({ sport: 40000, dport: 23, data: pattern(9) })),
  ),
  refusedFromLan("malformed_quote", [3, 3], ipv4({ ...BACK_LAN, src: "198.51.100.9" }, GOT_UDP)),
  refusedFromLan("bad_icmp_checksum", [3, 3], ipv4({ ...BACK_LAN, checksum: 5 }, GOT_UDP)),
  drop(
    "bad_icmp_checksum",
    spoilt(error4([3, 3], { src: d.LAN_HOST, dst: d.SERVER_T }, ipv4(BACK_LAN, GOT_UDP)), 22),
  ),
  // Long out of use, and for the next hop alone.
  refusedFromLan("icmp_untranslatable", [4, 0], ipv4(BACK_LAN, GOT_UDP)),
  refusedFromLan("icmp_untranslatable", [5, 0], ipv4(BACK_LAN, GOT_UDP)),
];

export const ICMP_LAN: readonly GoldenCase[] = [
  {
    name: "MAP-T CE shows the Internet its own packet in the quote of an error from the LAN",
    rfc: ["RFC 7599 §9", "RFC 5508 §4.2", "RFC 5508 §7"],
    config: d.ceT({ more: FORWARD }),
    steps: FROM_LAN,
    gauges: FORWARD_GAUGES,
  },
];
