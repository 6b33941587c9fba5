/** MAP-E: fragments around the tunnel, path MTUs, and errors from inside it told to IPv4 senders (RFC 2473 §7, §8). */
import { test } from "tap";
import { HELD } from "../../../src/pipeline/packet-io.js";
import {
  DESTINATION_PORT_NOT_OURS,
  ICMP_RATE_LIMITED,
  IPV6_SOURCE_NOT_IN_DOMAIN,
  MALFORMED_QUOTE,
  TOO_BIG,
} from "../../../src/verdict.js";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import { DomainUnderTest, type Judged } from "../../support/domain-under-test.js";
import { fragments, isIpv6, parseFragment, rejoined } from "../../support/fragments.js";
import { VIRTIO_LEN } from "../../support/offload.js";
import { encapsulated, icmp, ipv4, ipv6, pattern, udp } from "../../support/packet-builder.js";
import { packetProblems } from "../../support/packet-check.js";

const NO_OFFLOAD = new Uint8Array(VIRTIO_LEN);

class Bench {
  readonly #domain: DomainUnderTest;
  constructor(config: unknown) {
    this.#domain = new DomainUnderTest(settingsOf(config));
  }

  judge(packet: Uint8Array, nowMs = 0): Judged {
    const judged = this.#domain.judge(packet, nowMs, NO_OFFLOAD);
    const unsound = judged.output.flatMap(({ bytes }) => packetProblems(bytes));
    const problems = [...judged.problems, ...unsound];
    if (problems.length > 0) throw new Error(problems.join());
    return judged;
  }

  outputs(...packets: readonly Uint8Array[]): Uint8Array[] {
    return packets.flatMap((packet) => this.judge(packet).output.map(({ bytes }) => bytes));
  }
}

const LARGE = udp({ sport: 53, dport: d.PORT, data: pattern(1460) });
const TO_CE = { src: d.SERVER_E, dst: d.CE_IPV4, df: false, id: 0x77 };
const TUNNEL = { src: d.BR, dst: d.CE, hopLimit: 64 };

test("what is too long for the tunnel goes in outer fragments (RFC 2473 §7.2)", async (t) => {
  const bench = new Bench(d.brE());
  const sent = ipv4({ ...TO_CE, ttl: 64 }, LARGE);
  const whole = ipv6(TUNNEL, encapsulated(ipv4({ ...TO_CE, ttl: 63 }, LARGE)));
  const ids = [1, 2].map(() => {
    const pieces = bench.outputs(sent);
    t.equal(pieces.length, 2);
    t.ok(pieces.every((piece) => piece.length <= 1500));
    t.same(rejoined(pieces), whole);
    return parseFragment(pieces[0]!)?.id;
  });
  t.not(ids[0], ids[1], "identifications are not guessed, nor used twice");
});

test("with fragmentation: inner each piece is a tunnel packet of its own (RFC 4459 §3.4)", async (t) => {
  const bench = new Bench(d.brE({ more: { fragmentation: "inner" } }));
  const pieces = bench.outputs(ipv4({ ...TO_CE, ttl: 64 }, LARGE));
  t.ok(pieces.every((piece) => isIpv6(piece) && piece[6] === 4 && piece.length <= 1500));
  t.same(rejoined(pieces.map((piece) => piece.slice(40))), ipv4({ ...TO_CE, ttl: 63 }, LARGE));
});

test("outer fragments are put together in any order (RFC 2473 §7)", async (t) => {
  const inner = ipv4(
    { src: d.CE_IPV4, dst: d.SERVER_E },
    udp({ sport: d.PORT, dport: 53, data: pattern(900) }),
  );
  const whole = ipv6({ src: d.CE, dst: d.BR }, encapsulated(inner));
  const bench = new Bench(d.brE());
  const pieces = fragments(whole, 5, [304, 608]);
  t.same(bench.outputs(...pieces), [inner]);
  t.same(bench.outputs(...fragments(whole, 6, [304, 608]).toReversed()), [inner]);
});

test("fragments from the Internet find the CE by the first one's port (RFC 7597 §8.3.2)", async (t) => {
  const bench = new Bench(d.brE());
  const whole = ipv4({ ...TO_CE, ttl: 64 }, LARGE);
  const [first, second] = fragments(whole, 0x77, [800]);
  t.equal(bench.judge(second!).verdict, HELD);
  const out = bench.outputs(first!);
  t.ok(out.every((packet) => packet[6] === 4));
  t.same(rejoined(out.map((packet) => packet.slice(40))), ipv4({ ...TO_CE, ttl: 63 }, LARGE));
});

const ROUTER = "2001:db8:9::9";
const LAN = udp({ sport: 5000, dport: 53, data: pattern(60) });
const FROM_LAN = { src: d.LAN_HOST, dst: d.SERVER_E, ttl: 64, tos: 0x28 };

/** A CE whose LAN host has sent a packet, and that packet on its way through the tunnel. */
function afterPacket(more = {}): { bench: Bench; onItsWay: Uint8Array } {
  const bench = new Bench(d.ceE({ more }));
  const [onItsWay] = bench.outputs(ipv4(FROM_LAN, LAN));
  return { bench, onItsWay: onItsWay! };
}

function error6(
  type: number,
  code: number,
  rest: number,
  data: Uint8Array,
  dst = d.CE,
): Uint8Array {
  return ipv6({ src: ROUTER, dst }, icmp({ type4: 0, type6: type, code, rest, data }));
}

/** What the LAN host is told: its own packet, as it left it but for the hop that the tunnel is. */
function told(code: number, mtu: number): Uint8Array {
  const data = ipv4({ ...FROM_LAN, ttl: 63 }, LAN);
  return ipv4(
    { src: "192.0.0.8", dst: d.LAN_HOST, ttl: 64, tos: 0x28, df: false },
    icmp({ type4: 3, type6: 0, code, rest: mtu, data }),
  );
}

/** An IPv4 packet whose identification, which nobody can foresee, is zero. */
function unnumbered(packet: Uint8Array): string {
  const copy = packet.slice();
  copy.fill(0, 4, 6);
  copy.fill(0, 10, 12);
  return Buffer.from(copy).toString("hex");
}

const RELAYED = [
  { name: "hop limit exceeded", type: 3, code: 0, rest: 0, told: told(1, 0) },
  { name: "no route", type: 1, code: 0, rest: 0, told: told(1, 0) },
  { name: "address unreachable", type: 1, code: 3, rest: 0, told: told(1, 0) },
  { name: "packet too big", type: 2, code: 0, rest: 1400, told: told(4, 1360) },
] as const;

for (const { name, type, code, rest, told: expected } of RELAYED) {
  test(`an error from inside the tunnel reaches the LAN host through NAT44 (RFC 2473 §8.3): ${name}`, async (t) => {
    const { bench, onItsWay } = afterPacket();
    const out = bench.outputs(error6(type, code, rest, onItsWay));
    t.same(out.map(unnumbered), [unnumbered(expected)]);
  });
}

test("a CE learns the MTU of its path to the BR, a BR does not (RFC 2473 §6.7, RFC 7597 §8.3.1)", async (t) => {
  const { bench, onItsWay } = afterPacket();
  const large = ipv4(FROM_LAN, udp({ sport: 5000, dport: 53, data: pattern(1372) }));
  t.equal(bench.judge(large).verdict, 0, "1400 bytes fit 1500");
  bench.judge(error6(2, 0, 1400, onItsWay));
  const refused = bench.judge(large);
  t.equal(refused.verdict, TOO_BIG);
  const [error] = refused.output;
  t.same(error?.bytes.slice(20, 22), [3, 4]);
  t.same(error?.bytes.slice(26, 28), [1360 >> 8, 1360 & 0xff]);
  t.equal(bench.judge(large, 600_001).verdict, 0, "and forgets it after ten minutes");

  const br = new Bench(d.brE());
  const down = ipv4({ ...TO_CE, df: true }, udp({ sport: 53, dport: d.PORT, data: pattern(1372) }));
  const [tunnelled] = br.outputs(down);
  br.judge(error6(2, 0, 1400, tunnelled!.slice(0, 200), d.BR));
  t.equal(br.judge(down).verdict, 0);
});

test("forged errors from inside the tunnel reach nobody", async (t) => {
  const inner = { src: d.CE_IPV4, dst: d.SERVER_E };
  const quote = (src: string, dst: string, sport: number): Uint8Array =>
    ipv6({ src, dst }, encapsulated(ipv4(inner, udp({ sport, dport: 53 }))));
  const cases = [
    {
      name: "another sender's packet",
      data: quote(d.CE_35, d.BR, d.PORT),
      verdict: MALFORMED_QUOTE,
    },
    {
      name: "to no tunnel end",
      data: quote(d.CE, "2001:db8:ffff::2", d.PORT),
      verdict: IPV6_SOURCE_NOT_IN_DOMAIN,
    },
    {
      name: "another CE's port",
      data: quote(d.CE, d.BR, 1236),
      verdict: DESTINATION_PORT_NOT_OURS,
    },
  ];
  for (const { name, data, verdict } of cases) {
    const { bench } = afterPacket();
    const judged = bench.judge(error6(3, 0, 0, data));
    t.match(judged, { verdict, output: [] }, name);
  }
});

test("errors from inside the tunnel count against the rate", async (t) => {
  const { bench, onItsWay } = afterPacket({ icmp: { "rate-limit": 1 } });
  t.equal(bench.judge(error6(3, 0, 0, onItsWay)).verdict, 0);
  t.equal(bench.judge(error6(3, 0, 0, onItsWay)).verdict, ICMP_RATE_LIMITED);
});
