/** Values that people type behind commands and options. What does not parse is a usage error. */

import { checkIpv6Prefix } from "../../src/map/prefix.js";
import { parseWhole } from "../../src/map/rule-text.js";
import type { Ipv6Prefix, Words6 } from "../../src/map/types.js";
import { parseIpv4, parseIpv6 } from "../../src/wire/address.js";
import { MapdError } from "../errors.js";

export function wholeValue(text: string, what: string): number {
  const value = parseWhole(text);
  if (value === null) throw new MapdError("usage", `${what} "${text}" is not a whole number`);
  return value;
}

const MAX_PORT = 65535;

export function portValue(text: string): number {
  const port = wholeValue(text, "port");
  if (port > MAX_PORT) throw new MapdError("usage", `port ${port} is above ${MAX_PORT}`);
  return port;
}

export function ipv4Value(text: string): number {
  const value = parseIpv4(text);
  if (value === null) throw new MapdError("usage", `"${text}" is not an IPv4 address`);
  return value;
}

export function ipv6Value(text: string): Words6 {
  const value = parseIpv6(text);
  if (value === null) throw new MapdError("usage", `"${text}" is not an IPv6 address`);
  return value;
}

/** A prefix; bits beyond its length are an error of its own, not of usage. */
export function ipv6PrefixValue(text: string, path: string): Ipv6Prefix {
  const checked = checkIpv6Prefix(text, path);
  if (checked.ok) return checked.value;
  const isSyntax = checked.diagnostics.some(({ code }) => code === "ipv6-prefix-syntax");
  const message = checked.diagnostics.map((diagnostic) => diagnostic.message).join("; ");
  if (isSyntax) throw new MapdError("usage", message);
  throw new MapdError("invalid", message, { diagnostics: checked.diagnostics });
}

/** `IPV4[:PORT]` */
export function ipv4PortValue(text: string): {
  readonly addr4: number;
  readonly port: number | null;
} {
  const colon = text.indexOf(":");
  if (colon < 0) return { addr4: ipv4Value(text), port: null };
  return { addr4: ipv4Value(text.slice(0, colon)), port: portValue(text.slice(colon + 1)) };
}
