/** Configurations as objects, to be changed case by case; JSON is YAML. */
import { parseConfig } from "../../../../daemon/config/load.js";
import type { Config } from "../../../../daemon/config/types.js";
import type { Checked, Diagnostic } from "../../../../src/map/types.js";

export type Fields = Record<string, unknown>;

export const METRO: Fields = {
  "rule-ipv6-prefix": "2001:db8::/40",
  "rule-ipv4-prefix": "192.0.2.0/24",
  "ea-len": 16,
};
/** One whole address a CE. */
export const FULL: Fields = {
  "rule-ipv6-prefix": "2001:db8:8000::/40",
  "rule-ipv4-prefix": "203.0.113.0/24",
  "ea-len": 8,
};
/** A /24 a CE. */
export const WIDE: Fields = {
  "rule-ipv6-prefix": "2001:db8:9000::/40",
  "rule-ipv4-prefix": "198.18.0.0/16",
  "ea-len": 8,
};

export const BR_T: Fields = {
  name: "br-t",
  mode: "map-t",
  role: "br",
  tun: { name: "mapt0" },
  rules: ["metro"],
  "dmr-ipv6-prefix": "2001:db8:ffff::/64",
};
export const BR_E: Fields = {
  name: "br-e",
  mode: "map-e",
  role: "br",
  tun: { name: "mape0" },
  rules: ["metro"],
  "br-ipv6-addr": "2001:db8:ffff::1",
};
export const CE_T: Fields = {
  ...BR_T,
  name: "ce-t",
  role: "ce",
  tun: { name: "mapt1" },
  "end-user-ipv6-prefix": "2001:db8:12:3400::/56",
};
export const CE_E: Fields = {
  ...BR_E,
  name: "ce-e",
  role: "ce",
  tun: { name: "mape1" },
  "end-user-ipv6-prefix": "2001:db8:12:3400::/56",
};

/** A document with these domains; `more` overrides its top level. */
export function documentOf(domains: readonly unknown[], more: Fields = {}): Fields {
  return { rules: { metro: METRO, full: FULL, wide: WIDE }, domains, ...more };
}

export function check(document: unknown): Checked<Config> {
  return parseConfig(JSON.stringify(document));
}

/** The configuration; throws with every finding where it is refused. */
export function accept(document: unknown): Config {
  const checked = check(document);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics, null, 1));
  return checked.value;
}

/** `error unknown-key domains[0].nat4` */
export function outline(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ severity, code, path }) => `${severity} ${code} ${path}`).sort();
}
