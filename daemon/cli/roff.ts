/** Text for man pages in the macros of man(7). */

/** Plain text: nothing in it is a macro or an escape, and hyphens can be copied. */
export function roffText(text: string): string {
  return inRoff(text).replace(/^([.'])/gm, "\\&$1");
}

/** Markdown's code marks become bold. */
export function roffProse(text: string): string {
  return text
    .split("`")
    .map((part, index) => (index % 2 === 0 ? inRoff(part) : bold(part)))
    .join("")
    .replace(/^([.'])/gm, "\\&$1");
}

export function bold(text: string): string {
  return text === "" ? "" : `\\fB${inRoff(text)}\\fR`;
}

function inRoff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("§", "\\(sc");
}

/** What every page begins with. `title` is in capitals. */
export function pageHead(title: string, section: number, source: string): string {
  return `.\\" Made by scripts/generate-docs.mjs from ${source}; edit that.\n.TH ${title} ${section} "" mapd "mapd manual"\n`;
}

export function heading(text: string): string {
  return `.SH ${text}\n`;
}

export function subheading(text: string): string {
  return `.SS ${inRoff(text)}\n`;
}

export function paragraph(text: string): string {
  return `.PP\n${text}\n`;
}

/** A term and what it means. */
export function entry(term: string, text: string): string {
  return `.TP\n${term}\n${text}\n`;
}

/** Lines as they are, in the type of examples. */
export function example(lines: readonly string[]): string {
  return `.PP\n.in +4n\n.nf\n${lines.map(roffText).join("\n")}\n.fi\n.in\n`;
}
