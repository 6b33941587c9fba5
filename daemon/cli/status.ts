/** `mapctl status`: what runs, who it is, and whether packets pass. */
import { askDaemon } from "../control/client.js";
import { EXIT } from "../errors.js";
import type { ByFamily, DomainStatus, StatusDocument } from "../runtime/status.js";
import type { StateStatus } from "../state/keeper.js";
import { type CliCommand, type CliContext, writeFields, writeJson } from "./command.js";
import { paint, writeHeading } from "./paint.js";

export const statusCommand: CliCommand = {
  name: "status",
  summary: "Show what the running mapd does: domains, addresses, traffic, readiness",
  arguments: [],
  options: [],
  schema: "mapd.status/1",
  examples: ["mapctl status", "mapctl status --json | jq .domains[].ce.mapIpv6"],
  async run(_input, context) {
    // The daemon made the document from this very type; a newer one only adds keys.
    const status = (await askDaemon(context.socketPath, "status")) as StatusDocument;
    if (context.json) writeJson(context, status);
    else writeText(context, status);
    return EXIT.done;
  },
};

function writeText(context: CliContext, status: StatusDocument): void {
  writeFields(context, [
    ["mapd", `${status.version}, up ${duration(status.uptimeSeconds)}`],
    [
      "ready",
      status.ready ? paint(context, "green", "yes") : paint(context, "red", `no, ${status.phase}`),
    ],
    ...status.reasons.map((reason): readonly [string, string] => ["", reason]),
    [
      "configuration",
      `${status.configHash}${status.lastReloadSuccessful ? "" : " (last reload failed)"}`,
    ],
    ...stateFields(status.state),
  ]);
  for (const domain of status.domains) {
    context.stdout.write("\n");
    writeHeading(context, `domain: ${domain.name}`);
    const fields = domainFields(domain).map(([label, value]): readonly [string, string] => [
      `  ${label}`,
      value,
    ]);
    writeFields(context, fields);
  }
}

function domainFields(domain: DomainStatus): readonly (readonly [string, string])[] {
  const { tun, mtu } = domain;
  const queues = tun.queues === 1 ? "1 queue" : `${tun.queues} queues`;
  const offloads = tun.offloads.length === 0 ? "no offloads" : tun.offloads.join(" ");
  const dead = domain.workers.filter((worker) => !worker.alive).length;
  return [
    ["mode", `${domain.mode} ${domain.role}`],
    ["device", `${tun.name}, ${queues}, ${offloads}`],
    ...(tun.classifier?.on === false
      ? [["", `super-packets are cut for the tunnel: ${tun.classifier.reason}`] as const]
      : []),
    ...(tun.intake?.on === false
      ? [["", `no super-packets out of the tunnel: ${tun.intake.reason}`] as const]
      : []),
    ...(dead === 0 ? [] : [["workers", `${dead} not running`] as const]),
    ...identityFields(domain),
    ["mtu", `ipv6 ${mtu.ipv6}, ipv4 ${mtu.ipv4}`],
    ["in", traffic(domain.packets.in, domain.bytes.in)],
    ["out", traffic(domain.packets.out, domain.bytes.out)],
    ["dropped", `${domain.dropped}${domain.dropped === 0 ? "" : " (mapctl counters --nonzero)"}`],
    ...natFields(domain),
  ];
}

function identityFields(domain: DomainStatus): readonly (readonly [string, string])[] {
  const relay: readonly (readonly [string, string])[] =
    domain.dmrIpv6Prefix === null
      ? [["br address", domain.brIpv6Addresses.join(" ")]]
      : [["dmr prefix", domain.dmrIpv6Prefix]];
  const { ce } = domain;
  if (ce === null) return [...relay, ["rules", String(domain.br?.rules ?? 0)]];
  const psid = ce.psid === null ? "" : `, psid ${ce.psid} (0x${ce.psid.toString(16)})`;
  const length = ce.ipv4PrefixLen === 32 ? "" : `/${ce.ipv4PrefixLen}`;
  return [
    ["end-user prefix", ce.endUserIpv6Prefix],
    ["map address", ce.mapIpv6],
    ["ipv4", `${ce.ipv4}${length}${psid}`],
    ["ports", `${ce.portsPerCe} in ${rangeCount(ce.portRangeCount)}`],
    ...relay,
    ["rule", ce.rule],
  ];
}

function natFields({ nat44, ce }: DomainStatus): readonly (readonly [string, string])[] {
  if (nat44 === null || ce === null) return [];
  const { ports, forwards } = nat44;
  const used = (["tcp", "udp", "icmp"] as const).map(
    (name) => `${name} ${ports[name].used} of ${ce.portsPerCe}`,
  );
  const requests = nat44.pcp ? ", pcp on" : "";
  return [
    ["nat44", `to ${ce.ipv4}, ${nat44.filtering} filtering, tcp port reuse ${nat44.tcpPortReuse}`],
    ["", `ports used: ${used.join(", ")} (mapctl ports)`],
    ["", `${nat44.sessions} of ${nat44.maxSessions} sessions (mapctl sessions)`],
    ["", `${forwards} configured forwards${requests} (mapctl forward list)`],
  ];
}

function stateFields(state: StateStatus | null): readonly (readonly [string, string])[] {
  if (state === null) return [];
  const { file, restoredSessions, lostSessions, problem } = state;
  return [
    ["state file", `${file}, ${restoredSessions} sessions restored, ${lostSessions} lost`],
    ...(problem === null ? [] : [["", problem] as const]),
  ];
}

function rangeCount(count: number): string {
  return count === 1 ? "1 range" : `${count} ranges`;
}

function traffic(packets: ByFamily, bytes: ByFamily): string {
  const of = (family: "ipv4" | "ipv6"): string =>
    `${family} ${packets[family]} packets ${size(bytes[family])}`;
  return `${of("ipv4")}, ${of("ipv6")}`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** Bytes for people. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(2)} ${UNITS[unit]}`;
}

/** Seconds for people: the two largest units. */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [
    { count: Math.floor(whole / 86_400), unit: "d" },
    { count: Math.floor(whole / 3600) % 24, unit: "h" },
    { count: Math.floor(whole / 60) % 60, unit: "m" },
    { count: whole % 60, unit: "s" },
  ];
  const first = parts.findIndex((part) => part.count > 0);
  if (first < 0) return "0s";
  return parts
    .slice(first, first + 2)
    .filter((part) => part.count > 0)
    .map((part) => `${part.count}${part.unit}`)
    .join(" ");
}
