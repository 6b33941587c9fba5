/** `mapctl reload`: the running mapd reads its configuration file again, or says what that would change. */
import { askDaemon } from "../control/client.js";
import { EXIT, formatDiagnostic } from "../errors.js";
import type { ReloadDocument } from "../runtime/reloader.js";
import { type CliCommand, type CliContext, isGiven, writeFields, writeJson } from "./command.js";

/** Workers are given ten seconds to answer, and routes may be many. */
const TIMEOUT_MS = 60_000;

/** More is for programs. */
const MOST_LINES = 100;

const MOST_CHARACTERS = 60;

export const reloadCommand: CliCommand = {
  name: "reload",
  summary:
    "Read the configuration file again, all of it or nothing; sessions and counters are kept",
  arguments: [],
  options: [
    {
      flags: "--dry-run",
      description:
        "change nothing, but show key by key what differs from the configuration in force, and what needs a restart",
    },
  ],
  schema: "mapd.reload/1",
  examples: ["mapctl reload --dry-run", "mapctl reload"],
  async run(input, context) {
    const command = isGiven(input, "dryRun") ? "reload-dry-run" : "reload";
    const answer = await askDaemon(context.socketPath, command, {}, TIMEOUT_MS);
    // The daemon made the document from this very type; a newer one only adds keys.
    const document = answer as ReloadDocument;
    if (context.json) writeJson(context, document);
    else writeText(context, document);
    for (const diagnostic of [...document.diagnostics, ...document.refusals]) {
      context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
    }
    return document.refusals.length === 0 ? EXIT.done : EXIT.invalid;
  },
};

function writeText(context: CliContext, document: ReloadDocument): void {
  const { dryRun, hashBefore, hash, domains, changes } = document;
  const same = hash === hashBefore;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["domains added", domains.added],
    ["domains removed", domains.removed],
    ["domains changed", domains.changed],
  ];
  writeFields(context, [
    ["configuration", same ? `${hash}, as it is in force` : `${hashBefore} -> ${hash}`],
    ...rows.flatMap(([label, names]): (readonly [string, string])[] =>
      names.length === 0 ? [] : [[label, names.join(", ")]],
    ),
    ["taken", dryRun ? "no: --dry-run" : "yes"],
  ]);
  if (changes.length === 0) return;
  context.stdout.write("\n");
  const lines = changes.slice(0, MOST_LINES).map(({ path, before, after, restart }) => {
    const text = `${short(before)} -> ${short(after)}`;
    return [path, restart ? `${text} (needs a restart)` : text] as const;
  });
  writeFields(context, lines);
  const more = changes.length - lines.length;
  if (more > 0) context.stdout.write(`and ${more} more; --json has all of them\n`);
}

function short(value: unknown): string {
  if (value === undefined) return "(nothing)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 3)}...`;
}
