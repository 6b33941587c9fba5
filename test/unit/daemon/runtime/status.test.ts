import { test } from "tap";
import { countersDocument, statusDocument } from "../../../../daemon/runtime/status.js";
import { COUNTERS, counterIndex, dropIndex } from "../../../../src/counters.js";
import { DROPS, SOURCE_PSID_MISMATCH } from "../../../../src/verdict.js";
import { BR_E, BR_T, CE_T, daemonOf, domainOf, viewOf } from "../samples.js";

test("status of a CE", async (t) => {
  const view = viewOf(domainOf(CE_T), (index) =>
    index === counterIndex("in_ipv4_packets") ? 7 : 0,
  );
  const document = statusDocument(daemonOf([view]), "1.2.3");
  t.match(document, {
    schema: "mapd.status/1",
    version: "1.2.3",
    uptimeSeconds: 93784.5,
    phase: "ready",
    ready: true,
    reasons: [],
    configHash: "0123456789ab",
    lastReloadSuccessful: true,
    state: null,
  });
  const [domain] = document.domains;
  t.match(domain, {
    name: "ce-t",
    mode: "map-t",
    role: "ce",
    tun: {
      name: "mapt1",
      queues: 1,
      offloads: ["csum", "tso4", "tso6", "tso-ecn"],
      classifier: null,
      ipv4: "192.0.0.2",
    },
    dmrIpv6Prefix: "2001:db8:ffff::/64",
    brIpv6Addresses: [],
    mtu: { ipv6: 1500, ipv4: 1480, lowestIpv6: 1280 },
    br: null,
    packets: { in: { ipv4: 7, ipv6: 0 }, out: { ipv4: 0, ipv6: 0 } },
    dropped: 0,
    nat44: {
      filtering: "address-dependent",
      tcpPortReuse: "when-exhausted",
      mappings: { tcp: 0, udp: 0, icmp: 0 },
      sessions: 0,
      maxSessions: 65_536,
      ports: {
        tcp: { used: 40, free: 200, reserved: 12 },
        udp: { used: 30, free: 210, reserved: 12 },
        icmp: { used: 0, free: 240, reserved: 12 },
      },
      forwards: 0,
      pcp: false,
    },
    workers: [{ queue: 0, alive: true, restarts: 2 }],
  });
  t.match(domain?.ce, {
    rule: "metro",
    endUserIpv6Prefix: "2001:db8:12:3400::/56",
    mapIpv6: "2001:db8:12:3400:0:c000:212:34",
    ipv4: "192.0.2.18",
    ipv4PrefixLen: 32,
    psid: 52,
    portsPerCe: 252,
    portRangeCount: 63,
  });
  t.same(domain?.ce?.portRanges[0], [1232, 1235]);
  t.same(domain?.ce?.portRanges.at(-1), [64720, 64723]);
});

test("status of BRs", async (t) => {
  const reasons = ["worker 0 is not running"];
  const views = [viewOf(domainOf(BR_T)), viewOf(domainOf(BR_E))];
  const document = statusDocument(daemonOf(views, reasons), "1");
  t.equal(document.ready, false);
  t.equal(document.phase, "degraded");
  t.same(document.reasons, reasons);
  t.match(document.domains, [
    {
      dmrIpv6Prefix: "2001:db8:ffff::/64",
      brIpv6Addresses: [],
      ce: null,
      br: { rules: 1 },
      nat44: null,
    },
    {
      dmrIpv6Prefix: null,
      brIpv6Addresses: ["2001:db8:ffff::1"],
      ce: null,
      br: { rules: 1 },
      nat44: null,
    },
  ]);
});

test("counters hold every row of both tables, with its own value", async (t) => {
  const document = countersDocument([viewOf(domainOf(BR_T), (index) => index + 1)]);
  const [domain] = document.domains;
  t.equal(document.schema, "mapd.counters/1");
  t.same(
    Object.keys(domain?.counters ?? {}),
    COUNTERS.map((row) => row.name),
  );
  t.same(
    Object.keys(domain?.drops ?? {}),
    DROPS.map((row) => row.name),
  );
  t.equal(domain?.counters.out_ipv6_bytes, counterIndex("out_ipv6_bytes") + 1);
  t.same(domain?.drops.source_psid_mismatch, {
    ipv4: dropIndex(SOURCE_PSID_MISMATCH, 4) + 1,
    ipv6: dropIndex(SOURCE_PSID_MISMATCH, 6) + 1,
  });
  const sum = Object.values(domain?.drops ?? {}).reduce((all, row) => all + row.ipv4 + row.ipv6, 0);
  t.equal(domain?.dropped, sum);
});
