/**
 * A packet from a host in a CE's LAN through the CE (NAT44 included) and the BR to the Internet, and the answer back: both
 * domains in memory, made of one rule.
 */
import { type Ce, ceFromIndex, ceFromIpv4Port, ceFromIpv6 } from "../map/ce.js";
import { hasError } from "../map/diagnostic.js";
import { containsIpv4, containsIpv6, IPV4_BITS } from "../map/prefix.js";
import { ruleKind } from "../map/rule.js";
import type { Checked, Ipv4Prefix, Rule } from "../map/types.js";
import { formatIpv4 } from "../wire/address.js";
import * as ipv4 from "../wire/ipv4.js";
import { ofIpv4 } from "./addresses.js";
import { buildPacket, DEFAULT_TTL } from "./build.js";
import { DomainRun } from "./domain-run.js";
import type { Endpoint } from "./endpoint.js";
import { assumePort } from "./ends.js";
import { type Flow, flowsOf } from "./flows.js";
import { viewOf } from "./layers.js";
import { brOf, ceOf, misfitsOf, type OneRuleInput, type Transport } from "./one-rule-domains.js";
import { planPacket, type Question } from "./question.js";
import { Explainer, type PacketReport } from "./report.js";
import { type CeFacts, ceFacts, RuleEnds } from "./rule-ends.js";

export interface WalkInput {
  readonly rule: Rule;
  readonly transport: Transport;
  /** A LAN host, or the CE's own IPv4 address and port or MAP address, which stand for one. */
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** Where `from` does not say which CE it is; null: the rule's first. */
  readonly ce: Ce | null;
  readonly packet: Omit<Question, "from" | "to">;
  /** MTU of the provider's network. */
  readonly mtu6: number;
}

export interface WalkStep {
  readonly node: "ce" | "br";
  readonly leg: "out" | "back";
  readonly report: PacketReport;
}

export interface Walk {
  readonly ce: CeFacts;
  readonly assumptions: readonly string[];
  readonly steps: readonly WalkStep[];
  /** The packet reached the Internet, or another CE. */
  readonly delivered: boolean;
  /** The answer reached the LAN host. */
  readonly answered: boolean;
  /** Largest IPv4 packet that passes whole both ways. */
  readonly largestIpv4: number;
}

/** 192.168.0.0/16, of RFC 1918 §3. */
const HOME: Ipv4Prefix = { address: 0xc0a80000, len: 16 };
/** 192.168.1.10. */
const HOME_HOST = 0xc0a8010a;
const CLIENT_PORT = 50_000;

export function walk(input: WalkInput): Checked<Walk> {
  const misfits = misfitsOf(input.rule, input.transport);
  const found = ceOfWalk(input);
  if (hasError(misfits) || !found.ok) {
    return { ok: false, diagnostics: [...misfits, ...found.diagnostics] };
  }
  const host = lanHost(input, found.value);
  const lan = lanOf(host.address);
  const { rule, transport, mtu6, to, packet } = input;
  const domains: OneRuleInput = { rule, ce: found.value, transport, lan, mtu6 };
  const settings = ceOf(domains);
  const from: Endpoint = { address: ofIpv4(host.address), port: host.port };
  const planned = planPacket(settings, new RuleEnds(settings), { ...packet, from, to });
  if (!planned.ok) return planned;
  const path = new Path(domains);
  path.go(planned.value.packet);
  const value: Walk = {
    ce: ceFacts(rule, found.value, null),
    assumptions: [...host.assumptions, ...planned.value.assumptions],
    steps: path.steps,
    delivered: path.delivered,
    answered: path.answered,
    largestIpv4: largestOf(domains),
  };
  return { ok: true, value, diagnostics: misfits };
}

function largestOf(domains: OneRuleInput): number {
  return Math.min(ceOf(domains).mtu.ipv4, brOf(domains).mtu.ipv4);
}

/** The CE that `from` names, the one that was chosen, or the rule's first. */
function ceOfWalk({ rule, from: { address, port }, ce }: WalkInput): Checked<Ce> {
  if (address.family === 6 && containsIpv6(rule.ipv6, address.ipv6)) {
    return ceFromIpv6(rule, address.ipv6);
  }
  if (address.family === 4 && containsIpv4(rule.ipv4, address.ipv4)) {
    return ceFromIpv4Port(rule, address.ipv4, port);
  }
  return ce === null ? ceFromIndex(rule, 0) : { ok: true, value: ce, diagnostics: [] };
}

interface LanHost {
  readonly address: number;
  readonly port: number;
  readonly assumptions: readonly string[];
}

/** A port that stays as it is outside, where the CE's own was named. */
function lanHost({ rule, from: { address, port }, packet }: WalkInput, ce: Ce): LanHost {
  const hasNat44 = ruleKind(rule) !== "prefix";
  const isOutside = address.family === 6 || (hasNat44 && containsIpv4(rule.ipv4, address.ipv4));
  const own = address.family === 4 && !isOutside ? address.ipv4 : null;
  const host = own ?? (hasNat44 ? HOME_HOST : ce.ipv4.address);
  const assumptions = own === null ? [`LAN host ${formatIpv4(host)}`] : [];
  if (port === null) assumePort(assumptions, CLIENT_PORT, packet.protocol, formatIpv4(host));
  return { address: host, port: port ?? CLIENT_PORT, assumptions };
}

function lanOf(host: number): Ipv4Prefix {
  return containsIpv4(HOME, host) ? HOME : { address: host, len: IPV4_BITS };
}

/** The two nodes, and what has passed them. */
class Path {
  readonly steps: WalkStep[] = [];
  delivered = false;
  answered = false;
  readonly #ce: Node;
  readonly #br: Node;

  constructor(domains: OneRuleInput) {
    this.#ce = new Node("ce", new DomainRun(ceOf(domains)));
    this.#br = new Node("br", new DomainRun(brOf(domains)));
  }

  go(packet: Uint8Array): void {
    const sent = this.#through(this.#br, "out", this.#through(this.#ce, "out", [packet]));
    const [first] = sent;
    if (first === undefined) return;
    this.delivered = true;
    const flow = flowsOf(first)[0];
    // Turned around, it goes on to another CE, whose LAN nobody here knows.
    if (flow === undefined || flow.source.family === 6) return;
    const back = this.#through(this.#br, "back", [answerTo(flow, packet)]);
    this.answered = this.#through(this.#ce, "back", back).length > 0;
  }

  #through(node: Node, leg: WalkStep["leg"], packets: readonly Uint8Array[]): Uint8Array[] {
    return packets.flatMap((packet) => {
      const { report, forwarded } = node.send(packet);
      this.steps.push({ node: node.name, leg, report });
      return forwarded;
    });
  }
}

class Node {
  readonly name: WalkStep["node"];
  readonly #run: DomainRun;
  readonly #explainer: Explainer;

  constructor(name: WalkStep["node"], run: DomainRun) {
    this.name = name;
    this.#run = run;
    this.#explainer = new Explainer(run);
  }

  send(packet: Uint8Array): { readonly report: PacketReport; readonly forwarded: Uint8Array[] } {
    const judgement = this.#run.send(packet);
    const report = this.#explainer.report(packet, judgement);
    const forwarded = judgement.output.filter((_, i) => report.output[i]?.kind === "forwarded");
    return { report, forwarded };
  }
}

/** The answer to what the server got; as long as what was sent, and with DF if that had it. */
function answerTo(
  { source, destination, protocol, sourcePort, destinationPort }: Flow,
  sent: Uint8Array,
): Uint8Array {
  const isEcho = protocol === ipv4.PROTOCOL_ICMP;
  return buildPacket({
    source: destination,
    destination: source,
    protocol: protocol ?? 0,
    sourcePort: (isEcho ? sourcePort : destinationPort) ?? 0,
    destinationPort: sourcePort ?? 0,
    ttl: DEFAULT_TTL,
    dontFragment: ipv4.dontFragment(viewOf(sent), 0),
    length: sent.length,
    isReply: true,
  });
}
