/** Which domains a command is about: by name, mode and role. */
import { z } from "zod";
import { MapdError } from "../../errors.js";
import { didYouMean } from "../../suggest.js";
import type { ControlledDaemon, ControlledDomain } from "../command.js";

export const MODES = ["map-t", "map-e"] as const;
export const ROLES = ["br", "ce"] as const;

export const FILTER = z.strictObject({
  domain: z.string().optional(),
  mode: z.enum(MODES).optional(),
  role: z.enum(ROLES).optional(),
});

export type Filter = z.output<typeof FILTER>;

/**
 * All that fit, in the order of the configuration; MapdError `not-found` where the domain that is named does not exist
 * or does not fit.
 */
export function chosenDomains(
  daemon: ControlledDaemon,
  { domain: name, mode, role }: Filter,
): readonly ControlledDomain[] {
  const named = daemon.domains.filter(
    ({ config }) => name === undefined || config.settings.name === name,
  );
  const [only] = named;
  if (name !== undefined && only === undefined) {
    const names = daemon.domains.map(({ config }) => config.settings.name);
    const text = `no domain ${name}; there are: ${names.join(", ")}${didYouMean(name, names)}`;
    throw new MapdError("not-found", text);
  }
  const fitting = named.filter(
    ({ config: { settings } }) =>
      (mode === undefined || settings.mode === mode) &&
      (role === undefined || settings.role === role),
  );
  if (name !== undefined && only !== undefined && fitting.length === 0) {
    const { settings } = only.config;
    throw new MapdError("not-found", `domain ${name} is a ${settings.mode} ${settings.role}`);
  }
  return fitting;
}
