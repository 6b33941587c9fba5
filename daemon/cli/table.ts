/** Tables for people: a header line, then a line a row, the columns aligned. */
import type { CliContext } from "./command.js";
import { paint } from "./paint.js";

export interface Column<T> {
  readonly title: string;
  /** Numbers stand on the right. */
  readonly right?: true;
  text(row: T): string;
}

const GAP = "  ";

export function writeTable<T>(
  context: CliContext,
  columns: readonly Column<T>[],
  rows: readonly T[],
): void {
  const cells = columns.map((column) => [column.title, ...rows.map((row) => column.text(row))]);
  const widths = cells.map((texts) =>
    texts.reduce((most, { length }) => Math.max(most, length), 0),
  );
  const lines = Array.from({ length: 1 + rows.length }, (_, line) => {
    const texts = columns.map(({ right }, i) => {
      const text = cells[i]![line]!;
      return right === true ? text.padStart(widths[i]!) : text.padEnd(widths[i]!);
    });
    return texts.join(GAP).trimEnd();
  });
  const [header = "", ...rest] = lines;
  context.stdout.write(`${[paint(context, "bold", header), ...rest].join("\n")}\n`);
}
