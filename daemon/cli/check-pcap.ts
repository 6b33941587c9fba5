/** `mapctl check-pcap`: a capture through a domain's packet path, without device or daemon. */
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { DomainCounters } from "../../src/explain/domain-run.js";
import { DomainRun } from "../../src/explain/domain-run.js";
import { type ReplayEvent, replay, type TimedPacket } from "../../src/explain/replay.js";
import type { OutputView } from "../../src/explain/report.js";
import { commentText, lateDropText, lateText } from "../../src/explain/text.js";
import type { Config, DomainConfig } from "../config/types.js";
import { EXIT, MapdError } from "../errors.js";
import { packageVersion } from "../runtime/version.js";
import { type Capture, type CapturedPacket, readCapture } from "../trace/capture.js";
import { PcapngWriter } from "../trace/pcapng.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  textOption,
  writeFields,
  writeJson,
} from "./command.js";
import { configOf, domainNamed } from "./config-argument.js";
import { writeHeading } from "./paint.js";
import { writeTable } from "./table.js";

export const checkPcapCommand: CliCommand = {
  name: "check-pcap",
  summary:
    "Send the packets of a capture through a domain, without a device: packets out, verdicts, counters",
  arguments: [{ name: "file", description: "pcap or pcapng to read", required: true }],
  options: [
    { flags: "--config <file>", description: "configuration; needed, as no daemon is asked" },
    { flags: "--domain <name>", description: "domain; needed where there are several" },
    {
      flags: "-o, --output <file>",
      description:
        "pcapng to write: every packet out, and every dropped one, with its verdict as a comment",
    },
  ],
  schema: "mapd.check-pcap/1",
  examples: [
    "mapctl check-pcap in.pcap --config /etc/mapd/mapd.yaml -o out.pcapng",
    "mapctl check-pcap in.pcapng --config /etc/mapd/mapd.yaml --domain metro-br --json | jq .dropped",
  ],
  run: runCheckPcap,
};

/** What `--json` prints. */
interface CheckPcapDocument extends DomainCounters {
  readonly schema: "mapd.check-pcap/1";
  readonly domain: string;
  readonly mode: string;
  readonly role: string;
  readonly input: { readonly packets: number; readonly notIp: number; readonly cut: number };
  readonly output: { readonly packets: number; readonly file: string | null };
}

async function runCheckPcap(input: CliInput, context: CliContext): Promise<number> {
  const [path = ""] = input.arguments;
  const configPath = textOption(input, "config");
  if (configPath === undefined) throw new MapdError("usage", "name a configuration: --config FILE");
  const output = textOption(input, "output");
  if (output !== undefined && resolve(output) === resolve(path)) {
    throw new MapdError("usage", "the output would replace the input; name another file");
  }
  const domain = onlyDomain(await configOf(configPath, context), textOption(input, "domain"));
  const capture = readCapture(await contentOf(path));
  const chunks: Uint8Array[] = [];
  const { counters, packets } = check(domain, capture, (bytes) => chunks.push(bytes));
  if (output !== undefined) await write(output, chunks);
  const { name, mode, role } = domain.settings;
  const document: CheckPcapDocument = {
    schema: "mapd.check-pcap/1",
    domain: name,
    mode,
    role,
    input: { packets: capture.packets.length, notIp: capture.notIp, cut: capture.cut },
    output: { packets, file: output ?? null },
    ...counters,
  };
  if (context.json) writeJson(context, document);
  else writeText(context, document);
  return EXIT.done;
}

export async function contentOf(path: string): Promise<Uint8Array> {
  return await readFile(path).catch((cause: Error) => {
    throw new MapdError("not-found", `cannot read ${path}: ${cause.message}`, { cause });
  });
}

async function write(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  await writeFile(path, Buffer.concat(chunks)).catch((cause: Error) => {
    throw new MapdError("refused", `cannot write ${path}: ${cause.message}`, { cause });
  });
}

/** The named domain, or the only one. */
export function onlyDomain(config: Config, name: string | undefined): DomainConfig {
  if (name !== undefined) return domainNamed(config, name);
  const [only, ...others] = config.domains;
  if (only !== undefined && others.length === 0) return only;
  const names = config.domains.map(({ settings }) => settings.name).join(", ");
  throw new MapdError("usage", `name one of the domains with --domain: ${names}`);
}

interface Checked {
  readonly counters: DomainCounters;
  /** Packets that came out. */
  readonly packets: number;
}

const NS_PER_MS = 1_000_000;

/** Runs the capture; what is to be written goes to `sink`. */
function check(
  { settings, tun }: DomainConfig,
  { packets }: Capture,
  sink: (bytes: Uint8Array) => void,
): Checked {
  const run = new DomainRun(settings);
  const writer = new PcapngWriter(sink, { application: `mapctl ${packageVersion()}` });
  const on = writer.interfaceOf(tun.name);
  const startNs = packets[0]?.timeNs ?? 0n;
  let written = 0;
  for (const event of replay(run, timedPackets(packets))) {
    const timeNs = startNs + BigInt(Math.round(event.timeMs * NS_PER_MS));
    const output = event.kind === "packet" ? event.judgement.output : event.step.output;
    written += output.length;
    for (const { bytes, comment, direction } of recordsOf(event, settings.name, packets)) {
      writer.packet({
        interface: on,
        timeNs,
        bytes,
        originalLength: bytes.length,
        comment,
        direction,
      });
    }
  }
  return { counters: run.counters(), packets: written };
}

/** Times count from the first packet. */
export function timedPackets(packets: readonly CapturedPacket[]): TimedPacket[] {
  const startNs = packets[0]?.timeNs ?? 0n;
  return packets.map(({ packet, timeNs }) => ({
    packet,
    timeMs: Number(timeNs - startNs) / NS_PER_MS,
  }));
}

interface PcapRecord {
  readonly bytes: Uint8Array;
  readonly comment: string;
  readonly direction: "inbound" | "outbound";
}

const WHAT_COMES_OUT: Readonly<Record<OutputView["kind"], string>> = {
  forwarded: "",
  "icmp-error": "ICMP error of our own; ",
  released: "fragment that had waited; ",
};

/** Dropped packets as they came in, and all that came out, each with the number of the frame that it is about. */
function recordsOf(
  event: ReplayEvent,
  domain: string,
  packets: readonly CapturedPacket[],
): readonly PcapRecord[] {
  const step = event.kind === "packet" ? event.judgement : event.step;
  const late = step.dropped.map(
    (drop): PcapRecord => ({
      bytes: drop.packet,
      comment: lateDropText(domain, drop),
      direction: "inbound",
    }),
  );
  if (event.kind === "time") {
    const comment = lateText(domain);
    return [
      ...late,
      ...step.output.map((bytes) => ({ bytes, comment, direction: "outbound" as const })),
    ];
  }
  const { report, packet, index } = event;
  const comment = `${commentText(report)}; frame ${packets[index]?.number}`;
  const dropped: PcapRecord[] =
    report.verdict === "dropped" ? [{ bytes: packet, comment, direction: "inbound" }] : [];
  const out = step.output.map((bytes, i): PcapRecord => {
    const what = WHAT_COMES_OUT[report.output[i]?.kind ?? "forwarded"];
    return { bytes, comment: `${what}${comment}`, direction: "outbound" };
  });
  return [...dropped, ...late, ...out];
}

function writeText(context: CliContext, document: CheckPcapDocument): void {
  const { domain, mode, role, input, output, counters, dropped } = document;
  writeHeading(context, `domain: ${domain} (${mode}, ${role})`);
  writeFields(context, [
    ["packets in", String(input.packets)],
    ...(input.notIp > 0 ? [["frames without IP, left out", String(input.notIp)] as const] : []),
    ...(input.cut > 0
      ? [["packets cut by the capture, left out", String(input.cut)] as const]
      : []),
    ["packets out", String(output.packets)],
    ...(output.file === null ? [] : [["written to", output.file] as const]),
  ]);
  const rows = [
    ...Object.entries(counters).map(([name, value]) => ({ name, value })),
    ...(["ipv4", "ipv6"] as const).flatMap((family) =>
      Object.entries(dropped[family]).map(([reason, value]) => ({
        name: `dropped ${reason} (${family})`,
        value,
      })),
    ),
  ];
  context.stdout.write("\n");
  writeTable(
    context,
    [
      { title: "counter", text: ({ name }) => name },
      { title: "amount", right: true, text: ({ value }) => String(value) },
    ],
    rows,
  );
}
