/** The formats that `mapctl export` writes. */
import type { Diagnostic } from "../../src/map/types.js";
import { Findings } from "../config/findings.js";
import type { Config } from "../config/types.js";
import { writeAsternos } from "./write/asternos.js";
import { domainsOf, lost, type Writer } from "./write/export.js";
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

export interface ExportResult {
  readonly text: string;
  /** Warnings: what the format cannot say. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ExportRequest {
  readonly write: Writer;
  /** null: all. */
  readonly domain: string | undefined;
}

export function exportConfig(config: Config, { write, domain }: ExportRequest): ExportResult {
  const findings = new Findings();
  const domains = domainsOf(config, domain);
  const used = new Set(domains.flatMap((one) => one.config.settings.rules.map(({ name }) => name)));
  const text = write(domains, findings);
  if (domain === undefined) {
    for (const { name } of config.rules) {
      if (!used.has(name)) lost(findings, `rules.${name}`, "no domain uses it");
    }
  }
  return { text, diagnostics: findings.list };
}
