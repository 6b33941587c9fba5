/** What must not leave: ICMP on a source route, ICMPv6 errors without an address, packets to ourselves. */
import { test } from "tap";
import {
  MARTIAN_IPV6_SOURCE,
  NO_PORT_FOR_SHARED_ADDRESS,
  ROUTING_SEGMENTS_LEFT,
  SOURCE_ROUTED,
  TOO_BIG,
  UNTRANSLATABLE_PROTOCOL,
} from "../../../src/verdict.js";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import { ipv6Bytes } from "../../support/address-bytes.js";
import { DomainUnderTest, type Judged } from "../../support/domain-under-test.js";
import { fragments } from "../../support/fragments.js";
import { VIRTIO_LEN } from "../../support/offload.js";
import {
  echo,
  encapsulated,
  extension,
  icmp,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  raw,
  udp,
} from "../../support/packet-builder.js";

const NO_OFFLOAD = new Uint8Array(VIRTIO_LEN);

function judge(config: unknown, packet: Uint8Array): Judged {
  const judged = new DomainUnderTest(settingsOf(config)).judge(packet, 0, NO_OFFLOAD);
  if (judged.problems.length > 0) throw new Error(judged.problems.join());
  return judged;
}

/** Loose source route over one more stop, RFC 791 §3.1, and the same when it is used up. */
const ROUTED = Uint8Array.of(131, 7, 4, 192, 0, 2, 1, 0);
const ARRIVED = Uint8Array.of(131, 7, 8, 192, 0, 2, 1, 0);

const QUOTED = ipv4({ src: d.SERVER_T, dst: d.CE_IPV4 }, udp({ sport: 53, dport: d.PORT }));
const UNREACHABLE = icmp({ type4: 3, type6: 1, code: 3, data: QUOTED });
const PING = echo({ kind: "request", id: d.PORT });

const fullMore = { nat44: { enabled: false } };

const ROUTES: readonly {
  readonly name: string;
  readonly config: unknown;
  readonly src: string;
  readonly payload: Payload;
  readonly options: Uint8Array;
  readonly refused: boolean;
}[] = [
  ...[
    { name: "MAP-T CE, echo", config: d.ceT() },
    { name: "MAP-E CE, echo", config: d.ceE() },
  ].flatMap(({ name, config }) => [
    { name, config, src: d.LAN_HOST, payload: PING, options: ROUTED, refused: true },
    {
      name: `${name}, route used up`,
      config,
      src: d.LAN_HOST,
      payload: PING,
      options: ARRIVED,
      refused: false,
    },
  ]),
  {
    name: "MAP-T CE without NAT44, error",
    config: d.ceT({ rules: ["full"], more: fullMore }),
    src: d.CE_IPV4,
    payload: UNREACHABLE,
    options: ROUTED,
    refused: true,
  },
  {
    name: "MAP-T CE without NAT44, error, route used up",
    config: d.ceT({ rules: ["full"], more: fullMore }),
    src: d.CE_IPV4,
    payload: UNREACHABLE,
    options: ARRIVED,
    refused: false,
  },
];

for (const { name, config, src, payload, options, refused } of ROUTES) {
  test(`ICMP on a source route (RFC 7915 §4.1, RFC 5508 §7): ${name}`, async (t) => {
    const judged = judge(config, ipv4({ src, dst: d.SERVER_T, options }, payload));
    t.equal(judged.verdict, refused ? SOURCE_ROUTED : 0);
    const isQuery = payload === PING;
    t.equal(judged.output.length, refused && !isQuery ? 0 : 1, "an error, but about no error");
  });
}

const WELL_KNOWN = { "dmr-ipv6-prefix": "64:ff9b::/96" };
const EXPIRED = ipv6(
  { src: d.CE, dst: "64:ff9b::102:304", hopLimit: 1 },
  udp({ sport: d.PORT, dport: 53 }),
);

test("a BR behind 64:ff9b::/96 sends ICMPv6 errors from a global address only (RFC 6052 §3.1)", async (t) => {
  t.same(judge(d.brT({ more: WELL_KNOWN }), EXPIRED).output, [], "none where it has none");
  const icmp = { "ipv4-sources": ["192.0.0.9", "198.51.100.1"] };
  const [error] = judge(d.brT({ more: { ...WELL_KNOWN, icmp } }), EXPIRED).output;
  t.same(error?.bytes.slice(8, 24), ipv6Bytes("64:ff9b::c633:6401"));
});

test("a CE reaches the other CEs of its own address by the BR, or straight by a forwarding rule (RFC 4787 §6)", async (t) => {
  const hairpin = ipv4(
    { src: d.LAN_HOST, dst: d.CE_IPV4 },
    udp({ sport: d.PORT, dport: d.LAST_PORT + 1 }),
  );
  const cases = [
    { config: d.ceT(), to: d.dmr(d.CE_IPV4) },
    { config: d.ceE(), to: d.BR },
    { config: d.ceT({ rules: ["mesh"] }), to: d.CE_35 },
    { config: d.ceE({ rules: ["mesh"] }), to: d.CE_35 },
  ];
  for (const { config, to } of cases) {
    t.same(judge(config, hairpin).output[0]?.bytes.slice(24, 40), ipv6Bytes(to), to);
  }
});

test("a CE sends nothing into a tunnel to itself (RFC 2473 §4.1.2)", async (t) => {
  const more = {
    "end-user-ipv6-prefix": "2001:db8:10::/44",
    "local-ipv4-prefixes": ["192.0.2.16/28"],
  };
  const within = ipv4({ src: "192.0.2.17", dst: d.CE_IPV4 }, udp({ sport: 1, dport: 2 }));
  const cases = [
    { config: d.ceT, to: d.dmr(d.CE_IPV4) },
    { config: d.ceE, to: d.BR },
  ];
  for (const { config, to } of cases) {
    const [left] = judge(config({ rules: ["prefixMesh"], more }), within).output;
    t.same(left?.bytes.slice(24, 40), ipv6Bytes(to), to);
  }
});

const GRE = raw(47, new Uint8Array(16));

/** Routing header of type 0 with one segment left, RFC 8200 §4.4; the first byte becomes the next header. */
const ROUTING = Uint8Array.of(0, 2, 0, 1, ...new Uint8Array(20));

test("nobody is told about multicast (RFC 4443 §2.4)", async (t) => {
  const payload = extension(43, ROUTING, udp({ sport: d.PORT, dport: 53 }));
  for (const [dst, answers] of [
    [d.dmr(d.SERVER_T), 1],
    ["ff05::2", 0],
  ] as const) {
    const { verdict, output } = judge(d.brT(), ipv6({ src: d.CE, dst }, payload));
    t.match({ verdict, answers: output.length }, { verdict: ROUTING_SEGMENTS_LEFT, answers }, dst);
  }
});

test("nobody is told about IGMP (RFC 7915 §4.2)", async (t) => {
  const query = raw(2, new Uint8Array(8));
  const packet = ipv4({ src: d.SERVER_T, dst: d.CE_IPV4 }, query);
  for (const config of [d.brT(), d.brE()]) {
    t.match(judge(config, packet), { verdict: NO_PORT_FOR_SHARED_ADDRESS, output: [] });
  }
  const { verdict, output } = judge(d.brT({ rules: ["full"] }), packet);
  t.match({ verdict, output }, { verdict: UNTRANSLATABLE_PROTOCOL, output: [] });
});

test("protocols without ports pass where the address is whole (RFC 7597 §5.2)", async (t) => {
  const toShared = judge(d.brT(), ipv4({ src: d.SERVER_T, dst: d.CE_IPV4 }, GRE));
  t.equal(toShared.verdict, NO_PORT_FOR_SHARED_ADDRESS);
  const there = ipv6(
    { src: d.dmr(d.SERVER_T), dst: "2001:db8:12:0:0:c000:212:0", hopLimit: 63 },
    GRE,
  );
  const down = judge(
    d.brT({ rules: ["full"] }),
    ipv4({ src: d.SERVER_T, dst: d.CE_IPV4, df: false }, GRE),
  );
  t.same(down.output[0]?.bytes, there);
  const up = judge(
    d.ceE({ rules: ["full"], more: fullMore }),
    ipv4({ src: d.CE_IPV4, dst: d.SERVER_E }, GRE),
  );
  t.equal(up.verdict, 0);
});

test("a CE takes nothing from its own MAP address (RFC 7597 §10)", async (t) => {
  const payload = udp({ sport: d.PORT, dport: d.LAST_PORT });
  const translated = ipv6({ src: d.CE, dst: d.CE }, payload);
  const tunnelled = ipv6(
    { src: d.CE, dst: d.CE },
    encapsulated(ipv4({ src: d.CE_IPV4, dst: d.CE_IPV4 }, payload)),
  );
  for (const rules of [["shared"], ["mesh"]] as const) {
    t.equal(judge(d.ceT({ rules }), translated).verdict, MARTIAN_IPV6_SOURCE);
    t.equal(judge(d.ceE({ rules }), tunnelled).verdict, MARTIAN_IPV6_SOURCE);
  }
});

test("a fragment with DF that is too big is told 28 bytes less (RFC 7915 §4.1)", async (t) => {
  const whole = ipv4(
    { src: d.SERVER_T, dst: d.CE_IPV4 },
    udp({ sport: 53, dport: d.PORT, data: pattern(2000) }),
  );
  const [first] = fragments(whole, 1, [1480]);
  const { verdict, output } = judge(d.brT(), first!);
  t.equal(verdict, TOO_BIG);
  t.same(output[0]?.bytes.slice(20, 28), [
    3,
    4,
    ...output[0]!.bytes.slice(22, 24),
    0,
    0,
    1472 >> 8,
    1472 & 0xff,
  ]);
});

test("a datagram that is not complete in time is told about where its first fragment came (RFC 8200 §4.5, RFC 792)", async (t) => {
  const inner = ipv4(
    { src: d.CE_IPV4, dst: d.SERVER_E },
    udp({ sport: d.PORT, dport: 53, data: pattern(200) }),
  );
  const outer = ipv6({ src: d.CE, dst: d.BR }, encapsulated(inner));
  const ping = ipv4(
    { src: d.SERVER_T, dst: d.CE_IPV4, df: false },
    echo({ kind: "reply", id: d.PORT, data: pattern(200) }),
  );
  const cases = [
    { name: "IPv6", config: d.brE(), whole: outer, seconds: 60, at: 40, told: [3, 1] },
    { name: "IPv4", config: d.brT(), whole: ping, seconds: 30, at: 20, told: [11, 1] },
  ];
  for (const { name, config, whole, seconds, at, told } of cases) {
    for (const [i, piece] of fragments(whole, 1, [104]).entries()) {
      const domain = new DomainUnderTest(settingsOf(config));
      domain.judge(piece, 0, NO_OFFLOAD);
      t.same(domain.tick(seconds * 1000 - 1), [], `${name}: not before its time`);
      const output = domain.tick(seconds * 1000);
      t.same(domain.balanceProblems(), []);
      if (i > 0) t.same(output, [], `${name}: nothing about a later fragment`);
      else t.same(output[0]?.bytes.slice(at, at + 2), told, `${name}: about the first`);
    }
  }
});
