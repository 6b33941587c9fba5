/** Filters as people write them: `host 192.0.2.18 and port 53`. */
import { error } from "../../map/diagnostic.js";
import {
  canonicalIpv6,
  IPV4_BITS,
  IPV6_BITS,
  parseIpv4Prefix,
  parseIpv6Prefix,
} from "../../map/prefix.js";
import type { Checked } from "../../map/types.js";
import { DROPS } from "../../verdict.js";
import { parseIpv4, parseIpv6 } from "../../wire/address.js";
import type { FilterTerm } from "./filter.js";

/** The terms, with what each means: help and messages come from here. */
export const TERMS = {
  host: "host ADDRESS: from or to it, IPv4 or IPv6, before or after",
  net: "net PREFIX: from or to it",
  ce: "ce PREFIX: from or to CEs inside the IPv6 prefix, also where the packet is IPv4",
  port: "port N: source or destination; the identifier of ICMP echo",
  proto: "proto tcp, udp, icmp (of either family) or a number",
  reason: "reason NAME: dropped for it (docs/drops.md)",
  in: "in: towards the hosts behind a CE",
  out: "out: from them",
} as const;

type Word = keyof typeof TERMS;

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, icmp6: 1, tcp: 6, udp: 17 };

const WHOLE = /^(?:0|[1-9][0-9]{0,4})$/;
const MAX_PORT = 65535;
const MAX_PROTOCOL = 255;

/** Terms stand side by side, or with `and` between them. No words: everything is wanted. */
export function parseFilter(words: readonly string[]): Checked<readonly FilterTerm[]> {
  const terms: FilterTerm[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!.toLowerCase();
    const isBetween = i > 0 && i < words.length - 1;
    if (word === "and" && isBetween) continue;
    if (!isTerm(word)) return refuse(`"${words[i]}" begins no term; there are: ${everyTerm()}`);
    if (word === "in" || word === "out") {
      terms.push({ kind: "direction", inbound: word === "in" });
      continue;
    }
    i++;
    const term = words[i] === undefined ? null : PARSERS[word](words[i]!);
    if (term === null) return refuse(`${word} "${words[i] ?? ""}"; write ${TERMS[word]}`);
    terms.push(term);
  }
  return { ok: true, value: terms, diagnostics: [] };
}

const PARSERS: Readonly<Record<Exclude<Word, "in" | "out">, (text: string) => FilterTerm | null>> =
  {
    host: parseHost,
    net: (text) => parseNet(text),
    ce: (text) => {
      const prefix = parseNet(text) ?? parseHost(text);
      return prefix?.kind === "net6" ? { kind: "ce", prefix: prefix.prefix } : null;
    },
    port: (text) => (isWhole(text, MAX_PORT) ? { kind: "port", port: Number(text) } : null),
    proto: parseProtocol,
    reason: (text) => {
      const row = DROPS.find(({ name }) => name === text.toLowerCase());
      return row === undefined ? null : { kind: "reason", code: row.code };
    },
  };

function parseHost(text: string): FilterTerm | null {
  const address4 = parseIpv4(text);
  if (address4 !== null) return { kind: "net4", prefix: { address: address4, len: IPV4_BITS } };
  const address6 = parseIpv6(text);
  if (address6 === null) return null;
  return { kind: "net6", prefix: { address: address6, len: IPV6_BITS } };
}

/** Bits beyond the length do not matter to a filter. */
function parseNet(text: string): FilterTerm | null {
  const prefix4 = parseIpv4Prefix(text);
  if (prefix4 !== null) return { kind: "net4", prefix: prefix4 };
  const prefix6 = parseIpv6Prefix(text);
  return prefix6 === null ? null : { kind: "net6", prefix: canonicalIpv6(prefix6) };
}

function parseProtocol(text: string): FilterTerm | null {
  const named = PROTOCOLS[text.toLowerCase()];
  if (named !== undefined) return { kind: "protocol", protocol: named };
  return isWhole(text, MAX_PROTOCOL) ? { kind: "protocol", protocol: Number(text) } : null;
}

function isWhole(text: string, max: number): boolean {
  return WHOLE.test(text) && Number(text) <= max;
}

function isTerm(word: string): word is Word {
  return Object.hasOwn(TERMS, word);
}

function everyTerm(): string {
  return Object.values(TERMS).join("; ");
}

function refuse(message: string): Checked<never> {
  return { ok: false, diagnostics: [error("trace-filter", "filter", message)] };
}
