/**
 * Which rule speaks for which end of a packet, what its EA bits are and what follows from them: the same tables that the
 * packet path looks rules up in, and the arithmetic that the calculator shows.
 */
import { analyseAddress } from "../map/analyse.js";
import { type Ce, ceFromEndUserPrefix, ceFromIpv4Port, ceFromIpv6, portSetOf } from "../map/ce.js";
import { error } from "../map/diagnostic.js";
import { Dmr } from "../map/dmr.js";
import { eaOfCe } from "../map/ea.js";
import { containsIpv4, containsIpv6, formatIpv4Prefix, formatIpv6Prefix } from "../map/prefix.js";
import type { RuleTable } from "../map/rule-table.js";
import type { Checked, Diagnostic, Rule } from "../map/types.js";
import { compileRules } from "../pipeline/create.js";
import type { DomainSettings } from "../pipeline/settings.js";
import { formatIpv4, formatIpv6 } from "../wire/address.js";
import { PROTOCOL_ICMP } from "../wire/ipv4.js";
import { type IpAddress, ofIpv4, ofIpv6 } from "./addresses.js";
import { type Flow, flowsOf } from "./flows.js";

/** `basic`: the CE's own; `forwarding`: of another CE, reached directly; `mapping`: a BR's. */
export type RuleUse = "basic" | "forwarding" | "mapping";

/** One end of a packet that a rule speaks for. */
export interface RuleEnd {
  readonly end: "source" | "destination";
  readonly address: string;
  /** Null where the packet has none. */
  readonly port: number | null;
  /** True where the port is an ICMP identifier, which stands for one (RFC 7597 §8.2). */
  readonly isIdentifier: boolean;
  readonly rule: {
    readonly name: string;
    readonly use: RuleUse;
    readonly ruleIpv6Prefix: string;
    readonly ruleIpv4Prefix: string;
    readonly eaLen: number;
    readonly psidOffset: number;
    readonly psidLen: number;
    readonly iid: Rule["iid"];
  };
  /** Null where no CE has the port, and where several share the address and there is no port. */
  readonly ce: CeFacts | null;
  /** What does not fit, each one a reason for a drop. */
  readonly findings: readonly Diagnostic[];
}

export interface CeFacts {
  /** All EA bits, as they stand in the address; empty where the rule has none. */
  readonly eaBits: string;
  readonly ipv4: string;
  readonly psid: number | null;
  readonly endUserIpv6Prefix: string;
  readonly mapIpv6: string;
  /** Ports of the CE. */
  readonly ports: number;
  /** The contiguous range of its set that holds the port; null where none does. */
  readonly range: readonly [number, number] | null;
}

interface Found {
  readonly rule: Rule;
  readonly use: RuleUse;
}

export class RuleEnds {
  readonly #settings: DomainSettings;
  readonly #table: RuleTable;
  /** In the order of the table. */
  readonly #rules: { at(index: number): Rule | undefined };
  readonly #dmr: Dmr | null;
  readonly #own: { readonly rule: Rule; readonly ce: Ce } | null;

  /** `table`: the domain's compiled rules, where somebody has them. */
  constructor(settings: DomainSettings, table: RuleTable = compileRules(settings)) {
    this.#settings = settings;
    this.#table = table;
    this.#rules =
      settings.role === "br" ? settings.rules : settings.rules.filter((rule) => rule.forwarding);
    this.#dmr = settings.mode === "map-t" && settings.dmr !== null ? new Dmr(settings.dmr) : null;
    this.#own = ownCe(settings);
  }

  /** The CE itself; null on a BR. */
  get own(): Ce | null {
    return this.#own?.ce ?? null;
  }

  /** The CE's own end of a packet that does not show it, as one from its LAN; null on a BR. */
  ownEnd(end: RuleEnd["end"]): RuleEnd | null {
    const own = this.#own;
    if (own === null) return null;
    const found: Found = { rule: own.rule, use: "basic" };
    return endOf(found, end, ofIpv6(own.ce.mapIpv6), NO_PORT);
  }

  /** Source first; of a tunnel the ends that count: its outer ones, and the address inside on the far side. */
  of(packet: Uint8Array): RuleEnd[] {
    const [outer, inner] = flowsOf(packet).filter(({ quoted }) => !quoted);
    if (outer === undefined) return [];
    return [this.#sourceOf(outer, inner), this.#destinationOf(outer, inner)].filter(
      (end) => end !== null,
    );
  }

  /** The rule whose CE, or CEs, have the address; of several that share it, the one with the port. */
  ruleOf(address: IpAddress, port: number | null): Found | null {
    const own = this.#own;
    if (own !== null && isOwn(own.ce, address)) return { rule: own.rule, use: "basic" };
    const found =
      address.family === 4
        ? this.#table.lookup4(address.ipv4 | 0, port ?? -1)
        : this.#table.lookup6(Uint32Array.from(address.ipv6));
    const rule = found < 0 ? undefined : this.#rules.at(this.#table.indexOf(found));
    if (rule === undefined) return null;
    return { rule, use: this.#settings.role === "br" ? "mapping" : "forwarding" };
  }

  /** The IPv4 address behind the DMR, or null. */
  behindDmr(address: IpAddress): number | null {
    if (address.family === 4 || this.#dmr === null) return null;
    const words = Uint32Array.from(address.ipv6);
    return this.#dmr.matches(words) ? this.#dmr.extract(words) >>> 0 : null;
  }

  #sourceOf(outer: Flow, inner: Flow | undefined): RuleEnd | null {
    const { sourcePort, protocol } = inner ?? outer;
    const found = this.ruleOf(outer.source, sourcePort);
    if (found === null) return null;
    const port = portOf(sourcePort, protocol);
    const end = endOf(found, "source", outer.source, port);
    const inside = inner === undefined ? [] : insideFindings(found.rule, outer.source, inner);
    return { ...end, findings: [...end.findings, ...inside] };
  }

  #destinationOf(outer: Flow, inner: Flow | undefined): RuleEnd | null {
    const { destinationPort, protocol } = inner ?? outer;
    const direct = this.ruleOf(outer.destination, destinationPort);
    const port = portOf(destinationPort, protocol);
    if (direct !== null) return endOf(direct, "destination", outer.destination, port);
    // From CE to CE through a BR: the address behind the DMR, or inside the tunnel.
    const behind = this.behindDmr(outer.destination);
    const far = inner?.destination ?? (behind === null ? null : ofIpv4(behind));
    const found = far === null ? null : this.ruleOf(far, destinationPort);
    return far === null || found === null ? null : endOf(found, "destination", far, port);
  }
}

function ownCe(settings: DomainSettings): { readonly rule: Rule; readonly ce: Ce } | null {
  if (settings.role === "br") return null;
  const rule = settings.rules[settings.bmr];
  const ce = rule === undefined ? null : ceFromEndUserPrefix(rule, settings.endUserPrefix);
  if (rule === undefined || ce?.ok !== true) {
    throw new Error(`domain ${settings.name}: no basic mapping rule that fits its prefix`);
  }
  return { rule, ce: ce.value };
}

function isOwn(ce: Ce, address: IpAddress): boolean {
  return address.family === 4
    ? containsIpv4(ce.ipv4, address.ipv4)
    : containsIpv6(ce.endUserPrefix, address.ipv6);
}

type Port = Pick<RuleEnd, "port" | "isIdentifier">;

const NO_PORT: Port = { port: null, isIdentifier: false };

function portOf(port: number | null, protocol: number | null): Port {
  return { port, isIdentifier: port !== null && protocol === PROTOCOL_ICMP };
}

function endOf(
  { rule, use }: Found,
  end: RuleEnd["end"],
  address: IpAddress,
  { port, isIdentifier }: Port,
): RuleEnd {
  const checked: Checked<Ce> =
    address.family === 4
      ? ceFromIpv4Port(rule, address.ipv4, port)
      : ceFromIpv6(rule, address.ipv6);
  // That a packet has no port, as later fragments have none, says nothing against it.
  const findings4 = port === null ? [] : checked.diagnostics;
  const findings =
    address.family === 4 ? findings4 : analyseAddress(rule, address.ipv6, port).diagnostics;
  return {
    end,
    address: address.family === 4 ? formatIpv4(address.ipv4) : formatIpv6(address.ipv6),
    port,
    isIdentifier,
    rule: {
      name: rule.name,
      use,
      ruleIpv6Prefix: formatIpv6Prefix(rule.ipv6),
      ruleIpv4Prefix: formatIpv4Prefix(rule.ipv4),
      eaLen: rule.eaLen,
      psidOffset: rule.psidOffset,
      psidLen: rule.psidLen,
      iid: rule.iid,
    },
    ce: checked.ok ? ceFacts(rule, checked.value, port) : null,
    findings,
  };
}

export function ceFacts(rule: Rule, ce: Ce, port: number | null): CeFacts {
  const set = portSetOf(rule, ce.psid);
  const { ea } = eaOfCe(rule, ce);
  return {
    eaBits: rule.eaLen === 0 ? "" : ea.toString(2).padStart(rule.eaLen, "0"),
    ipv4: ce.ipv4.len === 32 ? formatIpv4(ce.ipv4.address) : formatIpv4Prefix(ce.ipv4),
    psid: ce.psid,
    endUserIpv6Prefix: formatIpv6Prefix(ce.endUserPrefix),
    mapIpv6: formatIpv6(ce.mapIpv6),
    ports: set.count,
    range:
      port === null
        ? null
        : (set.ranges().find(([first, last]) => first <= port && port <= last) ?? null),
  };
}

/** RFC 7597 §8.1: what a tunnel packet says inside must be what its outer source embeds. */
function insideFindings(rule: Rule, outer: IpAddress, inner: Flow): readonly Diagnostic[] {
  if (outer.family === 4 || inner.source.family === 6) return [];
  const ce = ceFromIpv6(rule, outer.ipv6);
  if (!ce.ok || containsIpv4(ce.value.ipv4, inner.source.ipv4)) return [];
  const message = `the packet inside comes from ${formatIpv4(inner.source.ipv4)}, but the tunnel's source embeds ${formatIpv4Prefix(ce.value.ipv4)}`;
  return [error("tunnel-source-mismatch", "source", message, "RFC 7597 §8.1")];
}
