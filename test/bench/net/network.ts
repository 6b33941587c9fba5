/** The three namespaces of one forwarder, made with iproute2; they last as long as the sandbox. */
import { inNamespace, run } from "../../../lab/process.js";
import { CLIENT_PORT_RANGE, PATHS, type Path, type PathName } from "./paths.js";

export type NodeName = "client" | "forwarder" | "server";

const SYSCTLS: Readonly<Record<NodeName, readonly string[]>> = {
  client: [
    `net.ipv4.ip_local_port_range=${CLIENT_PORT_RANGE}`,
    // Connections of the measurement before must not hold the few ports.
    "net.ipv4.tcp_tw_reuse=1",
  ],
  forwarder: ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"],
  server: [],
};

const DEVICES: Readonly<Record<NodeName, readonly string[]>> = {
  client: ["eth0"],
  forwarder: ["in0", "out0"],
  server: ["eth0"],
};

export class Network {
  /** Namespaces are called after it. */
  readonly name: string;
  readonly path: Path;

  private constructor(name: string, path: Path) {
    this.name = name;
    this.path = path;
  }

  static async create(name: string, pathName: PathName): Promise<Network> {
    const network = new Network(name, PATHS[pathName]);
    const { client, forwarder, serverSide } = network.path;
    await run(["ip", "-batch", "-"], { input: network.#skeleton().join("\n") });
    await network.#configure("client", client);
    await network.#configure("forwarder", forwarder);
    await network.#configure("server", serverSide);
    return network;
  }

  namespace(node: NodeName): string {
    return `${this.name}-${node}`;
  }

  command(node: NodeName, command: readonly string[]): readonly string[] {
    return inNamespace(this.namespace(node), command);
  }

  run(node: NodeName, command: readonly string[], timeout = 30_000): Promise<string> {
    return run(this.command(node, command), { timeout });
  }

  /** Commands of `ip` in the forwarder's namespace, which may name what its program has made. */
  async configureForwarder(commands: readonly string[]): Promise<void> {
    for (const line of commands) await this.run("forwarder", ["ip", ...line.split(" ")]);
  }

  /** Whether the links that the forwarder sends on take super-packets whole, as a network card would. */
  async setEgress(offloads: "on" | "off"): Promise<void> {
    for (const device of DEVICES.forwarder) {
      await this.run("forwarder", ["ethtool", "-K", device, "tx", offloads]);
    }
  }

  #skeleton(): readonly string[] {
    const [client, forwarder, server] = (["client", "forwarder", "server"] as const).map((node) =>
      this.namespace(node),
    );
    return [
      `netns add ${client}`,
      `netns add ${forwarder}`,
      `netns add ${server}`,
      `link add name eth0 netns ${client} type veth peer name in0 netns ${forwarder}`,
      `link add name eth0 netns ${server} type veth peer name out0 netns ${forwarder}`,
    ];
  }

  async #configure(node: NodeName, commands: readonly string[]): Promise<void> {
    const settings = [
      ...SYSCTLS[node],
      ...["all", "default", ...DEVICES[node]].flatMap((device) => [
        // The address that a tunnel is reached by is on no device.
        `net.ipv4.conf.${device}.rp_filter=0`,
        // Addresses work at once.
        `net.ipv6.conf.${device}.accept_dad=0`,
        `net.ipv6.conf.${device}.seg6_enabled=1`,
      ]),
    ];
    await this.run(node, ["sysctl", "-qw", ...settings]);
    for (const device of ["lo", ...DEVICES[node]]) {
      await this.run(node, ["ip", "link", "set", "dev", device, "up"]);
    }
    for (const line of commands) await this.run(node, ["ip", ...line.split(" ")]);
  }
}
