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
import { relevance } from "../../src/explain/relevance.js";
import { replay } from "../../src/explain/replay.js";
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
import { writeReport, writeRows } from "./packet-text.js";
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
      description: ENDPOINT_TEXT,
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
}

async function runExplain(input: CliInput, context: CliContext): Promise<number> {
  const config = await configOf(textOption(input, "config"), context);
  const pcap = textOption(input, "pcap");
  const explanations =
    pcap === undefined
      ? await explainQuestion(input, context, config)
      : explainCapture(await contentOf(pcap), onlyDomain(config, textOption(input, "domain")));
  if (context.json) {
    writeJson(context, { schema: "mapd.explain/1", explanations });
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
  const events = [...replay(new DomainRun(settings), timedPackets(packets))];
  return events.flatMap((event): Explanation[] => {
    if (event.kind !== "packet") return [];
    const frame = packets[event.index]?.number ?? null;
    return [{ frame, direction: null, assumptions: [], live: null, ...event.report }];
  });
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
  const live =
    nat44 === null || socketPath === null
      ? null
      : await liveView(socketPath, settings.name, packet, direction);
  if (nat44 !== null && live !== null) seedNat44(nat44, live.seed, nowMs);
  const report = new Explainer(run).send(packet);
  return { frame: null, direction, assumptions, live: live?.shown ?? null, ...report };
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
  const { domain, mode, role, frame, direction, assumptions, live } = explanation;
  const where = `${domain} (${mode}, ${role})`;
  const what = direction === null ? `frame ${frame}` : DIRECTION_TEXTS[direction];
  writeHeading(context, `${where}: ${what}`);
  if (assumptions.length > 0) writeRows(context, [["assumed", assumptions.join("; ")]]);
  writeReport(context, explanation);
  if (live !== null) writeRows(context, [["now", liveText(live)]]);
}

function liveText({ sessions, ports }: LiveNat44): string {
  const free = ports === null ? "" : `${ports.free} free ports of this protocol, `;
  const count = sessions.length === 1 ? "1 session" : `${sessions.length} sessions`;
  return `${free}${sessions.length === 0 ? "no session" : count} of this end`;
}
