/** Colour, only where somebody sees it. */
import type { CliContext } from "./command.js";

/** Select Graphic Rendition of a terminal (ECMA-48). */
const CODES = { bold: 1, red: 31, green: 32 } as const;

export type Paint = keyof typeof CODES;

export function paint({ color }: CliContext, how: Paint, text: string): string {
  return color ? `\x1b[${CODES[how]}m${text}\x1b[0m` : text;
}

/** `domain: metro-br`, above what is said of it. */
export function writeHeading(context: CliContext, text: string): void {
  context.stdout.write(`${paint(context, "bold", text)}\n`);
}
