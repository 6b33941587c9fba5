/** Options that every command has, before and behind its name. */
import type { CliOption } from "./command.js";

export const DEFAULT_SOCKET = "/run/mapd/mapd.sock";

export const GLOBAL_OPTIONS: readonly CliOption[] = [
  {
    flags: "--socket <path>",
    description: `control socket of the daemon (MAPD_SOCKET, ${DEFAULT_SOCKET})`,
  },
  { flags: "--json", description: "one JSON document on standard output" },
  {
    flags: "--color <when>",
    description: "auto: on a terminal, unless NO_COLOR is set",
    choices: ["auto", "always", "never"],
  },
];
