/** A real Prometheus beside a daemon of the lab, with the alerts that are shipped. */
import type { ChildProcess } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { z } from "zod";
import { type DaemonName, METRICS_PORT } from "../../lab/plan.js";
import { start, stop, until } from "../../lab/process.js";
import type { Topology } from "../../lab/topology.js";

/** The checkout's; this file is in OUTPUT/test/netns. */
const ALERTS = fileURLToPath(new URL("../../../config/prometheus/alerts.yaml", import.meta.url));
const PORT = 9090;
const READY_MS = 30_000;

const SAMPLES = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

const RULES = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            name: z.string(),
            health: z.string(),
            state: z.string(),
            lastError: z.string().optional(),
          }),
        ),
      }),
    ),
  }),
});

export type AlertRule = z.output<typeof RULES>["data"]["groups"][number]["rules"][number];

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class PrometheusServer {
  readonly #topology: Topology;
  readonly #node: DaemonName;
  readonly #child: ChildProcess;

  private constructor(topology: Topology, node: DaemonName, child: ChildProcess) {
    this.#topology = topology;
    this.#node = node;
    this.#child = child;
  }

  /** Resolves when it has scraped the daemon. */
  static async start(topology: Topology, node: DaemonName): Promise<PrometheusServer> {
    const folder = `/run/prometheus-${topology.namespace(node)}`;
    await mkdir(folder, { recursive: true });
    const config = {
      global: { scrape_interval: "500ms", scrape_timeout: "500ms", evaluation_interval: "1s" },
      rule_files: [ALERTS],
      scrape_configs: [
        { job_name: "mapd", static_configs: [{ targets: [`127.0.0.1:${METRICS_PORT}`] }] },
      ],
    };
    await writeFile(`${folder}/prometheus.yaml`, stringify(config));
    const command = [
      "prometheus",
      `--config.file=${folder}/prometheus.yaml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${PORT}`,
      "--log.level=error",
    ];
    const child = start(topology.command(node, command), {
      stdio: ["ignore", "inherit", "inherit"],
    });
    const server = new PrometheusServer(topology, node, child);
    const scraped = async (): Promise<boolean> =>
      (await server.query("up").catch(() => [])).some(({ value }) => value === 1);
    if (!(await until(scraped, READY_MS))) {
      await server.stop();
      throw new Error(`Prometheus beside ${node} scrapes nothing`);
    }
    return server;
  }

  async #get(path: string, ...words: readonly string[]): Promise<unknown> {
    const url = `http://127.0.0.1:${PORT}/api/v1/${path}`;
    const command = ["curl", "-sS", "--fail", "--get", ...words, url];
    return JSON.parse(await this.#topology.run(this.#node, command));
  }

  async query(expression: string): Promise<readonly Sample[]> {
    const answer = await this.#get("query", "--data-urlencode", `query=${expression}`);
    return SAMPLES.parse(answer).data.result.map(({ metric, value: [, text] }) => ({
      labels: metric,
      value: Number(text),
    }));
  }

  async alerts(): Promise<readonly AlertRule[]> {
    const { data } = RULES.parse(await this.#get("rules"));
    return data.groups.flatMap(({ rules }) => rules);
  }

  stop(): Promise<void> {
    return stop(this.#child, "SIGTERM");
  }
}
