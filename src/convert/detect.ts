/** The formats that `mapctl import`, `convert` and `lint` read, and how each is recognised. */

import type { Reader } from "./model.js";
import { readAsternos } from "./read/asternos.js";
import { readCsv } from "./read/csv.js";
import { readDhcp } from "./read/dhcp.js";
import { readHb46pp } from "./read/hb46pp.js";
import { readJool } from "./read/jool.js";
import { readMapRules } from "./read/map-rules.js";
import { readMapcalc } from "./read/mapcalc.js";
import { readNat46 } from "./read/nat46.js";
import { readRfc8676 } from "./read/rfc8676.js";
import { readRuleLines } from "./read/rule-lines.js";
import { readRuleStrings } from "./read/rule-string.js";
import { readUci } from "./read/uci.js";
import { readVpp } from "./read/vpp.js";

export interface ImportFormat {
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  readonly read: Reader;
  /** Only texts of this format match, and those above it in the table do not. */
  readonly pattern: RegExp;
}

export const IMPORT_FORMATS: readonly ImportFormat[] = [
  {
    name: "rfc8676",
    title: "RFC 8676 (ietf-softwire) JSON",
    read: readRfc8676,
    pattern:
      /^\s*\{[\s\S]*"(?:ietf-softwire-br:)?br-instances"|^\s*\{[\s\S]*"(?:ietf-interfaces:)?interfaces"/,
  },
  {
    name: "map-rules",
    title: "rule database (basicMapRules) JSON",
    read: readMapRules,
    pattern: /^\s*\{[\s\S]*"basicMapRules"\s*:/i,
  },
  {
    name: "hb46pp",
    title: "HB46PP provisioning JSON",
    read: readHb46pp,
    pattern: /^\s*\{[\s\S]*"(?:map_e|map_t|enabler_name)"\s*:/,
  },
  {
    name: "jool",
    title: "Jool MAP-T",
    read: readJool,
    pattern: /^\s*\{[\s\S]*"(?:fmrt|framework|global)"\s*:|\bjool_mapt\b/i,
  },
  {
    name: "asternos",
    title: "AsterNOS (SONiC) commands",
    read: readAsternos,
    pattern: /\b(?:map-rule (?:basic|default|br-|local)|map-[et] domain |map enable\b)/,
  },
  {
    name: "vpp",
    title: "VPP commands",
    read: readVpp,
    pattern: /\bmap add domain\b/,
  },
  {
    name: "nat46",
    title: "nat46 commands",
    read: readNat46,
    pattern: /\/proc\/net\/nat46\/control|\b(?:local|remote)\.(?:style|v4|v6)\b/,
  },
  {
    name: "uci",
    title: "OpenWrt UCI",
    read: readUci,
    pattern:
      /^[ \t]*config[ \t]+interface\b|^[ \t]*option[ \t]+\S+\s|\bnetwork\.[^.=\s]+\.[^=\s]+=/m,
  },
  {
    name: "rule-string",
    title: "rule strings of IP_MAP_Calculator",
    read: readRuleStrings,
    pattern: /^[^#|\n]*(?:\|[^|\n]*){6}$/m,
  },
  {
    name: "mapcalc",
    title: "mapcalc and odhcp6c rules",
    read: readMapcalc,
    pattern: /(?:^|[\s'"=,])(?:type=(?:map-[et]|lw4o6)|ipv6prefix=)/m,
  },
  {
    name: "csv",
    title: "table of rules (CSV)",
    read: readCsv,
    pattern: /^(?:#[^\n]*\n|[ \t\r]*\n)*(?=[^\n]*\bea)[^\n]*\b(?:ipv6|prefix6)[a-z _-]*"?[,;\t]/i,
  },
  {
    name: "dhcp",
    title: "DHCPv6 options",
    read: readDhcp,
    // A code of RFC 7598 first, in whatever way the octets are written.
    pattern:
      /^\s*(?:export\s+)?(?:[a-z_]\w*=)?["'([]*(?:0x0{4}:\s+|0{4,8}:?\s+)?(?:0x)?(?:0{1,2}[\s:,x0]*(?:59|5[a-f]|60|6f)\b|00(?:59|5[a-f]|60|6f)[0-9a-f\s)\]]{4})/i,
  },
  {
    name: "rule",
    title: "rules as on mapctl's command line",
    read: readRuleLines,
    pattern: /^[ \t]*["']?[0-9a-f:]{2,39}\/[0-9]+[ \t]+[0-9.]+\/[0-9]+[ \t]+[0-9]+/im,
  },
];

/** null where the text is in none of the formats. */
export function detectFormat(text: string): ImportFormat | null {
  return IMPORT_FORMATS.find(({ pattern }) => pattern.test(text)) ?? null;
}
