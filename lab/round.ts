/** One mode's network brought up, and one round of checks over it. */
import type { CountersDocument } from "../daemon/runtime/status.js";
import { Capture } from "./capture.js";
import { bigPing, ceHost, dns, hops, http, iperf, mtu, ping, twoCes } from "./checks.js";
import { type Adjust, AS_PLANNED, type Daemons, startDaemons, tunName } from "./daemons.js";
import { DAEMONS, type LabMode, NODES } from "./plan.js";
import { type Check, check, type Finding, type ModeReport } from "./report.js";
import { judgeSeen, watchServer } from "./seen.js";
import { type Services, startServices } from "./services.js";
import { Topology } from "./topology.js";
import { judgeWire, type WireReport } from "./wire.js";

export interface Network {
  readonly topology: Topology;
  readonly daemons: Daemons;
  readonly services: Services;
  /** Ends the processes, in order; who ends the sandbox need not. */
  down(): Promise<void>;
  /** The same at once, for who has seen enough of an orderly end. */
  end(): Promise<void>;
}

export async function bringUp(mode: LabMode, adjust: Adjust = AS_PLANNED): Promise<Network> {
  const topology = await Topology.create(mode);
  const [daemons, services] = await Promise.all([
    startDaemons(topology, adjust),
    startServices(topology),
  ]);
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    await Promise.all([...DAEMONS.map((name) => daemons[name].stop(signal)), services.stop()]);
  };
  return {
    topology,
    daemons,
    services,
    down: () => stop("SIGTERM"),
    end: () => stop("SIGKILL"),
  };
}

/** Packets kept of each iperf3 run: full dissection of all of them would take minutes. */
const IPERF_SAMPLE = 4000;

/** A round under way: its checks so far, each told as soon as it is known. */
class Round {
  readonly #network: Network;
  readonly #tell: (result: Check) => void;
  readonly #checks: Check[] = [];
  readonly #wires: WireReport[] = [];

  constructor(network: Network, tell: (result: Check) => void) {
    this.#network = network;
    this.#tell = tell;
  }

  async run(): Promise<readonly Check[]> {
    const { topology, daemons } = this.#network;
    const multicast = await watchMulticast(topology);
    const before = await readDrops(daemons);
    const seen = await watchServer(topology);
    await this.#onTheWire({}, () => this.#smallTraffic());
    for (const direction of ["up", "down"] as const) {
      await this.#onTheWire({ packets: IPERF_SAMPLE }, () =>
        this.#check(`iperf3-${direction}`, () => iperf(topology, direction)),
      );
    }
    await seen.stop();
    await this.#check("ports", () => judgeSeen(seen));
    await this.#check("wire", async () => this.#wire());
    await this.#check("checksums", async () => this.#checksums());
    await this.#check("drops", () => this.#drops(before, multicast));
    await this.#pathChecks();
    return this.#checks;
  }

  async #check(name: string, look: () => Promise<Finding>): Promise<void> {
    const result = await check(name, look);
    this.#checks.push(result);
    this.#tell(result);
  }

  async #smallTraffic(): Promise<void> {
    const { topology, services } = this.#network;
    await this.#check("ping", () => ping(topology, "lan1"));
    await this.#check("ping-2", () => ping(topology, "lan2"));
    await this.#check("http", () => http(topology, services));
    await this.#check("dns", () => dns(topology));
    await this.#check("two-ces", () => twoCes(topology));
    await this.#check("ce-host", () => ceHost(topology, services));
  }

  /** Last, since ICMP errors and fragments are more than the judges of the wire read, and some of it is for dropping. */
  async #pathChecks(): Promise<void> {
    const { topology } = this.#network;
    await this.#check("big-ping", () => bigPing(topology));
    await this.#check("mtu", () => mtu(topology));
    await this.#check("traceroute", () => hops(topology));
  }

  /** Captures on the provider's link to the BR, where both CEs' packets cross, while `work` runs. */
  async #onTheWire(options: { packets?: number }, work: () => Promise<void>): Promise<void> {
    const { topology } = this.#network;
    const capture = await Capture.start(topology, "isp", "br", options);
    await work();
    await capture.stop();
    this.#wires.push(await judgeWire(capture, topology.mode));
  }

  #wire(): Finding {
    const packets = { tcp: 0, udp: 0, icmp: 0 };
    for (const wire of this.#wires) {
      packets.tcp += wire.packets.tcp;
      packets.udp += wire.packets.udp;
      packets.icmp += wire.packets.icmp;
    }
    const foreign = this.#wires.flatMap((wire) => wire.foreign);
    const everyKind = packets.tcp > 0 && packets.udp > 0 && packets.icmp > 0;
    const shape =
      this.#network.topology.mode === "map-t"
        ? "IPv6 between MAP address and mapped server, no IPv4"
        : "IPv4 in IPv6 between MAP address and BR";
    const counted = `${packets.tcp} TCP, ${packets.udp} UDP, ${packets.icmp} ICMP`;
    const detail =
      foreign.length === 0 && everyKind
        ? `${counted}: all ${shape}`
        : `${counted}; ${foreign.length} do not belong: ${foreign.slice(0, 3).join("; ")}`;
    const figures = {
      tcpPackets: packets.tcp,
      udpPackets: packets.udp,
      icmpPackets: packets.icmp,
      foreignPackets: foreign.length,
    };
    return { ok: foreign.length === 0 && everyKind, detail, figures };
  }

  #checksums(): Finding {
    const bad = this.#wires.flatMap((wire) => wire.badChecksums);
    const total = this.#wires.reduce((sum, { packets: p }) => sum + p.tcp + p.udp + p.icmp, 0);
    const detail =
      bad.length === 0
        ? `${total} packets verified by tshark, all good`
        : `${bad.length} of ${total} bad: ${bad.slice(0, 3).join("; ")}`;
    const figures = { verifiedPackets: total, badPackets: bad.length };
    return { ok: total > 0 && bad.length === 0, detail, figures };
  }

  /** No more than what the nodes' own kernels send into the TUN devices, which is multicast. */
  async #drops(before: Drops, multicast: readonly Capture[]): Promise<Finding> {
    const after = await readDrops(this.#network.daemons);
    let noise = 0;
    for (const capture of multicast) {
      await capture.stop();
      noise += (await capture.dissect(["ipv6.dst"])).length;
    }
    const fresh = [...after].flatMap(([name, count]) => {
      const more = count - (before.get(name) ?? 0);
      return more === 0 ? [] : [{ name, more }];
    });
    const packets = fresh.reduce((sum, { more }) => sum + more, 0);
    const list = fresh.map(({ name, more }) => `${more} ${name}`).join(", ");
    const own = noise === 0 ? "" : ` (the kernels' own multicast listener reports: ${noise})`;
    const detail = packets === 0 ? "no packet dropped by any mapd" : `dropped: ${list}${own}`;
    const figures = { droppedPackets: packets, kernelMulticastPackets: noise };
    return { ok: packets <= noise, detail, figures };
  }
}

/** A kernel that forwards joins ff02::2 on every device and reports it there (RFC 9777 §6.1): not traffic. */
function watchMulticast(topology: Topology): Promise<readonly Capture[]> {
  const device = tunName(topology.mode);
  const filter = "ip6 multicast";
  return Promise.all(DAEMONS.map((name) => Capture.start(topology, name, device, { filter })));
}

/** Drops by "daemon reason family". */
type Drops = ReadonlyMap<string, number>;

async function readDrops(daemons: Daemons): Promise<Drops> {
  const drops = new Map<string, number>();
  for (const name of DAEMONS) {
    const document = (await daemons[name].mapctl("counters")) as CountersDocument;
    for (const domain of document.domains) {
      for (const [reason, { ipv4, ipv6 }] of Object.entries(domain.drops)) {
        drops.set(`${name} ${reason} ipv4`, ipv4);
        drops.set(`${name} ${reason} ipv6`, ipv6);
      }
    }
  }
  return drops;
}

/** Brings one mode's network up and runs its round; a network that does not come up is a failed check. */
export async function runMode(
  mode: LabMode,
  tell: (result: Check) => void,
): Promise<{ readonly network: Network | null; readonly report: ModeReport }> {
  const began = performance.now();
  const seconds = (): number => Math.round(performance.now() - began) / 1000;
  let network: Network | null = null;
  const up = await check("up", async () => {
    network = await bringUp(mode);
    const detail = `${NODES.length} namespaces, ${DAEMONS.length} mapd ready`;
    return { ok: true, detail, figures: { seconds: seconds() } };
  });
  tell(up);
  const checks = [up, ...(network === null ? [] : await new Round(network, tell).run())];
  const ok = checks.every((one) => one.ok);
  return { network, report: { ok, seconds: seconds(), checks } };
}
