/** Which domains a command is about: `--domain`, `--mode`, `--role`. */
import { MODES, ROLES } from "../control/show/filter.js";
import { MapdError } from "../errors.js";
import { type CliInput, type CliOption, textOption } from "./command.js";

export interface DomainFilter {
  readonly domain: string | undefined;
  readonly mode: string | undefined;
  readonly role: string | undefined;
}

export const FILTER_OPTIONS: readonly CliOption[] = [
  { flags: "--domain <name>", description: "only this domain" },
  { flags: "--mode <mode>", description: `only ${MODES.join(" or ")}`, completions: MODES },
  { flags: "--role <role>", description: `only ${ROLES.join(" or ")}`, completions: ROLES },
];

export function filterOf(input: CliInput): DomainFilter {
  return {
    domain: textOption(input, "domain"),
    mode: choice(textOption(input, "mode"), "mode", MODES),
    role: choice(textOption(input, "role"), "role", ROLES),
  };
}

/** The value in lower case: operators write CE and BR. */
export function choice(
  text: string | undefined,
  what: string,
  choices: readonly string[],
): string | undefined {
  const value = text?.toLowerCase();
  if (value === undefined || choices.includes(value)) return value;
  throw new MapdError("usage", `${what} "${text}" is none of ${choices.join(", ")}`);
}
