/** What `mapctl trace` and `mapctl mirror` do with the packets that the daemon shows. */
import { closeSync, openSync, writeSync } from "node:fs";
import {
  afterComment,
  beforeComment,
  type TracePacket,
  type TraceView,
  traceLine,
} from "../../src/explain/trace-line.js";
import { listenToDaemon } from "../control/stream-client.js";
import { EXIT, MapdError } from "../errors.js";
import { packageVersion } from "../runtime/version.js";
import type { PacketDocument, TraceDocument, TracedDocument } from "../trace/documents.js";
import { type Direction, PcapngWriter } from "../trace/pcapng.js";
import { type CliContext, type CliOption, writeJson } from "./command.js";
import { paint } from "./paint.js";

export const OUTPUT_OPTION: CliOption = {
  flags: "-o, --output <file>",
  description:
    "pcapng to write instead of lines, - for standard output: Wireshark shows verdicts as comments",
};

export interface TraceLimits {
  /** End after so many packets; 0: never. */
  readonly count: number;
  /** Or after so many milliseconds; 0: never. */
  readonly durationMs: number;
}

const STANDARD_OUTPUT = "-";

/** Listens until a limit is reached, somebody interrupts or nobody reads any more. Gives the exit status. */
export async function showTrace(
  command: string,
  args: object,
  output: string | undefined,
  { count, durationMs }: TraceLimits,
  context: CliContext,
): Promise<number> {
  if (context.json && output === STANDARD_OUTPUT) {
    throw new MapdError("usage", "--json and -o - both want standard output; choose one");
  }
  const capture = output === undefined ? null : new Capture(output, context);
  const end = new AbortController();
  const abort = (): void => end.abort();
  let timer: NodeJS.Timeout | null = null;
  context.stdout.once("error", abort).once("close", abort);
  process.once("SIGINT", abort).once("SIGTERM", abort);
  let packets = 0;
  let lost = 0;
  const onDocument = (document: TraceDocument): void => {
    if (document.event === "started" && durationMs > 0) timer = setTimeout(abort, durationMs);
    if (document.event === "lost") lost += document.count;
    if (document.event === "packet") packets++;
    tell(document, capture, context);
    if (count > 0 && packets === count) abort();
  };
  try {
    // The daemon made the documents from this very type; a newer one only adds keys.
    const take = (document: object): void => onDocument(document as TraceDocument);
    await listenToDaemon(context.socketPath, command, args, take, end.signal);
  } finally {
    if (timer !== null) clearTimeout(timer);
    process.off("SIGINT", abort).off("SIGTERM", abort);
    context.stdout.off("error", abort).off("close", abort);
    capture?.close();
  }
  const missed = lost === 0 ? "" : `, ${lost} more came too quickly to be shown`;
  context.stderr.write(`${packets} packets${missed}\n`);
  return EXIT.done;
}

function tell(document: TraceDocument, capture: Capture | null, context: CliContext): void {
  if (context.json) writeJson(context, document);
  if (document.event === "started" && !context.json) {
    context.stderr.write(`tracing ${document.domains.join(", ")}; Ctrl-C ends it\n`);
  }
  if (document.event === "lost" && !context.json) {
    context.stderr.write(`${document.count} packets came too quickly to be shown\n`);
  }
  if (document.event !== "packet") return;
  const view = viewOf(document);
  capture?.add(view);
  if (context.json || capture !== null) return;
  const line = traceLine(view);
  context.stdout.write(`${view.verdict === "dropped" ? paint(context, "red", line) : line}\n`);
}

/** The document with bytes instead of base64. */
function viewOf(document: TracedDocument): TraceView {
  return {
    ...document,
    before: document.before === null ? null : packetOf(document.before),
    after: document.after.map(packetOf),
  };
}

function packetOf({ bytes, length, segmentLength }: PacketDocument): TracePacket {
  return { bytes: Buffer.from(bytes, "base64"), length, segmentLength };
}

/** The file of `-o`: every packet as it was and as it became, next to each other. */
class Capture {
  readonly #fd: number | null;
  readonly #writer: PcapngWriter;

  constructor(path: string, { stdout }: CliContext) {
    if (path === STANDARD_OUTPUT) this.#fd = null;
    else this.#fd = openFile(path);
    const application = `mapctl ${packageVersion()}`;
    const sink = (bytes: Uint8Array): void => {
      if (this.#fd === null) stdout.write(bytes);
      else writeAll(this.#fd, bytes, path);
    };
    this.#writer = new PcapngWriter(sink, { application });
  }

  add(view: TraceView): void {
    const { before, after, origin } = view;
    if (before !== null) {
      this.#add(view, before, beforeComment(view), origin === "device" ? "inbound" : null);
    }
    for (const packet of after) this.#add(view, packet, afterComment(view), "outbound");
  }

  #add(view: TraceView, packet: TracePacket, comment: string, direction: Direction | null): void {
    this.#writer.packet({
      interface: this.#writer.interfaceOf(view.domain),
      timeNs: nanoseconds(view.time),
      bytes: packet.bytes,
      originalLength: packet.length,
      comment,
      direction,
    });
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
  }
}

function openFile(path: string): number {
  try {
    // What subscribers send is for nobody else to read.
    return openSync(path, "w", 0o600);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function writeAll(fd: number, bytes: Uint8Array, path: string): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, error: unknown): MapdError {
  const reason = error instanceof Error ? error.message : String(error);
  return new MapdError("refused", `cannot write ${path}: ${reason}`, { cause: error });
}

const NS_PER_MS = 1_000_000n;
const NS_PER_US = 1000n;

/** Of an ISO time in UTC with six digits behind the second. */
function nanoseconds(time: string): bigint {
  const at = time.indexOf(".") + 1;
  const ms = Date.parse(`${time.slice(0, at + 3)}Z`);
  return BigInt(ms) * NS_PER_MS + BigInt(time.slice(at + 3, at + 6)) * NS_PER_US;
}
