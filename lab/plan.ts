/**
 * Who is who in the lab: names, addresses, routes. One network per mode, all of documentation
 * prefixes; the domain is example 1 of RFC 7597 App. A, with two CEs on one IPv4 address.
 */
export type LabMode = "map-t" | "map-e";
export const LAB_MODES: readonly LabMode[] = ["map-t", "map-e"];

export const RULE = {
  ipv6: "2001:db8::/40",
  ipv4: "192.0.2.0/24",
  eaLen: 16,
  psidOffset: 6,
  psidLen: 8,
} as const;
export const DMR_PREFIX = "2001:db8:ffff::/64";
export const BR_ADDRESS = "2001:db8:ffff::1";
export const SERVER = "198.51.100.9";
export const SERVER_NAME = "server.example.net";
/** RFC 6052 §2.2 with a /64: the server as MAP-T nodes see it. */
export const SERVER_IPV6 = "2001:db8:ffff:0:c6:3364:900:0";
export const SHARED_IPV4 = "192.0.2.18";
export const LAN_HOST = "192.168.1.10";
export const LAN_PREFIX = "192.168.1.0/24";

export const HTTP_PORT = 8080;
/** Size of the random file that HTTP offers. */
export const FILE_BYTES = 50 * 1024 * 1024;
export const ECHO_PORT = 7007;
export const IPERF_PORT = 5201;
export const METRICS_PORT = 9464;

export interface CePlan {
  readonly name: "ce1" | "ce2";
  readonly lan: "lan1" | "lan2";
  readonly endUserPrefix: string;
  readonly psid: number;
  readonly mapAddress: string;
  /** The access link, outside the rule's IPv6 prefix: provider ::1, CE ::2. */
  readonly link: string;
}

export const CES: readonly [CePlan, CePlan] = [
  {
    name: "ce1",
    lan: "lan1",
    endUserPrefix: "2001:db8:12:3400::/56",
    psid: 0x34,
    mapAddress: "2001:db8:12:3400:0:c000:212:34",
    link: "2001:db8:fe00:1::",
  },
  {
    name: "ce2",
    lan: "lan2",
    endUserPrefix: "2001:db8:12:3500::/56",
    psid: 0x35,
    mapAddress: "2001:db8:12:3500:0:c000:212:35",
    link: "2001:db8:fe00:2::",
  },
];
/** From the access router to the core router (::1, ::2), and on to the BR. */
const BACKBONE = "2001:db8:fe00:fe::";
const CORE = "2001:db8:fe00:ff::";

export type NodeName = "lan1" | "lan2" | "ce1" | "ce2" | "isp" | "core" | "br" | "srv";
export const DAEMONS = ["ce1", "ce2", "br"] as const;
export type DaemonName = (typeof DAEMONS)[number];

/** One node of the network: what its kernel is told before any mapd runs. */
export interface NodePlan {
  readonly name: NodeName;
  readonly forwards: "nothing" | "ipv6" | "both";
  /** Arguments of `ip`, one command a line. */
  readonly commands: readonly string[];
}

/** A veth pair: [node, interface, node, interface]. */
export type LinkPlan = readonly [NodeName, string, NodeName, string];

export const LINKS: readonly LinkPlan[] = [
  ["lan1", "eth0", "ce1", "lan0"],
  ["lan2", "eth0", "ce2", "lan0"],
  ["ce1", "wan0", "isp", "ce1"],
  ["ce2", "wan0", "isp", "ce2"],
  ["isp", "br", "core", "isp"],
  ["core", "br", "br", "core0"],
  ["br", "inet0", "srv", "eth0"],
];

/** The ends of the provider's links: see `Topology` for what is special about them. */
export const PROVIDER_ENDS: readonly (readonly [NodeName, string])[] = [
  ["ce1", "wan0"],
  ["ce2", "wan0"],
  ["isp", "ce1"],
  ["isp", "ce2"],
  ["isp", "br"],
  ["core", "isp"],
  ["core", "br"],
  ["br", "core0"],
];

function lanNode(name: "lan1" | "lan2"): NodePlan {
  const commands = [`addr add ${LAN_HOST}/24 dev eth0`, "route add default via 192.168.1.1"];
  return { name, forwards: "nothing", commands };
}

function ceNode(ce: CePlan): NodePlan {
  const commands = [
    "addr add 192.168.1.1/24 dev lan0",
    `addr add ${ce.link}2/64 dev wan0`,
    `route add default via ${ce.link}1`,
  ];
  return { name: ce.name, forwards: "both", commands };
}

export const NODES: readonly NodePlan[] = [
  lanNode("lan1"),
  lanNode("lan2"),
  ...CES.map(ceNode),
  {
    name: "isp",
    forwards: "ipv6",
    commands: [
      ...CES.flatMap((ce) => [
        `addr add ${ce.link}1/64 dev ${ce.name}`,
        `route add ${ce.endUserPrefix} via ${ce.link}2`,
      ]),
      `addr add ${BACKBONE}1/64 dev br`,
      `route add ${DMR_PREFIX} via ${BACKBONE}2`,
      `route add ${CORE}/64 via ${BACKBONE}2`,
    ],
  },
  {
    name: "core",
    forwards: "ipv6",
    commands: [
      `addr add ${BACKBONE}2/64 dev isp`,
      `addr add ${CORE}1/64 dev br`,
      `route add ${DMR_PREFIX} via ${CORE}2`,
      `route add default via ${BACKBONE}1`,
    ],
  },
  {
    name: "br",
    forwards: "both",
    commands: [
      `addr add ${CORE}2/64 dev core0`,
      `route add default via ${CORE}1`,
      "addr add 198.51.100.1/24 dev inet0",
    ],
  },
  {
    name: "srv",
    forwards: "nothing",
    commands: [`addr add ${SERVER}/24 dev eth0`, `route add ${RULE.ipv4} via 198.51.100.1`],
  },
];

export function drawing(mode: LabMode): string {
  const wire = mode === "map-t" ? "translated" : "IPv4 in IPv6";
  return `\
  ${mode}: rule ${RULE.ipv6} <-> ${RULE.ipv4}, EA ${RULE.eaLen}, PSID offset ${RULE.psidOffset}; \
${mode === "map-t" ? `DMR ${DMR_PREFIX}` : `BR ${BR_ADDRESS}`}

  lan1 ${LAN_HOST} -- ce1 mapd --.                             ,-- srv ${SERVER}
       NAT44 to ${SHARED_IPV4}, PSID 0x34 \\                           /   HTTP, iperf3, DNS, echo
                                         isp -- core -- br mapd --'
       NAT44 to ${SHARED_IPV4}, PSID 0x35 /    (IPv6 only: ${wire})
  lan2 ${LAN_HOST} -- ce2 mapd --'
`;
}
