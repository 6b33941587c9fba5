/** What is shipped for Prometheus and Grafana, against the metrics that there are. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "tap";
import { parse } from "yaml";
import { z } from "zod";
import { createMetrics } from "../../../../daemon/http/metrics.js";
import { metricsPage } from "../../../../daemon/http/reference.js";
import { CE_T, domainOf, viewOf } from "../samples.js";
import { meteredOf } from "./metered.js";

/** The checkout: this file is in OUTPUT/test/unit/daemon/http. */
const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url));
const FOLDER = join(ROOT, "config/prometheus");
const RUNBOOKS = "docs/runbooks";

/** The data source that whoever looks has chosen. */
const CHOSEN = "$" + "{datasource}";

const ALERTS = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(["critical", "warning", "info"]) }),
          annotations: z.object({ summary: z.string(), runbook_url: z.string() }),
        }),
      ),
    }),
  ),
});

const DASHBOARD = z.object({
  id: z.null(),
  uid: z.null(),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
  panels: z.array(
    z.object({
      id: z.int(),
      type: z.string(),
      title: z.string(),
      description: z.string().optional(),
      datasource: z.object({ uid: z.string() }).optional(),
      targets: z
        .array(z.object({ expr: z.string(), datasource: z.object({ uid: z.string() }) }))
        .optional(),
    }),
  ),
});

const alerts = ALERTS.parse(
  parse(readFileSync(join(FOLDER, "alerts.yaml"), "utf8")),
).groups.flatMap(({ rules }) => rules);
const dashboard = DASHBOARD.parse(JSON.parse(readFileSync(join(FOLDER, "dashboard.json"), "utf8")));
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

function promtool(...words: readonly string[]) {
  return spawnSync("promtool", words, { cwd: FOLDER, encoding: "utf8" });
}

/** Names of metrics in an expression: words that are neither labels, functions nor values. */
function metricsIn(expression: string): readonly string[] {
  const bare = expression.replaceAll(/"[^"]*"/g, '""');
  return [...bare.matchAll(/\b(?:mapd|process|nodejs)_[a-z0-9_]+\b/g)].map(([name]) => name);
}

/** Names of samples that the daemon gives. */
async function samples(): Promise<ReadonlySet<string>> {
  const state = { file: "/x", restoredSessions: 0, lostSessions: 0, problem: null };
  const view = viewOf(domainOf(CE_T));
  const text = await createMetrics(meteredOf([view], { state }), "1").text();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    types.flatMap(([, name = "", type]) =>
      type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name],
    ),
  );
}

test("promtool takes the rules, and each alert does what its test says", (t) => {
  for (const words of [
    ["check", "rules", "alerts.yaml"],
    ["check", "config", "prometheus.yaml"],
    ["test", "rules", "alerts.test.yaml"],
  ]) {
    const { status, stdout, stderr, error } = promtool(...words);
    t.equal(error, undefined);
    t.equal(status, 0, `${words.join(" ")}:\n${stdout}${stderr}`);
  }
  t.end();
});

test("each alert has a test", (t) => {
  const text = readFileSync(join(FOLDER, "alerts.test.yaml"), "utf8");
  for (const { alert } of alerts) t.ok(text.includes(`alertname: ${alert}\n`), alert);
  t.end();
});

test("each alert has its page, and each page its alert", (t) => {
  t.same(readdirSync(join(ROOT, RUNBOOKS)).sort(), alerts.map(({ alert }) => `${alert}.md`).sort());
  for (const { alert, annotations } of alerts) {
    t.equal(annotations.runbook_url, `${RUNBOOKS}/${alert}.md`);
    t.match(readFileSync(join(ROOT, annotations.runbook_url), "utf8"), new RegExp(`^# ${alert}\n`));
  }
  t.end();
});

test("the pages refer to pages that are there", (t) => {
  const pages = new Set(readdirSync(join(ROOT, RUNBOOKS)));
  for (const page of pages) {
    const text = readFileSync(join(ROOT, RUNBOOKS, page), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)]+)\)/g)) {
      t.ok(pages.has(target), `${page} refers to ${target}`);
    }
  }
  t.end();
});

test("alerts and dashboard ask for metrics that the daemon has", async (t) => {
  const known = await samples();
  for (const expression of [...alerts.map(({ expr }) => expr), ...queries]) {
    const names = metricsIn(expression);
    t.ok(names.length > 0 || expression.startsWith("up{"), expression);
    for (const name of names) t.ok(known.has(name), `${name} in ${expression}`);
  }
});

test("every metric of our own is on the dashboard", async (t) => {
  // What only describes others, or is said at the start.
  const elsewhere = new Set([
    "mapd_domain_info",
    "mapd_announced",
    "mapd_classifier_active",
    "mapd_intake_active",
    "mapd_config_last_reload_success_timestamp_seconds",
    "mapd_state_file_healthy",
    "mapd_state_restored_sessions",
    "mapd_state_lost_sessions",
  ]);
  const shown = new Set(queries.flatMap(metricsIn));
  for (const name of await samples()) {
    if (name.startsWith("mapd_") && !elsewhere.has(name)) t.ok(shown.has(name), name);
  }
});

test("the dashboard names no data source, no job and no instance of its own", (t) => {
  t.same(
    dashboard.templating.list.map(({ name }) => name),
    ["datasource", "job", "instance", "domain"],
  );
  for (const { type, title, description, datasource, targets = [] } of dashboard.panels) {
    if (type === "row") continue;
    t.equal(datasource?.uid, CHOSEN, title);
    t.ok((description ?? "") !== "", `${title} says what it shows`);
    for (const target of targets) {
      t.equal(target.datasource.uid, CHOSEN, title);
      t.match(target.expr, 'job="$job",instance=~"$instance"', title);
    }
  }
  const ids = dashboard.panels.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, "each panel has an id of its own");
  t.end();
});

test("the page is what the table gives", (t) => {
  t.equal(readFileSync(join(ROOT, "docs/metrics.md"), "utf8"), metricsPage());
  t.end();
});
