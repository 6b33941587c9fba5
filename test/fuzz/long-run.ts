/**
 * A long run of the fuzzer with a folder of inputs that is kept: `npm run fuzz -- --minutes N [--packets N] [--seed N]
 * [--corpus FOLDER]`. It ends with the first five violations, each saved as a file that the next run begins with.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { settingsOf } from "../golden/run-case.js";
import { describeFault, Fuzzer } from "./fuzzer.js";

const MOST_FAULTS = 5;
const REPORT_MS = 10_000;
/** Inputs that a folder keeps at most: more of them add little. */
const MOST_SAVED = 5000;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function numberOf(text: string, name: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0, not "${text}"`);
  return value;
}

function load(folder: string): Uint8Array[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".bin"))
    .sort()
    .map((name) => new Uint8Array(readFileSync(join(folder, name))));
}

/** A name of its own for the bytes: FNV-1a, 32 bit. */
function nameOf(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

function save(folder: string, prefix: string, bytes: Uint8Array): void {
  if (bytes.length > 0) writeFileSync(join(folder, `${prefix}-${nameOf(bytes)}.bin`), bytes);
}

function run(): number {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "1" },
      packets: { type: "string" },
      seed: { type: "string" },
      corpus: { type: "string", default: ".fuzz" },
    },
  });
  const seed = values.seed === undefined ? Date.now() & 0x7fffffff : Number(values.seed) >>> 0;
  const most =
    values.packets === undefined ? Number.POSITIVE_INFINITY : numberOf(values.packets, "packets");
  const limitMs =
    values.packets !== undefined && !process.argv.includes("--minutes")
      ? Number.POSITIVE_INFINITY
      : numberOf(values.minutes, "minutes") * 60_000;
  const folder = values.corpus;
  mkdirSync(folder, { recursive: true });
  const saved = load(folder);
  const fuzzer = new Fuzzer(seed, settingsOf, saved);
  say(`seed ${seed}, ${saved.length} inputs from ${folder}`);
  let kept = saved.length;
  const startedMs = Date.now();
  const elapsed = (): number => Date.now() - startedMs;
  const summary = (): string => {
    const { totals } = fuzzer;
    const perSecond = Math.round((totals.packets * 1000) / Math.max(1, elapsed()));
    return `${totals.packets} packets, ${perSecond} a second: ${totals.forwarded} forwarded, ${totals.dropped} dropped, ${totals.held} held, ${totals.absorbed} absorbed, ${totals.emitted} packets out`;
  };
  let reportMs = REPORT_MS;
  while (
    elapsed() < limitMs &&
    fuzzer.totals.packets < most &&
    fuzzer.faults.length < MOST_FAULTS
  ) {
    for (const bytes of fuzzer.epoch()) if (kept++ < MOST_SAVED) save(folder, "seen", bytes);
    if (elapsed() < reportMs) continue;
    say(summary());
    reportMs += REPORT_MS;
  }
  for (const fault of fuzzer.faults) {
    save(folder, "fault", fault.packet.bytes);
    say(`VIOLATION ${describeFault(fault)}`);
  }
  say(`seed ${seed}: ${summary()}, ${fuzzer.faults.length} violations`);
  return fuzzer.faults.length === 0 ? 0 : 1;
}

process.exitCode = run();
