/** What a sound configuration becomes: every key of it, and every default. */
import { test } from "tap";
import { stringify } from "yaml";
import { effectiveDocument } from "../../../../daemon/config/effective.js";
import { parseConfig } from "../../../../daemon/config/load.js";
import type { Config } from "../../../../daemon/config/types.js";
import { accept, BR_E, BR_T, CE_E, CE_T, check, documentOf, outline } from "./documents.js";

/** The example of the contract, with every key; key by key the values differ from the defaults where they can. */
const EVERY_KEY = `
control-socket: /run/mapd/other.sock
control-socket-mode: "640"
control-socket-group: adm
control-socket-operators: netops
http:
  listen: "[::1]:9465"
  hosts: [br1.example.net]
  token-file: /etc/mapd/http-token
log:
  level: debug
state-file: /var/lib/mapd/state
announce: { method: kernel-route, table: 4640, hold: 20 }
drain-timeout: 12
drain-file: /run/mapd/drain
rules:
  metro:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 6
    psid-len: 8
    iid: draft-03
    forwarding: true
  single:
    rule-ipv6-prefix: 2001:db8:7712:3400::/56
    rule-ipv4-prefix: 198.51.100.18/32
    ea-len: 0
    psid-len: 8
    psid: 0x34
domains:
  - name: metro-ce
    mode: map-t
    role: ce
    tun:
      name: mapt0
      queues: 1
      offload: "off"
      attach: true
    rules: [single, metro]
    dmr-ipv6-prefix: 2001:db8:ffff::/64
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
    local-ipv4-prefixes: [192.168.1.0/24, 10.0.0.0/8]
    mtu: { ipv6: 1480, ipv4: 1400, lowest-ipv6: 1300 }
    mss-clamp: 1300
    routes: off
    icmp:
      ipv4-sources: [203.0.113.8]
      rate-limit: 500
      unreachables: false
    udp-zero-checksum: drop
    traffic-class: 184
    decrement-ttl: false
    hairpin: false
    fragmentation: inner
    nat44:
      enabled: true
      filtering: address-and-port-dependent
      tcp-port-reuse: always
      max-ports-per-host: 100
      max-sessions-per-host: 900
      max-sessions: 5000
      reserve: [5000-5003, 3280]
      forwards:
        - { protocol: tcp, external-port: 1232, to: "192.168.1.10:22" }
        - { protocol: both, external-port: 1233, to: 192.0.0.2:53 }
      timeouts:
        udp: 301
        tcp-established: 7441
        tcp-transitory: 241
        tcp-opening: 242
        tcp-closing: 243
        icmp: 61
      pcp:
        enabled: true
        nat-pmp: false
        listen: [192.168.1.1, 10.0.0.1]
        third-party: true
        max-mappings-per-host: 8
        max-lifetime: 7200
`;

const TWO_BRS = {
  ...CE_E,
  name: "two",
  "end-user-ipv6-prefix": "2001:db8:12:3500::/56",
  "br-ipv6-addr": ["2001:db8:ffff::1", "2001:db8:ffff::2"],
};

const EVERY_SETTING: Omit<Config, "hash" | "document" | "rules"> = {
  controlSocket: "/run/mapd/other.sock",
  controlAccess: { mode: 0o640, group: "adm", operators: "netops" },
  http: {
    listen: { host: "::1", port: 9465 },
    hosts: ["br1.example.net"],
    tokenFile: "/etc/mapd/http-token",
  },
  log: { level: "debug" },
  stateFile: "/var/lib/mapd/state",
  drainTimeoutMs: 12_000,
  drainFile: "/run/mapd/drain",
  domains: [
    {
      settings: {
        name: "metro-ce",
        mode: "map-t",
        role: "ce",
        rules: [
          {
            name: "single",
            ipv6: { address: [0x20010db8, 0x77123400, 0, 0], len: 56 },
            ipv4: { address: 0xc6336412, len: 32 },
            eaLen: 0,
            psidOffset: 6,
            psidLen: 8,
            psid: 0x34,
            iid: "rfc7597",
            forwarding: false,
          },
          {
            name: "metro",
            ipv6: { address: [0x20010db8, 0, 0, 0], len: 40 },
            ipv4: { address: 0xc0000200, len: 24 },
            eaLen: 16,
            psidOffset: 6,
            psidLen: 8,
            psid: null,
            iid: "draft-03",
            forwarding: true,
          },
        ],
        dmr: { address: [0x20010db8, 0xffff0000, 0, 0], len: 64 },
        brAddresses: [],
        bmr: 1,
        endUserPrefix: { address: [0x20010db8, 0x00123400, 0, 0], len: 56 },
        localPrefixes: [
          { address: 0xc0a80100, len: 24 },
          { address: 0x0a000000, len: 8 },
          { address: 0xc0000002, len: 32 },
        ],
        mtu: { ipv6: 1480, ipv4: 1400, lowestIpv6: 1300 },
        mssClamp: 1300,
        udpZeroChecksum: "drop",
        trafficClass: 184,
        decrementTtl: false,
        icmp: { ipv4Sources: [0xcb007108], rateLimit: 500, unreachables: false },
        fragmentation: "inner",
        nat44: {
          filtering: "address-and-port-dependent",
          tcpPortReuse: "always",
          maxPortsPerHost: 100,
          maxSessionsPerHost: 900,
          reserve: [
            [5000, 5003],
            [3280, 3280],
          ],
          forwards: [
            { protocol: "tcp", externalPort: 1232, insideAddress: 0xc0a8010a, insidePort: 22 },
            { protocol: "both", externalPort: 1233, insideAddress: 0xc0000002, insidePort: 53 },
          ],
          timeoutsMs: {
            udp: 301_000,
            tcpEstablished: 7_441_000,
            tcpOpening: 242_000,
            tcpClosing: 243_000,
            icmp: 61_000,
          },
          maxMappings: 5756,
          maxSessions: 5000,
        },
      },
      tun: { name: "mapt0", queues: 1, offload: "off", attach: true, address: 0xc0000002 },
      routes: { mode: "off", metric: 2048 },
      announce: null,
      ruleCounters: false,
      pcp: {
        natPmp: false,
        listen: [0xc0a80101, 0x0a000001],
        thirdParty: true,
        maxMappingsPerHost: 8,
        maxLifetimeS: 7200,
      },
    },
  ],
};

test("every key reaches its setting", async (t) => {
  const checked = parseConfig(EVERY_KEY);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  const { hash, document, rules, ...effective } = checked.value;
  t.strictSame(effective, EVERY_SETTING);
  // The domain lists them in the other order.
  t.strictSame([...rules].reverse(), EVERY_SETTING.domains[0]?.settings.rules);
  t.match(hash, /^[0-9a-f]{12}$/);
  t.same(document.domains[0]?.icmp, {
    "ipv4-sources": [0xcb007108],
    "rate-limit": 500,
    unreachables: false,
  });
  t.same(outline(checked.diagnostics), [
    "warning no-effect domains[0].fragmentation",
    "warning no-effect domains[0].hairpin",
  ]);
});

test("a BR with the keys of every role is accepted, idle ones with a warning", async (t) => {
  const nat44 = {
    enabled: true,
    filtering: "auto",
    "tcp-port-reuse": "when-exhausted",
    "max-ports-per-host": null,
    reserve: ["5000-5003"],
    forwards: [{ protocol: "tcp", "external-port": 1232, to: "192.168.1.10:22" }],
  };
  const checked = check(documentOf([{ ...BR_T, fragmentation: "outer", nat44 }]));
  t.ok(checked.ok);
  t.same(outline(checked.diagnostics), [
    "warning no-effect domains[0].fragmentation",
    "warning no-effect domains[0].nat44",
  ]);
  const plain = accept(documentOf([BR_T]));
  t.equal(checked.ok && checked.value.hash, plain.hash, "idle keys change nothing");
});

test("a BR as a whole", async (t) => {
  const { document, hash, rules, ...effective } = accept(documentOf([BR_T]));
  t.equal(document.domains.length, 1);
  t.equal(rules.filter(({ name }) => name === "metro").length, 1);
  t.equal(hash.length, 12);
  const unpacked = effective.domains.map((domain) => {
    return { ...domain, settings: { ...domain.settings, rules: [...domain.settings.rules] } };
  });
  t.strictSame(
    { ...effective, domains: unpacked },
    {
      controlSocket: "/run/mapd/mapd.sock",
      controlAccess: { mode: 0o660, group: null, operators: null },
      http: { listen: { host: "127.0.0.1", port: 9464 }, hosts: [], tokenFile: null },
      log: { level: "info" },
      stateFile: null,
      drainTimeoutMs: 0,
      drainFile: null,
      domains: [
        {
          settings: {
            name: "br-t",
            mode: "map-t",
            role: "br",
            rules: [
              {
                name: "metro",
                ipv6: { address: [0x20010db8, 0, 0, 0], len: 40 },
                ipv4: { address: 0xc0000200, len: 24 },
                eaLen: 16,
                psidOffset: 6,
                psidLen: 8,
                psid: null,
                iid: "rfc7597",
                forwarding: false,
              },
            ],
            dmr: { address: [0x20010db8, 0xffff0000, 0, 0], len: 64 },
            brAddresses: [],
            mtu: { ipv6: 1500, ipv4: 1500, lowestIpv6: 1280 },
            mssClamp: "auto",
            udpZeroChecksum: "drop",
            trafficClass: -1,
            decrementTtl: true,
            icmp: { ipv4Sources: [], rateLimit: 1000, unreachables: true },
            fragmentation: "outer",
            hairpin: true,
          },
          tun: { name: "mapt0", queues: 1, offload: "auto", attach: false, address: null },
          routes: { mode: "auto", metric: 2048 },
          announce: null,
          ruleCounters: false,
          pcp: null,
        },
      ],
    },
  );
});

test("the CE domains of a host have addresses and metrics of their own", async (t) => {
  const second = { ...CE_E, name: "b", "end-user-ipv6-prefix": "2001:db8:12:3500::/56" };
  const { domains } = accept(documentOf([BR_E, CE_T, second]));
  const [br, one, other] = domains;
  t.equal(br?.tun.address, null);
  t.same([one?.tun.address, one?.routes.metric], [0xc0000002, 2048]);
  t.same([other?.tun.address, other?.routes.metric], [0xc0000003, 2049]);
});

test("several BRs, in their order", async (t) => {
  const list = ["2001:db8:ffff::1", "2001:db8:ffff::2"];
  const [ce] = accept(documentOf([{ ...CE_E, "br-ipv6-addr": list }])).domains;
  t.same(ce?.settings.brAddresses, [
    [0x20010db8, 0xffff0000, 0, 1],
    [0x20010db8, 0xffff0000, 0, 2],
  ]);
});

test("HTTP can be turned off", async (t) => {
  t.equal(accept(documentOf([BR_T], { http: null })).http, null);
});

test("the longest matching rule is the basic mapping rule", async (t) => {
  const rules = {
    wide: {
      "rule-ipv6-prefix": "2001:db8::/32",
      "rule-ipv4-prefix": "198.18.0.0/16",
      "ea-len": 24,
    },
    metro: {
      "rule-ipv6-prefix": "2001:db8::/40",
      "rule-ipv4-prefix": "192.0.2.0/24",
      "ea-len": 16,
    },
  };
  const domain = { ...CE_E, rules: ["wide", "metro"] };
  const [ce] = accept(documentOf([domain], { rules })).domains;
  t.match(ce?.settings, { bmr: 1 });
});

test("the hash is the same for two files that mean the same, and else it differs", async (t) => {
  const one = accept(documentOf([BR_T]));
  const respelt = { hairpin: true, ...BR_T, "dmr-ipv6-prefix": "2001:DB8:FFFF:0::/64" };
  const same = accept(documentOf([respelt]));
  const other = accept(documentOf([{ ...BR_T, hairpin: false }]));
  t.equal(same.hash, one.hash);
  t.not(other.hash, one.hash);
});

test("a configuration cannot be changed", async (t) => {
  const config = accept(documentOf([CE_T]));
  t.throws(() => Object.assign(config.domains[0]?.settings ?? {}, { bmr: 5 }), TypeError);
  t.ok(Object.isFrozen(config.domains));
});

test("settings can cross to a worker", async (t) => {
  const [ce] = accept(documentOf([CE_T])).domains;
  t.strictSame(structuredClone(ce?.settings), ce?.settings);
});

/** What is written and read again is the same, and says every default, also those that follow from other keys. */
const WRITTEN = [
  { name: "every key", config: parseConfig(EVERY_KEY) },
  { name: "a BR of each mode", config: check(documentOf([BR_T, { ...BR_E, rules: ["full"] }])) },
  { name: "a CE of each mode", config: check(documentOf([CE_T, TWO_BRS])) },
  { name: "no HTTP", config: check(documentOf([BR_T], { http: null })) },
];

for (const { name, config } of WRITTEN) {
  test(`the configuration in force, written and read again: ${name}`, async (t) => {
    if (!config.ok) throw new Error(JSON.stringify(config.diagnostics));
    const written = effectiveDocument(config.value);
    const again = parseConfig(stringify(written));
    if (!again.ok) throw new Error(JSON.stringify(again.diagnostics));
    t.equal(again.value.hash, config.value.hash);
    t.same(effectiveDocument(again.value), written);
  });
}

test("the configuration in force has the defaults that follow from other keys", async (t) => {
  const { rules, domains } = effectiveDocument(accept(documentOf([CE_T, BR_E])));
  t.match(rules, {
    metro: { "rule-ipv6-prefix": "2001:db8::/40", "rule-ipv4-prefix": "192.0.2.0/24" },
  });
  t.match(domains, [
    {
      "end-user-ipv6-prefix": "2001:db8:12:3400::/56",
      "udp-zero-checksum": "compute",
      "local-ipv4-prefixes": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
      mtu: { ipv6: 1500, ipv4: 1480 },
      nat44: { enabled: true, filtering: "address-dependent", "max-sessions": 65536 },
    },
    { "br-ipv6-addr": "2001:db8:ffff::1", mtu: { ipv4: 1500 }, "rule-counters": false },
  ]);
  t.same(
    (domains as readonly object[]).map((domain) => ["nat44" in domain, "hairpin" in domain]),
    [
      [true, false],
      [false, true],
    ],
  );
});
