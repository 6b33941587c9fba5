/** What a sound configuration makes of NAT44 and PCP where it says nothing, or something else than by default. */
import { test } from "tap";
import { accept, CE_E, CE_T, check, documentOf, outline } from "./documents.js";

const RFC_1918 = [
  { address: 0x0a000000, len: 8 },
  { address: 0xac100000, len: 12 },
  { address: 0xc0a80000, len: 16 },
];

const CE_CASES = [
  {
    name: "a CE of map-t with a shared address",
    domain: CE_T,
    mtu4: 1480,
    filtering: "address-dependent",
    mappings: 66_292,
    sessions: 65_536,
  },
  {
    name: "a CE of map-e with a shared address",
    domain: CE_E,
    mtu4: 1460,
    filtering: "address-dependent",
    mappings: 66_292,
    sessions: 65_536,
  },
  {
    name: "a CE with a whole address",
    domain: { ...CE_E, rules: ["full"], "end-user-ipv6-prefix": "2001:db8:8042::/48" },
    mtu4: 1460,
    filtering: "endpoint-independent",
    mappings: 458_752,
    sessions: 262_144,
  },
];

for (const { name, domain, mtu4, filtering, mappings, sessions } of CE_CASES) {
  test(`defaults of ${name}`, async (t) => {
    const [ce] = accept(documentOf([domain])).domains;
    const settings = ce?.settings;
    if (settings?.role !== "ce") throw new Error("no CE");
    t.equal(settings.mtu.ipv4, mtu4);
    t.equal(settings.udpZeroChecksum, "compute");
    t.same(settings.localPrefixes, [...RFC_1918, { address: 0xc0000002, len: 32 }]);
    t.match(settings.nat44, {
      filtering,
      tcpPortReuse: "when-exhausted",
      maxPortsPerHost: null,
      maxSessionsPerHost: null,
      reserve: [],
      forwards: [],
      timeoutsMs: {
        udp: 300_000,
        tcpEstablished: 7_440_000,
        tcpOpening: 240_000,
        tcpClosing: 240_000,
        icmp: 60_000,
      },
      maxMappings: mappings,
      maxSessions: sessions,
    });
    t.equal(ce?.tun.address, 0xc0000002);
    t.equal(ce?.pcp, null);
  });
}

test("without port reuse there are as many mappings as ports", async (t) => {
  const nat44 = { "tcp-port-reuse": "never" };
  const [ce] = accept(documentOf([{ ...CE_T, nat44 }])).domains;
  t.match(ce?.settings, { nat44: { tcpPortReuse: "never", maxMappings: 756 } });
});

test("a whole address may have a million sessions", async (t) => {
  const whole = { ...CE_T, rules: ["full"], "end-user-ipv6-prefix": "2001:db8:8042::/48" };
  const nat44 = { "max-sessions": 1_000_000 };
  const [ce] = accept(documentOf([{ ...whole, nat44 }])).domains;
  t.match(ce?.settings, { nat44: { maxMappings: 1_196_608, maxSessions: 1_000_000 } });
});

test("the timers of opening and closing TCP connections follow their common one", async (t) => {
  const nat44 = { timeouts: { "tcp-transitory": 300, "tcp-closing": 250 } };
  const [ce] = accept(documentOf([{ ...CE_T, nat44 }])).domains;
  t.match(ce?.settings, { nat44: { timeoutsMs: { tcpOpening: 300_000, tcpClosing: 250_000 } } });
});

test("PCP that is on has its defaults", async (t) => {
  const [ce] = accept(documentOf([{ ...CE_T, nat44: { pcp: { enabled: true } } }])).domains;
  t.strictSame(ce?.pcp, {
    natPmp: true,
    listen: [],
    thirdParty: false,
    maxMappingsPerHost: 32,
    maxLifetimeS: 86_400,
  });
});

const OFF_CASES = [
  {
    name: "a prefix",
    domain: { ...CE_T, rules: ["wide"], "end-user-ipv6-prefix": "2001:db8:9042::/48" },
  },
  {
    name: "a whole address where it is switched off",
    domain: {
      ...CE_T,
      rules: ["full"],
      "end-user-ipv6-prefix": "2001:db8:8042::/48",
      nat44: { enabled: false },
    },
  },
];

for (const { name, domain } of OFF_CASES) {
  test(`NAT44 is off with ${name}`, async (t) => {
    const [ce] = accept(documentOf([{ ...domain, tun: { name: "t", queues: 4 } }])).domains;
    t.match(ce?.settings, { nat44: null, localPrefixes: [] });
    t.equal(ce?.tun.address, null);
    t.equal(ce?.tun.queues, 4);
  });
}

test("a switch for NAT44 that is off makes the LAN's prefixes idle", async (t) => {
  const [off] = OFF_CASES;
  const checked = check(documentOf([{ ...off?.domain, "local-ipv4-prefixes": ["10.0.0.0/8"] }]));
  t.same(outline(checked.diagnostics), ["warning no-effect domains[0].local-ipv4-prefixes"]);
});

test("PCP without NAT44 is idle", async (t) => {
  const [off] = OFF_CASES;
  const checked = check(documentOf([{ ...off?.domain, nat44: { pcp: { enabled: true } } }]));
  t.same(outline(checked.diagnostics), ["warning no-effect domains[0].nat44.pcp.enabled"]);
  t.equal(checked.ok && checked.value.domains[0]?.pcp, null);
});
