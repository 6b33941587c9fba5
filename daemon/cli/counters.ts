/** `mapctl counters`: every counter and drop reason, explained from the same tables that count them. */
import { COUNTERS } from "../../src/counters.js";
import { causeText } from "../../src/explain/reasons.js";
import { REMEDIES } from "../../src/explain/remedies.js";
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
} from "./command.js";
import { writeHeading } from "./paint.js";
import { type Before, rate, showOrWatch, WATCH_OPTIONS } from "./watch.js";

export const countersCommand: CliCommand = {
  name: "counters",
  summary: "Show every counter and drop reason of the running mapd",
  arguments: [],
  options: [
    { flags: "--domain <name>", description: "only this domain" },
    { flags: "--nonzero", description: "leave out what is 0" },
    { flags: "--explain", description: "say what each counter and reason means, and what to do" },
    ...WATCH_OPTIONS,
  ],
  schema: "mapd.counters/1",
  examples: ["mapctl counters --nonzero --explain", "mapctl counters --domain metro-br --json"],
  async run(input, context) {
    await showOrWatch<CountersDocument>(input, context, {
      take: async () => takeCounters(input, context),
      write(page, document, before) {
        for (const domain of document.domains) writeDomain(page, domain, input, before);
      },
    });
    return EXIT.done;
  },
};

interface ExplainedCounters extends CountersDocument {
  readonly explanations?: Readonly<Record<string, string>>;
}

async function takeCounters(input: CliInput, context: CliContext): Promise<ExplainedCounters> {
  // The daemon made the document from this very type; a newer one only adds keys.
  const all = (await askDaemon(context.socketPath, "counters")) as CountersDocument;
  const document = chooseCounters(all, input);
  // For people the meaning stands beside the number.
  const isExplained = context.json && input.options.explain === true;
  return isExplained ? { ...document, explanations } : document;
}

/** Meaning of every counter by name; of a reason also what to do about it. */
const explanations: Readonly<Record<string, string>> = Object.fromEntries([
  ...COUNTERS.map((row) => [row.name, row.help] as const),
  ...DROPS.map((row) => [row.name, `${causeText(row)}. ${REMEDIES[row.name]}`] as const),
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

function writeDomain(
  context: CliContext,
  domain: DomainCounters,
  input: CliInput,
  before: Before<CountersDocument> | null,
): void {
  const explain = input.options.explain === true;
  const nonzero = input.options.nonzero === true;
  const past = before?.document.domains.find(({ name }) => name === domain.name);
  const former = new Map(past === undefined ? [] : valuesOf(past));
  writeHeading(context, `domain: ${domain.name}`);
  const rows = valuesOf(domain)
    .filter(([, value]) => !nonzero || value !== 0)
    .map(([label, value]) => {
      const growth = rate(value, former.get(label), before?.seconds ?? 0);
      return { label, value: `${value}`, growth: growth === "" ? "" : `${growth}/s` };
    });
  const width = Math.max(0, ...rows.map(({ value }) => value.length));
  const growthWidth = Math.max(0, ...rows.map(({ growth }) => growth.length));
  writeFields(
    context,
    rows.map(({ label, value, growth }): readonly [string, string] => {
      const name = label.split(" ")[1] ?? label;
      const meaning = explain ? (explanations[name] ?? "") : "";
      const speed = growthWidth === 0 ? "" : `  ${growth.padStart(growthWidth)}`;
      return [`  ${label}`, `${value.padStart(width)}${speed}  ${meaning}`.trimEnd()];
    }),
  );
  context.stdout.write("\n");
}

function valuesOf(domain: DomainCounters): readonly (readonly [string, number])[] {
  return [
    ...Object.entries(domain.counters),
    ...Object.entries(domain.drops).flatMap(([name, value]) => [
      [`drop ${name} ipv4`, value.ipv4] as const,
      [`drop ${name} ipv6`, value.ipv6] as const,
    ]),
    ["dropped", domain.dropped],
  ];
}
