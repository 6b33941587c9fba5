/** What a domain does with one packet, and why, as plain values: the same for the command line, JSON and the page. */
import type { Mode, Role } from "../pipeline/settings.js";
import type { DropName } from "../verdict.js";
import { ofIpv4 } from "./addresses.js";
import type { DomainRun, Judgement, VerdictKind } from "./domain-run.js";
import { formatEndpoint } from "./endpoint.js";
import { type Flow, flowsOf } from "./flows.js";
import { type Header, headersOf } from "./headers.js";
import { type MtuReport, mtuReport } from "./mtu.js";
import { type ReasonText, reasonText } from "./reasons.js";
import { type RuleEnd, RuleEnds } from "./rule-ends.js";

export interface PacketView {
  readonly length: number;
  readonly headers: readonly Header[];
}

export interface OutputView extends PacketView {
  /** `icmp-error`: not the packet, but our answer to its sender; `released`: a fragment that had waited for it. */
  readonly kind: "forwarded" | "icmp-error" | "released";
}

/** What NAT44 put in the place of what. */
export interface Nat44Report {
  readonly inside: string;
  readonly external: string;
  /** True where the packet opens a session: its port is any free one, chosen at random where the inside one is not free. */
  readonly isNew: boolean;
}

/** What becomes of TCP's, UDP's or ICMP's checksum. */
export interface ChecksumReport {
  readonly before: number;
  readonly after: number;
  /** True where the field stays, as the translation changes no word that it covers, or words that cancel out. */
  readonly neutral: boolean;
}

export interface PacketReport {
  readonly domain: string;
  readonly mode: Mode;
  readonly role: Role;
  readonly verdict: VerdictKind;
  /** Null unless it was dropped. */
  readonly refusal: ReasonText | null;
  /** What mapd's own code threw, where that is why it was dropped. */
  readonly fault: string | null;
  /** True where it goes back to the side that it came from, to another CE or LAN host. */
  readonly hairpin: boolean;
  readonly rules: readonly RuleEnd[];
  readonly nat44: Nat44Report | null;
  readonly input: PacketView;
  readonly output: readonly OutputView[];
  readonly checksum: ChecksumReport | null;
  readonly mtu: MtuReport;
  /** Why others were dropped at the same time, each by itself: fragments that had waited, what was made of it. */
  readonly otherDrops: readonly DropName[];
}

/** Explains packets of one domain, in the order in which they come. */
export class Explainer {
  readonly #run: DomainRun;
  readonly #ends: RuleEnds;

  constructor(run: DomainRun) {
    this.#run = run;
    this.#ends = new RuleEnds(run.settings, run.table);
  }

  send(packet: Uint8Array): PacketReport {
    return this.report(packet, this.#run.send(packet));
  }

  report(packet: Uint8Array, judgement: Judgement): PacketReport {
    const { settings } = this.#run;
    const { verdict, reason, hairpins } = judgement;
    const output = outputsOf(judgement);
    const forwarded = output.find(isForwarded)?.bytes ?? null;
    return {
      domain: settings.name,
      mode: settings.mode,
      role: settings.role,
      verdict,
      refusal: reason === null ? null : reasonText(reason),
      fault: judgement.fault,
      hairpin: hairpins > 0,
      rules: this.#rulesOf(packet, forwarded),
      nat44: this.#nat44Of(packet, forwarded, judgement.opensSession),
      input: viewOfPacket(packet),
      output: output.map(({ kind, bytes }) => ({ kind, ...viewOfPacket(bytes) })),
      checksum: forwarded === null ? null : checksumOf(packet, forwarded),
      mtu: mtuReport(settings, packet, forwarded, output.filter(isForwarded).length),
      otherDrops: judgement.dropped.map((drop) => drop.reason),
    };
  }

  /** What the packet says, then what only the translated one does, then that it concerns this CE. */
  #rulesOf(packet: Uint8Array, forwarded: Uint8Array | null): RuleEnd[] {
    const ends = this.#ends.of(packet);
    const more = forwarded === null ? [] : this.#ends.of(forwarded);
    for (const end of more) {
      if (!ends.some((known) => known.end === end.end)) ends.push(end);
    }
    if (!ends.some(({ rule }) => rule.use === "basic")) {
      const isOut = packet.length > 0 && packet[0]! >>> 4 === 4;
      const own = this.#ends.ownEnd(isOut ? "source" : "destination");
      if (own !== null) ends.push(own);
    }
    return ends;
  }

  /** An end in the LAN against the same end outside; null where NAT44 is off, or the packet was dropped. */
  #nat44Of(packet: Uint8Array, forwarded: Uint8Array | null, isNew: boolean): Nat44Report | null {
    const { own } = this.#ends;
    const before = innermost(packet);
    const after = forwarded === null ? undefined : innermost(forwarded);
    if (this.#run.nat44 === null || own === null) return null;
    if (before === undefined || after === undefined) return null;
    const isOut = packet[0]! >>> 4 === 4;
    const [host, insidePort, externalPort] = isOut
      ? [before.source, before.sourcePort, after.sourcePort]
      : [after.destination, after.destinationPort, before.destinationPort];
    if (host.family === 6 || insidePort === null || externalPort === null) return null;
    return {
      inside: ipv4EndText(host.ipv4, insidePort),
      external: ipv4EndText(own.ipv4.address, externalPort),
      isNew,
    };
  }
}

function ipv4EndText(address: number, port: number): string {
  return formatEndpoint({ address: ofIpv4(address), port });
}

interface Output {
  readonly kind: OutputView["kind"];
  readonly bytes: Uint8Array;
}

function isForwarded({ kind }: Output): boolean {
  return kind === "forwarded";
}

/** What is written for a packet that is dropped is about it; errors about others come last. */
function outputsOf({ output, ownOutput, icmpErrors, verdict }: Judgement): Output[] {
  const errorsFrom = verdict === "dropped" ? 0 : output.length - icmpErrors;
  return output.map((bytes, i) => {
    if (i >= errorsFrom) return { kind: "icmp-error", bytes };
    return { kind: i < ownOutput ? "forwarded" : "released", bytes };
  });
}

export function viewOfPacket(packet: Uint8Array): PacketView {
  return { length: packet.length, headers: headersOf(packet) };
}

/** The flow of the packet itself, inside a tunnel the inner one. */
function innermost(packet: Uint8Array): Flow | undefined {
  return flowsOf(packet).findLast(({ quoted }) => !quoted);
}

/** Of the first transport header; fragments without one have none. */
function checksumOf(packet: Uint8Array, forwarded: Uint8Array): ChecksumReport | null {
  const before = transportChecksum(packet);
  const after = transportChecksum(forwarded);
  if (before === null || after === null) return null;
  return { before, after, neutral: before === after };
}

function transportChecksum(packet: Uint8Array): number | null {
  for (const { fields, quoted } of headersOf(packet)) {
    const { checksum } = fields;
    if (!quoted && typeof checksum === "number") return checksum;
  }
  return null;
}
