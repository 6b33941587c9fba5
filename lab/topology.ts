/** The namespaces, links, addresses and routes of one mode's network, made with iproute2. */
import { type LabMode, LINKS, NODES, type NodeName, type NodePlan, PROVIDER_ENDS } from "./plan.js";
import { inNamespace, run } from "./process.js";

export class Topology {
  readonly mode: LabMode;

  constructor(mode: LabMode) {
    this.mode = mode;
  }

  /** The namespace's name, unique in a sandbox that holds both modes' networks. */
  namespace(node: NodeName): string {
    return `${this.mode}-${node}`;
  }

  command(node: NodeName, command: readonly string[]): readonly string[] {
    return inNamespace(this.namespace(node), command);
  }

  run(node: NodeName, command: readonly string[], timeout?: number): Promise<string> {
    return run(this.command(node, command), timeout === undefined ? {} : { timeout });
  }

  /** Lasts as long as the sandbox: there is nothing to take down. */
  static async create(mode: LabMode): Promise<Topology> {
    const topology = new Topology(mode);
    await topology.#makeNamespaces();
    await Promise.all(NODES.map((node) => topology.#configure(node)));
    await topology.#makeWires();
    return topology;
  }

  async #makeNamespaces(): Promise<void> {
    const namespaces = NODES.map(({ name }) => `netns add ${this.namespace(name)}`);
    const links = LINKS.map(
      ([a, nameA, b, nameB]) =>
        `link add name ${nameA} netns ${this.namespace(a)} type veth ` +
        `peer name ${nameB} netns ${this.namespace(b)}`,
    );
    await run(["ip", "-batch", "-"], { input: [...namespaces, ...links].join("\n") });
  }

  /** Forwarding before the links come up; no duplicate address detection, so that addresses work at once. */
  async #configure(node: NodePlan): Promise<void> {
    const interfaces = LINKS.flatMap(([a, nameA, b, nameB]) => [
      ...(a === node.name ? [nameA] : []),
      ...(b === node.name ? [nameB] : []),
    ]);
    const sysctls = [
      // Duplicate address detection is on where either of the two says so.
      ...["all", ...interfaces].map((name) => `ipv6/conf/${name}/accept_dad=0`),
      // Every hop answers every probe of a traceroute, also where two of them run at once.
      "ipv4/icmp_ratelimit=0",
      "ipv6/icmp/ratelimit=0",
      ...(node.forwards === "nothing" ? [] : ["ipv6/conf/all/forwarding=1"]),
      ...(node.forwards === "both" ? ["ipv4/ip_forward=1"] : []),
    ];
    const settings = sysctls.map((s) => s.replace(/(.*)=(.*)/, "echo $2 > /proc/sys/net/$1"));
    await this.run(node.name, ["sh", "-ec", settings.join("\n")]);
    const up = ["lo", ...interfaces].map((name) => `link set dev ${name} up`);
    await run(["ip", "-n", this.namespace(node.name), "-batch", "-"], {
      input: [...up, ...node.commands].join("\n"),
    });
  }

  /**
   * A veth hands super-packets with unfinished checksums to its peer, which no cable does: a capture
   * would call every one of them wrong. So the provider's links send finished packets of at most
   * 1500 bytes (tx off), and CE and BR join them again on reception as a network card would (gro on).
   */
  async #makeWires(): Promise<void> {
    await Promise.all(
      PROVIDER_ENDS.map(([node, name]) => {
        const gro = node === "isp" || node === "core" ? [] : ["gro", "on"];
        return this.run(node, ["ethtool", "-K", name, "tx", "off", ...gro]);
      }),
    );
  }
}
