/** What is measured, one row a forwarder: how it starts in its network and what it is loaded with. */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { seenOnStderr, start, stop } from "../../../lab/process.js";
import { type DomainName, forwardingOf } from "../domains.js";
import type { Network } from "./network.js";
import { type PathName, SIIT } from "./paths.js";
import { programPath } from "./programs.js";

export const MAPD = fileURLToPath(new URL("../../../daemon/mapd.js", import.meta.url));
const READY_MS = 15_000;
const TUN = "tun0";

/** `all` loads, those that show the difference that a setting makes, or those of many flows. */
export type Scope = "all" | "core" | "parallel";

export interface ForwarderSpec {
  readonly name: string;
  readonly help: string;
  readonly path: PathName;
  readonly scope: Scope;
  start(network: Network): Promise<ChildProcess>;
}

/** Everything that comes in on either side goes to the program, and what that writes to the other side. */
const THROUGH_TUN = [
  `link set dev ${TUN} up`,
  `route add default dev ${TUN} table 100`,
  "rule add iif in0 lookup 100",
  "rule add iif out0 lookup 100",
];

function nullForwarder(kind: "plain" | "tso") {
  return async (network: Network): Promise<ChildProcess> => {
    const command = [programPath("null-forwarder"), TUN, kind];
    const child = await started(network, command, /ready/);
    await network.configureForwarder(THROUGH_TUN);
    return child;
  };
}

async function tayga(network: Network): Promise<ChildProcess> {
  const folder = folderOf(network);
  const file = `${folder}/tayga.conf`;
  const lines = [
    `tun-device ${TUN}`,
    `ipv4-addr ${SIIT.ownIpv4}`,
    `prefix ${SIIT.prefix}`,
    `map ${SIIT.ipv4} ${SIIT.ipv6}`,
    `data-dir ${folder}`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  await network.run("forwarder", ["tayga", "--config", file, "--mktun"]);
  await network.configureForwarder([
    `link set dev ${TUN} up`,
    `route add ${SIIT.ownIpv4}/32 dev ${TUN}`,
    `route add ${SIIT.ipv4}/32 dev ${TUN}`,
    `-6 route add ${SIIT.prefix} dev ${TUN}`,
  ]);
  // It says nothing once it runs; the probe before the first measurement waits for it.
  const command = network.command("forwarder", ["tayga", "--config", file, "--nodetach"]);
  return start(command, { stdio: "ignore" });
}

/** `before`: the command that mapd is started by. */
function mapd(name: DomainName, tun: object, before: readonly string[] = []) {
  return (network: Network): Promise<ChildProcess> => {
    const folder = folderOf(network);
    const file = `${folder}/mapd.yaml`;
    const forwarding = forwardingOf(name, { name: TUN, ...tun });
    writeFileSync(file, stringify({ "control-socket": `${folder}/mapd.sock`, ...forwarding }));
    const command = [...before, process.execPath, MAPD, "--config", file];
    return started(network, command, /"mapd runs"/);
  };
}

function mapdSpecs(name: DomainName, help: string): readonly ForwarderSpec[] {
  return [
    { name, help, path: name, scope: "all", start: mapd(name, {}) },
    {
      name: `${name}-plain`,
      help: `${help}, offload: off`,
      path: name,
      scope: "core",
      start: mapd(name, { offload: "off" }),
    },
  ];
}

export const FORWARDERS: readonly ForwarderSpec[] = [
  {
    name: "null-plain",
    help: "C, one read and one write a packet, no offload: the yardstick",
    path: "ipv4",
    scope: "all",
    start: nullForwarder("plain"),
  },
  {
    name: "null-tso",
    help: "C, as before with checksum offload and TSO",
    path: "ipv4",
    scope: "all",
    start: nullForwarder("tso"),
  },
  {
    name: "tayga",
    help: "Debian's tayga, IPv6 to IPv4 with one fixed pair",
    path: "siit",
    scope: "all",
    start: tayga,
  },
  ...mapdSpecs("map-t-br", "mapd, MAP-T BR"),
  {
    name: "map-t-br-2-queues",
    help: "mapd, MAP-T BR, two queues and so two threads",
    path: "map-t-br",
    scope: "parallel",
    start: mapd("map-t-br", { queues: 2 }),
  },
  ...mapdSpecs("map-t-ce", "mapd, MAP-T CE with NAT44"),
  ...mapdSpecs("map-e-br", "mapd, MAP-E BR"),
  ...mapdSpecs("map-e-ce", "mapd, MAP-E CE with NAT44"),
  {
    name: "map-e-br-unclassified",
    help: "mapd, MAP-E BR, as where the kernel refuses the classifier",
    path: "map-e-br",
    scope: "core",
    start: mapd("map-e-br", {}, ["setpriv", "--bounding-set=-bpf,-sys_admin"]),
  },
];

async function started(
  network: Network,
  command: readonly string[],
  ready: RegExp,
): Promise<ChildProcess> {
  const child = start(network.command("forwarder", command), {
    stdio: ["ignore", "ignore", "pipe"],
  });
  await seenOnStderr(child, ready, READY_MS);
  return child;
}

/** In the sandbox's own /run, which goes with it. */
function folderOf(network: Network): string {
  const folder = `/run/bench/${network.name}`;
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A forwarder in its network, and what it has cost so far. */
export class Forwarder {
  readonly spec: ForwarderSpec;
  readonly network: Network;
  readonly #child: ChildProcess;

  private constructor(spec: ForwarderSpec, network: Network, child: ChildProcess) {
    this.spec = spec;
    this.network = network;
    this.#child = child;
  }

  static async start(spec: ForwarderSpec, network: Network): Promise<Forwarder> {
    return new Forwarder(spec, network, await spec.start(network));
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.spec.name} never ran`);
    return this.#child.pid;
  }

  stop(): Promise<void> {
    return stop(this.#child, "SIGTERM");
  }
}
