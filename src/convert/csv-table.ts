/** The columns of a table of rules, for its reader and its writer. */

export const COLUMNS = [
  { key: "name", names: ["name", "rule", "rule-name"] },
  { key: "ipv6", names: ["rule-ipv6-prefix", "ipv6-prefix", "ipv6prefix", "ipv6", "prefix6"] },
  { key: "ipv6Len", names: ["ipv6-prefix-length", "ipv6prefixlength", "ipv6-len", "prefix6len"] },
  { key: "ipv4", names: ["rule-ipv4-prefix", "ipv4-prefix", "ipv4prefix", "ipv4", "prefix4"] },
  { key: "ipv4Len", names: ["ipv4-prefix-length", "ipv4prefixlength", "ipv4-len", "prefix4len"] },
  { key: "eaLen", names: ["ea-len", "ea-length", "ealen", "eabitlength", "ea"] },
  { key: "psidOffset", names: ["psid-offset", "psidoffset", "offset"] },
  { key: "psidLen", names: ["psid-len", "psid-length", "psidlen"] },
  { key: "psid", names: ["psid"] },
  { key: "iid", names: ["iid"] },
  { key: "forwarding", names: ["forwarding", "fmr"] },
  { key: "mode", names: ["mode", "type"] },
  { key: "role", names: ["role"] },
  { key: "dmr", names: ["dmr-ipv6-prefix", "dmr"] },
  { key: "br", names: ["br-ipv6-addr", "bripv6address", "br-ipv6-address", "br"] },
] as const;

export type ColumnKey = (typeof COLUMNS)[number]["key"];

/** Cells of a line (RFC 4180 §2); a semicolon or a tab separates, too, where the header has them. */
export function cellsOf(line: string, separator: string): readonly string[] {
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length) {
    if (line[at] === '"') {
      const match = /"((?:[^"]|"")*)"?/y;
      match.lastIndex = at;
      const quoted = match.exec(line);
      cells.push((quoted?.[1] ?? "").replaceAll('""', '"'));
      const end = line.indexOf(separator, at + (quoted?.[0].length ?? 1));
      at = end < 0 ? line.length + 1 : end + 1;
    } else {
      const end = line.indexOf(separator, at);
      cells.push(line.slice(at, end < 0 ? undefined : end).trim());
      at = end < 0 ? line.length + 1 : end + 1;
    }
  }
  return cells;
}

export function separatorOf(header: string): string {
  return [";", "\t"].find((separator) => header.includes(separator)) ?? ",";
}

export function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
