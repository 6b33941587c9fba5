/** All CEs of a rule as rows of text, millions of them: numbers and bytes only. Letters as in rule.ts. */
import type { Ascii } from "../wire/ascii.js";
import { PortSet } from "./port-set.js";
import { IPV4_BITS, maskOf6 } from "./prefix.js";
import { ruleFacts } from "./rule.js";
import { RECORD_WORDS, writeMapAddress, writeRecord } from "./rule-record.js";
import type { Rule } from "./types.js";

/** `json` is `ndjson` with commas between the rows, for the inside of one document. */
export type ListFormat = "text" | "csv" | "ndjson" | "json";

/** More than any row takes. */
export const ROW_BYTES = 320;

const COLUMNS = ["index", "ipv4", "psid", "endUserIpv6Prefix", "mapIpv6", "firstRange"] as const;
/** Where each column of the text form begins. */
const STOPS = [0, 16, 36, 43, 87, 128] as const;

export class CeList {
  readonly #rule: Rule;
  readonly #format: ListFormat;
  readonly #record = new Int32Array(RECORD_WORDS);
  readonly #address = new Uint32Array(4);
  readonly #prefix = new Uint32Array(4);
  readonly #prefixMask: Uint32Array;
  readonly #prefixText: string;
  readonly #ipv4Text: string;
  readonly #psids: number;
  readonly #hostSize: number;
  readonly #isShared: boolean;
  /** First port of PSID 0, ports from one PSID to the next, and ports of a range less one. */
  readonly #firstPort: number;
  readonly #psidStep: number;
  readonly #rangeSpan: number;

  constructor(rule: Rule, format: ListFormat) {
    const { p, q, endUserPrefixLen } = ruleFacts(rule);
    const ceIpv4Len = rule.ipv4.len + p;
    writeRecord(rule, false, this.#record, 0);
    this.#rule = rule;
    this.#format = format;
    this.#prefixMask = Uint32Array.from(maskOf6(endUserPrefixLen));
    this.#prefixText = `/${endUserPrefixLen}`;
    this.#ipv4Text = ceIpv4Len < IPV4_BITS ? `/${ceIpv4Len}` : "";
    this.#psids = 2 ** q;
    this.#hostSize = 2 ** (IPV4_BITS - ceIpv4Len);
    this.#isShared = rule.psidLen > 0;
    const [first, last] = new PortSet(rule.psidOffset, rule.psidLen, 0).ranges()[0]!;
    this.#firstPort = first;
    this.#psidStep = last - first + 1;
    this.#rangeSpan = last - first;
  }

  /** The line before the rows, or an empty text. */
  get header(): string {
    if (this.#format === "csv") return `${COLUMNS.join(",")}\n`;
    if (this.#format !== "text") return "";
    return `${COLUMNS.map((name, i) => name.padEnd((STOPS[i + 1] ?? 0) - STOPS[i]!)).join("")}\n`;
  }

  /** Writes the row of the CE with these EA bits, 0..2^o - 1; `isFirst` leaves out the comma before it. */
  write(index: number, isFirst: boolean, out: Ascii): void {
    const host = Math.floor(index / this.#psids);
    const psid = this.#rule.psid ?? index - host * this.#psids;
    const addr4 = this.#rule.ipv4.address + host * this.#hostSize;
    const [address, prefix, mask] = [this.#address, this.#prefix, this.#prefixMask];
    writeMapAddress(this.#record, 0, addr4, psid, address);
    for (let i = 0; i < 4; i++) prefix[i] = address[i]! & mask[i]!;
    const first = this.#firstPort + psid * this.#psidStep;
    if (this.#format === "text") this.#writeText(index, addr4, psid, first, out);
    else if (this.#format === "csv") this.#writeCsv(index, addr4, psid, first, out);
    else this.#writeJson(index, addr4, psid, first, isFirst, out);
  }

  #writeText(index: number, addr4: number, psid: number, first: number, out: Ascii): void {
    const from = out.at;
    out.decimal(index);
    out.pad(from, STOPS[1]);
    out.ipv4(addr4);
    out.text(this.#ipv4Text);
    out.pad(from, STOPS[2]);
    if (this.#isShared) out.decimal(psid);
    else out.text("-");
    out.pad(from, STOPS[3]);
    out.ipv6(this.#prefix);
    out.text(this.#prefixText);
    out.pad(from, STOPS[4]);
    out.ipv6(this.#address);
    out.pad(from, STOPS[5]);
    out.decimal(first);
    out.text("-");
    out.decimal(first + this.#rangeSpan);
    out.text("\n");
  }

  #writeCsv(index: number, addr4: number, psid: number, first: number, out: Ascii): void {
    out.decimal(index);
    out.text(",");
    out.ipv4(addr4);
    out.text(this.#ipv4Text);
    out.text(",");
    if (this.#isShared) out.decimal(psid);
    out.text(",");
    out.ipv6(this.#prefix);
    out.text(this.#prefixText);
    out.text(",");
    out.ipv6(this.#address);
    out.text(",");
    out.decimal(first);
    out.text("-");
    out.decimal(first + this.#rangeSpan);
    out.text("\n");
  }

  #writeJson(
    index: number,
    addr4: number,
    psid: number,
    first: number,
    isFirst: boolean,
    out: Ascii,
  ): void {
    if (this.#format === "json" && !isFirst) out.text(",");
    out.text('{"index":');
    out.decimal(index);
    out.text(',"ipv4":"');
    out.ipv4(addr4);
    out.text(this.#ipv4Text);
    out.text('","psid":');
    if (this.#isShared) out.decimal(psid);
    else out.text("null");
    out.text(',"endUserIpv6Prefix":"');
    out.ipv6(this.#prefix);
    out.text(this.#prefixText);
    out.text('","mapIpv6":"');
    out.ipv6(this.#address);
    out.text('","firstRange":[');
    out.decimal(first);
    out.text(",");
    out.decimal(first + this.#rangeSpan);
    out.text(this.#format === "json" ? "]}" : "]}\n");
  }
}
