/** From a LAN host through CE and BR to the Internet and back, made of one rule. */
import { test } from "tap";
import { parseConfig } from "../../../daemon/config/load.js";
import { parseEndpoint } from "../../../src/explain/endpoint.js";
import {
  brOf,
  ceOf,
  type OneRuleInput,
  type Transport,
} from "../../../src/explain/one-rule-domains.js";
import { verdictText } from "../../../src/explain/text.js";
import { type Walk, type WalkInput, walk } from "../../../src/explain/walk.js";
import { ceFromEndUserPrefix } from "../../../src/map/ce.js";
import { checkRule } from "../../../src/map/check.js";
import { parseIpv4Prefix, parseIpv6Prefix } from "../../../src/map/prefix.js";
import type { Rule } from "../../../src/map/types.js";
import type { DomainSettings } from "../../../src/pipeline/settings.js";

function ruleOf(ipv6: string, ipv4: string, eaLen: number): Rule {
  const [six, four] = [parseIpv6Prefix(ipv6), parseIpv4Prefix(ipv4)];
  const checked = checkRule(
    { name: "r", ipv6: six!, ipv4: four!, eaLen, psidOffset: undefined, psidLen: undefined },
    "",
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return checked.value;
}

const SHARED = ruleOf("2001:db8::/40", "192.0.2.0/24", 16);
const WHOLE = ruleOf("2001:db8::/40", "192.0.2.0/24", 8);
const PREFIX = ruleOf("2001:db8::/40", "192.0.2.0/24", 4);
const MAP_T: Transport = { mode: "map-t", dmr: parseIpv6Prefix("2001:db8:ffff::/64")! };
const MAP_E: Transport = {
  mode: "map-e",
  brAddress: parseIpv6Prefix("2001:db8:ffff::1/128")!.address,
};

function inputOf(from: string, to: string, more: Partial<WalkInput> = {}): WalkInput {
  const [source, destination] = [parseEndpoint(from), parseEndpoint(to)];
  return {
    rule: SHARED,
    transport: MAP_T,
    from: source!,
    to: destination!,
    ce: null,
    packet: { protocol: 17, length: null, ttl: null, dontFragment: true },
    mtu6: 1500,
    ...more,
  };
}

function walked(input: WalkInput): Walk {
  const checked = walk(input);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return checked.value;
}

/** `ce out: forwarded as IPv6` a step. */
function steps({ steps: all }: Walk): string[] {
  return all.map(({ node, leg, report }) => `${node} ${leg}: ${verdictText(report)}`);
}

/** Of the packets that left: addresses of the first header of each. */
function ends({ steps: all }: Walk): string[] {
  return all.map(({ report }) => {
    const fields = report.output[0]?.headers[0]?.fields;
    return `${fields?.source} > ${fields?.destination}`;
  });
}

const THERE_AND_BACK = [
  "ce out: forwarded as IPv6",
  "br out: forwarded as IPv4",
  "br back: forwarded as IPv6",
  "ce back: forwarded as IPv4",
];

const CE = "2001:db8:12:3400:0:c000:212:34";
const SERVER6 = "2001:db8:ffff:0:c6:3364:100:0";

test("MAP-T there and back, by the CE's own address and port", async (t) => {
  const walk1 = walked(inputOf("192.0.2.18:1232", "198.51.100.1:53"));
  t.same(steps(walk1), THERE_AND_BACK);
  t.same(ends(walk1), [
    `${CE} > ${SERVER6}`,
    "192.0.2.18 > 198.51.100.1",
    `${SERVER6} > ${CE}`,
    "198.51.100.1 > 192.168.1.10",
  ]);
  t.match(walk1, { delivered: true, answered: true, largestIpv4: 1480 });
  t.match(walk1.ce, { ipv4: "192.0.2.18", psid: 52, eaBits: "0001001000110100" });
  t.same(walk1.assumptions, ["LAN host 192.168.1.10"]);
  t.same(
    walk1.steps.map(({ report }) => report.nat44?.external ?? null),
    ["192.0.2.18:1232", null, null, "192.0.2.18:1232"],
  );
  t.same(
    walk1.steps.map(({ report }) => report.mtu.overhead),
    [20, -20, 20, -20],
  );
});

test("MAP-E there and back, by the CE's MAP address", async (t) => {
  const walk1 = walked(inputOf(`[${CE}]:1233`, "198.51.100.1:53", { transport: MAP_E }));
  t.same(steps(walk1), THERE_AND_BACK);
  t.same(ends(walk1), [
    `${CE} > 2001:db8:ffff::1`,
    "192.0.2.18 > 198.51.100.1",
    `2001:db8:ffff::1 > ${CE}`,
    "198.51.100.1 > 192.168.1.10",
  ]);
  t.equal(walk1.largestIpv4, 1460);
  t.same(
    walk1.steps.map(({ report }) => report.mtu.overhead),
    [40, -40, 40, -40],
  );
});

test("an echo's identifier becomes one of the CE's, and comes back as it was", async (t) => {
  for (const transport of [MAP_T, MAP_E]) {
    const packet = { protocol: 1, length: 84, ttl: null, dontFragment: true };
    const walk1 = walked(inputOf("192.168.1.77:7", "198.51.100.1", { transport, packet }));
    t.same(steps(walk1), THERE_AND_BACK);
    const identifiers = walk1.steps.map(
      ({ report }) => report.output[0]?.headers.at(-2)?.fields.identifier,
    );
    const [out] = identifiers;
    t.ok(typeof out === "number" && out >= 1024, "from the port set of PSID 0");
    t.same(identifiers, [out, out, out, 7]);
    t.equal(walk1.steps[3]?.report.output[0]?.headers[0]?.fields.destination, "192.168.1.77");
  }
});

test("a whole address and a prefix walk, too; a prefix without NAT44", async (t) => {
  const whole = walked(inputOf("10.1.2.3:5000", "198.51.100.1:53", { rule: WHOLE }));
  t.same(steps(whole), THERE_AND_BACK);
  t.equal(whole.ce.psid, null);
  const own = walked(inputOf("192.0.2.17:5000", "198.51.100.1:53", { rule: PREFIX }));
  t.same(steps(own), THERE_AND_BACK);
  t.equal(own.ce.ipv4, "192.0.2.16/28");
  t.same(
    own.steps.map(({ report }) => report.nat44),
    [null, null, null, null],
  );
  t.equal(ends(own)[3], "198.51.100.1 > 192.0.2.17");
});

test("what is too long ends at the CE with DF, and crosses in pieces without", async (t) => {
  const long = { protocol: 17, length: 1500, ttl: null, dontFragment: true };
  const ended = walked(inputOf("192.168.1.10:1", "198.51.100.1:53", { packet: long }));
  t.same(steps(ended), ["ce out: dropped: too_big"]);
  t.match(ended, { delivered: false, answered: false });
  const packet = { ...long, dontFragment: false };
  const cut = walked(inputOf("192.168.1.10:1", "198.51.100.1:53", { packet }));
  t.match(cut, { delivered: true, answered: true });
  t.same(steps(cut), [
    "ce out: forwarded as IPv6 in 2 packets",
    "br out: forwarded as IPv4",
    "br out: forwarded as IPv4",
    "br back: forwarded as IPv6 in 2 packets",
    "ce back: forwarded as IPv4",
    "ce back: forwarded as IPv4",
  ]);
});

test("to another CE of the rule the BR turns it around, and the walk ends", async (t) => {
  const turned = walked(inputOf("192.0.2.18:1232", "192.0.2.19:1236"));
  t.same(steps(turned), ["ce out: forwarded as IPv6", "br out: turned around"]);
  t.match(turned, { delivered: true, answered: false });
});

test("what cannot walk says why", async (t) => {
  const codes = (input: WalkInput): string[] => walk(input).diagnostics.map(({ code }) => code);
  t.same(codes(inputOf("192.168.1.10:1", "2001:db8:5::1")), ["no-ipv4-address"]);
  t.same(codes(inputOf("192.0.2.18", "198.51.100.1")), ["port-required"]);
  const dmr = parseIpv6Prefix("2001:db8::/32")!;
  const inside = inputOf("192.168.1.10:1", "198.51.100.1", { transport: { mode: "map-t", dmr } });
  t.ok(codes(inside).includes("dmr-covers-rule"));
});

const RULE_DOCUMENT = { "rule-ipv6-prefix": "2001:db8::/40", "rule-ipv4-prefix": "192.0.2.0/24" };
const END_DOCUMENT = {
  "map-t": { "dmr-ipv6-prefix": "2001:db8:ffff::/64" },
  "map-e": { "br-ipv6-addr": "2001:db8:ffff::1" },
};
const SHARED_EDGE = {
  "end-user-ipv6-prefix": "2001:db8:12:3400::/56",
  "local-ipv4-prefixes": ["192.168.0.0/16"],
};
const PREFIX_EDGE = { "end-user-ipv6-prefix": "2001:db8:10::/44" };

/** The only domain of a configuration, which is named after its role. */
function configured(role: "ce" | "br", transport: Transport, rule: Rule): DomainSettings {
  const edge = rule === SHARED ? SHARED_EDGE : PREFIX_EDGE;
  const domain = {
    name: role,
    role,
    mode: transport.mode,
    tun: { name: "map0" },
    rules: ["r"],
    ...END_DOCUMENT[transport.mode],
    ...(role === "ce" ? edge : {}),
  };
  const rules = { r: { ...RULE_DOCUMENT, "ea-len": rule.eaLen } };
  const parsed = parseConfig(JSON.stringify({ rules, domains: [domain] }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return parsed.value.domains[0]!.settings;
}

test("the domains of a walk have the configuration's defaults", async (t) => {
  for (const transport of [MAP_T, MAP_E]) {
    for (const rule of [SHARED, PREFIX]) {
      const ce = configured("ce", transport, rule);
      const br = configured("br", transport, rule);
      if (ce.role !== "ce") throw new Error("no CE");
      const edge = ceFromEndUserPrefix(rule, ce.endUserPrefix);
      if (!edge.ok) throw new Error("no such CE");
      const lan = parseIpv4Prefix("192.168.0.0/16")!;
      const input: OneRuleInput = { rule, ce: edge.value, transport, lan, mtu6: 1500 };
      const made = ceOf(input);
      // A walk has one session, and no programs of its own behind the device.
      const nat44 =
        made.nat44 === null || ce.nat44 === null
          ? made.nat44
          : { ...made.nat44, maxSessions: ce.nat44.maxSessions, maxMappings: ce.nat44.maxMappings };
      t.same({ ...made, nat44 }, { ...ce, localPrefixes: ce.localPrefixes.slice(0, 1) });
      t.same(brOf(input), { ...br, rules: [...br.rules] });
    }
  }
});
