/** What the command line of mapd has; its help and mapd(8) come from here. */
import type { EXIT } from "./errors.js";

export const MAPD_SUMMARY =
  "Userspace MAP-T and MAP-E: customer edge and border relay on TUN devices";

export const MAPD_OPTIONS = [
  { flags: "--config <file>", description: "run in the foreground with this configuration" },
  { flags: "--check <file>", description: "validate a configuration and do nothing else" },
] as const;

export const MAPD_SIGNALS = [
  { names: "SIGHUP", meaning: "reads the configuration again, all of it or nothing" },
  {
    names: "SIGTERM, SIGINT",
    meaning: "drains for `drain-timeout`, stops and cleans up; a second one ends at once",
  },
] as const;

/** The exit statuses that it has. */
export const MAPD_STATUSES = [
  "done",
  "failure",
  "usage",
  "invalid",
] as const satisfies readonly (keyof typeof EXIT)[];

export const MAPD_EXAMPLES = [
  "mapd --check /etc/mapd/mapd.yaml",
  "mapd --config /etc/mapd/mapd.yaml",
] as const;
