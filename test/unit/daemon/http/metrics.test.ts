import { test } from "tap";
import { createMetrics } from "../../../../daemon/http/metrics.js";
import { counterIndex, dropIndex } from "../../../../src/counters.js";
import { DROPS, SOURCE_PSID_MISMATCH } from "../../../../src/verdict.js";
import { BR_T, CE_T, daemonOf, domainOf, viewOf } from "../samples.js";

/** Sample lines by name and labels. */
function samples(text: string): Map<string, string> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

test("every drop reason is there with 0 from the start, for both families", async (t) => {
  const metrics = createMetrics(daemonOf([viewOf(domainOf(BR_T))]), "1");
  const lines = samples(await metrics.text());
  for (const row of DROPS) {
    for (const family of ["ipv4", "ipv6"]) {
      const name = `mapd_dropped_packets_total{domain="br-t",family="${family}",reason="${row.name}"}`;
      t.equal(lines.get(name), "0", name);
    }
  }
  const count = [...lines.keys()].filter((name) =>
    name.startsWith("mapd_dropped_packets_total"),
  ).length;
  t.equal(count, DROPS.length * 2);
});

test("numbers come from the counters at scrape time", async (t) => {
  let packets = 1;
  const view = viewOf(domainOf(CE_T), (index) => {
    if (index === counterIndex("in_ipv4_packets")) return packets;
    if (index === counterIndex("out_ipv6_bytes")) return 4000;
    if (index === counterIndex("nat44_mappings_udp")) return 3;
    if (index === counterIndex("nat44_sessions")) return 9;
    if (index === counterIndex("icmp_errors_sent")) return 7;
    if (index === counterIndex("created_packets")) return 8;
    if (index === counterIndex("absorbed_packets")) return 6;
    if (index === counterIndex("held_fragments")) return 2;
    return index === dropIndex(SOURCE_PSID_MISMATCH, 6) ? 5 : 0;
  });
  const metrics = createMetrics(daemonOf([view]), "1.2.3");
  const before = samples(await metrics.text());
  packets = 12;
  const after = samples(await metrics.text());
  const inIpv4 = 'mapd_packets_total{domain="ce-t",direction="in",family="ipv4"}';
  t.equal(before.get(inIpv4), "1");
  t.equal(after.get(inIpv4), "12");
  t.match(Object.fromEntries(after), {
    'mapd_bytes_total{domain="ce-t",direction="out",family="ipv6"}': "4000",
    'mapd_dropped_packets_total{domain="ce-t",family="ipv6",reason="source_psid_mismatch"}': "5",
    'mapd_nat_mappings{domain="ce-t",protocol="udp"}': "3",
    'mapd_nat_ports{domain="ce-t",protocol="tcp",state="used"}': "40",
    'mapd_nat_ports{domain="ce-t",protocol="udp",state="free"}': "210",
    'mapd_nat_ports{domain="ce-t",protocol="icmp",state="reserved"}': "12",
    'mapd_nat_sessions{domain="ce-t"}': "9",
    'mapd_icmp_errors_sent_total{domain="ce-t"}': "7",
    'mapd_created_packets_total{domain="ce-t"}': "8",
    'mapd_absorbed_packets_total{domain="ce-t"}': "6",
    'mapd_held_fragments{domain="ce-t"}': "2",
    'mapd_worker_restarts_total{domain="ce-t"}': "2",
    mapd_ready: "1",
    'mapd_config_info{hash="0123456789ab"}': "1",
    mapd_config_last_reload_successful: "1",
    mapd_config_last_reload_success_timestamp_seconds: "1700000000",
    'mapd_domain_info{domain="ce-t",mode="map-t",role="ce"}': "1",
  });
});

test("a BR has no NAT44 gauges, and a reason makes it not ready", async (t) => {
  const metrics = createMetrics(daemonOf([viewOf(domainOf(BR_T))], ["no forwarding"]), "1");
  const lines = samples(await metrics.text());
  t.notOk([...lines.keys()].some((name) => name.startsWith("mapd_nat_")));
  t.equal(lines.get("mapd_ready"), "0");
});

test("names follow the conventions: prefix, _total on counters only, help on all", async (t) => {
  const text = await createMetrics(daemonOf([viewOf(domainOf(CE_T))]), "1").text();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((match) => [match[1], match[2]]);
  t.ok(types.filter(([name]) => name?.startsWith("mapd_")).length >= 16);
  for (const [name, type] of types) {
    t.equal(name?.endsWith("_total"), type === "counter", `${name}`);
    t.match(text, new RegExp(`^# HELP ${name} \\S`, "m"));
  }
});

test("no label holds an address", async (t) => {
  const text = await createMetrics(daemonOf([viewOf(domainOf(CE_T))]), "1").text();
  t.notMatch(text, /192\.0\.2|2001:db8|192\.168/);
});
