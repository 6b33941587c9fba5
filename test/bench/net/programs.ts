/** The bench's own C programs, compiled beside this file's compiled form; nothing is kept from a run before. */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "../../../lab/process.js";

const PROGRAMS = ["null-forwarder", "udp-load", "udp-latency"] as const;
export type ProgramName = (typeof PROGRAMS)[number];

const SOURCES = new URL("../../../../test/bench/", import.meta.url);
const OUTPUT = new URL("../bin/", import.meta.url);

export function programPath(name: ProgramName): string {
  return fileURLToPath(new URL(name, OUTPUT));
}

export async function compilePrograms(): Promise<void> {
  mkdirSync(OUTPUT, { recursive: true });
  await Promise.all(
    PROGRAMS.map((name) => {
      const source = fileURLToPath(new URL(`${name}.c`, SOURCES));
      return run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", programPath(name), source]);
    }),
  );
}
