/** `mapctl counters`: every counter and drop reason, explained from the same tables that count them. */
import { COUNTERS } from "../../src/counters.js";
import { DROPS } from "../../src/verdict.js";
import { askDaemon } from "../control/client.js";
import { EXIT, MapdError } from "../errors.js";
import type { ByFamily, CountersDocument, DomainCounters } from "../runtime/status.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  textOption,
  writeFields,
  writeJson,
} from "./command.js";

export const countersCommand: CliCommand = {
  name: "counters",
  summary: "Show every counter and drop reason of the running mapd",
  arguments: [],
  options: [
    { flags: "--domain <name>", description: "only this domain" },
    { flags: "--nonzero", description: "leave out what is 0" },
    { flags: "--explain", description: "say what each counter and reason means" },
  ],
  schema: "mapd.counters/1",
  examples: ["mapctl counters --nonzero --explain", "mapctl counters --domain metro-br --json"],
  async run(input, context) {
    // The daemon made the document from this very type; a newer one only adds keys.
    const all = (await askDaemon(context.socketPath, "counters")) as CountersDocument;
    const document = chooseCounters(all, input);
    const explain = input.options.explain === true;
    if (context.json) writeJson(context, explain ? { ...document, explanations } : document);
    else for (const domain of document.domains) writeDomain(context, domain, input);
    return EXIT.done;
  },
};

/** Meaning of every counter and reason by name. */
const explanations: Readonly<Record<string, string>> = Object.fromEntries([
  ...COUNTERS.map((row) => [row.name, row.help] as const),
  ...DROPS.map((row) => [row.name, `${row.help} (${row.rfc})`] as const),
]);

/** Applies --domain and --nonzero; MapdError `not-found` for a domain that is not there. */
export function chooseCounters(document: CountersDocument, input: CliInput): CountersDocument {
  const wanted = textOption(input, "domain");
  const domains = document.domains.filter(
    (domain) => wanted === undefined || domain.name === wanted,
  );
  if (wanted !== undefined && domains.length === 0) {
    const names = document.domains.map((domain) => domain.name).join(", ");
    throw new MapdError("not-found", `no domain ${wanted}; there are: ${names}`);
  }
  const nonzero = input.options.nonzero === true;
  return { ...document, domains: nonzero ? domains.map(withoutZeros) : domains };
}

function withoutZeros(domain: DomainCounters): DomainCounters {
  const keep = <T>(rows: Readonly<Record<string, T>>, isZero: (value: T) => boolean) =>
    Object.fromEntries(Object.entries(rows).filter(([, value]) => !isZero(value)));
  return {
    ...domain,
    counters: keep(domain.counters, (value) => value === 0),
    drops: keep(domain.drops, (value: ByFamily) => value.ipv4 + value.ipv6 === 0),
  };
}

function writeDomain(context: CliContext, domain: DomainCounters, input: CliInput): void {
  const explain = input.options.explain === true;
  const nonzero = input.options.nonzero === true;
  context.stdout.write(`domain: ${domain.name}\n`);
  const all: readonly (readonly [string, number])[] = [
    ...Object.entries(domain.counters),
    ...Object.entries(domain.drops).flatMap(([name, value]) => [
      [`drop ${name} ipv4`, value.ipv4] as const,
      [`drop ${name} ipv6`, value.ipv6] as const,
    ]),
    ["dropped", domain.dropped],
  ];
  const rows = all
    .filter(([, value]) => !nonzero || value !== 0)
    .map(([label, value]) => [label, `${value}`] as const);
  const width = Math.max(0, ...rows.map(([, value]) => value.length));
  writeFields(
    context,
    rows.map(([label, value]): readonly [string, string] => {
      const name = label.split(" ")[1] ?? label;
      const meaning = explain ? (explanations[name] ?? "") : "";
      return [`  ${label}`, `${value.padStart(width)}  ${meaning}`.trimEnd()];
    }),
  );
  context.stdout.write("\n");
}
