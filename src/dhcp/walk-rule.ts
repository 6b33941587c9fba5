/** The octets of a rule and of a binding, field by field, and the rule that they make (RFC 7598 §4.1, §4.4). */
import { checkRule, type RuleInput } from "../map/check.js";
import { error, pathOf, warning } from "../map/diagnostic.js";
import { canonicalIpv4 } from "../map/prefix.js";
import type { Rule } from "../map/types.js";
import { formatIpv4 } from "../wire/address.js";
import { FLAG_FMR } from "./options.js";
import { checkIgnored, checkMissing, hex, psidOfField } from "./portparams.js";
import type { Scope, Sheet } from "./sheet.js";
import {
  type Attach,
  type PortParams,
  type WalkedPrefix,
  walkIpv4,
  walkPrefix,
} from "./walk-fields.js";

const RULE_FIXED_LEN = 8;

/** What stands behind a rule's fixed fields: read by the walker of options, which knows what they hold. */
export type WalkInner = (from: number) => {
  readonly portParams: PortParams | null;
  /** Everything in it could be read. */
  readonly isSound: boolean;
  /** The octets end with an option. */
  readonly isWhole: boolean;
};

export function walkRule(
  sheet: Sheet,
  scope: Scope,
  from: number,
  to: number,
  walkInner: WalkInner,
): Rule | null {
  if (to - from < RULE_FIXED_LEN) {
    return tooShort(
      sheet,
      scope,
      from,
      to,
      `a rule has at least ${RULE_FIXED_LEN}`,
      "RFC 7598 §4.1",
    );
  }
  walkFlags(sheet, scope, from);
  const eaLen = sheet.u8(from + 1);
  const eaRow = sheet.add(scope, {
    from: from + 1,
    to: from + 2,
    field: "ea-len",
    value: eaLen,
    meaning: eaLen === 0 ? "no EA bits: a 1:1 rule" : `${eaLen} EA bits behind the rule's prefix`,
  });
  const ipv4 = walkIpv4(sheet, scope, from + 2);
  const ipv6 = walkPrefix(sheet, scope, from + 7, to, "the rule's IPv6 prefix");
  if (ipv6.prefix === null) return null;
  const inner = walkInner(ipv6.end);
  if (!inner.isWhole) sayMisplacedEnd(sheet, scope, ipv6, from + RULE_FIXED_LEN, to);
  if (!inner.isSound || ipv4.len > 32) return null;
  const input: RuleInput = {
    name: "s46",
    ipv4: canonicalIpv4(ipv4),
    ipv6: ipv6.prefix,
    eaLen,
    forwarding: (sheet.u8(from) & FLAG_FMR) !== 0,
  };
  const rows: Rows = {
    "ea-len": eaRow,
    "rule-ipv4-prefix": ipv4.attach,
    "rule-ipv6-prefix": ipv6.attach,
    ...(inner.portParams?.rows ?? {}),
  };
  return judge(input, inner.portParams, rows, eaRow, scope);
}

function walkFlags(sheet: Sheet, scope: Scope, from: number): void {
  const flags = sheet.u8(from);
  const attach = sheet.add(scope, {
    from,
    to: from + 1,
    field: "flags",
    value: hex(flags, 2),
    meaning:
      (flags & FLAG_FMR) === 0
        ? "F = 0: a basic mapping rule only, traffic between CEs passes the BR"
        : "F = 1: a forwarding mapping rule, too (mesh)",
  });
  const reserved = flags & ~FLAG_FMR;
  if (reserved === 0) return;
  const swapped = flags === 0x80 ? "; if F is meant, it is the lowest bit: 0x01" : "";
  const message = `reserved flag bits are set (${hex(reserved, 2)}); receivers ignore them${swapped}`;
  attach(warning("s46-flags", pathOf(scope.path, "flags"), message, "RFC 7598 §4.1"));
}

/** Looks for the number of prefix octets with which the rest would be options: an encoder's slip has a name then. */
function sayMisplacedEnd(
  sheet: Sheet,
  scope: Scope,
  { prefix, lenRow }: WalkedPrefix,
  prefixAt: number,
  to: number,
): void {
  const needed = Math.ceil((prefix?.len ?? 0) / 8);
  const fits = Array.from({ length: 17 }, (_, octets) => octets).find((octets) => {
    const at = prefixAt + octets;
    const holdsPortParams = to - at === 8 && sheet.u16(at) === 93 && sheet.u16(at + 2) === 4;
    return octets !== needed && (at === to || holdsPortParams);
  });
  if (fits === undefined) return;
  const message = `the prefix seems to be written in ${fits} octets, but ${prefix?.len} bits take exactly ${needed}: neither fewer nor filled up to 16`;
  const path = pathOf(scope.path, "ipv6-prefix");
  lenRow(error("s46-prefix-bytes", path, message, "RFC 7598 §8"));
}

type Rows = Readonly<Partial<Record<string, Attach>>>;

/** The rule that the fields make, judged as a configured one; findings hang on the field that they are about. */
function judge(
  input: RuleInput,
  params: PortParams | null,
  rows: Rows,
  first: Attach,
  scope: Scope,
): Rule | null {
  const checked = checkRule({ ...input, ...inputOf(params) }, "");
  const isPrefix = checked.diagnostics.some(({ code }) => code === "psid-without-full-address");
  if (isPrefix && params !== null) {
    const message =
      "the CE gets an IPv4 prefix, so there are no ports to divide: a receiver discards these port parameters";
    const path = pathOf(params.path, "psid-len");
    params.rows["psid-len"](warning("s46-psid-of-prefix", path, message, "RFC 7598 §4.5"));
  }
  const final = isPrefix ? checkRule(input, "") : checked;
  for (const diagnostic of final.diagnostics) {
    const path = pathOf(scope.path, diagnostic.path);
    (rows[diagnostic.path] ?? first)({ ...diagnostic, path });
  }
  if (!final.ok) return null;
  const { psidLen, psid } = final.value;
  const trap =
    params === null
      ? checkMissing(psidLen, scope.path)
      : checkIgnored({ psidOffset: params.psidOffset, psidLen, psid }, params.path);
  if (trap !== null) (params?.rows["psid-offset"] ?? first)(trap);
  return final.value;
}

/** A PSID length of zero says that there is no explicit PSID (RFC 7598 §4.5). */
function inputOf(params: PortParams | null): Partial<RuleInput> {
  if (params === null) return {};
  const { psidOffset, psidLen, field } = params;
  if (psidLen === 0) return { psidOffset };
  if (psidLen > 16) return { psidOffset, psidLen };
  return { psidOffset, psidLen, psid: psidOfField(field, psidLen) };
}

/** One row for all octets of a body that cannot hold even its fixed fields. */
function tooShort(
  sheet: Sheet,
  scope: Scope,
  from: number,
  to: number,
  need: string,
  rfc: string,
): null {
  const rest = { from, to, field: "body", value: "", meaning: "" };
  const message = `${need} octets, not ${to - from}`;
  sheet.add(scope, rest)(error("s46-truncated", scope.path, message, rfc));
  return null;
}

const BIND_FIXED_LEN = 5;
/** RFC 7596 gives no default; without option 93 the address is not shared. */
const LW_DEFAULT_OFFSET = 0;

/** A binding as the 1:1 rule that it is; null where it is not sound. */
export function walkBinding(
  sheet: Sheet,
  scope: Scope,
  from: number,
  to: number,
  walkInner: WalkInner,
): Rule | null {
  if (to - from < BIND_FIXED_LEN) {
    return tooShort(
      sheet,
      scope,
      from,
      to,
      `a binding has at least ${BIND_FIXED_LEN}`,
      "RFC 7598 §4.4",
    );
  }
  const address = sheet.word(from, from + 4);
  const ipv4Row = sheet.add(scope, {
    from,
    to: from + 4,
    field: "ipv4-address",
    value: formatIpv4(address),
    meaning: "the subscriber's IPv4 address",
  });
  const bind = walkPrefix(sheet, scope, from + 4, to, "the tunnel's IPv6 prefix");
  if (bind.prefix === null) return null;
  const inner = walkInner(bind.end);
  if (!inner.isWhole) sayMisplacedEnd(sheet, scope, bind, from + BIND_FIXED_LEN, to);
  if (!inner.isSound) return null;
  const input: RuleInput = {
    name: "s46",
    ipv4: { address, len: 32 },
    ipv6: bind.prefix,
    eaLen: 0,
    ...(inner.portParams === null ? {} : { psidOffset: LW_DEFAULT_OFFSET }),
    ...inputOf(inner.portParams),
  };
  const checked = checkRule(input, "");
  const rows: Rows = { "rule-ipv6-prefix": bind.attach, ...(inner.portParams?.rows ?? {}) };
  // What a rule's warnings advise does not hold for lw4o6: port 0 upwards and a /128 are usual there.
  for (const diagnostic of checked.ok ? [] : checked.diagnostics) {
    const path = pathOf(scope.path, diagnostic.path);
    (rows[diagnostic.path] ?? ipv4Row)({ ...diagnostic, path });
  }
  return checked.ok ? checked.value : null;
}
