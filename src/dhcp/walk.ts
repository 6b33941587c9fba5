/** Options after each other, and the containers that hold what RFC 7598 §6 lets them hold. */
import { error, warning } from "../map/diagnostic.js";
import type { Ipv6Prefix, Rule, Words6 } from "../map/types.js";
import {
  OPTION_BIND,
  OPTION_BR,
  OPTION_DMR,
  OPTION_PORTPARAMS,
  OPTION_RULE,
  type OptionPlace,
  optionOf,
  type SoftwireMode,
} from "./options.js";
import type { S46Outcome } from "./s46.js";
import type { Scope, Sheet } from "./sheet.js";
import { type Attach, type PortParams, walkBr, walkDmr, walkPortParams } from "./walk-fields.js";
import { type WalkInner, walkBinding, walkRule } from "./walk-rule.js";

const HEADER_LEN = 4;

export interface DecodedContainer {
  readonly mode: SoftwireMode;
  /** Octets of the option, its header included. */
  readonly from: number;
  readonly to: number;
  /** What RFC 7598 wants done with it: §6 ignores one of the wrong make, §8 discards one with a wrong value. */
  readonly outcome: S46Outcome;
  /** Empty, as are all others, unless the outcome is "accept". */
  readonly rules: readonly Rule[];
  readonly brAddresses: readonly Words6[];
  readonly dmr: Ipv6Prefix | null;
  /** lw4o6's, as the 1:1 rule that it is. */
  readonly binding: Rule | null;
}

/** Where options stand. */
export interface Area {
  readonly from: number;
  readonly to: number;
  readonly place: OptionPlace;
  /** Of the option that holds them. */
  readonly path: string;
  readonly depth: number;
}

/** An option of an area: its row of the code, its body, and whether that is all there. */
export interface WalkedOption {
  readonly code: number;
  readonly scope: Scope;
  readonly attach: Attach;
  /** First octet of the header. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
}

/** Other options that stand beside containers. */
const NEIGHBOURS: ReadonlyMap<number, string> = new Map([
  [1, "client identifier"],
  [2, "server identifier"],
  [3, "IA_NA: an address"],
  [6, "option request"],
  [7, "preference"],
  [8, "elapsed time"],
  [13, "status code"],
  [14, "rapid commit"],
  [23, "DNS servers"],
  [24, "domain search list"],
  [25, "IA_PD: the delegated prefix"],
  [64, "AFTR name: this is DS-Lite, not MAP"],
]);

/** Rows of the headers in `area`; `each` walks a body. Gives false where the octets do not end with an option. */
export function walkOptions(
  sheet: Sheet,
  area: Area,
  each: (option: WalkedOption) => void,
): boolean {
  const { to, depth, path } = area;
  const counts = new Map<number, number>();
  let at = area.from;
  while (at + HEADER_LEN <= to) {
    const code = sheet.u16(at);
    const len = sheet.u16(at + 2);
    const known = optionOf(code);
    const count = counts.get(code) ?? 0;
    counts.set(code, count + 1);
    const key = known?.key ?? `option-${code}`;
    const own = count === 0 ? key : `${key}[${count}]`;
    const name = known?.name ?? `option ${code}`;
    const scope = { option: name, path: path === "" ? own : `${path}.${own}`, depth };
    const isWhole = at + HEADER_LEN + len <= to;
    const bodyEnd = isWhole ? at + HEADER_LEN + len : to;
    const about = known?.about ?? NEIGHBOURS.get(code) ?? "not about MAP";
    const attach = sheet.add(scope, {
      from: at,
      to: at + 2,
      field: "code",
      value: code,
      meaning: `${name}: ${about}`,
    });
    const lengthRow = sheet.add(scope, {
      from: at + 2,
      to: at + HEADER_LEN,
      field: "length",
      value: len,
      meaning: len === 1 ? "1 octet" : `${len} octets`,
    });
    if (!isWhole) {
      const message = `the option claims ${len} octets, but ${bodyEnd - at - HEADER_LEN} are left: it is cut off, or its length is wrong`;
      lengthRow(error("s46-truncated", scope.path, message, "RFC 7598 §8"));
    }
    each({ code, scope, attach, at, from: at + HEADER_LEN, to: bodyEnd, isWhole });
    at = isWhole ? bodyEnd : to;
    if (!isWhole) return false;
  }
  if (at === to) return true;
  const rest = { from: at, to, field: "rest", value: `${to - at} octets`, meaning: "" };
  const message = `${to - at} octets are left over, too few for an option: a length before them is wrong, or octets are missing`;
  const where = { option: "", path, depth };
  sheet.add(where, rest)(error("s46-truncated", path, message, "RFC 7598 §8"));
  return false;
}

/** Octets that nobody here reads. */
export function walkOpaque(sheet: Sheet, { scope, from, to }: WalkedOption): void {
  sheet.add(scope, {
    from,
    to,
    field: "body",
    value: to - from === 1 ? "1 octet" : `${to - from} octets`,
    meaning: "not read here",
  });
}

/** An option of RFC 7598 in a place where nobody looks for it. */
export function sayMisplaced({ code, scope, attach }: WalkedOption, area: OptionPlace): void {
  const known = optionOf(code);
  if (known === undefined || known.place === area) return;
  const home = { message: "beside the others of a message", container: "in a container", rule: "" };
  const wanted =
    known.place === "rule"
      ? "inside S46_RULE (89) or S46_V4V6BIND (92), behind the prefix"
      : home[known.place];
  const message = `${known.name} stands ${wanted}; here it is ignored`;
  const rfc = area === "message" ? "RFC 7598 §3" : known.rfc;
  if (area === "message") attach(error("s46-outside", scope.path, message, rfc));
  else attach(warning("s46-misplaced", scope.path, message, rfc));
}

interface Contents {
  readonly rules: (Rule | null)[];
  readonly brs: (Words6 | null)[];
  readonly dmrs: (Ipv6Prefix | null)[];
  readonly bindings: (Rule | null)[];
  /** Options of other modes. */
  strangers: number;
}

/** A container's options, its make and its verdict. */
export function walkContainer(
  sheet: Sheet,
  option: WalkedOption,
  mode: SoftwireMode,
): DecodedContainer {
  const { scope, from, to, at, attach } = option;
  const contents: Contents = { rules: [], brs: [], dmrs: [], bindings: [], strangers: 0 };
  const before = sheet.diagnostics.length;
  const area = { from, to, place: "container", path: scope.path, depth: scope.depth + 1 } as const;
  const isWhole = walkOptions(sheet, area, (inner) => walkContent(sheet, inner, mode, contents));
  const failed = sheet.diagnostics.slice(before).some(({ severity }) => severity === "error");
  const lacks = lacksOf(mode, contents);
  attach(...lacks.map((message) => error("s46-content", scope.path, message, "RFC 7598 §6")));
  const outcome = outcomeOf({
    isRead: option.isWhole && isWhole,
    isRightMake: lacks.length === 0 && contents.strangers === 0,
    failed,
  });
  const { rules, brs, dmrs, bindings } = contents;
  const isAccepted = outcome === "accept";
  return {
    mode,
    from: at,
    to,
    outcome,
    rules: isAccepted ? rules.filter((rule) => rule !== null) : [],
    brAddresses: isAccepted ? brs.filter((address) => address !== null) : [],
    dmr: isAccepted ? (dmrs[0] ?? null) : null,
    binding: isAccepted ? (bindings[0] ?? null) : null,
  };
}

interface Verdicts {
  readonly isRead: boolean;
  readonly isRightMake: boolean;
  readonly failed: boolean;
}

function outcomeOf({ isRead, isRightMake, failed }: Verdicts): S46Outcome {
  if (!isRead) return "discard";
  if (!isRightMake) return "ignore";
  return failed ? "discard" : "accept";
}

function walkContent(
  sheet: Sheet,
  inner: WalkedOption,
  mode: SoftwireMode,
  contents: Contents,
): void {
  const { code, scope, from, to } = inner;
  const walkInner = (at: number): ReturnType<WalkInner> =>
    walkInside(sheet, { from: at, to, place: "rule", path: scope.path, depth: scope.depth + 1 });
  if (code === OPTION_RULE) contents.rules.push(walkRule(sheet, scope, from, to, walkInner));
  else if (code === OPTION_BR) contents.brs.push(walkBr(sheet, scope, from, to));
  else if (code === OPTION_DMR) contents.dmrs.push(walkDmr(sheet, scope, from, to));
  else if (code === OPTION_BIND) {
    const binding = walkBinding(sheet, scope, from, to, walkInner);
    contents.bindings.push(binding);
  } else {
    sayMisplaced(inner, "container");
    walkOpaque(sheet, inner);
  }
  if (isStranger(inner, mode)) contents.strangers++;
}

/** Content that another mode's container has; RFC 7598 §6 makes the whole container void. */
function isStranger({ code, scope, attach }: WalkedOption, mode: SoftwireMode): boolean {
  const known = optionOf(code);
  if (known?.place !== "container" || known.modes.includes(mode)) return false;
  const modes = known.modes.join(" and ");
  const message = `${known.name} belongs to ${modes}; a ${mode} container with it is ignored as a whole`;
  attach(error("s46-content", scope.path, message, "RFC 7598 §6"));
  return true;
}

/** Options behind the prefix of a rule or binding: port parameters, once. */
function walkInside(sheet: Sheet, area: Area): ReturnType<WalkInner> {
  const found: PortParams[] = [];
  let count = 0;
  const isWhole = walkOptions(sheet, area, (inner) => {
    if (inner.code !== OPTION_PORTPARAMS) {
      sayMisplaced(inner, "rule");
      walkOpaque(sheet, inner);
      return;
    }
    if (count++ > 0) {
      const message = "a rule has port parameters once; the first are taken";
      const { path } = inner.scope;
      inner.attach(warning("s46-portparams-twice", path, message, "RFC 7598 §6"));
      walkOpaque(sheet, inner);
      return;
    }
    const params = walkPortParams(sheet, inner.scope, inner.from, inner.to);
    if (params !== null) found.push(params);
  });
  return {
    portParams: found[0] ?? null,
    isWhole,
    isSound: isWhole && (count === 0 || found.length > 0),
  };
}

/** What the container lacks, or has too often. */
function lacksOf(mode: SoftwireMode, { rules, brs, dmrs, bindings }: Contents): string[] {
  const lacks: string[] = [];
  if (mode !== "lw4o6" && rules.length === 0) {
    lacks.push(`a ${mode} container has at least one S46_RULE (89)`);
  }
  if (mode === "map-t" && dmrs.length !== 1) {
    lacks.push(`a map-t container has exactly one S46_DMR (91), not ${dmrs.length}`);
  }
  if (mode !== "map-t" && brs.length === 0) {
    lacks.push(`a ${mode} container has at least one S46_BR (90)`);
  }
  if (mode === "lw4o6" && bindings.length > 1) {
    lacks.push("a lw4o6 container has at most one S46_V4V6BIND (92)");
  }
  return lacks;
}
