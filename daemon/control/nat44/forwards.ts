/** `forward-add`, `forward-del`, `forward-list`: ports that belong to a server on the LAN. */
import { z } from "zod";
import { containsIpv4 } from "../../../src/map/prefix.js";
import { type MappingRow, PORT_FREE } from "../../../src/nat44/records.js";
import { formatIpv4 } from "../../../src/wire/address.js";
import { forwardTarget } from "../../config/fields.js";
import { MapdError } from "../../errors.js";
import { type ControlCommand, type ControlledDaemon, controlCommand } from "../command.js";
import type { ForwardRow, ForwardsDocument } from "./documents.js";
import { chooseDomain, chooseDomains, type Nat44Domain } from "./domain.js";
import { forwardRefusal } from "./forward-refusal.js";
import {
  FORWARD_PROTOCOLS,
  type ForwardProtocol,
  forwardProtocols,
  PROTOCOL_NUMBERS,
  protocolName,
  secondsLeft,
} from "./protocols.js";

/** A year, seconds. */
const MAX_LIFETIME = 365 * 86_400;

const domain = z.string().optional();
const protocol = z.enum(FORWARD_PROTOCOLS);
const port = z.int().min(1).max(65535);

const ADD = z.strictObject({
  domain,
  protocol,
  externalPort: z.union([port, z.literal("any")], {
    error: 'must be a port in 1..65535, or "any"',
  }),
  to: forwardTarget(),
  /** Without it the forward stays until it is deleted. */
  lifetimeSeconds: z.int().min(1).max(MAX_LIFETIME).optional(),
});

type Add = z.output<typeof ADD>;

const DEL = z.strictObject({ domain, protocol, externalPort: port });

const LIST = z.strictObject({ domain });

export function forwardCommands(daemon: ControlledDaemon): readonly ControlCommand[] {
  const add = controlCommand("forward-add", "Forward a port: mapd.forwards/1", ADD, (args) =>
    addForwards(chooseDomain(daemon, args.domain), args),
  );
  const del = controlCommand("forward-del", "Delete a forward: mapd.forwards/1", DEL, (args) =>
    deleteForwards(
      chooseDomain(daemon, args.domain),
      forwardProtocols(args.protocol),
      args.externalPort,
    ),
  );
  const list = controlCommand("forward-list", "Every forward: mapd.forwards/1", LIST, (args) =>
    listForwards(chooseDomains(daemon, args.domain)),
  );
  return [{ ...add, changes: true }, { ...del, changes: true }, list];
}

/** Adds the forward of every protocol, or none of them: then MapdError `refused`. */
async function addForwards(to: Nat44Domain, args: Add): Promise<ForwardsDocument> {
  checkLocal(to, args);
  const before = await to.ask<"mappings">({ kind: "mappings" });
  const wanted = forwardProtocols(args.protocol);
  let externalPort = await firstPort(to, args, before);
  const added: ForwardRow[] = [];
  for (const name of wanted) {
    const answer = await to.ask<"map">({
      kind: "map",
      request: {
        protocol: PROTOCOL_NUMBERS[name],
        insideAddress: args.to.address,
        insidePort: args.to.port,
        externalPort,
        exact: externalPort !== 0,
        lifetimeMs: args.lifetimeSeconds === undefined ? null : args.lifetimeSeconds * 1000,
        origin: "operator",
      },
    });
    if (!answer.ok) {
      for (const row of added) await undo(to, row, args, before);
      throw forwardRefusal(
        { domain: to, protocol: name, externalPort, to: args.to },
        answer,
        before,
      );
    }
    externalPort = answer.externalPort;
    added.push({
      domain: to.name,
      protocol: name,
      externalAddress: to.externalAddress,
      externalPort,
      insideAddress: formatIpv4(args.to.address),
      insidePort: args.to.port,
      origin: "operator",
      remainingSeconds: args.lifetimeSeconds ?? null,
    });
  }
  return { schema: "mapd.forwards/1", forwards: added };
}

function checkLocal({ name, settings }: Nat44Domain, { to }: Add): void {
  if (settings.localPrefixes.some((prefix) => containsIpv4(prefix, to.address))) return;
  const message = `${formatIpv4(to.address)} is in none of the local-ipv4-prefixes of domain ${name}`;
  throw new MapdError("refused", message, {
    diagnostics: [{ code: "forward-not-local", severity: "error", path: "to", message, rfc: "" }],
  });
}

/** The port to ask for; 0 leaves the choice to NAT44, which is asked once, so not for two protocols. */
async function firstPort(
  from: Nat44Domain,
  { protocol: text, externalPort, to }: Add,
  before: readonly MappingRow[],
): Promise<number> {
  if (externalPort !== "any") return externalPort;
  if (text !== "both") return 0;
  const own = before.find((row) => isInside(row, to.address, to.port));
  if (own !== undefined) return own.externalPort;
  const use = await from.ask<"ports">({ kind: "ports" });
  const isFree = (index: number): boolean =>
    use.tcp[index] === PORT_FREE && use.udp[index] === PORT_FREE;
  const same = from.ports.indexOf(to.port);
  if (same >= 0 && isFree(same)) return to.port;
  for (let index = 0; index < from.ports.count; index++) {
    if (isFree(index)) return from.ports.at(index);
  }
  throw new MapdError("refused", `no port of domain ${from.name} is free for both tcp and udp`);
}

function isInside(row: MappingRow, address: number, insidePort: number): boolean {
  return row.insideAddress === address && row.insidePort === insidePort;
}

/** Puts back what was there before one protocol's forward was added or renewed. */
async function undo(
  to: Nat44Domain,
  { protocol: name }: ForwardRow,
  args: Add,
  before: readonly MappingRow[],
): Promise<void> {
  const number = PROTOCOL_NUMBERS[name];
  const { address, port: insidePort } = args.to;
  const old = before.find((row) => row.protocol === number && isInside(row, address, insidePort));
  if (old === undefined) {
    const insideAddress = address;
    await to.ask<"unmap">({ kind: "unmap", protocol: number, insideAddress, insidePort });
  } else {
    const { remainingMs, ...rest } = old;
    const request = { ...rest, exact: true, lifetimeMs: remainingMs };
    await to.ask<"map">({ kind: "map", request });
  }
}

/** Deletes the forward of every protocol, or none of them. */
async function deleteForwards(
  from: Nat44Domain,
  wanted: readonly ForwardProtocol[],
  externalPort: number,
): Promise<ForwardsDocument> {
  const all = await from.ask<"mappings">({ kind: "mappings" });
  const chosen = wanted.map((name) => {
    const row = all.find(
      (one) => one.protocol === PROTOCOL_NUMBERS[name] && one.externalPort === externalPort,
    );
    if (row === undefined) throw notThere(from, name, externalPort, all);
    if (row.origin === "config") {
      const message = `the configuration forwards ${name} ${externalPort}; take it out of nat44.forwards of domain ${from.name} and reload`;
      throw new MapdError("refused", message);
    }
    return row;
  });
  for (const { protocol: number, insideAddress, insidePort } of chosen) {
    // One whose lifetime has ended meanwhile is gone just as well.
    await from.ask<"unmap">({ kind: "unmap", protocol: number, insideAddress, insidePort });
  }
  return { schema: "mapd.forwards/1", forwards: chosen.map((row) => forwardRow(from, row)) };
}

function notThere(
  { name }: Nat44Domain,
  wanted: ForwardProtocol,
  externalPort: number,
  all: readonly MappingRow[],
): MapdError {
  const there = all.map((row) => `${protocolName(row.protocol)} ${row.externalPort}`).join(", ");
  const hint = there === "" ? "there are none" : `there are: ${there}`;
  return new MapdError(
    "not-found",
    `domain ${name} does not forward ${wanted} ${externalPort}; ${hint}`,
  );
}

async function listForwards(domains: readonly Nat44Domain[]): Promise<ForwardsDocument> {
  const lists = await Promise.all(
    domains.map(async (from) => {
      const rows = await from.ask<"mappings">({ kind: "mappings" });
      const sorted = rows.toSorted(
        (a, b) => a.externalPort - b.externalPort || a.protocol - b.protocol,
      );
      return sorted.map((row) => forwardRow(from, row));
    }),
  );
  return { schema: "mapd.forwards/1", forwards: lists.flat() };
}

function forwardRow({ name, externalAddress }: Nat44Domain, row: MappingRow): ForwardRow {
  return {
    domain: name,
    protocol: protocolName(row.protocol),
    externalAddress,
    externalPort: row.externalPort,
    insideAddress: formatIpv4(row.insideAddress),
    insidePort: row.insidePort,
    origin: row.origin,
    remainingSeconds: row.remainingMs === null ? null : secondsLeft(row.remainingMs),
  };
}
