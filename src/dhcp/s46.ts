/**
 * DHCPv6 softwire options, RFC 7598 §4 and §5, read from bytes: what a server provisions a CE with.
 *   option   code:16 | length:16 | body
 *   89 rule  flags:8 ea-len:8 prefix4-len:8 ipv4-prefix:32 prefix6-len:8 ipv6-prefix:var | options
 *   90 BR    address:128
 *   91 DMR   len:8 prefix:var
 *   93 port parameters   offset:8 PSID-len:8 PSID:16, left-justified; inside a rule
 *   94, 95   containers of MAP-E and MAP-T      111 priority, codes:16 (RFC 8026 §1.4)
 * Prefixes take as many bytes as their length needs. Nothing is read beyond an option's own length.
 */
import { checkDmr, checkRule } from "../map/check.js";
import { error, hasError, warning } from "../map/diagnostic.js";
import { canonicalIpv4, canonicalIpv6 } from "../map/prefix.js";
import type { Diagnostic, Ipv6Prefix, Rule, Words6 } from "../map/types.js";
import {
  FLAG_FMR,
  OPTION_BIND,
  OPTION_BR,
  OPTION_DMR,
  OPTION_PORTPARAMS,
  OPTION_PRIORITY,
  OPTION_RULE,
} from "./options.js";

const MODES: ReadonlyMap<number, "map-e" | "map-t"> = new Map([
  [94, "map-e"],
  [95, "map-t"],
]);

const RULE_FIXED_LEN = 8;

/** What RFC 7598 wants done with a container: §6 ignores one of the wrong make, §8 discards one with a wrong value. */
export type S46Outcome = "accept" | "ignore" | "discard";

export interface S46Container {
  readonly mode: "map-e" | "map-t";
  readonly outcome: S46Outcome;
  /** Empty, as are all others, unless the outcome is "accept". */
  readonly rules: readonly Rule[];
  readonly brAddresses: readonly Words6[];
  readonly dmr: Ipv6Prefix | null;
  readonly diagnostics: readonly Diagnostic[];
}

export interface S46 {
  readonly containers: readonly S46Container[];
  /** Container codes in the server's order of preference; empty where it gives none (RFC 8026 §1.4). */
  readonly priority: readonly number[];
}

interface Option {
  readonly code: number;
  readonly body: Uint8Array;
}

/** Reads a run of DHCPv6 options. Options outside a container are ignored (RFC 7598 §3), as is a cut-off tail. */
export function decodeS46(bytes: Uint8Array): S46 {
  const options = readOptions(bytes).options;
  const containers: S46Container[] = [];
  let priority: readonly number[] = [];
  for (const { code, body } of options) {
    const mode = MODES.get(code);
    if (mode !== undefined) containers.push(readContainer(mode, body));
    if (code === OPTION_PRIORITY) priority = readPriority(body);
  }
  return { containers, priority };
}

function readOptions(bytes: Uint8Array): { options: Option[]; whole: boolean } {
  const options: Option[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const code = (bytes[at]! << 8) | bytes[at + 1]!;
    const end = at + 4 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    if (end > bytes.length) break;
    options.push({ code, body: bytes.subarray(at + 4, end) });
    at = end;
  }
  return { options, whole: at === bytes.length };
}

/** A list with an odd length or a code twice counts as none (RFC 8026 §1.4). */
function readPriority(body: Uint8Array): readonly number[] {
  if (body.length < 2 || body.length % 2 !== 0) return [];
  const codes = Array.from({ length: body.length / 2 }, (_, i) => {
    return (body[2 * i]! << 8) | body[2 * i + 1]!;
  });
  return new Set(codes).size === codes.length ? codes : [];
}

function readContainer(mode: "map-e" | "map-t", body: Uint8Array): S46Container {
  const { options, whole } = readOptions(body);
  if (!whole) return refused(mode, "discard", [fault("s46-truncated", "an option is cut off")]);
  const of = (code: number): readonly Uint8Array[] =>
    options.filter((option) => option.code === code).map((option) => option.body);
  const [rules, brs, dmrs] = [of(OPTION_RULE), of(OPTION_BR), of(OPTION_DMR)];
  const isRightMake =
    rules.length > 0 &&
    of(OPTION_BIND).length === 0 &&
    (mode === "map-e"
      ? brs.length > 0 && dmrs.length === 0
      : brs.length === 0 && dmrs.length === 1);
  if (!isRightMake) {
    return refused(mode, "ignore", [fault("s46-content", `not what a ${mode} container holds`)]);
  }
  const diagnostics: Diagnostic[] = [];
  const readRules = rules.map((rule) => readRule(rule, diagnostics));
  const addresses = brs.map((br) => readBr(br, diagnostics));
  const dmr = dmrs[0] === undefined ? null : readDmr(dmrs[0], diagnostics);
  if (hasError(diagnostics)) {
    return refused(mode, "discard", diagnostics);
  }
  const brAddresses = addresses.filter((address) => address !== null);
  const found = readRules.filter((rule) => rule !== null);
  return { mode, outcome: "accept", rules: found, brAddresses, dmr, diagnostics };
}

function refused(
  mode: "map-e" | "map-t",
  outcome: S46Outcome,
  diagnostics: readonly Diagnostic[],
): S46Container {
  return { mode, outcome, rules: [], brAddresses: [], dmr: null, diagnostics };
}

function fault(code: string, message: string): Diagnostic {
  return error(code, "s46", message, "RFC 7598 §8");
}

function readRule(body: Uint8Array, diagnostics: Diagnostic[]): Rule | null {
  const prefix6Len = body[7] ?? 129;
  const end = RULE_FIXED_LEN + Math.ceil(prefix6Len / 8);
  const rest = readOptions(body.subarray(end));
  if (prefix6Len > 128 || body[2]! > 32 || end > body.length || !rest.whole) {
    diagnostics.push(fault("s46-rule", "a rule option is cut off or its lengths are impossible"));
    return null;
  }
  const input = {
    name: "s46",
    // RFC 7598 §4.1: bits beyond the length are the receiver's to ignore.
    ipv4: canonicalIpv4({ address: word(body, 3), len: body[2]! }),
    ipv6: canonicalIpv6({ address: readWords(body.subarray(8, end)), len: prefix6Len }),
    eaLen: body[1]!,
    forwarding: (body[0]! & FLAG_FMR) !== 0,
  };
  const portParams = rest.options.find(({ code }) => code === OPTION_PORTPARAMS)?.body;
  const checked = checkRule({ ...input, ...readPortParams(portParams, diagnostics) }, "s46");
  if (checked.ok) return checked.value;
  const isPrefix = checked.diagnostics.some(({ code }) => code === "psid-without-full-address");
  if (!isPrefix) {
    diagnostics.push(...checked.diagnostics);
    return null;
  }
  // RFC 7598 §4.5: a PSID has no meaning for a CE without a full IPv4 address.
  diagnostics.push(
    warning("s46-portparams", "s46", "port parameters of an IPv4 prefix", "RFC 7598 §4.5"),
  );
  const without = checkRule(input, "s46");
  if (!without.ok) diagnostics.push(...without.diagnostics);
  return without.ok ? without.value : null;
}

interface PortParams {
  readonly psidOffset?: number;
  readonly psidLen?: number;
  readonly psid?: number;
}

/** A PSID length of zero says that there is no explicit PSID (RFC 7598 §4.5). */
function readPortParams(body: Uint8Array | undefined, diagnostics: Diagnostic[]): PortParams {
  if (body === undefined) return {};
  if (body.length !== 4) {
    diagnostics.push(fault("s46-portparams", "port parameters take four bytes"));
    return {};
  }
  const [psidOffset, psidLen] = [body[0]!, body[1]!];
  if (psidLen === 0 || psidLen > 16)
    return psidLen === 0 ? { psidOffset } : { psidOffset, psidLen };
  return { psidOffset, psidLen, psid: ((body[2]! << 8) | body[3]!) >>> (16 - psidLen) };
}

function readBr(body: Uint8Array, diagnostics: Diagnostic[]): Words6 | null {
  if (body.length === 16) return readWords(body);
  diagnostics.push(fault("s46-br", "a BR address takes 16 bytes"));
  return null;
}

function readDmr(body: Uint8Array, diagnostics: Diagnostic[]): Ipv6Prefix | null {
  const len = body[0] ?? 129;
  if (len > 128 || body.length !== 1 + Math.ceil(len / 8)) {
    diagnostics.push(fault("s46-dmr", "a DMR prefix takes as many bytes as its length needs"));
    return null;
  }
  const checked = checkDmr(canonicalIpv6({ address: readWords(body.subarray(1)), len }), "s46");
  diagnostics.push(...checked.diagnostics);
  return checked.ok ? checked.value : null;
}

/** The first four bytes from `at` as an unsigned word; what is missing is zero. */
function word(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 4; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

function readWords(bytes: Uint8Array): Words6 {
  return [word(bytes, 0), word(bytes, 4), word(bytes, 8), word(bytes, 12)];
}
