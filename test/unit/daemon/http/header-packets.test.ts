/** What of a packet the page gets to see. */
import { test } from "tap";
import { withoutPayload } from "../../../../daemon/http/header-packets.js";
import {
  concat,
  cut,
  echo,
  encapsulated,
  icmp,
  ipv4,
  ipv6,
  mss,
  raw,
  tcp,
  udp,
} from "../../../support/packet-builder.js";

const V4 = { src: "192.0.2.18", dst: "198.51.100.9" };
const V6 = { src: "2001:db8:12:3400:0:c000:212:34", dst: "2001:db8:ffff:0:c6:3364:900:0" };
const SECRET = new TextEncoder().encode("a secret that is long enough to be found");

const question = udp({ sport: 1232, dport: 53, data: SECRET });
const request = tcp({ sport: 1232, dport: 80, options: mss(1460), data: SECRET });

/** A payload length of zero, as a jumbogram has it (RFC 2675). */
function statingNothing(packet: Uint8Array): Uint8Array {
  const stated = packet.slice();
  stated.set([0, 0], 4);
  return stated;
}

const packets = [
  { name: "UDP in IPv4", bytes: ipv4(V4, question), headers: 28 },
  { name: "TCP with options in IPv6", bytes: ipv6(V6, request), headers: 64 },
  { name: "a tunnel", bytes: ipv6(V6, encapsulated(ipv4(V4, request))), headers: 84 },
  {
    name: "an echo request",
    bytes: ipv4(V4, echo({ kind: "request", id: 7, data: SECRET })),
    headers: 28,
  },
  {
    name: "what an ICMP error quotes",
    bytes: ipv4(V4, icmp({ type4: 3, type6: 1, code: 1, data: ipv4(V4, question) })),
    headers: 56,
  },
  { name: "a protocol that nobody knows", bytes: ipv4(V4, raw(99, SECRET)), headers: 20 },
  {
    name: "a second fragment",
    bytes: ipv4({ ...V4, df: false, fragmentOffset: 100 }, raw(17, SECRET)),
    headers: 20,
  },
  { name: "a header cut short", bytes: ipv4(V4, cut(question, 5)), headers: 20 },
  { name: "no packet at all", bytes: concat(new Uint8Array(4), SECRET), headers: 0 },
  {
    name: "bytes behind the end of the packet",
    bytes: concat(ipv4(V4, udp({ sport: 1232, dport: 53 })), SECRET),
    headers: 28,
  },
  { name: "IPv6 that states no payload", bytes: statingNothing(ipv6(V6, request)), headers: 40 },
  { name: "no payload", bytes: ipv4(V4, tcp({ sport: 1, dport: 2 })), headers: 40 },
];

function documentOf(bytes: Uint8Array): object {
  return {
    length: bytes.length,
    segmentLength: null,
    bytes: Buffer.from(bytes).toString("base64"),
  };
}

for (const { name, bytes, headers } of packets) {
  test(`headers alone: ${name}`, async (t) => {
    const [whole, kept] = [documentOf(bytes), documentOf(bytes.subarray(0, headers))];
    const head = { schema: "mapd.trace/1", event: "packet", verdict: "forwarded", rules: ["a"] };
    t.same(withoutPayload({ ...head, before: whole, after: [whole, whole] }), {
      ...head,
      before: { ...kept, length: bytes.length },
      after: [1, 2].map(() => ({ ...kept, length: bytes.length })),
    });
  });
}

test("other documents stay as they are", async (t) => {
  for (const document of [
    { schema: "mapd.trace/1", event: "started", domains: ["a", "b"] },
    { schema: "mapd.trace/1", event: "lost", count: 3 },
    { schema: "mapd.trace/1", event: "packet", before: null, after: [] },
  ]) {
    t.same(withoutPayload(document), document);
  }
});
