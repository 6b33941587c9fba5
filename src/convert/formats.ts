/** The formats that `mapctl export` writes. */
import { writeAsternos } from "./write/asternos.js";
import type { Writer } from "./write/export.js";
import { writeJool } from "./write/jool.js";
import { writeNat46 } from "./write/nat46.js";
import { writeRfc8676 } from "./write/rfc8676.js";
import { writeRuleStrings } from "./write/rule-string.js";
import { writeUci } from "./write/uci.js";
import { writeVpp } from "./write/vpp.js";

export const EXPORT_FORMATS: Readonly<Record<string, Writer>> = {
  rfc8676: writeRfc8676,
  uci: writeUci,
  vpp: writeVpp,
  jool: writeJool,
  nat46: writeNat46,
  "rule-string": writeRuleStrings,
  asternos: writeAsternos,
};
