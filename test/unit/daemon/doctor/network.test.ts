/** Routes, neighbours, sizes, the far end and the lease, as the doctor reads them out of what programs say. */
import { test } from "tap";
import { leaseCheck } from "../../../../daemon/doctor/check-lease.js";
import { mtuCheck, pathCheck } from "../../../../daemon/doctor/check-mtu.js";
import { neighbourCheck } from "../../../../daemon/doctor/check-neighbour.js";
import { relayCheck } from "../../../../daemon/doctor/check-relay.js";
import { routesCheck } from "../../../../daemon/doctor/check-routes.js";
import type { DomainCheck } from "../../../../daemon/doctor/context.js";
import { counterIndex } from "../../../../src/counters.js";
import { BR_T, CE_E, CE_T } from "../samples.js";
import { type Host, liveWith, runCheck } from "./fake-host.js";

const MAP = "2001:db8:12:3400:0:c000:212:34";
const FAR = "2001:db8:ffff:0:1:101:100:0";
const LAST = "2001:db8:12:34ff:ffff:ffff:ffff:ffff";
const LIVE = liveWith(CE_T, () => 0);

/** A CE in order. */
const COMMANDS: Readonly<Record<string, string>> = {
  [`ip -6 route get ${MAP}`]: `${MAP} from :: dev mapt1 proto 200 src 2001:db8::2 metric 1024 pref medium`,
  [`ip -6 route get ${FAR}`]: `${FAR} from :: via fe80::1 dev wan0 proto static src 2001:db8::2 metric 1024`,
  [`ip -6 route get ${LAST}`]:
    "unreachable 2001:db8:12:34ff:: dev lo table main metric 1024 error -113",
  "ip -4 route show default":
    "default dev mapt1 proto 200 src 192.0.0.1 metric 2048 mtu lock 1480 ",
  "ip link show dev mapt1": "5: mapt1: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1500 qdisc fq_codel",
  "ip link show dev wan0": "2: wan0: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP",
  "ip -6 route show": "2001:db8:12:3400::/64 dev lan0 proto static\ndefault via fe80::1 dev wan0",
  "ip -6 route show table all": "unreachable 2001:db8:12:3400::/56 dev lo metric 2147483647",
};

interface Case {
  readonly name: string;
  readonly check: DomainCheck;
  readonly commands?: Host["commands"];
  readonly sysctls?: Host["sysctls"];
  /** `SEVERITY MESSAGE | REMEDY` */
  readonly expected: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "routes in order",
    check: routesCheck,
    expected: ["ok all routes lead into mapt1 or out of it as they should"],
  },
  {
    name: "the delegated prefix's unreachable route takes the MAP address, too",
    check: routesCheck,
    commands: { [`ip -6 route get ${MAP}`]: { fails: "RTNETLINK answers: No route to host" } },
    expected: [
      `error packets to the MAP address ${MAP} do not reach mapt1 | ip route replace ${MAP}/128 dev mapt1 proto 200`,
    ],
  },
  {
    name: "no IPv4 default route",
    check: routesCheck,
    commands: { "ip -4 route show default": "" },
    expected: [
      "error no IPv4 default route leads into mapt1: the LAN has no IPv4 through this domain | " +
        "ip route replace default dev mapt1 proto 200 metric 2048 mtu lock 1480 src 192.0.0.2",
    ],
  },
  {
    name: "another default route first",
    check: routesCheck,
    commands: {
      "ip -4 route show default":
        "default dev mapt1 proto 200 metric 2048\ndefault via 192.0.2.1 dev eth1 proto dhcp metric 100 linkdown",
    },
    expected: [
      "warning another default route comes before the one into mapt1: IPv4 does not go through this domain | " +
        "ip -4 route del default via 192.0.2.1 dev eth1 proto dhcp metric 100",
    ],
  },
  {
    name: "the default route of another domain first",
    check: routesCheck,
    commands: {
      "ip -4 route show default":
        "default dev mape0 proto 200 metric 2048\ndefault dev mapt1 proto 200 metric 2049",
    },
    expected: ["ok all routes lead into mapt1 or out of it as they should"],
  },
  {
    name: "no way to the provider",
    check: routesCheck,
    commands: {
      [`ip -6 route get ${FAR}`]: { fails: "RTNETLINK answers: Network is unreachable" },
    },
    expected: [
      `error packets to the provider's border relay (${FAR}) go nowhere: there is no route | ip -6 route add default via ROUTER dev WAN`,
    ],
  },
  {
    name: "the way to the provider leads into the device itself",
    check: routesCheck,
    commands: { [`ip -6 route get ${FAR}`]: `${FAR} from :: dev mapt1 src 2001:db8::2` },
    expected: [
      `error packets to the provider's border relay (${FAR}) go nowhere: the route leads into mapt1 itself | ip -6 route add default via ROUTER dev WAN`,
    ],
  },
  {
    name: "a MAP address that is routed here",
    check: neighbourCheck,
    expected: [`ok ${MAP} is not on-link on the WAN: it is routed to this host`],
  },
  {
    name: "an on-link MAP address that nobody answers for",
    check: neighbourCheck,
    commands: { "ip -6 route show": "2001:db8:12:3400::/64 dev wan0 proto kernel metric 256" },
    sysctls: { "net/ipv6/conf/wan0/proxy_ndp": "0" },
    expected: [
      `error ${MAP} is on-link on wan0, and nobody answers neighbour solicitations for it | ip -6 neighbour add proxy ${MAP} dev wan0`,
      `error ${MAP} is on-link on wan0, but the kernel ignores proxy entries there | sysctl -w net.ipv6.conf.wan0.proxy_ndp=1`,
    ],
  },
  {
    name: "an on-link MAP address that is answered for",
    check: neighbourCheck,
    commands: {
      "ip -6 route show": "2001:db8:12:3400::/64 dev wan0 proto kernel metric 256",
      "ip -6 neighbour show proxy dev wan0": `${MAP} proxy proto 200`,
    },
    sysctls: { "net/ipv6/conf/wan0/proxy_ndp": "1" },
    expected: [`ok wan0 answers for ${MAP}`],
  },
  {
    name: "MTUs in order",
    check: mtuCheck,
    expected: ["ok IPv6 packets of 1500 bytes fit"],
  },
  {
    name: "a device that is down and too small",
    check: mtuCheck,
    commands: { "ip link show dev mapt1": "5: mapt1: <POINTOPOINT,NOARP> mtu 1280 qdisc noop" },
    expected: [
      "error the device mapt1 is down | ip link set dev mapt1 up",
      "error mapt1 takes packets of 1280 bytes, the domain makes them up to 1500 | ip link set dev mapt1 mtu 1500",
    ],
  },
  {
    name: "a WAN by PPPoE",
    check: mtuCheck,
    commands: {
      "ip link show dev wan0": "2: wan0: <POINTOPOINT,UP,LOWER_UP> mtu 1492 qdisc noqueue",
    },
    expected: [
      "error wan0 carries 1492 bytes, the domain sends up to 1500 | " +
        "set mtu.ipv6 of domain ce-t to 1492 in the configuration, then: mapctl reload",
    ],
  },
  {
    name: "a route with an MTU of its own",
    check: mtuCheck,
    commands: {
      [`ip -6 route get ${FAR}`]: `${FAR} from :: via fe80::1 dev wan0 metric 1024 mtu 1454 pref medium`,
    },
    expected: [
      "error the route to the far side carries 1454 bytes, the domain sends up to 1500 | " +
        "set mtu.ipv6 of domain ce-t to 1454 in the configuration, then: mapctl reload",
    ],
  },
  {
    name: "a WAN that would carry more",
    check: mtuCheck,
    commands: { "ip link show dev wan0": "2: wan0: <UP,LOWER_UP> mtu 9000 qdisc noqueue" },
    expected: ["info wan0 would carry 9000 bytes; the domain uses 1500 of them"],
  },
  {
    name: "a device that is gone",
    check: mtuCheck,
    commands: { "ip link show dev mapt1": { fails: 'Device "mapt1" does not exist.' } },
    expected: ["error the device mapt1 is gone | systemctl restart mapd"],
  },
  {
    name: "a prefix that is in use here",
    check: leaseCheck,
    expected: ["ok the host uses 2001:db8:12:3400::/56"],
  },
  {
    name: "a prefix of which nothing is to be seen",
    check: leaseCheck,
    commands: { "ip -6 route show table all": `${MAP} dev mapt1 proto 200 metric 1024` },
    expected: [
      "unknown nothing on this host shows that 2001:db8:12:3400::/56 was delegated; compare it with the lease of the DHCPv6 client",
    ],
  },
];

for (const { name, check, commands, sysctls, expected } of CASES) {
  test(`${check.id}: ${name}`, async (t) => {
    const host = { sysctls: sysctls ?? {}, commands: { ...COMMANDS, ...commands } };
    const found = await runCheck(check, host, { live: LIVE });
    t.same(
      found.map(({ severity, message, remedy }) =>
        remedy === null ? `${severity} ${message}` : `${severity} ${message} | ${remedy}`,
      ),
      expected,
    );
  });
}

test("routes: of a border relay, both ways", async (t) => {
  const live = liveWith(BR_T, () => 0);
  const inOrder = {
    [`ip -6 route get ${FAR}`]: `${FAR} from :: dev mapt0 src 2001:db8::2`,
    "ip -4 route get 192.0.2.1": "192.0.2.1 dev mapt0 src 198.51.100.1 uid 0 \\    cache ",
    "ip -6 route get 2001:db8::c000:200:0": "2001:db8::c000:200:0 from :: via fe80::1 dev core0",
  };
  t.match(await runCheck(routesCheck, { commands: inOrder }, { live }, BR_T), [{ severity: "ok" }]);
  const stolen = { ...inOrder, "ip -4 route get 192.0.2.1": "192.0.2.1 via 10.0.0.1 dev eth0" };
  t.same(await runCheck(routesCheck, { commands: stolen }, { live }, BR_T), [
    {
      severity: "error",
      message: "packets to 192.0.2.0/24 do not reach mapt0",
      evidence: "192.0.2.1 via 10.0.0.1 dev eth0",
      remedy: "ip route replace 192.0.2.0/24 dev mapt0 proto 200 mtu lock 1480",
    },
  ]);
});

test("routes: unknown where no mapd runs that would add them", async (t) => {
  t.match(await runCheck(routesCheck, { commands: COMMANDS }), [{ severity: "unknown" }]);
});

const NO_ANSWER = "2 packets transmitted, 0 received, 100% packet loss, time 301ms";
const ANSWER = "2 packets transmitted, 2 received, 0% packet loss, time 301ms";
const PING = "ping -n -c 2 -i 0.3 -W 1 -M do -s";

/** Echo requests with up to so many bytes of data come back. */
function pings(most: number, otherwise = NO_ANSWER): Host {
  const commands: Record<string, string> = {};
  for (let size = 1172; size <= 1452; size++) {
    commands[`${PING} ${size} -I mapt1 198.51.100.9`] = size <= most ? ANSWER : otherwise;
  }
  return { commands };
}

test("path: whole, narrow and said, narrow and not said", async (t) => {
  const more = { live: LIVE, target: "198.51.100.9" };
  t.match(await runCheck(pathCheck, pings(1452), more), [{ severity: "ok" }]);
  const said = pings(
    1352,
    `From 192.0.0.8 icmp_seq=1 Frag needed and DF set (mtu = 1380)\n${NO_ANSWER}`,
  );
  t.match(await runCheck(pathCheck, said, more), [
    {
      severity: "warning",
      message: /no more than 1380 bytes/,
      evidence: "From 192.0.0.8 icmp_seq=1 Frag needed and DF set (mtu = 1380)",
      remedy: /to 1400 in/,
    },
  ]);
  const silent = await runCheck(pathCheck, pings(1352), more);
  t.match(silent, [{ severity: "error", message: /nobody says so/, evidence: NO_ANSWER }]);
  t.match(await runCheck(pathCheck, pings(0), more), [{ severity: "unknown" }]);
  t.match(await runCheck(pathCheck, pings(1452), { live: LIVE }), [{ severity: "unknown" }]);
});

test("border-relay: by --target, by ping, by traffic", async (t) => {
  const counted = (sent: number, received: number) =>
    liveWith(CE_E, (index) => {
      if (index === counterIndex("out_ipv6_packets")) return sent;
      return index === counterIndex("in_ipv6_packets") ? received : 0;
    });
  const relay = (live: ReturnType<typeof counted>, said: string, target: string | null = null) => {
    const commands = { "ping *": said };
    return runCheck(relayCheck, { commands }, { live, target }, CE_E);
  };
  t.match(await relay(counted(0, 0), ANSWER, "198.51.100.9"), [
    { severity: "ok", evidence: ANSWER },
  ]);
  t.match(await relay(counted(9, 9), NO_ANSWER, "198.51.100.9"), [{ severity: "error" }]);
  t.match(await relay(counted(0, 0), ANSWER), [
    { severity: "ok", message: /2001:db8:ffff::1 answers/ },
  ]);
  t.match(await relay(counted(0, 0), NO_ANSWER), [{ severity: "unknown" }]);
  t.match(await relay(counted(5, 0), NO_ANSWER), [
    { severity: "warning", evidence: "IPv6 packets: 5 sent, 0 received" },
  ]);
  t.match(await relay(counted(5, 5), NO_ANSWER), [{ severity: "ok" }]);
});
