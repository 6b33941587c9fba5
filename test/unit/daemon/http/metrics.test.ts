import { spawnSync } from "node:child_process";
import { test } from "tap";
import { createMetrics, METRICS } from "../../../../daemon/http/metrics.js";
import { Failures } from "../../../../daemon/runtime/failures.js";
import { counterIndex, dropIndex } from "../../../../src/counters.js";
import {
  DROPS,
  NAT44_HOST_QUOTA,
  NAT44_NO_FREE_PORT,
  SOURCE_PSID_MISMATCH,
} from "../../../../src/verdict.js";
import { BR_T, CE_T, domainOf, viewOf } from "../samples.js";
import { meteredOf } from "./metered.js";

const CE = viewOf(domainOf(CE_T));

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

async function scraped(...of: Parameters<typeof meteredOf>): Promise<Map<string, string>> {
  return samples(await createMetrics(meteredOf(...of), "1.2.3").text());
}

test("every drop reason is there with 0 from the start, for both families", async (t) => {
  const lines = await scraped([viewOf(domainOf(BR_T))]);
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
  const values = new Map([
    [counterIndex("out_ipv6_bytes"), 4000],
    [counterIndex("nat44_mappings_udp"), 3],
    [counterIndex("nat44_sessions"), 9],
    [counterIndex("icmp_errors_sent"), 7],
    [counterIndex("created_packets"), 8],
    [counterIndex("absorbed_packets"), 6],
    [counterIndex("held_fragments"), 2],
    [counterIndex("hairpin_packets"), 11],
    [counterIndex("tun_read_errors"), 13],
    [counterIndex("in_ipv6_packets"), 30],
    [dropIndex(SOURCE_PSID_MISMATCH, 6), 5],
    [dropIndex(NAT44_NO_FREE_PORT, 4), 17],
    [dropIndex(NAT44_HOST_QUOTA, 4), 19],
  ]);
  const view = viewOf(domainOf(CE_T), (index) =>
    index === counterIndex("in_ipv4_packets") ? packets : (values.get(index) ?? 0),
  );
  const metrics = createMetrics(meteredOf([view]), "1.2.3");
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
    'mapd_nat_sessions_limit{domain="ce-t"}': "65536",
    'mapd_nat_allocation_failures_total{domain="ce-t",reason="no_free_port"}': "17",
    'mapd_nat_allocation_failures_total{domain="ce-t",reason="host_quota"}': "19",
    'mapd_nat_allocation_failures_total{domain="ce-t",reason="table_full"}': "0",
    'mapd_icmp_errors_sent_total{domain="ce-t"}': "7",
    'mapd_created_packets_total{domain="ce-t"}': "8",
    'mapd_absorbed_packets_total{domain="ce-t"}': "6",
    'mapd_hairpin_packets_total{domain="ce-t"}': "11",
    'mapd_tun_read_errors_total{domain="ce-t"}': "13",
    'mapd_tun_queue_drops_total{domain="ce-t"}': "0",
    'mapd_held_fragments{domain="ce-t"}': "2",
    mapd_ready: "1",
    mapd_draining: "0",
    'mapd_config_info{hash="0123456789ab"}': "1",
    mapd_config_last_reload_successful: "1",
    mapd_config_last_reload_success_timestamp_seconds: "1700000000",
    'mapd_domain_info{domain="ce-t",mode="map-t",role="ce"}': "1",
    [`mapd_build_info{version="1.2.3",node="${process.versions.node}"}`]: "1",
  });
});

test("failures of a domain and of the daemon, by reason where there are any", async (t) => {
  const failures = new Failures();
  failures.count("http_connections_cut_off", "slow");
  failures.count("marker_route_failures");
  t.match(Object.fromEntries(await scraped([CE], { failures })), {
    'mapd_device_recreations_total{domain="ce-t"}': "3",
    'mapd_device_recreation_failures_total{domain="ce-t"}': "4",
    'mapd_device_downs_total{domain="ce-t"}': "6",
    'mapd_device_refit_failures_total{domain="ce-t"}': "7",
    'mapd_classifier_losses_total{domain="ce-t"}': "5",
    'mapd_http_connections_cut_off_total{reason="malformed"}': "0",
    'mapd_http_connections_cut_off_total{reason="slow"}': "1",
    mapd_marker_route_failures_total: "1",
    mapd_config_reload_failures_total: "0",
  });
});

test("workers: how many run, how busy they are, batches as a histogram", async (t) => {
  const [worker] = CE.workers;
  const dead = { ...worker!, index: 1, alive: false, restarts: 1, hangs: 0 };
  const view = { ...CE, workers: [worker!, dead] };
  t.match(Object.fromEntries(await scraped([view])), {
    'mapd_workers{domain="ce-t"}': "2",
    'mapd_workers_running{domain="ce-t"}': "1",
    'mapd_worker_restarts_total{domain="ce-t",cause="died"}': "2",
    'mapd_worker_restarts_total{domain="ce-t",cause="hung"}': "1",
    'mapd_worker_busy_seconds_total{domain="ce-t"}': "25",
    'mapd_loop_lag_seconds{domain="ce-t"}': "0.004",
    'mapd_batch_packets_bucket{domain="ce-t",le="1"}': "10",
    'mapd_batch_packets_bucket{domain="ce-t",le="2"}': "18",
    'mapd_batch_packets_bucket{domain="ce-t",le="4"}': "24",
    'mapd_batch_packets_bucket{domain="ce-t",le="32"}': "24",
    'mapd_batch_packets_bucket{domain="ce-t",le="64"}': "28",
    'mapd_batch_packets_bucket{domain="ce-t",le="128"}': "28",
    'mapd_batch_packets_bucket{domain="ce-t",le="+Inf"}': "28",
    'mapd_batch_packets_sum{domain="ce-t"}': "0",
    'mapd_batch_packets_count{domain="ce-t"}': "28",
  });
});

test("a BR has no NAT44 numbers, and a reason makes it not ready", async (t) => {
  const lines = await scraped([viewOf(domainOf(BR_T))], { readiness: { reasons: ["off"] } });
  t.notOk([...lines.keys()].some((name) => name.startsWith("mapd_nat_")));
  t.equal(lines.get("mapd_ready"), "0");
  t.equal(lines.get("mapd_draining"), "0");
});

test("a drained BR says so, and which domains are announced", async (t) => {
  const view = viewOf(domainOf(`${BR_T}    announce: { table: 464 }\n`));
  const readiness = { phase: "draining", reasons: ["drained"] } as const;
  t.match(Object.fromEntries(await scraped([view], { readiness })), {
    mapd_ready: "0",
    mapd_draining: "1",
    'mapd_announced{domain="br-t"}': "0",
  });
  const announced = await scraped([view], { readiness: { announced: ["br-t"] } });
  t.equal(announced.get('mapd_announced{domain="br-t"}'), "1");
  t.notOk((await scraped([CE])).has('mapd_announced{domain="ce-t"}'), "nothing to announce");
});

test("packets by rule are there where they are counted", async (t) => {
  const hits = new Map([["metro", { toCe: 4, fromCe: 5 }]]);
  const lines = await scraped([viewOf(domainOf(BR_T))], { hits });
  t.equal(lines.get('mapd_rule_packets_total{domain="br-t",rule="metro",direction="to_ce"}'), "4");
  t.equal(
    lines.get('mapd_rule_packets_total{domain="br-t",rule="metro",direction="from_ce"}'),
    "5",
  );
});

test("the state file is there where one is configured", async (t) => {
  const state = { file: "/x", restoredSessions: 3, lostSessions: 1, problem: null };
  t.match(Object.fromEntries(await scraped([CE], { state })), {
    mapd_state_file_healthy: "1",
    mapd_state_restored_sessions: "3",
    mapd_state_lost_sessions: "1",
  });
  const broken = await scraped([CE], { state: { ...state, problem: "ENOSPC" } });
  t.equal(broken.get("mapd_state_file_healthy"), "0");
  t.notOk((await scraped([CE])).has("mapd_state_file_healthy"));
});

test("the classifier is there where there is a tunnel with offloads", async (t) => {
  const on = await scraped([{ ...CE, classifier: { on: true, madeQdisc: false } }]);
  t.equal(on.get('mapd_classifier_active{domain="ce-t"}'), "1");
  t.notOk((await scraped([CE])).has('mapd_classifier_active{domain="ce-t"}'));
});

test("an intake is active or not, and what it lost counts as lost before the device", async (t) => {
  const intake = { on: false, reason: "EPERM" } as const;
  const shown = await scraped([{ ...CE, intake, intakeDrops: () => 7 }]);
  t.equal(shown.get('mapd_intake_active{domain="ce-t"}'), "0");
  t.equal(shown.get('mapd_tun_queue_drops_total{domain="ce-t"}'), "7");
  t.notOk((await scraped([CE])).has('mapd_intake_active{domain="ce-t"}'));
});

test("names follow the conventions: prefix, _total on counters only, help on all", async (t) => {
  const text = await createMetrics(meteredOf([CE]), "1").text();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((match) => [match[1], match[2]]);
  t.equal(types.filter(([name]) => name?.startsWith("mapd_")).length, METRICS.length);
  for (const [name, type] of types) {
    t.equal(name?.endsWith("_total"), type === "counter", `${name}`);
    t.match(text, new RegExp(`^# HELP ${name} \\S`, "m"));
  }
});

test("promtool finds nothing to say about them", async (t) => {
  const hits = new Map([["metro", { toCe: 4, fromCe: 5 }]]);
  const state = { file: "/x", restoredSessions: 3, lostSessions: 1, problem: null };
  const text = await createMetrics(meteredOf([CE], { hits, state }), "1").text();
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
    input: text,
    encoding: "utf8",
  });
  t.equal(`${stdout}${stderr}`, "");
  t.equal(status, 0);
});

test("values of labels are escaped", async (t) => {
  const hits = new Map([['a"b\\c\nd', { toCe: 1, fromCe: 0 }]]);
  const lines = await scraped([viewOf(domainOf(BR_T))], { hits });
  const rule = 'rule="a\\"b\\\\c\\nd"';
  t.equal(lines.get(`mapd_rule_packets_total{domain="br-t",${rule},direction="to_ce"}`), "1");
});

test("no label holds an address", async (t) => {
  const text = await createMetrics(meteredOf([CE]), "1").text();
  t.notMatch(text, /192\.0\.2|2001:db8|192\.168/);
});
