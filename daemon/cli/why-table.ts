/** `--why`: every number with its formula, the formula filled in, and its section. */
import type { Reason } from "../../src/map/why.js";
import type { CliContext } from "./command.js";
import { type Column, writeTable } from "./table.js";

const COLUMNS: readonly Column<Reason>[] = [
  { title: "", text: ({ symbol }) => symbol },
  { title: "what", text: ({ label }) => label },
  { title: "formula", text: ({ formula }) => formula },
  { title: "filled in", text: ({ filled }) => filled },
  { title: "value", text: ({ value }) => value },
  { title: "source", text: ({ rfc }) => rfc },
];

export function writeReasons(context: CliContext, reasons: readonly Reason[]): void {
  writeTable(context, COLUMNS, reasons);
}
