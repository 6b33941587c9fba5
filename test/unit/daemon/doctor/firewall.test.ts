/** Rules of nftables, and whether they stop what a CE of MAP-E needs. */
import { test } from "tap";
import { firewallCheck } from "../../../../daemon/doctor/check-firewall.js";
import { CE_E } from "../samples.js";
import { runCheck } from "./fake-host.js";

const PLACE = { family: "inet", table: "f" } as const;
const WAY = "2001:db8:ffff::1 from :: via fe80::1 dev wan0 src 2001:db8::2";

type Statement = Readonly<Record<string, unknown>>;

const DROP = { drop: null };
const ACCEPT = { accept: null };

function is(left: Statement, right: unknown, op = "=="): Statement {
  return { match: { op, left, right } };
}
const meta = (key: string): Statement => ({ meta: { key } });
const field = (protocol: string, name: string): Statement => ({
  payload: { protocol, field: name },
});

/** A ruleset of one base chain, as `nft -j` has it; `helper` is a chain to jump to. */
function ruleset(
  rules: readonly (readonly Statement[])[],
  policy = "accept",
  helper: readonly Statement[] = [],
): string {
  const base = { ...PLACE, name: "c", hook: "forward", prio: 0, type: "filter", policy };
  return JSON.stringify({
    nftables: [
      { metainfo: { version: "1.0.6" } },
      { table: { family: "inet", name: "f" } },
      {
        set: { ...PLACE, name: "blocked", elem: [{ prefix: { addr: "2001:db8:12::", len: 48 } }] },
      },
      { chain: base },
      { chain: { ...PLACE, name: "helper" } },
      ...rules.map((expr, index) => ({ rule: { ...PLACE, chain: "c", handle: index + 1, expr } })),
      { rule: { ...PLACE, chain: "helper", handle: 90, expr: helper } },
    ],
  });
}

const OUT = "encapsulated packets (protocol 4) to the provider";
const IN = "encapsulated packets (protocol 4) from the provider";
const PTB = "ICMPv6 packet too big for the domain";
const LAN_OUT = "IPv4 from the LAN";
const LAN_IN = "IPv4 to the LAN";
const RULE = "a rule of chain inet f c";
const drops = (...what: readonly string[]): string[] =>
  what.map((one) => `error ${RULE} drops ${one}`);
const may = (...what: readonly string[]): string[] =>
  what.map((one) => `warning ${RULE} may drop ${one}`);
const FINE = ["ok the rules of nftables let all of the domain pass"];

const CASES: readonly { name: string; text: string; expected: readonly string[] }[] = [
  {
    name: "no rules",
    text: '{"nftables":[{"metainfo":{}}]}',
    expected: ["ok nftables has no rules"],
  },
  { name: "an empty chain", text: ruleset([]), expected: FINE },
  {
    name: "protocol 4 by its name",
    text: ruleset([[is(meta("l4proto"), "ipencap"), { counter: {} }, DROP]]),
    expected: drops(OUT, IN),
  },
  {
    name: "protocol 4 by next header, rejected",
    text: ruleset([[is(field("ip6", "nexthdr"), 4), { reject: {} }]]),
    expected: drops(OUT, IN),
  },
  {
    name: "accepted before it is dropped",
    text: ruleset([
      [is(meta("l4proto"), "ipencap"), ACCEPT],
      [is(meta("nfproto"), "ipv6"), DROP],
    ]),
    expected: drops(PTB),
  },
  {
    name: "packet too big in a set",
    text: ruleset([
      [is(field("icmpv6", "type"), { set: ["echo-request", "packet-too-big"] }), DROP],
    ]),
    expected: drops(PTB),
  },
  {
    name: "echo requests alone",
    text: ruleset([[is(field("icmpv6", "type"), "echo-request"), DROP]]),
    expected: FINE,
  },
  {
    name: "the MAP prefix as destination",
    text: ruleset([
      [is(field("ip6", "daddr"), { prefix: { addr: "2001:db8:12:3400::", len: 56 } }), DROP],
    ]),
    expected: drops(IN, PTB),
  },
  {
    name: "the MAP prefix in a named set, as source",
    text: ruleset([[is(field("ip6", "saddr"), "@blocked"), DROP]]),
    expected: drops(OUT),
  },
  {
    name: "all but another prefix",
    text: ruleset([
      [is(field("ip6", "saddr"), { prefix: { addr: "2001:db8::", len: 32 } }, "!="), DROP],
    ]),
    expected: FINE,
  },
  {
    name: "a range of addresses",
    text: ruleset([
      [is(field("ip6", "daddr"), { set: [{ range: ["2001:db8:12::", "2001:db8:13::"] }] }), DROP],
    ]),
    expected: drops(IN, PTB),
  },
  {
    name: "the device, to the WAN",
    text: ruleset([[is(meta("iifname"), "mape1"), is(meta("oifname"), "wan*"), DROP]]),
    // Where the LAN is nobody has said.
    expected: [...drops(OUT), ...may(LAN_IN)],
  },
  {
    name: "a policy of drop with nothing but replies",
    text: ruleset(
      [[is({ ct: { key: "state" } }, ["established", "related"], "in"), ACCEPT]],
      "drop",
    ),
    expected: [OUT, LAN_OUT].map((one) => `error the policy of chain inet f c drops ${one}`),
  },
  {
    name: "a rule about a mark",
    text: ruleset([[is(meta("mark"), 1), DROP]]),
    expected: may(OUT, IN, PTB, LAN_OUT, LAN_IN),
  },
  {
    name: "a limit",
    text: ruleset([[is(meta("l4proto"), 4), { limit: { rate: 10, per: "second" } }, DROP]]),
    expected: may(OUT, IN),
  },
  {
    name: "a jump",
    text: ruleset([[is(meta("nfproto"), "ipv6"), { jump: { target: "helper" } }]], "accept", [
      is(meta("l4proto"), "ipencap"),
      DROP,
    ]),
    expected: [OUT, IN].map((one) => `error a rule of chain inet f helper drops ${one}`),
  },
  {
    name: "a return before the policy",
    text: ruleset([[{ return: null }], [DROP]]),
    expected: FINE,
  },
  {
    name: "a verdict map",
    text: ruleset([
      [
        {
          vmap: {
            key: meta("l4proto"),
            data: {
              set: [
                ["tcp", ACCEPT],
                ["ipencap", DROP],
              ],
            },
          },
        },
      ],
    ]),
    expected: drops(OUT, IN),
  },
  {
    name: "masquerading of IPv6",
    text: ruleset([[is(meta("oifname"), "wan0"), { masquerade: null }]]),
    expected: [
      `error ${RULE} rewrites the addresses of ${OUT}`,
      `warning ${RULE} may rewrite the addresses of ${LAN_IN}`,
    ],
  },
  {
    name: "fragments alone, and ports",
    text: ruleset([
      [is({ exthdr: { name: "frag" } }, true), DROP],
      [is(field("udp", "dport"), 53), DROP],
    ]),
    expected: FINE,
  },
  {
    name: "a document of another kind",
    text: "[]",
    expected: ["unknown nft gave a document that makes no sense"],
  },
];

for (const { name, text, expected } of CASES) {
  test(`firewall: ${name}`, async (t) => {
    const commands = { "nft -j list ruleset": text, "ip -6 route get *": WAY };
    const found = await runCheck(firewallCheck, { commands }, {}, CE_E);
    t.same(
      found.map(({ severity, message }) => `${severity} ${message}`),
      expected,
    );
  });
}

test("firewall: the line of the listing is the evidence, a rule before it the remedy", async (t) => {
  const listing = `table inet other { # handle 1
	chain c { # handle 1
		drop # handle 1
	}
}
table inet f { # handle 2
	chain c { # handle 1
		type filter hook forward priority filter; policy drop;
		icmpv6 type packet-too-big counter packets 3 bytes 400 drop # handle 1
	}
}
`;
  const commands = {
    "nft -j list ruleset": ruleset([[is(field("icmpv6", "type"), 2), DROP]]),
    "nft -a list ruleset": listing,
    "ip -6 route get *": WAY,
  };
  t.match(await runCheck(firewallCheck, { commands }, {}, CE_E), [
    {
      evidence: "icmpv6 type packet-too-big counter packets 3 bytes 400 drop # handle 1",
      remedy: "nft insert rule inet f c icmpv6 type packet-too-big accept",
    },
  ]);
});

test("firewall: unknown without nft, or without the right to look; rules of the older kind", async (t) => {
  t.match(await runCheck(firewallCheck, {}), [
    { severity: "unknown", message: /apt install nftables/ },
  ]);
  const refused = { "nft -j list ruleset": { fails: "Operation not permitted\n" } };
  t.match(await runCheck(firewallCheck, { commands: refused }), [
    { severity: "unknown", evidence: "Operation not permitted" },
  ]);
  const legacy = {
    "nft -j list ruleset": ruleset([]),
    "ip6tables-legacy-save": "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p 4 -j DROP\nCOMMIT\n",
  };
  t.match(await runCheck(firewallCheck, { commands: legacy }), [
    { severity: "unknown", evidence: "-A FORWARD -p 4 -j DROP" },
  ]);
});
