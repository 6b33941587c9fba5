/** `mapctl explain`: what a domain does with a packet from here to there, and why. */
import { DomainRun } from "../../src/explain/domain-run.js";
import { type Endpoint, formatEndpoint } from "../../src/explain/endpoint.js";
import { seedNat44 } from "../../src/explain/nat44-seed.js";
import {
  type Direction,
  isLocal,
  type PlannedPacket,
  planPacket,
  type Question,
  SOME_HOST,
} from "../../src/explain/question.js";
import { causeText, type Reason, reasonNamed, UNSEEN_REASONS } from "../../src/explain/reasons.js";
import { relevance } from "../../src/explain/relevance.js";
import { explainAll, type LaterDrop } from "../../src/explain/replay.js";
import { Explainer, type PacketReport } from "../../src/explain/report.js";
import { RuleEnds } from "../../src/explain/rule-ends.js";
import type { Diagnostic } from "../../src/map/types.js";
import type { Config, DomainConfig } from "../config/types.js";
import { EXIT, MapdError } from "../errors.js";
import { readCapture } from "../trace/capture.js";
import { contentOf, onlyDomain, timedPackets } from "./check-pcap.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  textOption,
  writeJson,
} from "./command.js";
import { configOf, domainNamed } from "./config-argument.js";
import { type LiveNat44, liveView } from "./explain-live.js";
import { laterRows, writeReport, writeRows } from "./packet-text.js";
import { writeHeading } from "./paint.js";
import {
  ENDPOINT_TEXT,
  endpointValue,
  PACKET_OPTIONS,
  packetOptions,
} from "./question-argument.js";

export const explainCommand: CliCommand = {
  name: "explain",
  summary:
    "Say what becomes of a packet and why: domain, rule, headers, MTU, the check that drops it",
  arguments: [
    {
      name: "from",
      description: `${ENDPOINT_TEXT}; or a drop reason, to read about it alone`,
      required: false,
    },
    { name: "to", description: "likewise; without it, some host outside", required: false },
  ],
  options: [
    ...PACKET_OPTIONS,
    { flags: "--pcap <file>", description: "explain each packet of a capture instead" },
    { flags: "--config <file>", description: "configuration; without it the running daemon's" },
    { flags: "--domain <name>", description: "domain; without it those that know the addresses" },
  ],
  schema: "mapd.explain/1",
  examples: [
    "mapctl explain 192.168.1.10:50000 198.51.100.1:443",
    "mapctl explain 198.51.100.1:443 192.0.2.18:1232 --config /etc/mapd/mapd.yaml",
    "mapctl explain '[2001:db8:12:3400:0:c000:212:34]:1236' 198.51.100.1 --protocol udp --json",
    "mapctl explain --pcap dropped.pcapng --config /etc/mapd/mapd.yaml --domain metro-br",
    "mapctl explain nat44_no_free_port",
  ],
  run: runExplain,
};

/** One packet in one domain. */
interface Explanation extends PacketReport {
  /** Of the capture, from 1; null for a question. */
  readonly frame: number | null;
  /** Null for a packet of a capture. */
  readonly direction: Direction | null;
  readonly assumptions: readonly string[];
  /** What the running NAT44 holds now; null where none was asked. */
  readonly live: LiveNat44 | null;
  /** What became of a packet of a capture that was held. */
  readonly later: LaterDrop | null;
  /** Of a packet that is not dropped: what it may be dropped for on a host, and nobody can see here. */
  readonly unseen: readonly Reason[];
}

async function runExplain(input: CliInput, context: CliContext): Promise<number> {
  const reason = reasonNamed(input.arguments[0] ?? "");
  if (reason !== null) return explainReason(context, reason);
  const config = await configOf(textOption(input, "config"), context);
  const pcap = textOption(input, "pcap");
  const explanations =
    pcap === undefined
      ? await explainQuestion(input, context, config)
      : explainCapture(await contentOf(pcap), onlyDomain(config, textOption(input, "domain")));
  if (context.json) {
    writeJson(context, { schema: "mapd.explain/1", explanations, reasons: [] });
    return EXIT.done;
  }
  explanations.forEach((explanation, i) => {
    if (i > 0) context.stdout.write("\n");
    writeExplanation(context, explanation);
  });
  return EXIT.done;
}

function explainCapture(file: Uint8Array, { settings }: DomainConfig): Explanation[] {
  const { packets } = readCapture(file);
  const run = new DomainRun(settings);
  const explained = explainAll(run, timedPackets(packets));
  return explained.map(({ report, later }, i): Explanation => {
    const frame = packets[i]?.number ?? null;
    const assumptions = run.nat44 === null ? [] : [`${EMPTY_NAT44} before the first packet`];
    const unseen = unseenOf(run, report, later);
    return { frame, direction: null, assumptions, live: null, later, unseen, ...report };
  });
}

const EMPTY_NAT44 = "NAT44 without sessions, and with no forwards but the configuration's";

function unseenOf(
  { nat44 }: DomainRun,
  { verdict }: PacketReport,
  later: LaterDrop | null,
): readonly Reason[] {
  if (verdict === "dropped" || later !== null) return [];
  return UNSEEN_REASONS.filter(({ reason }) => nat44 !== null || !reason.startsWith("nat44_"));
}

/** About a reason, without a packet. */
function explainReason(context: CliContext, reason: Reason): number {
  if (context.json) {
    writeJson(context, { schema: "mapd.explain/1", explanations: [], reasons: [reason] });
    return EXIT.done;
  }
  const { unseen, remedy } = reason;
  writeHeading(context, reason.reason);
  writeRows(context, [
    ["cause", causeText(reason)],
    ["do", remedy],
    ["see", `mapctl trace reason ${reason.reason}`],
    ...(unseen === null
      ? []
      : [["unseen", `mapctl explain FROM TO cannot show it: ${unseen}`] as const]),
  ]);
  return EXIT.done;
}

async function explainQuestion(
  input: CliInput,
  context: CliContext,
  config: Config,
): Promise<Explanation[]> {
  const name = textOption(input, "domain");
  const domains = name === undefined ? config.domains : [domainNamed(config, name)];
  const question = questionOf(input, domains);
  const isLive = textOption(input, "config") === undefined;
  const known = domains.map(({ settings }) => ({ settings, ends: new RuleEnds(settings) }));
  const candidates = name === undefined ? mostRelevant(known, question) : known;
  const diagnostics: Diagnostic[] = [];
  const explanations: Explanation[] = [];
  for (const { settings, ends } of candidates) {
    const planned = planPacket(settings, ends, question);
    if (planned.ok) {
      const socketPath = isLive ? context.socketPath : null;
      explanations.push(await explain(settings, planned.value, socketPath));
    } else diagnostics.push(...planned.diagnostics);
  }
  if (explanations.length > 0) return explanations;
  throw new MapdError("invalid", "no packet can be made of this", { diagnostics });
}

/** `socketPath` null: the daemon is not asked. */
async function explain(
  settings: DomainConfig["settings"],
  { packet, direction, assumptions }: PlannedPacket,
  socketPath: string | null,
): Promise<Explanation> {
  const run = new DomainRun(settings);
  const { nat44, nowMs } = run;
  const asked = settings.role === "ce" ? settings.nat44 : null;
  const live =
    asked === null || socketPath === null
      ? null
      : await liveView(socketPath, { name: settings.name, nat44: asked }, packet, direction);
  if (nat44 !== null && live !== null) seedNat44(nat44, live.seed, nowMs);
  const report = new Explainer(run).send(packet);
  const isAssumed = nat44 !== null && live === null;
  return {
    frame: null,
    direction,
    assumptions: isAssumed ? [...assumptions, EMPTY_NAT44] : assumptions,
    live: live?.shown ?? null,
    later: null,
    unseen: unseenOf(run, report, null),
    ...report,
  };
}

interface KnownDomain {
  readonly settings: DomainConfig["settings"];
  readonly ends: RuleEnds;
}

/** Those that know most of the question's ends: two domains may serve one LAN. */
function mostRelevant(domains: readonly KnownDomain[], question: Question): KnownDomain[] {
  const ranks = domains.map(({ settings, ends }) => relevance(settings, ends, question));
  const best = Math.max(...ranks);
  if (best > 0) return domains.filter((_, i) => ranks[i] === best);
  const ends = `${formatEndpoint(question.from)} and ${formatEndpoint(question.to)}`;
  throw new MapdError(
    "not-found",
    `no domain knows ${ends}; name one with --domain to see what it does all the same`,
  );
}

function questionOf(input: CliInput, domains: readonly DomainConfig[]): Question {
  const [first, second] = input.arguments;
  if (first === undefined) {
    throw new MapdError("usage", "say who speaks to whom: mapctl explain FROM TO, or --pcap FILE");
  }
  return { ...endsOf(endpointValue(first), second, domains), ...packetOptions(input) };
}

/** One end alone speaks where it is a CE or in a LAN, and else is spoken to. */
function endsOf(
  first: Endpoint,
  second: string | undefined,
  domains: readonly DomainConfig[],
): Pick<Question, "from" | "to"> {
  if (second !== undefined) return { from: first, to: endpointValue(second) };
  const someone: Endpoint = { address: { family: 4, ipv4: SOME_HOST }, port: null };
  const speaks =
    first.address.family === 6 ||
    domains.some(({ settings }) => settings.role === "ce" && isLocal(settings, first.address));
  return speaks ? { from: first, to: someone } : { from: someone, to: first };
}

const DIRECTION_TEXTS: Readonly<Record<Direction, string>> = {
  "from-ce": "from a CE",
  "to-ce": "from the Internet to a CE",
  "from-lan": "from the LAN",
  "to-lan": "from the provider's network to this CE",
};

function writeExplanation(context: CliContext, explanation: Explanation): void {
  const { domain, mode, role, frame, direction, assumptions, live, later, unseen } = explanation;
  const where = `${domain} (${mode}, ${role})`;
  const what = direction === null ? `frame ${frame}` : DIRECTION_TEXTS[direction];
  writeHeading(context, `${where}: ${what}`);
  if (assumptions.length > 0) writeRows(context, [["assumed", assumptions.join("; ")]]);
  writeReport(context, explanation);
  if (later !== null) writeRows(context, laterRows(context, later));
  if (live !== null) writeRows(context, [["now", liveText(live)]]);
  if (unseen.length > 0) writeRows(context, [["unseen", unseenText(unseen)]]);
}

function unseenText(reasons: readonly Reason[]): string {
  const names = reasons.map(({ reason }) => reason).join(", ");
  return `${names}: whether one of these drops it on the host shows mapctl trace --drops alone`;
}

function liveText({ sessions, ports, total, most }: LiveNat44): string {
  const room = total >= most ? `no room beside ${total} sessions, ` : "";
  const free = ports === null ? room : `${room}${ports.free} free ports of this protocol, `;
  const count = sessions.length === 1 ? "1 session" : `${sessions.length} sessions`;
  return `${free}${sessions.length === 0 ? "no session" : count} of this end`;
}
