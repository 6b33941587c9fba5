/** What a configuration must not say about NAT44, and what its domains must not say about each other. */
import { test } from "tap";
import { type Case, D, domain, testCase, top } from "./cases.js";
import { BR_E, BR_T, CE_E, CE_T, check, documentOf, type Fields } from "./documents.js";

function nat44(name: string, change: Fields, ...findings: string[]): Case {
  return domain(name, CE_T, { nat44: change }, ...findings);
}

const CASES: readonly Case[] = [
  // NAT44.
  nat44("off with a shared address", { enabled: false }, `error nat44-required ${D}.nat44.enabled`),
  domain(
    "on with a prefix",
    CE_T,
    { rules: ["wide"], "end-user-ipv6-prefix": "2001:db8:9042::/48", nat44: { enabled: true } },
    `error nat44-not-possible ${D}.nat44.enabled`,
  ),
  nat44(
    "a forward outside the set",
    forwards(["tcp", 1236, "192.168.1.1:22"]),
    `error port-not-in-set ${D}.nat44.forwards[0].external-port`,
  ),
  nat44(
    "a forward to nobody local",
    forwards(["udp", 1232, "172.15.0.1:22"]),
    `error forward-not-local ${D}.nat44.forwards[0].to`,
  ),
  nat44(
    "two forwards of one port",
    forwards(["both", 1232, "192.168.1.1:22"], ["udp", 1232, "192.168.1.2:22"]),
    `error duplicate-forward ${D}.nat44.forwards[1].external-port`,
  ),
  nat44(
    "two forwards to one program",
    forwards(["tcp", 1232, "192.168.1.1:22"], ["tcp", 1233, "192.168.1.1:22"]),
    `error duplicate-forward ${D}.nat44.forwards[1].to`,
  ),
  nat44(
    "one port for TCP and for UDP",
    forwards(["tcp", 1232, "192.168.1.1:22"], ["udp", 1232, "192.168.1.1:22"]),
  ),
  nat44(
    "a forward of nothing",
    { forwards: [{}] },
    ...["external-port", "protocol", "to"].map(
      (key) => `error missing-key ${D}.nat44.forwards[0].${key}`,
    ),
  ),
  nat44(
    "a forward without a port",
    forwards(["tcp", 1232, "192.168.1.1"]),
    `error bad-forward-target ${D}.nat44.forwards[0].to`,
  ),
  nat44(
    "ranges that are none",
    { reserve: ["5-3", 70000, "x"] },
    `error bad-port-range ${D}.nat44.reserve[0]`,
    `error bad-port-range ${D}.nat44.reserve[2]`,
    `error bad-value ${D}.nat44.reserve[1]`,
  ),
  nat44(
    "a quota of zero",
    { "max-ports-per-host": 0 },
    `error out-of-range ${D}.nat44.max-ports-per-host`,
  ),
  nat44(
    "timeouts below the RFCs'",
    {
      timeouts: {
        udp: 119,
        "tcp-established": 7439,
        "tcp-transitory": 239,
        "tcp-opening": 239,
        "tcp-closing": 239,
        icmp: 59,
      },
    },
    ...["icmp", "tcp-closing", "tcp-established", "tcp-opening", "tcp-transitory", "udp"].map(
      (key) => `warning timeout-short ${D}.nat44.timeouts.${key}`,
    ),
  ),
  nat44(
    "a timeout of nothing",
    { timeouts: { udp: 0 } },
    `error out-of-range ${D}.nat44.timeouts.udp`,
  ),
  ...["never", "when-exhausted", "always"].map((reuse) =>
    nat44(`port reuse: ${reuse}`, { "tcp-port-reuse": reuse }),
  ),
  nat44(
    "more sessions than a shared address can use",
    { "max-sessions": 262_145 },
    `error out-of-range ${D}.nat44.max-sessions`,
  ),
  nat44("as many sessions as a shared address can use", { "max-sessions": 262_144 }),
  domain(
    "more sessions than anybody can use",
    CE_T,
    {
      rules: ["full"],
      "end-user-ipv6-prefix": "2001:db8:8042::/48",
      nat44: { "max-sessions": 1_000_001 },
    },
    `error out-of-range ${D}.nat44.max-sessions`,
  ),
  nat44(
    "no sessions for a host",
    { "max-sessions-per-host": 0 },
    `error out-of-range ${D}.nat44.max-sessions-per-host`,
  ),
  nat44(
    "PCP with lifetimes below the RFC's, for nobody, on no address, and a slip",
    {
      pcp: {
        enabled: true,
        "max-lifetime": 119,
        "max-mappings-per-host": 0,
        listen: ["2001:db8::1"],
        "nat-pnp": true,
      },
    },
    `error out-of-range ${D}.nat44.pcp.max-lifetime`,
    `error out-of-range ${D}.nat44.pcp.max-mappings-per-host`,
    `error bad-ipv4-address ${D}.nat44.pcp.listen[0]`,
    `error unknown-key ${D}.nat44.pcp.nat-pnp`,
  ),
  top(
    "a state file that depends on the folder",
    { "state-file": "state" },
    "error bad-value state-file",
  ),
  top("no state file", { "state-file": null }),
  domain(
    "a LAN inside the rule",
    CE_T,
    { "local-ipv4-prefixes": ["192.0.2.0/25"] },
    `warning local-prefix-overlap ${D}.local-ipv4-prefixes[0]`,
  ),
  // Keys that do nothing here.
  domain("hairpin on a CE", CE_T, { hairpin: false }, `warning no-effect ${D}.hairpin`),
  domain(
    "zero checksums in a tunnel",
    BR_E,
    { "udp-zero-checksum": "drop" },
    `warning no-effect ${D}.udp-zero-checksum`,
  ),
  domain("fragmentation of a tunnel", BR_E, { fragmentation: "inner" }),
  // Several domains.
  top(
    "one name, one device, one route for two",
    { domains: [BR_T, BR_T] },
    "error taken-twice domains[1].dmr-ipv6-prefix",
    "error taken-twice domains[1].name",
    "error taken-twice domains[1].rules",
    "error taken-twice domains[1].tun.name",
  ),
  top("one route for two, made by somebody else", {
    domains: [BR_T, { ...BR_T, name: "b", tun: { name: "b" }, routes: "off" }],
  }),
  top(
    "one customer for two",
    { domains: [CE_T, CE_E] },
    "error taken-twice domains[1].end-user-ipv6-prefix",
  ),
  top("six customers", { domains: customers(6) }, "error too-many-ces domains[5]"),
  top("five customers", { domains: customers(5) }),
];

function forwards(...rows: (readonly [string, number, string])[]): Fields {
  const list = rows.map(([protocol, port, to]) => ({ protocol, "external-port": port, to }));
  return { forwards: list };
}

function customers(count: number): Fields[] {
  return Array.from({ length: count }, (_, i) => ({
    ...CE_T,
    name: `ce-${i}`,
    tun: { name: `ce${i}` },
    "end-user-ipv6-prefix": `2001:db8:12:3${i}00::/56`,
  }));
}

for (const row of CASES) testCase(row);

test("a forward outside the set is shown its nearest free ports", async (t) => {
  const list = forwards(["tcp", 1235, "192.168.1.1:1"], ["tcp", 1236, "192.168.1.1:2"]);
  const { diagnostics } = check(documentOf([{ ...CE_T, nat44: list }]));
  t.match(diagnostics[0]?.message, "the nearest free ports are 1234 and 2256");
});
