/** `mapctl doctor`: what on this host or on the way keeps packets from passing, and what mends it. */
import { once } from "node:events";
import { formatIpv4 } from "../../src/wire/address.js";
import { loadConfig } from "../config/load.js";
import type { Config } from "../config/types.js";
import { examine } from "../doctor/checks.js";
import type { DoctorContext, DoctorDomain, SendProbes } from "../doctor/context.js";
import { type Finding, SEVERITIES, type Severity } from "../doctor/finding.js";
import { findDaemon, runningConfig } from "../doctor/live.js";
import { sendProbes } from "../doctor/probe.js";
import { startResponder } from "../doctor/responder.js";
import { HOST_SYSTEM } from "../doctor/system.js";
import { EXIT, MapdError } from "../errors.js";
import { ceOf } from "../runtime/identity.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  textOption,
  writeJson,
} from "./command.js";
import { DEFAULT_SOCKET } from "./global-options.js";
import { paint } from "./paint.js";
import { ipv4PortValue, ipv4Value, portValue } from "./values.js";

export interface DoctorDocument {
  readonly schema: "mapd.doctor/1";
  /** True where no finding is an error. */
  readonly ok: boolean;
  readonly counts: Readonly<Record<Severity, number>>;
  readonly findings: readonly Finding[];
}

export const doctorCommand: CliCommand = {
  name: "doctor",
  summary: "Find what keeps packets from passing, with evidence and the command that mends it",
  arguments: [],
  options: [
    { flags: "--config <file>", description: "this configuration; also where no mapd runs" },
    { flags: "--domain <name>", description: "only this domain" },
    {
      flags: "--target <address>",
      description: "IPv4 host behind the border relay that answers ping",
    },
    {
      flags: "--probe <address:port>",
      description: "where a responder runs: try every block of the port set",
    },
    { flags: "--responder <port>", description: "be that responder, until interrupted" },
  ],
  schema: "mapd.doctor/1",
  examples: [
    "mapctl doctor --target 198.51.100.9",
    "mapctl doctor --responder 7777",
    "mapctl doctor --probe 198.51.100.9:7777 --json | jq '.findings[] | select(.severity == \"error\")'",
  ],
  async run(input, context) {
    const port = textOption(input, "responder");
    return port === undefined ? await diagnose(input, context) : await respond(port, context);
  },
};

async function diagnose(input: CliInput, context: CliContext): Promise<number> {
  const findings = await examine(await contextOf(input, context));
  const document = documentOf(findings);
  if (context.json) writeJson(context, document);
  else writeText(context, document);
  return document.ok ? EXIT.done : EXIT.failure;
}

function documentOf(findings: readonly Finding[]): DoctorDocument {
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  return {
    schema: "mapd.doctor/1",
    ok: count("error") === 0,
    counts: {
      ok: count("ok"),
      info: count("info"),
      warning: count("warning"),
      error: count("error"),
      unknown: count("unknown"),
    },
    findings,
  };
}

async function contextOf(input: CliInput, { socketPath }: CliContext): Promise<DoctorContext> {
  const file = textOption(input, "config");
  const target = textOption(input, "target");
  const config = file === undefined ? await runningConfig(socketPath) : await configIn(file);
  // A file says where its daemon listens, unless the user does.
  const socket = socketPath === DEFAULT_SOCKET ? config.controlSocket : socketPath;
  return {
    system: HOST_SYSTEM,
    config,
    domains: domainsOf(config, textOption(input, "domain")),
    live: await findDaemon(socket),
    target: target === undefined ? null : formatIpv4(ipv4Value(target)),
    probe: probeOf(textOption(input, "probe")),
  };
}

async function configIn(file: string): Promise<Config> {
  const checked = await loadConfig(file);
  if (checked.ok) return checked.value;
  const { diagnostics } = checked;
  throw new MapdError("invalid", `${file} is not valid`, { diagnostics });
}

function domainsOf({ domains }: Config, name: string | undefined): readonly DoctorDomain[] {
  const chosen = domains.filter(({ settings }) => name === undefined || settings.name === name);
  if (name !== undefined && chosen.length === 0) {
    const names = domains.map(({ settings }) => settings.name).join(", ");
    throw new MapdError("not-found", `no domain "${name}"; there are: ${names}`);
  }
  return chosen.map((config) => ({ config, ce: ceOf(config.settings) }));
}

function probeOf(text: string | undefined): SendProbes | null {
  if (text === undefined) return null;
  const { addr4, port } = ipv4PortValue(text);
  if (port === null) throw new MapdError("usage", `"${text}" has no port; give ADDRESS:PORT`);
  const responder = { host: formatIpv4(addr4), port };
  return (address, ports) => sendProbes(address, ports, responder);
}

async function respond(text: string, { stderr }: CliContext): Promise<number> {
  const port = portValue(text);
  const socket = await startResponder(port);
  stderr.write(`answering on UDP port ${socket.address().port} until interrupted\n`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  socket.close();
  return EXIT.done;
}

function writeText(context: CliContext, { findings, counts }: DoctorDocument): void {
  const width = Math.max(...SEVERITIES.map(({ length }) => length));
  for (const finding of findings) {
    const { check, domain, severity, message, evidence, remedy } = finding;
    const place = domain === null ? check : `${check} (${domain})`;
    const line = `${colored(context, severity, severity.padEnd(width))}  ${place}: ${message}`;
    const more = [
      ...(evidence === null || severity === "ok" ? [] : [`seen: ${evidence}`]),
      ...(remedy === null ? [] : [`mend: ${remedy}`]),
    ].map((text) => `${" ".repeat(width)}  ${text}`);
    context.stdout.write(`${[line, ...more].join("\n")}\n`);
  }
  const sums = SEVERITIES.map((severity) => `${counts[severity]} ${severity}`);
  context.stdout.write(`\n${sums.join(", ")}\n`);
}

function colored(context: CliContext, severity: Severity, text: string): string {
  if (severity === "error") return paint(context, "red", text);
  return severity === "ok" ? paint(context, "green", text) : text;
}
