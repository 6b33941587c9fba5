/** The fields that rules, bindings and containers hold: prefixes, addresses and port parameters (RFC 7598 §4). */
import { checkDmr } from "../map/check.js";
import { error, pathOf, warning } from "../map/diagnostic.js";
import {
  canonicalIpv4,
  canonicalIpv6,
  formatIpv4Prefix,
  formatIpv6Prefix,
  sameWords,
} from "../map/prefix.js";
import type { Diagnostic, Ipv6Prefix, Words6 } from "../map/types.js";
import { formatIpv4, formatIpv6 } from "../wire/address.js";
import { checkAlignment, hex, psidOfField } from "./portparams.js";
import type { Scope, Sheet } from "./sheet.js";

/** Hangs findings on a row. */
export type Attach = (...found: Diagnostic[]) => void;

const BR_LEN = 16;
const PORTPARAMS_LEN = 4;
const IPV6_BITS = 128;

/** What was read of port parameters, and the rows to hang findings on. */
export interface PortParams {
  readonly psidOffset: number;
  readonly psidLen: number;
  readonly field: number;
  readonly rows: Readonly<Record<"psid-offset" | "psid-len" | "psid", Attach>>;
  readonly path: string;
}

/** null where the length is wrong, which has been reported then. */
export function walkPortParams(
  sheet: Sheet,
  scope: Scope,
  from: number,
  to: number,
): PortParams | null {
  if (to - from !== PORTPARAMS_LEN) {
    const rest = { from, to, field: "body", value: "", meaning: "" };
    const message = `port parameters take ${PORTPARAMS_LEN} octets, not ${to - from}: offset, PSID length, and the PSID in two`;
    sheet.add(scope, rest)(error("s46-portparams-len", scope.path, message, "RFC 7598 §4.5"));
    return null;
  }
  const [psidOffset, psidLen, field] = [sheet.u8(from), sheet.u8(from + 1), sheet.u16(from + 2)];
  const excluded =
    psidOffset === 0
      ? "every port is in somebody's set; an explicit 0 is not the default, which is 6"
      : `ports below ${2 ** (16 - Math.min(psidOffset, 16))} are in nobody's set`;
  const psid =
    psidLen === 0 || psidLen > 16
      ? "no PSID is given here"
      : `PSID ${hex(psidOfField(field, psidLen), 2)}: the first ${psidLen} bits, left-justified`;
  const rows = {
    "psid-offset": sheet.add(scope, {
      from,
      to: from + 1,
      field: "offset",
      value: psidOffset,
      meaning: `PSID offset a: ${excluded}`,
    }),
    "psid-len": sheet.add(scope, {
      from: from + 1,
      to: from + 2,
      field: "PSID-len",
      value: psidLen,
      meaning:
        psidLen === 0 ? "no explicit PSID: it comes from the EA bits" : "explicit PSID, its bits",
    }),
    psid: sheet.add(scope, {
      from: from + 2,
      to,
      field: "PSID",
      value: hex(field, 4),
      meaning: psid,
    }),
  };
  if (psidLen <= 16) {
    const alignment = checkAlignment(field, psidLen, pathOf(scope.path, "psid"));
    if (alignment !== null) rows.psid(alignment);
  }
  return { psidOffset, psidLen, field, rows, path: scope.path };
}

/** A prefix of variable length, whose length octet stands at `at`. */
export interface WalkedPrefix {
  /** null where the length is impossible or octets are missing. */
  readonly prefix: Ipv6Prefix | null;
  readonly end: number;
  readonly attach: Attach;
  readonly lenRow: Attach;
}

export function walkPrefix(
  sheet: Sheet,
  scope: Scope,
  at: number,
  to: number,
  what: string,
): WalkedPrefix {
  const len = sheet.u8(at);
  const needed = Math.ceil(len / 8);
  const isPossible = len <= IPV6_BITS;
  const lenRow = sheet.add(scope, {
    from: at,
    to: at + 1,
    field: "prefix6-len",
    value: len,
    meaning: isPossible ? `${what} has ${len} bits, so ${needed} octets follow` : "impossible",
  });
  if (!isPossible) {
    const message = `an IPv6 prefix has 0 to 128 bits, not ${len}`;
    lenRow(error("s46-prefix-len", pathOf(scope.path, "prefix6-len"), message, "RFC 7598 §8"));
    const rest = { from: at + 1, to, field: "rest", value: `${to - at - 1} octets`, meaning: "" };
    const attach = sheet.add(scope, rest);
    return { prefix: null, end: to, attach, lenRow };
  }
  const end = Math.min(at + 1 + needed, to);
  const address: Words6 = [
    sheet.word(at + 1, end),
    sheet.word(at + 5, end),
    sheet.word(at + 9, end),
    sheet.word(at + 13, end),
  ];
  const canonical = canonicalIpv6({ address, len });
  const attach = sheet.add(scope, {
    from: at + 1,
    to: end,
    field: "ipv6-prefix",
    value: formatIpv6(address),
    meaning: `${what} ${formatIpv6Prefix(canonical)}`,
  });
  const path = pathOf(scope.path, "ipv6-prefix");
  if (at + 1 + needed > to) {
    const message = `a prefix of ${len} bits takes ${needed} octets, but ${to - at - 1} are there: count ceil(${len} / 8) into the option's length`;
    lenRow(error("s46-prefix-bytes", path, message, "RFC 7598 §8"));
    return { prefix: null, end, attach, lenRow };
  }
  if (!sameWords(canonical.address, address)) {
    const message = `bits beyond the first ${len} are set; they must be zero, and a receiver takes ${formatIpv6Prefix(canonical)}`;
    attach(warning("s46-pad-bits", path, message, "RFC 7598 §4.1"));
  }
  return { prefix: canonical, end, attach, lenRow };
}

export interface WalkedIpv4 {
  readonly address: number;
  readonly len: number;
  readonly attach: Attach;
}

export function walkIpv4(sheet: Sheet, scope: Scope, at: number): WalkedIpv4 {
  const len = sheet.u8(at);
  const lenRow = sheet.add(scope, {
    from: at,
    to: at + 1,
    field: "prefix4-len",
    value: len,
    meaning: `the rule's IPv4 prefix has ${len} bits; its field has four octets all the same`,
  });
  const address = sheet.word(at + 1, at + 5);
  const canonical = canonicalIpv4({ address, len: Math.min(len, 32) });
  const attach = sheet.add(scope, {
    from: at + 1,
    to: at + 5,
    field: "ipv4-prefix",
    value: formatIpv4(address),
    meaning: `the rule's IPv4 prefix ${formatIpv4Prefix(canonical)}`,
  });
  if (len > 32) {
    const path = pathOf(scope.path, "prefix4-len");
    const message = `an IPv4 prefix has 0 to 32 bits, not ${len}`;
    lenRow(error("s46-prefix-len", path, message, "RFC 7598 §8"));
  } else if (canonical.address !== address) {
    const path = pathOf(scope.path, "ipv4-prefix");
    const message = `bits beyond the first ${len} are set; they must be zero, and a receiver takes ${formatIpv4Prefix(canonical)}`;
    attach(warning("s46-pad-bits", path, message, "RFC 7598 §4.1"));
  }
  return { address, len, attach };
}

export function walkDmr(sheet: Sheet, scope: Scope, from: number, to: number): Ipv6Prefix | null {
  if (from === to) {
    const message = "a DMR has a length octet and a prefix; here is neither";
    sheet.add(scope, { from, to, field: "body", value: "", meaning: "" })(
      error("s46-prefix-bytes", scope.path, message, "RFC 7598 §8"),
    );
    return null;
  }
  const { prefix, end, attach } = walkPrefix(sheet, scope, from, to, "the DMR prefix");
  if (prefix === null) return null;
  if (end < to) {
    const rest = { from: end, to, field: "rest", value: `${to - end} octets`, meaning: "" };
    const message = `a prefix of ${prefix.len} bits takes ${Math.ceil(prefix.len / 8)} octets; ${to - end} more stand behind it`;
    const path = pathOf(scope.path, "ipv6-prefix");
    sheet.add(scope, rest)(error("s46-prefix-bytes", path, message, "RFC 7598 §8"));
    return null;
  }
  const checked = checkDmr(prefix, pathOf(scope.path, "ipv6-prefix"));
  attach(...checked.diagnostics);
  return checked.ok ? checked.value : null;
}

export function walkBr(sheet: Sheet, scope: Scope, from: number, to: number): Words6 | null {
  const words: Words6 = [
    sheet.word(from, to),
    sheet.word(from + 4, to),
    sheet.word(from + 8, to),
    sheet.word(from + 12, to),
  ];
  const isWhole = to - from === BR_LEN;
  const attach = sheet.add(scope, {
    from,
    to,
    field: "address",
    value: isWhole ? formatIpv6(words) : `${to - from} octets`,
    meaning: isWhole ? `the border relay ${formatIpv6(words)}` : "",
  });
  if (isWhole) return words;
  const message = `a BR is an address of ${BR_LEN} octets, without a prefix length; here are ${to - from}`;
  attach(error("s46-br-len", pathOf(scope.path, "address"), message, "RFC 7598 §4.2"));
  return null;
}
