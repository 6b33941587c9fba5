/**
 * Commands of AsterNOS, a SONiC: `map-rule ...` objects that `map-e domain` and `map-t domain` bind, and the interfaces
 * around them. What the commands say together is judged in `asternos-lint.ts`.
 */
import type { Findings } from "../../map/findings.js";
import { type Line, linesOf, pairsOf } from "../lines.js";
import { type ForeignDomain, type ForeignRule, leftOut, type Mode, type Reader } from "../model.js";
import { readWhole } from "../numbers.js";
import { type InterfaceAddress, lintAsternos } from "./asternos-lint.js";

/** A domain as its view has it: names of objects, which may be defined below it. */
interface DomainView {
  readonly name: string;
  readonly mode: Mode;
  readonly role: "ce" | "br" | null;
  readonly place: string;
  /** By the binding's command; a domain may bind several objects of a kind. */
  readonly bound: Map<string, Bound[]>;
  endUserPrefix: string | undefined;
}

interface Bound {
  readonly name: string;
  readonly place: string;
}

interface Objects {
  readonly rules: Map<string, ForeignRule>;
  readonly brs: Map<string, { readonly address: string; readonly place: string }>;
  readonly dmrs: Map<string, string>;
  readonly locals: Map<string, string[]>;
  readonly domains: Map<string, DomainView>;
  readonly addresses: InterfaceAddress[];
  readonly zones: Line[];
  isEnabled: boolean;
}

/** The view that a line stands in. */
type View =
  | { readonly kind: "config" }
  | { readonly kind: "domain"; readonly domain: DomainView }
  | { readonly kind: "local"; readonly prefixes: string[] }
  | { readonly kind: "interface"; readonly name: string };

const CONFIG: View = { kind: "config" };
const LEAVES: ReadonlySet<string> = new Set(["exit", "end", "quit", "!"]);
const RULE_KEYS: ReadonlySet<string> = new Set([
  "rule-ip6-prefix",
  "rule-ip4-prefix",
  "ea-length",
  "psid-len",
  "psid-offset",
]);

export const readAsternos: Reader = (text, findings) => {
  const objects: Objects = {
    rules: new Map(),
    brs: new Map(),
    dmrs: new Map(),
    locals: new Map(),
    domains: new Map(),
    addresses: [],
    zones: [],
    isEnabled: false,
  };
  let view: View = CONFIG;
  for (const line of linesOf(text)) view = readLine(line, view, objects, findings);
  const domains = [...objects.domains.values()].map((domain) => bind(domain, objects, findings));
  lintAsternos({ ...objects, domains, rules: [...objects.rules.values()] }, findings);
  sayUnbound(objects, findings);
  return domains;
};

/** Reads one line; gives the view that the next one stands in. */
function readLine(line: Line, view: View, objects: Objects, findings: Findings): View {
  const { words, place } = line;
  const [word = "", second = ""] = words;
  if (LEAVES.has(word)) return CONFIG;
  if (word === "configure" || word === "sonic-cli") return CONFIG;
  if (word === "map-rule") return readObject(line, objects, findings);
  if ((word === "map-e" || word === "map-t") && second === "domain") {
    return openDomain(line, word, objects, findings);
  }
  if (word === "map" && second === "enable") {
    objects.isEnabled = true;
    return CONFIG;
  }
  if (word === "interface") return { kind: "interface", name: words.slice(1).join("") };
  if (word === "show") {
    leftOut(findings, place, `"${words.join(" ")}" asks; mapctl answers to the same words`);
    return view;
  }
  if (view.kind === "domain" && readBinding(line, view.domain)) return view;
  if (view.kind === "local" && readLocal(line, view.prefixes)) return view;
  if (view.kind === "interface" && readInterface(line, view.name, objects)) return view;
  leftOut(findings, place, `"${words.join(" ")}" is no MAP command of AsterNOS`);
  return view;
}

function readObject({ words, place }: Line, objects: Objects, findings: Findings): View {
  const [, kind = "", name = "", ...rest] = words;
  if (kind === "local-ipv4-prefix") {
    const prefixes = objects.locals.get(name) ?? [];
    objects.locals.set(name, prefixes);
    return { kind: "local", prefixes };
  }
  const value = rest[1];
  if (kind === "basic-mapping-rule") readRule(name, rest, place, objects, findings);
  else if (kind === "br-ipv6-address" && rest[0] === "ipv6-address" && value !== undefined) {
    objects.brs.set(name, { address: value, place });
  } else if (kind === "default-mapping-rule" && rest[0] === "ipv6-prefix" && value !== undefined) {
    objects.dmrs.set(name, value);
  } else findings.error("import-syntax", place, `"${words.join(" ")}" is not whole`);
  return CONFIG;
}

function readRule(
  name: string,
  words: readonly string[],
  place: string,
  objects: Objects,
  findings: Findings,
): void {
  const { values, rest } = pairsOf(words, RULE_KEYS);
  if (rest.length > 0) leftOut(findings, place, `unknown: ${rest.join(" ")}`);
  const [ipv6, ipv4] = [values.get("rule-ip6-prefix"), values.get("rule-ip4-prefix")];
  const whole = (key: string): number | undefined =>
    readWhole(values.get(key), key, place, findings);
  const eaLen = whole("ea-length");
  if (ipv6 === undefined || ipv4 === undefined || eaLen === undefined) {
    const message = "a rule needs rule-ip6-prefix, rule-ip4-prefix and ea-length";
    findings.error("import-incomplete", place, message);
    return;
  }
  const psidLen = whole("psid-len");
  const psidOffset = whole("psid-offset");
  objects.rules.set(name, { name, ipv6, ipv4, eaLen, psidLen, psidOffset, place });
}

function openDomain(line: Line, mode: Mode, objects: Objects, findings: Findings): View {
  const [, , name = "", given = ""] = line.words;
  const { place } = line;
  const upper = given.toUpperCase();
  const known = objects.domains.get(`${mode} ${name}`);
  if (known !== undefined) return { kind: "domain", domain: known };
  if (upper !== "CE" && upper !== "BR") {
    findings.error("import-syntax", place, `a domain is CE or BR, not "${given}"`);
  }
  const role = upper === "CE" ? "ce" : upper === "BR" ? "br" : null;
  const bound: DomainView["bound"] = new Map();
  const domain: DomainView = { name, mode, role, place, bound, endUserPrefix: undefined };
  objects.domains.set(`${mode} ${name}`, domain);
  return { kind: "domain", domain };
}

const BINDINGS: ReadonlySet<string> = new Set([
  "basic-mapping-rule",
  "br-ipv6-address",
  "default-mapping-rule",
  "local-ipv4-prefix-rule",
]);

function readBinding({ words, place }: Line, domain: DomainView): boolean {
  const [word = "", name, prefix] = words;
  if (BINDINGS.has(word) && name !== undefined) {
    domain.bound.set(word, [...(domain.bound.get(word) ?? []), { name, place }]);
  } else if (word === "end-user-ipv6-prefix" && name === "static") domain.endUserPrefix = prefix;
  else return false;
  return true;
}

/** The guide does not say how prefixes are written there; whatever has a length is one. */
function readLocal({ words }: Line, prefixes: string[]): boolean {
  const found = words.filter((word) => /^[0-9.]+\/[0-9]+$/.test(word));
  prefixes.push(...found);
  return found.length > 0;
}

function readInterface(line: Line, name: string, objects: Objects): boolean {
  const { words, place } = line;
  const [first = "", second = "", text] = words;
  if (first === "nat64" && second.startsWith("map-zone-")) objects.zones.push(line);
  else if (/^(?:ip|ipv6)$/.test(first) && second === "address" && text !== undefined) {
    objects.addresses.push({ name, text, place });
  } else return false;
  return true;
}

function bind(view: DomainView, objects: Objects, findings: Findings): ForeignDomain {
  const { name, mode, role, place, endUserPrefix } = view;
  const lookUp = <T>(kind: string, defined: ReadonlyMap<string, T>): T[] =>
    (view.bound.get(kind) ?? []).flatMap((bound) => {
      const value = defined.get(bound.name);
      if (value !== undefined) return [value];
      const message = `no ${kind.replace(/(prefix)-rule$/, "$1")} is named "${bound.name}"`;
      findings.error("import-incomplete", bound.place, message);
      return [];
    });
  const rules = lookUp("basic-mapping-rule", objects.rules);
  const brs = lookUp("br-ipv6-address", objects.brs);
  const locals = lookUp("local-ipv4-prefix-rule", objects.locals);
  const [dmr, ...otherDmrs] = lookUp("default-mapping-rule", objects.dmrs);
  if (otherDmrs.length > 0) {
    leftOut(findings, place, `a domain has one DMR; not taken: ${otherDmrs.join(", ")}`);
  }
  const localPrefixes = locals.flat();
  if (locals.length > 0 && localPrefixes.length === 0) {
    findings.warning("empty-prefixes", place, "its local-ipv4-prefix has no prefixes in it");
  }
  return {
    name,
    mode,
    role,
    rules,
    dmr,
    // Option 90 carries an address (RFC 7598 §4.2); the guide writes a length behind it.
    brAddresses: brs.length === 0 ? undefined : brs.map(addressOf),
    endUserPrefix,
    localPrefixes: localPrefixes.length === 0 ? undefined : localPrefixes,
    place,
  };
}

function addressOf({ address }: { readonly address: string }): string {
  return address.replace(/\/.*$/, "");
}

/** Objects that no domain binds would be lost without a word. */
function sayUnbound({ rules, brs, dmrs, locals, domains }: Objects, findings: Findings): void {
  const kinds: readonly (readonly [string, string, ReadonlyMap<string, unknown>])[] = [
    ["basic-mapping-rule", "basic-mapping-rule", rules],
    ["br-ipv6-address", "br-ipv6-address", brs],
    ["default-mapping-rule", "default-mapping-rule", dmrs],
    ["local-ipv4-prefix", "local-ipv4-prefix-rule", locals],
  ];
  for (const [kind, binding, objects] of kinds) {
    const bindings = [...domains.values()].flatMap(({ bound }) => bound.get(binding) ?? []);
    const used = new Set(bindings.map(({ name }) => name));
    for (const name of objects.keys()) {
      if (!used.has(name)) leftOut(findings, "", `no domain binds the ${kind} "${name}"`);
    }
  }
}
