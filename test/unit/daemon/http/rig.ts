/** An HTTP server over made-up commands and files, and requests that say exactly what a test wants them to. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Logger, pino } from "pino";
import type { Test } from "tap";
import type { HttpSettings } from "../../../../daemon/config/types.js";
import type { ControlCommand } from "../../../../daemon/control/command.js";
import { API } from "../../../../daemon/http/api-table.js";
import { createMetrics } from "../../../../daemon/http/metrics.js";
import { PageFiles } from "../../../../daemon/http/page-files.js";
import { type HttpParts, HttpServer } from "../../../../daemon/http/server.js";
import { BR_T, domainOf, viewOf } from "../samples.js";
import { meteredOf } from "./metered.js";

export const SILENT = pino({ level: "silent" });

export const LOOPBACK: HttpSettings = {
  listen: { host: "127.0.0.1", port: 0 },
  hosts: [],
  tokenFile: null,
};

/** One command for each row of the API, which answers with its name and what it was given. */
export const ECHOES: readonly ControlCommand[] = API.map(({ command }) => ({
  name: command,
  summary: "",
  run: (given) => ({ command, given }),
}));

export function partsOf(parts: Partial<HttpParts> = {}): HttpParts {
  const daemon = meteredOf([viewOf(domainOf(BR_T))]);
  return {
    settings: () => LOOPBACK,
    metrics: createMetrics(daemon, "1.2.3"),
    reasons: () => [],
    commands: ECHOES,
    page: PageFiles.read("/nonexistent"),
    ...parts,
  };
}

export async function serve(
  t: Test,
  parts: Partial<HttpParts> = {},
  log: Logger = SILENT,
): Promise<HttpServer> {
  const server = new HttpServer(partsOf(parts), log);
  await server.listen();
  t.teardown(() => server.close());
  return server;
}

/** A folder with these files that goes with the test. */
export function folderOf(t: Test, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "mapd-http-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
  return folder;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/** fetch() sets Host and others itself, and tidies up paths; this does not. */
export function get(
  server: HttpServer,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: server.port, path, headers, method, agent: false };
    const asked = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const body = Buffer.concat(chunks);
        const { statusCode = 0, headers: given } = response;
        resolve({ status: statusCode, headers: given, body, text: body.toString() });
      });
    });
    asked.on("error", reject);
    asked.end();
  });
}
