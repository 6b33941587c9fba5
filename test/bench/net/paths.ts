/**
 * The networks that forwarders are measured in: three namespaces in a row.
 *
 *   client eth0 --veth-- in0 forwarder out0 --veth-- eth0 server
 *
 * Only the forwarder in the middle is under test, so the far end of the domain is played by something
 * that costs nothing: for MAP-T an IPv6 host that has the translated address itself, for MAP-E the kernel's
 * own IPv4 in IPv6 (seg6 with one segment and `encap.red` sends no routing header).
 */
import {
  BR_ADDRESS,
  FIRST_PORT,
  MAP_ADDRESS,
  RULE,
  SERVER,
  SERVER_BEHIND_DMR,
  SHARED_IPV4,
} from "../domains.js";

const LAN_HOST = "192.168.1.10";
/** RFC 6052 §2.2: the server behind the /96 that tayga has. */
const SERVER_BEHIND_96 = "2001:db8:ffff::c633:6409";
/** IPv4 in IPv6 takes 40 bytes. */
const TUNNEL_MTU = 1460;

/** The first half of the first range is for our own programs, the rest for iperf3. */
export const CLIENT_PORT = FIRST_PORT;
export const CLIENT_PORT_RANGE = "1408 1535";

export type PathName = "ipv4" | "siit" | "map-t-br" | "map-t-ce" | "map-e-br" | "map-e-ce";

export interface Path {
  /** Family of the packets that the client sends, and of those that the server gets. */
  readonly clientFamily: 4 | 6;
  readonly serverFamily: 4 | 6;
  /** The server's address as the client sees it. */
  readonly server: string;
  /** Arguments of `ip`, one command a line. */
  readonly client: readonly string[];
  readonly forwarder: readonly string[];
  readonly serverSide: readonly string[];
}

const LAN_CLIENT = [`addr add ${LAN_HOST}/24 dev eth0`, "route add default via 192.168.1.1"];
const LAN_SIDE = ["addr add 192.168.1.1/24 dev in0"];
const INTERNET_SIDE = ["addr add 198.51.100.1/24 dev out0"];
const INTERNET_SERVER = [`addr add ${SERVER}/24 dev eth0`, "route add default via 198.51.100.1"];
/** Provider's side of a forwarder, whose neighbour is fe80::2. */
const providerSide = (device: string, routes: readonly string[]): readonly string[] => [
  `addr add fe80::1/64 dev ${device}`,
  ...routes.map((route) => `-6 route add ${route} via fe80::2 dev ${device}`),
];
const providerHost = (address: string): readonly string[] => [
  "addr add fe80::2/64 dev eth0",
  `-6 addr add ${address}/128 dev eth0`,
  "-6 route add default via fe80::1 dev eth0",
];
/** A host with an IPv4 address at the end of a tunnel, `own` to `remote`, that leads to `prefix`. */
const tunnelHost = (
  address: string,
  own: string,
  remote: string,
  prefix: string,
): readonly string[] => [
  "addr add fe80::2/64 dev eth0",
  `addr add ${address}/32 dev eth0`,
  "-6 route add default via fe80::1 dev eth0",
  // The host's own address, so that it is the source of what goes into the tunnel; what comes out is not the host's.
  `-6 addr add ${own}/128 dev eth0`,
  "-6 rule add pref 100 lookup local",
  "-6 rule del pref 0",
  `-6 rule add pref 10 to ${own} iif eth0 ipproto ipencap lookup 200`,
  `-6 route add ${own}/128 encap seg6local action End.DX4 nh4 ${address} dev eth0 table 200`,
  `route add ${prefix} encap seg6 mode encap.red segs ${remote} dev eth0 src ${address} mtu ${TUNNEL_MTU}`,
];

export const PATHS: Readonly<Record<PathName, Path>> = {
  ipv4: {
    clientFamily: 4,
    serverFamily: 4,
    server: SERVER,
    client: LAN_CLIENT,
    forwarder: [...LAN_SIDE, ...INTERNET_SIDE],
    serverSide: INTERNET_SERVER,
  },
  siit: {
    clientFamily: 6,
    serverFamily: 4,
    server: SERVER_BEHIND_96,
    client: providerHost(MAP_ADDRESS),
    forwarder: [...providerSide("in0", [`${MAP_ADDRESS}/128`]), ...INTERNET_SIDE],
    serverSide: INTERNET_SERVER,
  },
  "map-t-br": {
    clientFamily: 6,
    serverFamily: 4,
    server: SERVER_BEHIND_DMR,
    client: providerHost(MAP_ADDRESS),
    forwarder: [...providerSide("in0", [RULE["rule-ipv6-prefix"]]), ...INTERNET_SIDE],
    serverSide: INTERNET_SERVER,
  },
  "map-t-ce": {
    clientFamily: 4,
    serverFamily: 6,
    server: SERVER,
    client: LAN_CLIENT,
    forwarder: [...LAN_SIDE, ...providerSide("out0", ["default"])],
    serverSide: providerHost(SERVER_BEHIND_DMR),
  },
  "map-e-br": {
    clientFamily: 4,
    serverFamily: 4,
    server: SERVER,
    client: tunnelHost(SHARED_IPV4, MAP_ADDRESS, BR_ADDRESS, "198.51.100.0/24"),
    forwarder: [...providerSide("in0", [RULE["rule-ipv6-prefix"]]), ...INTERNET_SIDE],
    serverSide: INTERNET_SERVER,
  },
  "map-e-ce": {
    clientFamily: 4,
    serverFamily: 4,
    server: SERVER,
    client: LAN_CLIENT,
    forwarder: [...LAN_SIDE, ...providerSide("out0", ["default"])],
    serverSide: tunnelHost(SERVER, BR_ADDRESS, MAP_ADDRESS, `${SHARED_IPV4}/32`),
  },
};

/** What tayga needs to know of the `siit` path. */
export const SIIT = {
  prefix: "2001:db8:ffff::/96",
  ownIpv4: "203.0.113.1",
  ipv4: SHARED_IPV4,
  ipv6: MAP_ADDRESS,
} as const;
