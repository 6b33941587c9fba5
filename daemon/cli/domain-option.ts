/** `--domain`, for the commands about one CE. */
import type { CliOption } from "./command.js";

export const DOMAIN_OPTION: CliOption = {
  flags: "--domain <name>",
  description: "CE domain; needed where several have NAT44",
};
