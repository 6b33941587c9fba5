/** The same options as lines for DHCPv6 servers: Kea, which knows the fields, and ISC dhcpd, which knows octets only. */

import { formatIpv6Prefix } from "../map/prefix.js";
import type { Rule } from "../map/types.js";
import { formatIpv4, formatIpv6 } from "../wire/address.js";
import type { S46Request } from "./encode.js";
import { containerCode, optionOf } from "./options.js";

const SPACES = {
  "map-e": "s46-cont-mape-options",
  "map-t": "s46-cont-mapt-options",
  lw4o6: "s46-cont-lw-options",
} as const;

interface KeaOption {
  readonly name?: string;
  readonly space?: string;
  readonly code?: number;
  readonly "csv-format"?: boolean;
  readonly data?: string;
}

/**
 * Kea's `option-data`. Kea keeps one option of a code in a space, so that several rules or BR addresses would lose all
 * but the first; those go as octets (`bytes`: the container with its header). Port parameters stand in a space that
 * the rules of all containers in one scope share.
 */
export function keaOptionData(request: S46Request, bytes: Uint8Array): readonly KeaOption[] {
  const { mode, rules, dmr, brAddresses } = request;
  const name = optionOf(containerCode(mode))?.key ?? "";
  const space = SPACES[mode];
  if (rules.length > 1 || brAddresses.length > 1) {
    return [{ name, "csv-format": false, data: upperHex(bytes.subarray(4)) }];
  }
  const params = rules.map(portParamsData)[0] ?? "";
  const inner = mode === "lw4o6" ? "s46-v4v6bind-options" : "s46-rule-options";
  return [
    { name },
    ...rules.map((rule) => {
      return mode === "lw4o6"
        ? { space, name: "s46-v4v6bind", data: bindingData(rule) }
        : { space, name: "s46-rule", data: ruleData(rule) };
    }),
    ...(dmr === null ? [] : [{ space, name: "s46-dmr", data: formatIpv6Prefix(dmr) }]),
    ...brAddresses.map((address) => ({ space, name: "s46-br", data: formatIpv6(address) })),
    ...(params === "" ? [] : [{ space: inner, name: "s46-portparams", data: params }]),
  ];
}

function ruleData({ forwarding, eaLen, ipv4, ipv6 }: Rule): string {
  const flags = forwarding ? 1 : 0;
  return `${flags}, ${eaLen}, ${ipv4.len}, ${formatIpv4(ipv4.address)}, ${formatIpv6Prefix(ipv6)}`;
}

function bindingData({ ipv4, ipv6 }: Rule): string {
  return `${formatIpv4(ipv4.address)}, ${formatIpv6Prefix(ipv6)}`;
}

/** `6, 0/0`: offset, PSID and its length; empty where the address is not shared. */
function portParamsData({ psidLen, psidOffset, psid }: Rule): string {
  if (psidLen === 0) return "";
  return psid === null ? `${psidOffset}, 0/0` : `${psidOffset}, ${psid}/${psidLen}`;
}

function upperHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("");
}

/** Lines for ISC dhcpd's dhcpd6.conf: the option's definition, which it lacks, and its octets. */
export function iscLines(request: S46Request, bytes: Uint8Array): string {
  const code = containerCode(request.mode);
  const name = `dhcp6.${optionOf(code)?.key ?? ""}`;
  const octets = [...bytes.subarray(4)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `option ${name} code ${code} = string;\noption ${name} ${octets.join(":")};\n`;
}
