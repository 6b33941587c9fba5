/** `--watch`: the same answer again and again, with rates; a terminal is redrawn, a program gets one document a line. */
import { PassThrough } from "node:stream";
import { MapdError } from "../errors.js";
import {
  type CliContext,
  type CliInput,
  type CliOption,
  textOption,
  writeJson,
} from "./command.js";
import { wholeValue } from "./values.js";

export const WATCH_OPTIONS: readonly CliOption[] = [
  {
    flags: "--watch [seconds]",
    description:
      "again every so many seconds, 2 if left out, with rates; --json: a document a line",
  },
  { flags: "--count <n>", description: "with --watch: end after so many answers" },
];

const DEFAULT_SECONDS = 2;
const LEAST_SECONDS = 0.1;
const MS = 1000;

/** Home, and clear to the end of the screen. */
const REDRAW = "\x1b[H\x1b[J";

/** The answer before, to take rates from. */
export interface Before<T> {
  readonly document: T;
  /** Since then. */
  readonly seconds: number;
}

export interface View<T> {
  take(): Promise<T>;
  /** `before` is null the first time, and without --watch. */
  write(context: CliContext, document: T, before: Before<T> | null): void;
}

/** Shows the answer once, or with --watch until nobody reads any more. */
export async function showOrWatch<T extends object>(
  input: CliInput,
  context: CliContext,
  view: View<T>,
): Promise<void> {
  if (input.options.watch !== undefined) return watch(input, context, view);
  if (textOption(input, "count") !== undefined) {
    throw new MapdError("usage", "--count needs --watch");
  }
  const document = await view.take();
  if (context.json) writeJson(context, document);
  else view.write(context, document, null);
}

async function watch<T extends object>(
  input: CliInput,
  context: CliContext,
  view: View<T>,
): Promise<void> {
  const pauseMs = secondsOf(input) * MS;
  const count = wholeValue(textOption(input, "count") ?? "0", "count");
  const reader = new Reader(context);
  let before: { readonly document: T; readonly atMs: number } | null = null;
  let nextMs = performance.now();
  for (let round = 1; ; round++) {
    const document = await view.take();
    const atMs = performance.now();
    const past: Before<T> | null =
      before === null ? null : { document: before.document, seconds: (atMs - before.atMs) / MS };
    writeRound(context, view, document, past);
    before = { document, atMs };
    if (round === count) return;
    nextMs = Math.max(nextMs + pauseMs, atMs);
    await reader.pause(nextMs - performance.now());
    if (reader.isGone) return;
  }
}

function writeRound<T extends object>(
  context: CliContext,
  view: View<T>,
  document: T,
  before: Before<T> | null,
): void {
  const time = new Date().toISOString();
  if (context.json) {
    writeJson(context, { ...document, time, elapsedSeconds: before?.seconds ?? null });
    return;
  }
  // In one piece, so that a terminal does not show half of it.
  const page = new PassThrough({ encoding: "utf8" });
  view.write({ ...context, stdout: page }, document, before);
  const text = String(page.read() ?? "");
  context.stdout.write(`${context.terminal ? REDRAW : ""}${time}\n${text}`);
}

function secondsOf(input: CliInput): number {
  const text = textOption(input, "watch");
  if (text === undefined) return DEFAULT_SECONDS;
  const seconds = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : 0;
  if (seconds >= LEAST_SECONDS) return seconds;
  throw new MapdError("usage", `--watch "${text}" is no number of seconds from ${LEAST_SECONDS}`);
}

/** Whoever reads the answers: `mapctl counters --watch | head` ends when head does. */
class Reader {
  isGone = false;
  #wake: () => void = () => undefined;

  constructor({ stdout }: CliContext) {
    const gone = (): void => {
      this.isGone = true;
      this.#wake();
    };
    stdout.once("error", gone).once("close", gone);
  }

  /** Ends early where the reader goes. */
  async pause(ms: number): Promise<void> {
    if (this.isGone) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, ms));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** How fast a counter grows, for people; empty without an earlier answer, or where it began anew. */
export function rate(now: number, before: number | undefined, seconds: number): string {
  if (before === undefined || now < before || seconds <= 0) return "";
  return quantity((now - before) / seconds);
}

const PREFIXES = ["", "k", "M", "G", "T"] as const;

/** `12.3 k` */
function quantity(value: number): string {
  let scaled = value;
  let prefix = 0;
  while (scaled >= 1000 && prefix < PREFIXES.length - 1) {
    scaled /= 1000;
    prefix++;
  }
  const digits = scaled >= 100 || Number.isInteger(scaled) ? 0 : 1;
  return `${scaled.toFixed(digits)} ${PREFIXES[prefix]}`.trimEnd();
}
