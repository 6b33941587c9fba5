/** The commands that show domains, rules, devices and traffic, and the phrases of a vendor's guide for them. */
import { test } from "tap";
import { domainsCommand } from "../../../../daemon/cli/domains.js";
import { interfacesCommand } from "../../../../daemon/cli/interfaces.js";
import { rulesCommand } from "../../../../daemon/cli/rules.js";
import { readPhrase, showCommand } from "../../../../daemon/cli/show.js";
import { statisticsCommand } from "../../../../daemon/cli/statistics.js";
import { runCommand } from "./live-daemon.js";

const METRO = {
  name: "metro",
  rule: {
    ruleIpv6Prefix: "2001:db8::/40",
    ruleIpv4Prefix: "192.0.2.0/24",
    eaLen: 16,
    psidOffset: 6,
    psidLen: 8,
    iid: "rfc7597",
  },
  forwarding: false,
  mode: "shared",
  endUserPrefixLen: 56,
  ceCount: 65536,
  sharingRatio: 256,
  portsPerCe: 252,
  excludedPorts: 1024,
  rangesPerCe: 63,
  hits: null,
};

const DOMAIN = {
  name: "br-t",
  mode: "map-t",
  role: "br",
  device: "mapt0",
  dmrIpv6Prefix: "2001:db8:ffff::/64",
  brIpv6Addresses: [],
  localIpv4Prefixes: null,
  mtu: { ipv6: 1500, ipv4: 1500, lowestIpv6: 1280 },
  routes: "auto",
  ruleCount: 1,
  rules: [{ ...METRO, basic: false }],
};

test("domains: the rules with their six values, what follows, and who the CE is", async (t) => {
  const { status, output } = await runCommand(t, domainsCommand, {}, true);
  t.equal(status, 0);
  const { schema, domains } = JSON.parse(output);
  t.equal(schema, "mapd.domains/1");
  const [br, { ce, ...edge }] = domains;
  t.same(br, { ...DOMAIN, ce: null });
  t.same(edge, {
    ...DOMAIN,
    name: "ce-t",
    role: "ce",
    device: "mapt1",
    localIpv4Prefixes: ["192.168.1.0/24"],
    mtu: { ipv6: 1500, ipv4: 1480, lowestIpv6: 1280 },
    rules: [{ ...METRO, basic: true }],
  });
  const { portRanges, ...identity } = ce;
  t.same(identity, {
    rule: "metro",
    endUserIpv6Prefix: "2001:db8:12:3400::/56",
    mapIpv6: "2001:db8:12:3400:0:c000:212:34",
    ipv4: "192.0.2.18",
    ipv4PrefixLen: 32,
    psid: 52,
    portsPerCe: 252,
    portRangeCount: 63,
  });
  t.same([portRanges.length, portRanges[0], portRanges[62]], [63, [1232, 1235], [64720, 64723]]);
});

test("domains: text for people", async (t) => {
  const { output } = await runCommand(t, domainsCommand, { domain: "br-t" }, false);
  t.equal(
    output,
    `domain: br-t
  mode             map-t br
  device           mapt0
  dmr prefix       2001:db8:ffff::/64
  mtu              ipv6 1500, ipv4 1500
  rules            1

  rule             metro
  ipv6 prefix      2001:db8::/40
  ipv4 prefix      192.0.2.0/24
  EA length        16
  PSID offset      6
  PSID length      8
  interface id     rfc7597
  end-user prefix  /56
  sharing ratio    256 CEs on an IPv4 address
  CEs              65536
  ports per CE     252 in 63 ranges, 1024 of an address are nobody's
`,
  );
  const edge = (await runCommand(t, domainsCommand, { domain: "ce-t" }, false)).output;
  t.match(
    edge,
    `  psid             52 (0x34)
  ports            252
  port ranges      1232-1235 2256-2259 3280-3283 4304-4307 5328-5331 6352-6355 7376-7379 8400-8403
`,
  );
  t.match(edge, "  local prefixes   192.168.1.0/24\n");
  t.match(edge, "  rule             metro (basic mapping rule)\n");
});

test("a filter that nothing fits, and a domain that does not fit its filter", async (t) => {
  const { output } = await runCommand(t, domainsCommand, { mode: "map-e" }, true);
  t.same(JSON.parse(output), { schema: "mapd.domains/1", domains: [] });
  const upper = await runCommand(t, domainsCommand, { role: "CE", mode: "MAP-T" }, true);
  t.equal(JSON.parse(upper.output).domains.length, 1);
  await t.rejects(runCommand(t, domainsCommand, { domain: "br-t", role: "ce" }, true), {
    exitStatus: 6,
    message: "domain br-t is a map-t br",
  });
  await t.rejects(runCommand(t, domainsCommand, { domain: "br-x" }, true), {
    exitStatus: 6,
    message: 'no domain br-x; there are: br-t, ce-t; did you mean "br-t"?',
  });
  await t.rejects(runCommand(t, domainsCommand, { role: "relay" }, true), {
    exitStatus: 2,
    message: 'role "relay" is none of br, ce',
  });
});

test("rules: a line each, and as many as are asked for", async (t) => {
  const { output } = await runCommand(t, rulesCommand, {}, false);
  t.equal(
    output,
    `domain  rule   ipv6 prefix    ipv4 prefix   ea  offset  psid len  iid      ratio    CEs  ports
br-t    metro  2001:db8::/40  192.0.2.0/24  16       6         8  rfc7597    256  65536    252
ce-t    metro  2001:db8::/40  192.0.2.0/24  16       6         8  rfc7597    256  65536    252
`,
  );
  const one = JSON.parse((await runCommand(t, rulesCommand, { limit: "1" }, true)).output);
  t.same(one, {
    schema: "mapd.rules/1",
    total: 2,
    next: 1,
    rules: [{ domain: "br-t", ...METRO, basic: false }],
  });
  const named = { arguments: ["metro"], options: { role: "ce", limit: "0" } };
  t.equal(JSON.parse((await runCommand(t, rulesCommand, named, true)).output).total, 1);
  await t.rejects(runCommand(t, rulesCommand, { arguments: ["metra"], options: {} }, true), {
    exitStatus: 6,
    message: "no rule metra; see mapctl rules",
  });
});

test("interfaces: both sides of each device, and what leads into it", async (t) => {
  const { output } = await runCommand(t, interfacesCommand, { role: "br" }, true);
  const { schema, interfaces } = JSON.parse(output);
  t.equal(schema, "mapd.interfaces/1");
  // There is no such device here.
  const common = { takesCount: 1, addresses: null, mtu: 1500 };
  t.same(interfaces, [
    {
      name: "mapt0",
      domain: "br-t",
      mode: "map-t",
      role: "br",
      queues: 1,
      offloads: ["csum", "tso4", "tso6", "tso-ecn"],
      routes: "auto",
      link: null,
      sides: [
        { family: "ipv4", zone: "internet", takes: ["192.0.2.0/24"], ...common },
        { family: "ipv6", zone: "map-domain", takes: ["2001:db8:ffff::/64"], ...common },
      ],
    },
  ]);
  t.equal(
    (await runCommand(t, interfacesCommand, { role: "ce" }, false)).output,
    `device: mapt1
  state     unknown
  domain    ce-t, map-t ce
  queues    1
  offloads  csum tso4 tso6 tso-ecn
  routes    auto
  ipv4      lan, mtu 1480
            takes 0.0.0.0/0
            address unknown
  ipv6      map-domain, mtu 1500
            takes 2001:db8:12:3400:0:c000:212:34/128
            address unknown
`,
  );
});

test("statistics: each way, and drops by cause", async (t) => {
  const { output } = await runCommand(t, statisticsCommand, { role: "ce" }, false);
  t.equal(
    output,
    `domain: ce-t (map-t ce)
                               packets  bytes
  in ipv4                            2   3000
  in ipv6                            0      0
  out ipv4                           0      0
  out ipv6                           0      0
  turned around                      0
  ICMP errors sent                   0
  fragments that wait                0
  dropped                            5
    source_psid_mismatch ipv6        5
`,
  );
  const { domains } = JSON.parse((await runCommand(t, statisticsCommand, {}, true)).output);
  t.match(domains, [
    { name: "br-t", dropped: 0, hits: null },
    {
      name: "ce-t",
      packets: { in: { ipv4: 2, ipv6: 0 }, out: { ipv4: 0, ipv6: 0 } },
      bytes: { in: { ipv4: 3000, ipv6: 0 } },
      dropped: 5,
      drops: { source_psid_mismatch: { ipv4: 0, ipv6: 5 }, ttl_expired: { ipv4: 0, ipv6: 0 } },
    },
  ]);
});

const PHRASES = [
  ["map-t domain", { object: "domain", mode: "map-t" }],
  ["MAP-E Domain NAME Metro-1", { object: "domain", mode: "map-e", domain: "Metro-1" }],
  ["map-e domain role BR", { object: "domain", mode: "map-e", role: "br" }],
  ["map-t statistics", { object: "statistics", mode: "map-t" }],
  ["map-t statistics name x", { object: "statistics", mode: "map-t", domain: "x" }],
  ["map-e statistics role CE", { object: "statistics", mode: "map-e", role: "ce" }],
  ["map interface", { object: "interface" }],
  ["map interface role br", { object: "interface", role: "br" }],
] as const;

for (const [words, { object, ...filter }] of PHRASES) {
  test(`show ${words}`, async (t) => {
    const nothing = { domain: undefined, mode: undefined, role: undefined };
    t.same(readPhrase(words.split(" ")), { object, filter: { ...nothing, ...filter } });
  });
}

const NO_PHRASES = [
  ["", /^a word is missing/],
  ["map-x domain", /^"map-x" is not known here; did you mean "map-e"\?/],
  ["map domain", /^"domain" is not known here/],
  ["map-t", /^a word is missing/],
  ["map-t domains", /did you mean "domain"\?/],
  ["map-t domain name", /^name needs a value/],
  ["map-t domain nam x", /did you mean "name"\?/],
  ["map-t domain name x name y", /^name stands there twice/],
  ["map-t domain role relay", /^role "relay" is none of br, ce/],
] as const;

for (const [words, message] of NO_PHRASES) {
  test(`show ${words}: no phrase of the guide`, async (t) => {
    const given = words === "" ? [] : words.split(" ");
    t.throws(() => readPhrase(given), { code: "usage", message });
  });
}

const SAME = [
  ["map-t domain role CE", domainsCommand, { mode: "map-t", role: "ce" }],
  ["map-t statistics name ce-t", statisticsCommand, { mode: "map-t", domain: "ce-t" }],
  ["map interface role BR", interfacesCommand, { role: "br" }],
] as const;

for (const [words, command, options] of SAME) {
  test(`show ${words} is mapctl ${command.name}`, async (t) => {
    const given = { arguments: words.split(" "), options: {} };
    for (const json of [false, true]) {
      const shown = await runCommand(t, showCommand, given, json);
      t.same(shown, await runCommand(t, command, options, json));
    }
  });
}
