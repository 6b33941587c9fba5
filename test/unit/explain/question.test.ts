/** Who speaks to whom becomes the very packet that a domain's device gets. */
import { test } from "tap";
import { formatAddress } from "../../../src/explain/addresses.js";
import { parseEndpoint } from "../../../src/explain/endpoint.js";
import { type Flow, flowsOf } from "../../../src/explain/flows.js";
import { planPacket, type Question } from "../../../src/explain/question.js";
import { relevance } from "../../../src/explain/relevance.js";
import { RuleEnds } from "../../../src/explain/rule-ends.js";
import { settingsOf } from "../../golden/run-case.js";
import { brE, brT, CE, CE_35, ceE, ceT, dmr } from "../../golden/source/domains.js";
import { packetProblems } from "../../support/packet-check.js";

const SERVER = "198.51.100.1";
const BR = "2001:db8:ffff::1";
const D = dmr(SERVER);

function question(from: string, to: string, protocol = 6): Question {
  const [source, destination] = [from, to].map((text) => parseEndpoint(text));
  if (source == null || destination == null) throw new Error(`${from} > ${to}`);
  return {
    from: source,
    to: destination,
    protocol,
    length: null,
    ttl: null,
    dontFragment: true,
  };
}

function flowText({ source, destination, sourcePort, destinationPort }: Flow): string {
  const end = (address: Flow["source"], port: number | null): string =>
    `${formatAddress(address)}${port === null ? "" : ` ${port}`}`;
  return `${end(source, sourcePort)} > ${end(destination, destinationPort)}`;
}

interface Case {
  readonly name: string;
  readonly config: unknown;
  readonly from: string;
  readonly to: string;
  readonly protocol?: number;
  readonly direction: string;
  /** Outermost first. */
  readonly flows: readonly string[];
  readonly assumptions?: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "MAP-T BR: from the Internet to a CE's IPv4 port",
    config: brT(),
    from: `${SERVER}:443`,
    to: "192.0.2.18:1232",
    direction: "to-ce",
    flows: [`${SERVER} 443 > 192.0.2.18 1232`],
  },
  {
    name: "MAP-T BR: to a CE by its MAP address, whose first port is taken",
    config: brT(),
    from: SERVER,
    to: CE,
    direction: "to-ce",
    flows: [`${SERVER} 443 > 192.0.2.18 1232`],
    assumptions: [`port 443 of ${SERVER}`, `port 1232 of ${CE}`],
  },
  {
    name: "MAP-T BR: to one address of a CE's prefix, by its MAP address",
    config: brT({ rules: ["prefix"] }),
    from: `${SERVER}:443`,
    to: "[2001:db8:10::c000:215:0]:80",
    direction: "to-ce",
    flows: [`${SERVER} 443 > 192.0.2.21 80`],
  },
  {
    name: "MAP-T BR: from a CE's IPv4 port, which comes over IPv6",
    config: brT(),
    from: "192.0.2.18:1236",
    to: `${SERVER}:443`,
    direction: "from-ce",
    flows: [`${CE_35} 1236 > ${D} 443`],
  },
  {
    name: "MAP-T BR: from an IPv6 source with a port that is not its own",
    config: brT(),
    from: `[${CE}]:1236`,
    to: `${SERVER}:443`,
    direction: "from-ce",
    flows: [`${CE} 1236 > ${D} 443`],
  },
  {
    name: "MAP-T BR: from CE to CE, behind the DMR",
    config: brT(),
    from: "192.0.2.18:1232",
    to: "192.0.2.19:1236",
    direction: "from-ce",
    flows: [`${CE} 1232 > ${dmr("192.0.2.19")} 1236`],
  },
  {
    name: "MAP-T BR: two IPv6 addresses are taken as they are",
    config: brT(),
    from: "[2001:db8:5::1]:1",
    to: `[${BR}]:2`,
    direction: "from-ce",
    flows: [`2001:db8:5::1 1 > ${BR} 2`],
  },
  {
    name: "MAP-T BR: an address behind the DMR stands for the IPv4 host",
    config: brT(),
    from: `[${D}]:443`,
    to: `[${CE}]:1232`,
    direction: "to-ce",
    flows: [`${SERVER} 443 > 192.0.2.18 1232`],
  },
  {
    name: "MAP-T BR: echo to a CE has the CE's identifier",
    config: brT(),
    from: SERVER,
    to: "192.0.2.18:1233",
    protocol: 1,
    direction: "to-ce",
    flows: [`${SERVER} 1233 > 192.0.2.18 1233`],
  },
  {
    name: "MAP-T BR: an excluded port is somebody's all the same, so that the check is seen",
    config: brT(),
    from: "192.0.2.18:80",
    to: `${SERVER}:443`,
    direction: "from-ce",
    flows: [`2001:db8:12::c000:212:0 80 > ${D} 443`],
    assumptions: ["the CE with PSID 0, as port 80 is nobody's"],
  },
  {
    name: "MAP-E BR: from a CE's IPv4 port, in the tunnel that the rule gives",
    config: brE(),
    from: "192.0.2.18:1232",
    to: `${SERVER}:443`,
    direction: "from-ce",
    flows: [`${CE} > ${BR}`, `192.0.2.18 1232 > ${SERVER} 443`],
  },
  {
    name: "MAP-E BR: from a tunnel end in no rule",
    config: brE(),
    from: "[2001:db8:4000::1]:5",
    to: `${SERVER}:443`,
    direction: "from-ce",
    flows: [`2001:db8:4000::1 > ${BR}`, `${SERVER} 5 > ${SERVER} 443`],
    assumptions: [`${SERVER} inside the tunnel`],
  },
  {
    name: "MAP-T CE: from a LAN host",
    config: ceT(),
    from: "192.168.1.10",
    to: SERVER,
    direction: "from-lan",
    flows: [`192.168.1.10 50000 > ${SERVER} 443`],
    assumptions: ["port 50000 of 192.168.1.10", `port 443 of ${SERVER}`],
  },
  {
    name: "MAP-T CE: echo from a LAN host",
    config: ceT(),
    from: "192.168.1.10",
    to: SERVER,
    protocol: 1,
    direction: "from-lan",
    flows: [`192.168.1.10 50000 > ${SERVER} 50000`],
    assumptions: ["identifier 50000 of 192.168.1.10"],
  },
  {
    name: "MAP-T CE: from its own address, behind which a LAN host speaks",
    config: ceT(),
    from: "192.0.2.18:1232",
    to: `${SERVER}:443`,
    direction: "from-lan",
    flows: [`192.168.1.10 1232 > ${SERVER} 443`],
    assumptions: ["LAN host 192.168.1.10, whose port stays as it is"],
  },
  {
    name: "MAP-T CE: from outside to its own IPv4 port",
    config: ceT(),
    from: `${SERVER}:443`,
    to: "192.0.2.18:1232",
    direction: "to-lan",
    flows: [`${D} 443 > ${CE} 1232`],
  },
  {
    name: "MAP-T CE: from another CE of a forwarding rule, directly",
    config: ceT({ rules: ["mesh"] }),
    from: "192.0.2.19:1236",
    to: "192.0.2.18:1232",
    direction: "to-lan",
    flows: [`2001:db8:13:3500:0:c000:213:35 1236 > ${CE} 1232`],
  },
  {
    name: "MAP-T CE with a whole prefix: its LAN has its addresses",
    config: ceT({
      rules: ["prefix"],
      more: { "end-user-ipv6-prefix": "2001:db8:10::/44", "local-ipv4-prefixes": undefined },
    }),
    from: `${SERVER}:443`,
    to: "192.0.2.17:80",
    direction: "to-lan",
    flows: [`${D} 443 > 2001:db8:10::c000:211:0 80`],
  },
  {
    name: "MAP-E CE: from outside to its own IPv4 port, out of the BR's tunnel",
    config: ceE(),
    from: `${SERVER}:443`,
    to: "192.0.2.18:1232",
    direction: "to-lan",
    flows: [`${BR} > ${CE}`, `${SERVER} 443 > 192.0.2.18 1232`],
  },
  {
    name: "MAP-E CE: from the BR, whoever speaks inside",
    config: ceE(),
    from: BR,
    to: "192.0.2.18:1232",
    direction: "to-lan",
    flows: [`${BR} > ${CE}`, `${SERVER} 443 > 192.0.2.18 1232`],
    assumptions: [`port 443 of ${BR}`, `${SERVER} inside the tunnel`],
  },
];

for (const { name, config, from, to, protocol, ...expected } of cases) {
  test(name, async (t) => {
    const settings = settingsOf(config);
    const planned = planPacket(settings, new RuleEnds(settings), question(from, to, protocol));
    if (!planned.ok) throw new Error(JSON.stringify(planned.diagnostics));
    const { direction, packet, assumptions } = planned.value;
    t.equal(direction, expected.direction);
    t.same(flowsOf(packet).map(flowText), expected.flows);
    t.same(assumptions, expected.assumptions ?? []);
    t.same(packetProblems(packet), []);
  });
}

const refusals = [
  {
    name: "a shared address without a port",
    config: brT(),
    from: SERVER,
    to: "192.0.2.18",
    code: "port-required",
  },
  {
    name: "an IPv6 address that stands for nobody",
    config: ceT(),
    from: "192.168.1.10:1",
    to: "2001:db8:5::1",
    code: "no-ipv4-address",
  },
  {
    name: "a private address behind the well-known prefix",
    config: brT({ more: { "dmr-ipv6-prefix": "64:ff9b::/96" } }),
    from: "192.0.2.18:1232",
    to: "10.2.3.4:80",
    code: "not-embedded",
  },
];

for (const { name, config, from, to, code } of refusals) {
  test(`no packet: ${name}`, async (t) => {
    const settings = settingsOf(config);
    const planned = planPacket(settings, new RuleEnds(settings), question(from, to));
    t.equal(planned.ok, false);
    t.same(
      planned.diagnostics.map((diagnostic) => diagnostic.code),
      [code],
    );
  });
}

test("a domain knows the ends that its rules, its gateway or its LAN have", async (t) => {
  const rank = (config: unknown, from: string, to: string): number => {
    const settings = settingsOf(config);
    return relevance(settings, new RuleEnds(settings), question(from, to));
  };
  t.equal(rank(brT(), "192.0.2.18:1232", SERVER), 1);
  t.equal(rank(brT(), CE, D), 2);
  t.equal(rank(brE(), CE, BR), 2);
  t.equal(rank(brT(), "192.168.1.10", SERVER), 0);
  t.equal(rank(ceT(), "192.168.1.10", SERVER), 1);
  t.equal(rank(ceT(), "192.168.1.10", "192.0.2.18:1232"), 2);
});
