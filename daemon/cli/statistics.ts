/** `mapctl statistics`: packets and bytes each way, hits of rules, drops by cause. */
import { askDaemon } from "../control/client.js";
import type { DomainStatistics, StatisticsDocument } from "../control/show/documents.js";
import { EXIT } from "../errors.js";
import type { CliCommand, CliContext, CliInput } from "./command.js";
import { type DomainFilter, FILTER_OPTIONS, filterOf } from "./filter.js";
import { writeHeading } from "./paint.js";
import { type Column, writeTable } from "./table.js";
import { type Before, rate, showOrWatch, WATCH_OPTIONS } from "./watch.js";

export const statisticsCommand: CliCommand = {
  name: "statistics",
  summary: "Show packets and bytes each way, hits of the rules and drops by cause",
  arguments: [],
  options: [...FILTER_OPTIONS, ...WATCH_OPTIONS],
  schema: "mapd.statistics/1",
  examples: ["mapctl statistics --role br", "mapctl statistics --domain metro-br --watch 1 --json"],
  async run(input, context) {
    await showStatistics(input, context, filterOf(input));
    return EXIT.done;
  },
};

export async function showStatistics(
  input: CliInput,
  context: CliContext,
  filter: DomainFilter,
): Promise<void> {
  await showOrWatch<StatisticsDocument>(input, context, {
    // The daemon made the document from this very type; a newer one only adds keys.
    take: async () =>
      (await askDaemon(context.socketPath, "statistics", filter)) as StatisticsDocument,
    write: writeStatistics,
  });
}

function writeStatistics(
  context: CliContext,
  document: StatisticsDocument,
  before: Before<StatisticsDocument> | null,
): void {
  document.domains.forEach((domain, index) => {
    if (index > 0) context.stdout.write("\n");
    writeHeading(context, `domain: ${domain.name} (${domain.mode} ${domain.role})`);
    const past = before?.document.domains.find(({ name }) => name === domain.name);
    const former = new Map((past === undefined ? [] : rowsOf(past)).map((row) => [row.label, row]));
    const columns =
      before === null ? COLUMNS : [...COLUMNS, ...rateColumns(former, before.seconds)];
    writeTable(context, columns, rowsOf(domain));
  });
}

interface Row {
  readonly label: string;
  readonly packets: number;
  /** null where only packets are counted. */
  readonly bytes: number | null;
}

const DIRECTIONS = ["in", "out"] as const;
const FAMILIES = ["ipv4", "ipv6"] as const;

function rowsOf(domain: DomainStatistics): readonly Row[] {
  const traffic = DIRECTIONS.flatMap((direction) =>
    FAMILIES.map((family) => ({
      label: `${direction} ${family}`,
      packets: domain.packets[direction][family],
      bytes: domain.bytes[direction][family],
    })),
  );
  const packets = (label: string, count: number): Row => ({ label, packets: count, bytes: null });
  const drops = Object.entries(domain.drops).flatMap(([reason, drop]) =>
    FAMILIES.filter((family) => drop[family] > 0).map((family) =>
      packets(`  ${reason} ${family}`, drop[family]),
    ),
  );
  const hits = Object.entries(domain.hits ?? {}).flatMap(([rule, { toCe, fromCe }]) => [
    packets(`rule ${rule} to CEs`, toCe),
    packets(`rule ${rule} from CEs`, fromCe),
  ]);
  return [
    ...traffic,
    ...hits,
    packets("turned around", domain.hairpinPackets),
    packets("ICMP errors sent", domain.icmpErrorsSent),
    packets("fragments that wait", domain.heldFragments),
    packets("dropped", domain.dropped),
    ...drops,
  ];
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "", text: (row) => `  ${row.label}` },
  { title: "packets", right: true, text: (row) => String(row.packets) },
  { title: "bytes", right: true, text: (row) => (row.bytes === null ? "" : String(row.bytes)) },
];

const BITS = 8;

function rateColumns(former: ReadonlyMap<string, Row>, seconds: number): readonly Column<Row>[] {
  return [
    {
      title: "packet/s",
      right: true,
      text: (row) => rate(row.packets, former.get(row.label)?.packets, seconds),
    },
    {
      title: "bit/s",
      right: true,
      text: ({ label, bytes }) => {
        const past = former.get(label)?.bytes ?? null;
        return bytes === null || past === null ? "" : rate(bytes * BITS, past * BITS, seconds);
      },
    },
  ];
}
