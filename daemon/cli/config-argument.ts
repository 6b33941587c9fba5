/** `--config FILE`, or without it what the running daemon has in force; and one of its domains. */
import type { Checked } from "../../src/map/types.js";
import { loadConfig, parseConfig } from "../config/load.js";
import type { Config, DomainConfig } from "../config/types.js";
import { askDaemon } from "../control/client.js";
import { MapdError } from "../errors.js";
import { didYouMean } from "../suggest.js";
import type { CliContext } from "./command.js";

/** `path` undefined: the running daemon's. */
export async function configOf(path: string | undefined, context: CliContext): Promise<Config> {
  const checked = path === undefined ? await runningConfig(context) : await loadConfig(path);
  if (checked.ok) return checked.value;
  const { diagnostics } = checked;
  throw new MapdError("invalid", "the configuration is not valid", { diagnostics });
}

/** What the daemon says is in force reads as a file (JSON is YAML). */
async function runningConfig(context: CliContext): Promise<Checked<Config>> {
  const document = await askDaemon(context.socketPath, "config");
  return parseConfig(JSON.stringify(Reflect.get(document, "configuration")));
}

/** Throws MapdError `not-found`, with the nearest name, where the configuration has no such domain. */
export function domainNamed({ domains }: Config, name: string): DomainConfig {
  const found = domains.find(({ settings }) => settings.name === name);
  if (found !== undefined) return found;
  const names = domains.map(({ settings }) => settings.name);
  throw new MapdError("not-found", `no domain is named "${name}"${didYouMean(name, names)}`);
}
