/** The real `mapctl doctor` on a node of the lab, and a responder for it at the far end. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { DoctorDocument } from "../../daemon/cli/doctor.js";
import { type DaemonName, SERVER } from "../../lab/plan.js";
import { start, stop, tryRun } from "../../lab/process.js";
import type { Network } from "../../lab/round.js";

const MAPCTL = fileURLToPath(new URL("../../daemon/mapctl.js", import.meta.url));
const RESPONDER_PORT = 7777;

/** For the doctor: where the responder is. */
export const PROBE = ["--probe", `${SERVER}:${RESPONDER_PORT}`];
export const TARGET = ["--target", SERVER];

/** A finding that is not in order, in one line. */
export type Fault = string;

export interface Visit {
  readonly status: number;
  readonly document: DoctorDocument;
  /** Errors and warnings. */
  readonly faults: readonly Fault[];
}

/** Runs `mapctl doctor` in the namespace of a node, against its daemon. */
export async function visit(
  { topology, daemons }: Network,
  node: DaemonName,
  ...options: readonly string[]
): Promise<Visit> {
  const { socket } = daemons[node];
  const words = [process.execPath, MAPCTL, "doctor", "--socket", socket, "--json", ...options];
  const { status, stdout, stderr } = await tryRun(topology.command(node, words), {
    timeout: 60_000,
  });
  if (stdout === "") throw new Error(`mapctl doctor: status ${status}: ${stderr}`);
  const document: DoctorDocument = JSON.parse(stdout);
  const faults = document.findings
    .filter(({ severity }) => severity === "error" || severity === "warning")
    .map(({ severity, check, message, remedy }) => `${severity} ${check}: ${message} | ${remedy}`);
  return { status, document, faults };
}

/** `mapctl doctor --responder` on the server, listening. */
export async function startResponder({ topology }: Network): Promise<() => Promise<void>> {
  const words = [process.execPath, MAPCTL, "doctor", "--responder", String(RESPONDER_PORT)];
  const child: ChildProcess = start(topology.command("srv", words), {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stderr = child.stderr;
  if (stderr === null) throw new Error("the responder has no standard error");
  await once(stderr, "data");
  return () => stop(child, "SIGTERM");
}
