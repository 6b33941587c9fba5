/** `top`: which LAN hosts hold the ports. */
import { z } from "zod";
import type { HostRow } from "../../../src/nat44/records.js";
import { formatIpv4 } from "../../../src/wire/address.js";
import { type ControlCommand, type ControlledDaemon, controlCommand } from "../command.js";
import type { TopDocument } from "./documents.js";
import { chooseDomain, type Nat44Domain } from "./domain.js";

export const TOP_KEYS = ["ports", "sessions"] as const;

const TOP = z.strictObject({
  domain: z.string().optional(),
  by: z.enum(TOP_KEYS).default("ports"),
  /** 0: all. */
  limit: z.int().min(0).default(10),
});

type Top = z.output<typeof TOP>;

export function topCommand(daemon: ControlledDaemon): ControlCommand {
  return controlCommand("top", "LAN hosts by ports or sessions: mapd.top/1", TOP, (args) =>
    topDocument(chooseDomain(daemon, args.domain), args),
  );
}

const KEYS: Readonly<Record<Top["by"], (row: HostRow) => number>> = {
  ports: (row) => row.tcpPorts + row.udpPorts + row.icmpIds,
  sessions: (row) => row.sessions,
};

async function topDocument(of: Nat44Domain, { by, limit }: Top): Promise<TopDocument> {
  const hosts = await of.ask<"hosts">({ kind: "hosts" });
  const key = KEYS[by];
  const sorted = hosts.toSorted((a, b) => key(b) - key(a) || a.address - b.address);
  return {
    schema: "mapd.top/1",
    domain: of.name,
    by,
    total: hosts.length,
    hosts: (limit === 0 ? sorted : sorted.slice(0, limit)).map((row) => ({
      address: formatIpv4(row.address),
      ports: KEYS.ports(row),
      tcpPorts: row.tcpPorts,
      udpPorts: row.udpPorts,
      icmpIds: row.icmpIds,
      sessions: row.sessions,
    })),
  };
}
