/** `ports` and `ports-suggest`: what the port set is used for, and which of its ports are good for servers. */
import { z } from "zod";
import type { PortSet } from "../../../src/map/port-set.js";
import {
  PORT_FORWARD,
  PORT_FREE,
  PORT_RESERVED,
  PORT_USED,
  type PortUse,
} from "../../../src/nat44/records.js";
import { MapdError } from "../../errors.js";
import { type ControlCommand, type ControlledDaemon, controlCommand } from "../command.js";
import type {
  CountsByProtocol,
  PortCounts,
  PortRun,
  PortsDocument,
  PortsSuggestDocument,
} from "./documents.js";
import { chooseDomain, type Nat44Domain } from "./domain.js";
import { FORWARD_PROTOCOLS, forwardProtocols } from "./protocols.js";
import { contiguousPorts, rangesText, spreadPorts } from "./suggest.js";

const domain = z.string().optional();

/** `each`: every port that is in use, too. */
const PORTS = z.strictObject({ domain, each: z.boolean().default(false) });

const SUGGEST = z.strictObject({
  domain,
  count: z.int().min(1).max(65535),
  protocol: z.enum(FORWARD_PROTOCOLS).default("both"),
  /** One run of numbers, as some servers want it. */
  contiguous: z.boolean().default(false),
});

const NAMES: ReadonlyMap<number, PortRun[2]> = new Map([
  [PORT_USED, "used"],
  [PORT_FORWARD, "forward"],
  [PORT_RESERVED, "reserved"],
]);

type Suggest = z.output<typeof SUGGEST>;

export function portCommands(daemon: ControlledDaemon): readonly ControlCommand[] {
  return [
    controlCommand(
      "ports",
      "Use of the port set by protocol and block: mapd.ports/1",
      PORTS,
      (args) => portsDocument(chooseDomain(daemon, args.domain), args.each),
    ),
    controlCommand(
      "ports-suggest",
      "Free ports that are good for servers: mapd.ports-suggest/1",
      SUGGEST,
      (args) => suggestPorts(chooseDomain(daemon, args.domain), args),
    ),
  ];
}

async function portsDocument(of: Nat44Domain, each: boolean): Promise<PortsDocument> {
  const use = await of.ask<"ports">({ kind: "ports" });
  const blocks = of.ports.ranges().map(([first, last]) => {
    const from = of.ports.indexOf(first);
    return { first, last, ...countsIn(use, from, from + last - first + 1) };
  });
  return {
    schema: "mapd.ports/1",
    domain: of.name,
    externalAddress: of.externalAddress,
    count: of.ports.count,
    protocols: countsIn(use, 0, of.ports.count),
    blocks,
    ...(each ? { runs: runsOf(of.ports, use) } : {}),
  };
}

function runsOf(ports: PortSet, { tcp, udp, icmp }: PortUse): NonNullable<PortsDocument["runs"]> {
  return { tcp: runs(ports, tcp), udp: runs(ports, udp), icmp: runs(ports, icmp) };
}

function runs(ports: PortSet, states: Uint8Array): readonly PortRun[] {
  const found: PortRun[] = [];
  for (const [first, last] of ports.ranges()) {
    const offset = ports.indexOf(first) - first;
    for (let port = first; port <= last; ) {
      const state = states[offset + port]!;
      let end = port;
      while (end < last && states[offset + end + 1] === state) end++;
      const what = NAMES.get(state);
      if (what !== undefined) found.push([port, end, what]);
      port = end + 1;
    }
  }
  return found;
}

function countsIn({ tcp, udp, icmp }: PortUse, from: number, to: number): CountsByProtocol {
  return {
    tcp: counts(tcp, from, to),
    udp: counts(udp, from, to),
    icmp: counts(icmp, from, to),
  };
}

function counts(states: Uint8Array, from: number, to: number): PortCounts {
  const byState = [0, 0, 0, 0];
  for (let index = from; index < to; index++) byState[states[index]!]!++;
  return {
    used: byState[PORT_USED]!,
    forward: byState[PORT_FORWARD]!,
    reserved: byState[PORT_RESERVED]!,
    free: byState[PORT_FREE]!,
  };
}

async function suggestPorts(of: Nat44Domain, args: Suggest): Promise<PortsSuggestDocument> {
  const use = await of.ask<"ports">({ kind: "ports" });
  const tables = forwardProtocols(args.protocol).map((name) => use[name]);
  const blocks = freeByBlock(of.ports, (index) =>
    tables.every((states) => states[index] === PORT_FREE),
  );
  const ports = args.contiguous
    ? contiguousPorts(blocks, args.count)
    : spreadPorts(blocks, args.count);
  if (ports.length < args.count) throw tooFew(of, args, ports);
  return {
    schema: "mapd.ports-suggest/1",
    domain: of.name,
    externalAddress: of.externalAddress,
    protocol: args.protocol,
    ports,
    reserve: `reserve: [${rangesText(ports)}]`,
  };
}

/** Free ports, ascending, of each range of the set. */
function freeByBlock(ports: PortSet, isFree: (index: number) => boolean): number[][] {
  return ports.ranges().map(([first, last]) => {
    const from = ports.indexOf(first);
    const free: number[] = [];
    for (let port = first; port <= last; port++) if (isFree(from + port - first)) free.push(port);
    return free;
  });
}

function tooFew({ name }: Nat44Domain, args: Suggest, ports: readonly number[]): MapdError {
  const what = `free for ${args.protocol === "both" ? "both tcp and udp" : args.protocol}`;
  const most = ports.length === 0 ? "none is" : `the most is ${ports.length}: ${rangesText(ports)}`;
  const asked = args.contiguous ? `${args.count} ports in a row` : `${args.count} ports`;
  return new MapdError("refused", `domain ${name} has not ${asked} ${what}; ${most}`);
}
