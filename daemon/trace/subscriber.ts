/** Who is behind an IPv4 address and port, by the rules in force. */
import type { Ipv6Prefix } from "../../src/map/types.js";
import { parseIpv4 } from "../../src/wire/address.js";
import { MapdError } from "../errors.js";
import type { RulesInForce } from "./rules-in-force.js";

/** A domain with rules; Domain has this shape. */
export interface ServingDomain {
  readonly config: { readonly settings: { readonly name: string } };
  readonly rules: RulesInForce | null;
}

const IPV6_BITS = 128;
const ADDRESS_AND_PORT = /^([0-9.]+):(0|[1-9][0-9]{0,4})$/;
const MAX_PORT = 65535;

/** The MAP address of the CE that `IPV4:PORT` belongs to; null for any other text. */
export function ceBehind(domains: readonly ServingDomain[], text: string): Ipv6Prefix | null {
  const [, addressText, portText] = ADDRESS_AND_PORT.exec(text) ?? [];
  const address = parseIpv4(addressText ?? "");
  const port = Number(portText);
  if (address === null || !(port <= MAX_PORT)) return null;
  const out = new Uint32Array(4);
  for (const { rules } of domains) {
    const table = rules?.table;
    const rule = table?.lookup4(address, port) ?? -1;
    if (table === undefined || rule < 0 || table.mapAddress(rule, address, port, out) < 0) continue;
    return { address: [out[0]!, out[1]!, out[2]!, out[3]!], len: IPV6_BITS };
  }
  throw new MapdError(
    "not-found",
    `no rule of a running domain gives ${text} to a CE; on the CE itself name the LAN host without a port`,
  );
}
