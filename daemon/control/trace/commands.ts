/** The commands that show packets as they pass, until the client hangs up. */
import { z } from "zod";
import type { Diagnostic } from "../../../src/map/types.js";
import type { FilterTerm } from "../../../src/tun/trace/filter.js";
import { parseFilter } from "../../../src/tun/trace/filter-text.js";
import { MapdError } from "../../errors.js";
import { TRACE_SCHEMA, type TraceStarted } from "../../trace/documents.js";
import { ceBehind, type ServingDomain } from "../../trace/subscriber.js";
import { HEADERS, type TraceRequest, type Tracer, WHOLE } from "../../trace/tracer.js";
import { type ControlCommand, controlCommand } from "../command.js";
import { ControlStream } from "../stream.js";

const MAX_WORDS = 64;

const TRACE = z.strictObject({
  filter: z.array(z.string()).max(MAX_WORDS).default([]),
  domain: z.string().nullable().default(null),
  drops: z.boolean().default(false),
  full: z.boolean().default(false),
});

/** Either is one subscriber. */
const MIRROR = z.strictObject({
  host: z.string().nullable().default(null),
  ce: z.string().nullable().default(null),
  domain: z.string().nullable().default(null),
});

/** A daemon whose packets can be traced; Daemon has this shape. */
export interface TraceableDaemon {
  readonly tracer: Tracer;
  readonly domains: readonly ServingDomain[];
}

export function traceCommands(daemon: TraceableDaemon): readonly ControlCommand[] {
  return [
    {
      ...controlCommand(
        "trace",
        "Packets before and after, with verdict and rule, until the client hangs up: mapd.trace/1",
        TRACE,
        ({ filter, domain, drops, full }) =>
          streamOf(daemon, {
            terms: termsOf(filter),
            domain,
            dropsOnly: drops,
            snapLen: full ? WHOLE : HEADERS,
          }),
      ),
      reveals: true,
    },
    {
      ...controlCommand(
        "mirror",
        "Whole packets of one subscriber, until the client hangs up: mapd.trace/1",
        MIRROR,
        ({ host, ce, domain }) =>
          streamOf(daemon, {
            terms: subscriberTerms(daemon, host, ce),
            domain,
            dropsOnly: false,
            snapLen: WHOLE,
          }),
      ),
      reveals: true,
    },
  ];
}

function streamOf({ tracer, domains }: TraceableDaemon, request: TraceRequest): ControlStream {
  tracer.checkDomain(request.domain);
  const names = domains.map(({ config }) => config.settings.name);
  const first: TraceStarted = {
    schema: TRACE_SCHEMA,
    event: "started",
    domains: request.domain === null ? names : [request.domain],
  };
  return new ControlStream(first, (send) => tracer.trace(request, send));
}

function termsOf(words: readonly string[]): readonly FilterTerm[] {
  const parsed = parseFilter(words);
  if (parsed.ok) return parsed.value;
  throw usage(parsed.diagnostics);
}

function usage(diagnostics: readonly Diagnostic[]): MapdError {
  const text = diagnostics.map(({ message }) => message).join("; ");
  return new MapdError("usage", text, { diagnostics });
}

/** A host is one by its address; with a port of a shared address, it is the CE that the port belongs to. */
function subscriberTerms(
  { domains }: TraceableDaemon,
  host: string | null,
  ce: string | null,
): readonly FilterTerm[] {
  if ((host === null) === (ce === null)) throw new MapdError("usage", "name a host or a CE, one");
  if (ce !== null) return termsOf(["ce", ce]);
  const behind = ceBehind(domains, host ?? "");
  return behind === null ? termsOf(["host", host ?? ""]) : [{ kind: "ce", prefix: behind }];
}
