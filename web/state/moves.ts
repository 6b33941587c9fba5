/** Steps and jumps: from the inputs to other inputs. What cannot be done leaves them as they are. */
import {
  type Ce,
  ceFromIndex,
  ceFromIpv4Port,
  ceFromIpv4Psid,
  ceFromIpv6,
} from "../../src/map/ce.js";
import { error } from "../../src/map/diagnostic.js";
import { eaOfCe } from "../../src/map/ea.js";
import { canonicalIpv4, canonicalIpv6, parseIpv6Prefix } from "../../src/map/prefix.js";
import { portSetOf, ruleFacts } from "../../src/map/rule.js";
import { type BitSource, flipAddressBit } from "../../src/map/ruler.js";
import type { Checked, Rule } from "../../src/map/types.js";
import { parseIpv4, parseIpv6 } from "../../src/wire/address.js";
import { draftOfRule, whole } from "./draft.js";
import type { Inputs } from "./model.js";

export const EXAMPLES = 256;

/** The CE that the inputs name; they are those of a model, so there is one. */
export function ceOf(rule: Rule, inputs: Pick<Inputs, "ce">): Ce {
  const found = ceFromIndex(rule, inputs.ce);
  if (!found.ok) throw new RangeError(found.diagnostics[0]?.message);
  return found.value;
}

/** The parts of a CE's index, and how many values each has. */
export interface CePosition {
  readonly host: number;
  readonly hosts: number;
  readonly psid: number;
  readonly psids: number;
}

export function cePosition(rule: Rule, ce: number): CePosition {
  const { p, q } = ruleFacts(rule);
  const psids = 2 ** q;
  return { host: Math.floor(ce / psids), hosts: 2 ** p, psid: ce % psids, psids };
}

export function withHost(rule: Rule, inputs: Inputs, host: number): Inputs {
  const { psid, psids } = cePosition(rule, inputs.ce);
  return { ...inputs, ce: host * psids + psid };
}

export function withPsid(rule: Rule, inputs: Inputs, psid: number): Inputs {
  const { host, psids } = cePosition(rule, inputs.ce);
  return { ...inputs, ce: host * psids + psid };
}

/** The CE that shares the address and has the port, and the port; the inputs as they are for a port of nobody. */
export function withPort(rule: Rule, inputs: Inputs, port: number): Inputs {
  const owner = ceFromIpv4Port(rule, ceOf(rule, inputs).ipv4.address, port);
  return owner.ok ? atPort(rule, inputs, owner.value, port) : inputs;
}

function atPort(rule: Rule, inputs: Inputs, ce: Ce, port: number): Inputs {
  const index = portSetOf(rule, ce.psid).indexOf(port);
  return { ...inputs, ce: eaOfCe(rule, ce).ea, port: Math.max(0, index) };
}

/** Turns the bit that a bit of a ruler is a copy of, so that every copy follows. */
export function flip(rule: Rule, inputs: Inputs, { of, bit }: BitSource): Inputs {
  if (of === "ea") {
    const weight = 2 ** (rule.eaLen - 1 - bit);
    const isSet = Math.floor(inputs.ce / weight) % 2 === 1;
    return { ...inputs, ce: isSet ? inputs.ce - weight : inputs.ce + weight };
  }
  if (of === "port") {
    const now = portSetOf(rule, ceOf(rule, inputs).psid).at(inputs.port);
    return withPort(rule, inputs, now ^ (1 << (15 - bit)));
  }
  if (of === "fixed") return inputs;
  return { ...inputs, draft: draftOfRule(flippedRule(rule, of, bit)) };
}

function flippedRule(rule: Rule, of: "ipv6" | "ipv4" | "psid", bit: number): Rule {
  if (of === "psid") return { ...rule, psid: (rule.psid ?? 0) ^ (1 << (rule.psidLen - 1 - bit)) };
  if (of === "ipv6") {
    const address = flipAddressBit(rule.ipv6.address, bit);
    return { ...rule, ipv6: canonicalIpv6({ ...rule.ipv6, address }) };
  }
  const address = (rule.ipv4.address ^ (1 << (31 - bit))) >>> 0;
  return { ...rule, ipv4: canonicalIpv4({ ...rule.ipv4, address }) };
}

/**
 * The CE that a text names: an IPv6 address or prefix, `IPv4:port`, `IPv4 PSID`, an IPv4 address that is not shared, or
 * EA bits as a number.
 */
export function find(rule: Rule, inputs: Inputs, text: string): Checked<Inputs> {
  const trimmed = text.trim();
  const found = findCe(rule, trimmed);
  if (!found.ok) return found;
  const port = /:(\d{1,5})$/.exec(trimmed)?.[1];
  const isIpv4Port = parseIpv4(trimmed.split(":")[0] ?? "") !== null && port !== undefined;
  const value = isIpv4Port
    ? atPort(rule, inputs, found.value, Number(port))
    : { ...inputs, ce: eaOfCe(rule, found.value).ea, port: 0 };
  return { ok: true, value, diagnostics: found.diagnostics };
}

function findCe(rule: Rule, text: string): Checked<Ce> {
  const index = whole(text);
  if (index !== null) return ceFromIndex(rule, index);
  const address6 = parseIpv6(text) ?? parseIpv6Prefix(text)?.address ?? null;
  if (address6 !== null) return ceFromIpv6(rule, address6);
  const [, quad = "", separator = "", rest = ""] =
    /^([\d.]+)(?:(:|[\s,#]+)(\S+))?$/.exec(text) ?? [];
  const address4 = parseIpv4(quad);
  const number = rest === "" ? null : whole(rest);
  if (address4 === null || (rest !== "" && number === null)) {
    const message = `"${text}" names no CE; give an IPv6 address or prefix, 192.0.2.18:1232, 192.0.2.18 0x34, or EA bits as a number`;
    return { ok: false, diagnostics: [error("find-syntax", "find", message)] };
  }
  if (separator === ":") return ceFromIpv4Port(rule, address4, number);
  return ceFromIpv4Psid(rule, address4, number ?? rule.psid);
}

/** Example `number` of IP_MAP_Calculator: /46 by /46 out of 2001:db8::/32, /24 by /24 out of 192.168.0.0/16; 0..255. */
export function exampleText(number: number): string {
  const ipv6 = number === 0 ? "2001:db8::" : `2001:db8:${(number * 4).toString(16)}::`;
  return `example_${number + 1}|${ipv6}|46|192.168.${number}.0|24|14|6`;
}
