/** `mapctl drain` and `mapctl undrain`: out of service without losing a packet, and back. */
import type { ReadyDocument } from "../control/operate/documents.js";
import { EXIT, MapdError } from "../errors.js";
import { type CliCommand, type CliContext, textOption, writeJson } from "./command.js";
import { askReady, writeReady } from "./ready.js";

const MAX_SECONDS = 3600;

/** How often the daemon is asked whether packets still come, milliseconds. */
const ASK_MS = 250;

export const drainCommand: CliCommand = {
  name: "drain",
  summary:
    "Withdraw the announcement and keep forwarding, so that mapd can be stopped without loss",
  arguments: [],
  options: [
    {
      flags: "--wait <seconds>",
      description:
        "until fewer than ten packets a second come, but no longer than this; exit status 1 where they still come then",
    },
  ],
  schema: "mapd.ready/1",
  examples: ["mapctl drain", "mapctl drain --wait 30 && systemctl stop mapd"],
  async run(input, context) {
    const waitS = seconds("--wait", textOption(input, "wait"));
    const first = await askReady(context, "drain");
    const last = waitS === null ? first : await quietOrAfter(context, first, waitS);
    if (context.json) writeJson(context, last);
    else writeReady(context, last);
    return waitS === null || isQuiet(last) ? EXIT.done : EXIT.failure;
  },
};

export const undrainCommand: CliCommand = {
  name: "undrain",
  summary: "End a drain: announce again what is in order",
  arguments: [],
  options: [{ flags: "--hold <seconds>", description: "after this time; without it, at once" }],
  schema: "mapd.ready/1",
  examples: ["mapctl undrain", "mapctl undrain --hold 10"],
  async run(input, context) {
    const hold = seconds("--hold", textOption(input, "hold")) ?? 0;
    const ready = await askReady(context, "undrain", { hold });
    if (context.json) writeJson(context, ready);
    else writeReady(context, ready);
    return EXIT.done;
  },
};

async function quietOrAfter(
  context: CliContext,
  first: ReadyDocument,
  waitS: number,
): Promise<ReadyDocument> {
  const endMs = performance.now() + waitS * 1000;
  let last = first;
  while (!isQuiet(last) && performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    last = await askReady(context, "ready");
  }
  return last;
}

function isQuiet({ drain }: ReadyDocument): boolean {
  return drain?.quiet === true;
}

function seconds(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (/^[0-9]+(\.[0-9]+)?$/.test(text) && value <= MAX_SECONDS) return value;
  throw new MapdError("usage", `${option}: "${text}" is not a number of seconds up to 3600`);
}
