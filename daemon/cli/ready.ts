/** `mapctl ready`: whether mapd should get packets, as the exit status of a health check. */
import { askDaemon } from "../control/client.js";
import type { ReadyDocument } from "../control/operate/documents.js";
import { EXIT } from "../errors.js";
import { type CliCommand, type CliContext, writeFields, writeJson } from "./command.js";

export const readyCommand: CliCommand = {
  name: "ready",
  summary: "Say whether mapd should get packets; exit status 4 where it should not",
  arguments: [],
  options: [],
  schema: "mapd.ready/1",
  examples: ["mapctl ready", "mapctl ready --json | jq -r .reasons[]"],
  async run(_input, context) {
    const ready = await askReady(context, "ready");
    if (context.json) writeJson(context, ready);
    else writeReady(context, ready);
    return ready.ready ? EXIT.done : EXIT.notReady;
  },
};

/** One of the commands that answer with mapd.ready/1. */
export async function askReady(
  { socketPath }: CliContext,
  command: "ready" | "drain" | "undrain",
  args: object = {},
): Promise<ReadyDocument> {
  // The daemon made the document from this very type; a newer one only adds keys.
  return (await askDaemon(socketPath, command, args)) as ReadyDocument;
}

export function writeReady(context: CliContext, document: ReadyDocument): void {
  const { phase, ready, reasons, announced, drain } = document;
  const rate = drain?.packetsPerSecond ?? null;
  writeFields(context, [
    ["ready", ready ? "yes" : "no"],
    ["phase", phase],
    ...reasons.map((reason): readonly [string, string] => ["", reason]),
    ["announced", announced.length === 0 ? "nothing" : announced.join(", ")],
    ...(drain === null ? [] : [["drained for", `${drain.seconds} s`] as const]),
    ...(rate === null ? [] : [["packets", `${rate} a second`] as const]),
    ...(drain === null || drain.backInSeconds === null
      ? []
      : [["back", `in ${drain.backInSeconds} s`] as const]),
  ]);
}
