/** The workbench's decoder: every octet with its meaning, every trap with its name, and what a client would go by. */
import { error, warning } from "../map/diagnostic.js";
import type { Checked, Diagnostic } from "../map/types.js";
import { parseHex } from "./hex.js";
import { locate } from "./locate.js";
import {
  containerCode,
  containerMode,
  OPTION_BIND,
  OPTION_DMR,
  OPTION_PRIORITY,
  optionOf,
  type SoftwireMode,
} from "./options.js";
import { hex } from "./portparams.js";
import { decodeS46 } from "./s46.js";
import { Sheet, type Span } from "./sheet.js";
import {
  type Area,
  type DecodedContainer,
  sayMisplaced,
  type WalkedOption,
  walkContainer,
  walkOpaque,
  walkOptions,
} from "./walk.js";

export type { Span } from "./sheet.js";
export type { DecodedContainer } from "./walk.js";

export interface Decoded {
  /** What was read. Where a container's inside was given alone, its header has been put before it. */
  readonly bytes: Uint8Array;
  /** Together they cover all octets, each once. */
  readonly spans: readonly Span[];
  readonly containers: readonly DecodedContainer[];
  /** Container codes in the server's order of preference; empty where it gives none (RFC 8026 §1.4). */
  readonly priority: readonly number[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Text in any of the forms of `parseHex()`; a variable's name may say which container's inside it is, where `inside` does not. */
export function decodeText(text: string, inside?: SoftwireMode): Checked<Decoded> {
  const read = parseHex(text);
  if (!read.ok) return read;
  const value = decode(read.value.bytes, inside ?? modeOfVariable(read.value.variable));
  return { ok: true, value, diagnostics: value.diagnostics };
}

/** `new_dhcp6_s46_cont_mapt`, `OPTION_95` */
function modeOfVariable(name: string): SoftwireMode | undefined {
  const words: readonly (readonly [RegExp, SoftwireMode])[] = [
    [/mape|_94$/i, "map-e"],
    [/mapt|_95$/i, "map-t"],
    [/cont_lw|lw4o6|_96$/i, "lw4o6"],
  ];
  return words.find(([pattern]) => pattern.test(name))?.[1];
}

/** Reads a run of options, a message, a captured packet, or the inside of a container, as hooks of clients get it. */
export function decode(given: Uint8Array, inside?: SoftwireMode): Decoded {
  const mode = insideOf(given, inside);
  const bytes = mode === null ? given : withHeader(given, mode);
  const sheet = new Sheet(bytes);
  const located = locate(sheet);
  const area: Area = { ...located, place: "message", path: "", depth: 0 };
  const containers: DecodedContainer[] = [];
  walkOptions(sheet, area, (option) => {
    const own = containerMode(option.code);
    if (own !== null) containers.push(walkContainer(sheet, option, own));
    else if (option.code === OPTION_PRIORITY) walkPriority(sheet, option);
    else {
      sayMisplaced(option, "message");
      walkOpaque(sheet, option);
    }
  });
  const end = bytes.length;
  const rest = { from: located.to, to: end, field: "rest", value: `${end - located.to} octets` };
  sheet.add({ option: "", path: "", depth: 0 }, { ...rest, meaning: "behind the message" });
  const { priority } = decodeS46(bytes.subarray(located.from, located.to));
  const missing = containers.length === 0 && priority.length === 0 ? [noContainer()] : [];
  const assumed = mode === null || mode === inside ? [] : [insideAssumed(mode)];
  const diagnostics = [...assumed, ...missing, ...sheet.diagnostics];
  return { bytes, spans: sheet.spans, containers, priority, diagnostics };
}

/** The mode of a container whose inside these octets are: they begin with an option that stands only there. */
function insideOf(bytes: Uint8Array, named: SoftwireMode | undefined): SoftwireMode | null {
  const sheet = new Sheet(bytes);
  const first = optionOf(sheet.u16(0));
  if (bytes.length < 4 || first?.place !== "container") return null;
  if (named !== undefined) return named;
  const codes: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4 + sheet.u16(at + 2)) codes.push(sheet.u16(at));
  if (codes.includes(OPTION_DMR)) return "map-t";
  return codes.includes(OPTION_BIND) ? "lw4o6" : "map-e";
}

function withHeader(body: Uint8Array, mode: SoftwireMode): Uint8Array {
  const code = containerCode(mode);
  return Uint8Array.from([0, code, body.length >>> 8, body.length & 0xff, ...body]);
}

function insideAssumed(mode: SoftwireMode): Diagnostic {
  const message = `these octets begin inside a container, as hooks of DHCP clients get them; they are read as the inside of option ${containerCode(mode)} (${mode}), whose header is put before them`;
  return warning("s46-inside-only", "", message);
}

function noContainer(): Diagnostic {
  const message =
    "there is no container (94 MAP-E, 95 MAP-T, 96 lw4o6) in these octets, so a client learns nothing of MAP from them";
  return error("s46-no-container", "", message, "RFC 7598 §3");
}

function walkPriority(sheet: Sheet, option: WalkedOption): void {
  const { scope, from, to, attach } = option;
  const codes: number[] = [];
  for (let at = from; at + 2 <= to; at += 2) {
    const code = sheet.u16(at);
    codes.push(code);
    sheet.add(scope, {
      from: at,
      to: at + 2,
      field: "container",
      value: code,
      meaning: optionOf(code)?.name ?? `option ${code}: not known, skipped`,
    });
  }
  const isOdd = (to - from) % 2 !== 0;
  const odd = { from: to - 1, to, field: "rest", value: hex(sheet.u8(to - 1), 2), meaning: "" };
  if (isOdd) sheet.add(scope, odd);
  const isTwice = new Set(codes).size < codes.length;
  if (!isOdd && !isTwice && codes.length > 0) return;
  const reason = isTwice ? "a code stands there twice" : "its length is not that of whole codes";
  const message = `${reason}: a client does as if the list were not there`;
  attach(warning("s46-priority", scope.path, message, "RFC 8026 §1.4"));
}
