/** A host for the doctor that says what a test wants, and what the checks are given with it. */
import type {
  DoctorContext,
  DoctorDomain,
  DomainCheck,
  LiveDaemon,
} from "../../../../daemon/doctor/context.js";
import type { Found } from "../../../../daemon/doctor/finding.js";
import type { DoctorSystem } from "../../../../daemon/doctor/system.js";
import { ceOf } from "../../../../daemon/runtime/identity.js";
import {
  countersDocument,
  type StatusDocument,
  statusDocument,
} from "../../../../daemon/runtime/status.js";
import type { ProgramResult } from "../../../../daemon/system/program.js";
import { CE_T, configOf, daemonOf, viewOf } from "../samples.js";

export interface Host {
  /** By path below /proc/sys; null hides them all. */
  readonly sysctls?: Readonly<Record<string, string>> | null;
  /** Standard output by command line, or what the command says when it fails. A longer line may end in `*`. */
  readonly commands?: Readonly<Record<string, string | { readonly fails: string }>>;
}

function system({ sysctls = {}, commands = {} }: Host): DoctorSystem {
  return {
    readSysctl: (path) => sysctls?.[path] ?? null,
    run: async (words): Promise<ProgramResult | null> => {
      const line = words.join(" ").replace("ip -oneline ", "ip ");
      const key = Object.keys(commands).find(
        (one) => one === line || (one.endsWith("*") && line.startsWith(one.slice(0, -1))),
      );
      const said = key === undefined ? undefined : commands[key];
      if (said === undefined)
        return line.startsWith("ip ") ? { status: 0, stdout: "", stderr: "" } : null;
      if (typeof said === "string") return { status: 0, stdout: said, stderr: "" };
      return { status: 2, stdout: "", stderr: said.fails };
    },
  };
}

/** The sample CE, unless `text` is another domain; `numbers` are its counters by index of the table. */
export function contextOf(
  host: Host,
  more: Partial<DoctorContext> = {},
  text: string = CE_T,
): { readonly context: DoctorContext; readonly domain: DoctorDomain } {
  const config = configOf(text);
  const domains = config.domains.map((one) => ({ config: one, ce: ceOf(one.settings) }));
  const [domain] = domains;
  if (domain === undefined) throw new Error("no domain");
  const base = { config, domains, live: null, target: null, probe: null };
  return { context: { system: system(host), ...base, ...more }, domain };
}

/** A daemon that runs the domain and has counted so much. */
export function liveWith(
  text: string,
  numbers: (index: number) => number,
  status: Partial<StatusDocument> = {},
): LiveDaemon {
  const [domain] = configOf(text).domains;
  if (domain === undefined) throw new Error("no domain");
  const view = viewOf(domain, numbers);
  return {
    status: { ...statusDocument(daemonOf([view], []), "1.2.3"), ...status },
    counters: async () => countersDocument([view]),
  };
}

/** A check's findings about the sample CE. */
export function runCheck(
  check: DomainCheck,
  host: Host,
  more: Partial<DoctorContext> = {},
  text: string = CE_T,
): Promise<readonly Found[]> {
  const { context, domain } = contextOf(host, more, text);
  return check.run(context, domain);
}
