/** Another program's text as the text of a configuration, with comments, and everything that is wrong with it. */
import { assemble, type ImportOptions } from "../../src/convert/assemble.js";
import type { ImportFormat } from "../../src/convert/detect.js";
import { Findings } from "../../src/map/findings.js";
import type { Diagnostic } from "../../src/map/types.js";
import { parseConfig } from "../config/load.js";
import { writeConfiguration } from "./yaml.js";

export interface ImportResult {
  /** Text of a configuration; a draft where `valid` is false. */
  readonly configuration: string;
  readonly valid: boolean;
  /** What could not be taken over, with its place in the source; then what `mapd --check` says of the result. */
  readonly diagnostics: readonly Diagnostic[];
}

export function importText(
  text: string,
  format: ImportFormat,
  options: ImportOptions,
): ImportResult {
  const findings = new Findings();
  const draft = assemble(text, format, options, findings);
  const configuration = writeConfiguration({
    ...draft,
    source: format.title,
    notes: findings.list,
  });
  const checked = parseConfig(configuration);
  findings.add(...checked.diagnostics);
  return { configuration, valid: checked.ok && !findings.failed, diagnostics: findings.list };
}
