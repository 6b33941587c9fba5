/** A table of rules: a header with the names of its columns, in any order, and a rule a line. */
import type { Findings } from "../../map/findings.js";
import { COLUMNS, type ColumnKey, cellsOf, separatorOf } from "../csv-table.js";
import {
  type ForeignRule,
  groupByPeer,
  leftOut,
  type Mode,
  type PeeredRule,
  type Reader,
} from "../model.js";
import { readWhole } from "../numbers.js";

type Cells = ReadonlyMap<ColumnKey, string>;

export const readCsv: Reader = (text, findings) => {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const headerAt = lines.findIndex((line) => line.trim() !== "" && !line.startsWith("#"));
  const header = lines[headerAt] ?? "";
  const separator = separatorOf(header);
  const keys = cellsOf(header, separator).map((name) => keyOf(name));
  cellsOf(header, separator).forEach((name, index) => {
    if (keys[index] !== undefined || name === "") return;
    leftOut(findings, `line ${headerAt + 1}`, `mapd has no counterpart to the column "${name}"`);
  });
  const rows = lines.slice(headerAt + 1).flatMap((line, index): PeeredRule[] => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    const place = `line ${headerAt + index + 2}`;
    const values = cellsOf(line, separator).flatMap((value, at): [ColumnKey, string][] => {
      const key = keys[at];
      return key === undefined || value === "" ? [] : [[key, value]];
    });
    const row = rowOf(new Map(values), `rule-${index + 1}`, place, findings);
    return row === null ? [] : [row];
  });
  return groupByPeer(rows);
};

function keyOf(name: string): ColumnKey | undefined {
  const plain = name.toLowerCase().replace(/[\s_]+/g, "-");
  return COLUMNS.find(({ names }) => names.some((one) => one === plain))?.key;
}

function rowOf(cells: Cells, name: string, place: string, findings: Findings): PeeredRule | null {
  const whole = (key: ColumnKey): number | undefined =>
    readWhole(cells.get(key), key, place, findings);
  const ipv6 = prefixOf(cells.get("ipv6"), cells.get("ipv6Len"));
  const ipv4 = prefixOf(cells.get("ipv4"), cells.get("ipv4Len"));
  const eaLen = whole("eaLen");
  if (ipv6 === undefined || ipv4 === undefined || eaLen === undefined) {
    const message = "a rule needs an IPv6 prefix, an IPv4 prefix and an EA length";
    findings.error("import-incomplete", place, message);
    return null;
  }
  const style = cells.get("iid");
  const rule: ForeignRule = {
    name: cells.get("name") ?? name,
    ipv6,
    ipv4,
    eaLen,
    psidOffset: whole("psidOffset"),
    psidLen: whole("psidLen"),
    psid: whole("psid"),
    iid: style === "rfc7597" || style === "draft-03" ? style : undefined,
    forwarding: /^(?:1|true|yes)$/i.test(cells.get("forwarding") ?? "") ? true : undefined,
    place,
  };
  if (style !== undefined && rule.iid === undefined) {
    findings.error("import-syntax", place, `iid "${style}" is neither rfc7597 nor draft-03`);
  }
  const [dmr, br] = [cells.get("dmr"), cells.get("br")];
  const role = cells.get("role");
  const end = role === "ce" || role === "br" ? role : null;
  return { rule, peering: { mode: modeOf(cells.get("mode"), dmr, br), role: end, dmr, br } };
}

/** `2001:db8::/40`, or the address with its length in a column of its own. */
function prefixOf(text: string | undefined, len: string | undefined): string | undefined {
  if (text === undefined || text.includes("/")) return text;
  return len === undefined ? undefined : `${text}/${len}`;
}

function modeOf(
  text: string | undefined,
  dmr: string | undefined,
  br: string | undefined,
): Mode | null {
  if (text === "map-e" || text === "map-t") return text;
  if (dmr !== undefined) return "map-t";
  return br === undefined ? null : "map-e";
}
