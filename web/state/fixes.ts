/** What one click can do about a finding: the field and the text that it should have. */
import {
  canonicalIpv4,
  canonicalIpv6,
  parseIpv4Prefix,
  parseIpv6Prefix,
} from "../../src/map/prefix.js";
import type { Diagnostic } from "../../src/map/types.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import { type Draft, type DraftField, whole } from "./draft.js";

export interface Fix {
  readonly field: DraftField;
  readonly value: string;
}

const FIXES: Readonly<Record<string, (draft: Draft) => Fix | null>> = {
  "ipv6-host-bits": ({ ipv6, ipv6Len }) => {
    const prefix = parseIpv6Prefix(`${ipv6.trim()}/${ipv6Len.trim()}`);
    return prefix === null
      ? null
      : { field: "ipv6", value: formatIpv6(canonicalIpv6(prefix).address) };
  },
  "ipv4-host-bits": ({ ipv4, ipv4Len }) => {
    const prefix = parseIpv4Prefix(`${ipv4.trim()}/${ipv4Len.trim()}`);
    return prefix === null
      ? null
      : { field: "ipv4", value: formatIpv4(canonicalIpv4(prefix).address) };
  },
  "offset-plus-psid-len": (draft) => inRange("psidOffset", 16 - psidLenOf(draft)),
  "psid-len-range": ({ ipv4Len }) => inRange("eaLen", 48 - (whole(ipv4Len) ?? 0)),
  "psid-offset-range": () => inRange("psidOffset", 6),
  "ea-len-range": () => inRange("eaLen", 16),
  "ea-past-128": ({ ipv6Len }) => inRange("eaLen", 128 - (whole(ipv6Len) ?? 0)),
  "psid-len-mismatch": () => ({ field: "psidLen", value: "" }),
  "psid-with-ea": () => ({ field: "psid", value: "" }),
  "psid-without-len": () => ({ field: "psid", value: "" }),
  "psid-required": () => inRange("psid", 0),
  "psid-range": (draft) => inRange("psid", 2 ** psidLenOf(draft) - 1),
  "psid-without-full-address": ({ psid }) => ({
    field: psid.trim() === "" ? "psidLen" : "psid",
    value: "",
  }),
};

export function fixFor({ code }: Diagnostic, draft: Draft): Fix | null {
  return FIXES[code]?.(draft) ?? null;
}

function psidLenOf({ eaLen, ipv4Len, psidLen }: Draft): number {
  const [ea, r] = [whole(eaLen) ?? 0, whole(ipv4Len) ?? 0];
  return ea === 0 ? (whole(psidLen) ?? 0) : Math.max(0, ea + r - 32);
}

function inRange(field: DraftField, value: number): Fix | null {
  return value < 0 ? null : { field, value: String(value) };
}

/** The field that a finding's path names, to mark it. */
export function fieldsOfPath(path: string): readonly DraftField[] {
  const last = path.split(".").at(-1) ?? "";
  return FIELDS_OF_PATH[last] ?? [];
}

const FIELDS_OF_PATH: Readonly<Record<string, readonly DraftField[]>> = {
  "rule-ipv6-prefix": ["ipv6", "ipv6Len"],
  "rule-ipv4-prefix": ["ipv4", "ipv4Len"],
  "ea-len": ["eaLen"],
  "psid-offset": ["psidOffset"],
  "psid-len": ["psidLen"],
  psid: ["psid"],
  name: ["name"],
};
