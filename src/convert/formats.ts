/** The formats that `mapctl export` and `mapctl convert` write. */
import { writeAsternos } from "./write/asternos.js";
import { writeCsv } from "./write/csv.js";
import { writeDhcp } from "./write/dhcp.js";
import type { RuleWriter, Writer } from "./write/export.js";
import { writeHb46pp } from "./write/hb46pp.js";
import { writeJool } from "./write/jool.js";
import { writeMapRules } from "./write/map-rules.js";
import { writeMapcalc } from "./write/mapcalc.js";
import { writeNat46 } from "./write/nat46.js";
import { writeRfc8676 } from "./write/rfc8676.js";
import { writeRuleLines } from "./write/rule-lines.js";
import { writeRuleStrings } from "./write/rule-string.js";
import { writeUci } from "./write/uci.js";
import { writeVpp } from "./write/vpp.js";

/** Formats that hold rules alone, so that it does not matter who is at the other end. */
export const RULE_FORMATS: Readonly<Record<string, RuleWriter>> = {
  "rule-string": writeRuleStrings,
  rule: writeRuleLines,
  csv: writeCsv,
};

export const EXPORT_FORMATS: Readonly<Record<string, Writer>> = {
  rfc8676: writeRfc8676,
  uci: writeUci,
  mapcalc: writeMapcalc,
  vpp: writeVpp,
  jool: writeJool,
  nat46: writeNat46,
  ...RULE_FORMATS,
  "map-rules": writeMapRules,
  hb46pp: writeHb46pp,
  dhcp: writeDhcp,
  asternos: writeAsternos,
};
