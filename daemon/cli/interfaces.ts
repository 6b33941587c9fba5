/** `mapctl interfaces`: which device carries which side of which domain (port binding). */
import { askDaemon } from "../control/client.js";
import type { InterfaceRow, InterfaceSide, InterfacesDocument } from "../control/show/documents.js";
import { EXIT } from "../errors.js";
import { type CliCommand, type CliContext, writeFields, writeJson } from "./command.js";
import { type DomainFilter, FILTER_OPTIONS, filterOf } from "./filter.js";
import { writeHeading } from "./paint.js";

/** Destinations shown for people. */
const TAKES_SHOWN = 8;

export const interfacesCommand: CliCommand = {
  name: "interfaces",
  summary: "Show which device carries which side of which domain, with addresses and MTU",
  arguments: [],
  options: FILTER_OPTIONS,
  schema: "mapd.interfaces/1",
  examples: ["mapctl interfaces", "mapctl interfaces --role ce --json"],
  async run(input, context) {
    await showInterfaces(context, filterOf(input));
    return EXIT.done;
  },
};

export async function showInterfaces(context: CliContext, filter: DomainFilter): Promise<void> {
  // The daemon made the document from this very type; a newer one only adds keys.
  const answer = await askDaemon(context.socketPath, "interfaces", filter);
  const document = answer as InterfacesDocument;
  if (context.json) {
    writeJson(context, document);
    return;
  }
  document.interfaces.forEach((row, index) => {
    if (index > 0) context.stdout.write("\n");
    writeInterface(context, row);
  });
}

function writeInterface(context: CliContext, row: InterfaceRow): void {
  writeHeading(context, `device: ${row.name}`);
  const { link } = row;
  const state = link === null ? "unknown" : `${link.up ? "up" : "down"}, mtu ${link.mtu}`;
  writeFields(context, [
    ["  state", state],
    ["  domain", `${row.domain}, ${row.mode} ${row.role}`],
    ["  queues", String(row.queues)],
    ["  offloads", row.offloads.length === 0 ? "none" : row.offloads.join(" ")],
    ["  routes", row.routes],
    ...row.sides.flatMap(sideFields),
  ]);
}

function sideFields(side: InterfaceSide): readonly (readonly [string, string])[] {
  const shown = side.takes.slice(0, TAKES_SHOWN);
  const hidden = side.takesCount - shown.length;
  const takes = hidden === 0 ? shown : [...shown, `and ${hidden} more`];
  const addresses = side.addresses?.join(" ") ?? "unknown";
  return [
    [`  ${side.family}`, `${side.zone}, mtu ${side.mtu}`],
    ["", `takes ${takes.join(" ")}`],
    ...(addresses === "" ? [] : [["", `address ${addresses}`] as const]),
  ];
}
