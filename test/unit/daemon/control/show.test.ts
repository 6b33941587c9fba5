/** The control commands that show: pages of many rules, and what the kernel says of devices. */
import { test } from "tap";
import type { ControlledDaemon } from "../../../../daemon/control/command.js";
import type {
  InterfacesDocument,
  RulesDocument,
} from "../../../../daemon/control/show/documents.js";
import {
  interfacesCommand,
  type Link,
  linksOf,
} from "../../../../daemon/control/show/interfaces.js";
import { rulesCommand } from "../../../../daemon/control/show/rules.js";
import { controlled, controlledDaemon } from "../fake-nat44.js";
import { BR_T, CE_T, daemonOf, domainOf, viewOf } from "../samples.js";

const MORE = { name: "br-two", rules: "[whole, wide]", device: "mapt7" };

function daemon(): ControlledDaemon {
  const two = BR_T.replace("br-t", MORE.name)
    .replace("[metro]", MORE.rules)
    .replace("mapt0", MORE.device);
  const domains = [BR_T, two, CE_T].map((text) => controlled(viewOf(domainOf(text))));
  return controlledDaemon(daemonOf([]), domains);
}

async function page(args: object): Promise<RulesDocument> {
  return (await rulesCommand(daemon()).run(args)) as RulesDocument;
}

const named = ({ rules }: RulesDocument): string[] =>
  rules.map(({ domain, name }) => `${domain}/${name}`);

test("pages of rules go on where the one before ended, across domains", async (t) => {
  const seen: string[][] = [];
  let cursor: number | null = 0;
  while (cursor !== null) {
    const document: RulesDocument = await page({ cursor, limit: 3 });
    t.equal(document.total, 4);
    seen.push(named(document));
    cursor = document.next;
  }
  t.same(seen, [["br-t/metro", "br-two/whole", "br-two/wide"], ["ce-t/metro"]]);
  t.same(named(await page({ cursor: 1, limit: 1 })), ["br-two/whole"]);
  t.same(await page({ cursor: 4 }), { schema: "mapd.rules/1", total: 4, next: null, rules: [] });
});

test("rules of one domain, of one role, of one name", async (t) => {
  t.same(named(await page({ domain: "br-two" })), ["br-two/whole", "br-two/wide"]);
  t.same(named(await page({ role: "ce" })), ["ce-t/metro"]);
  t.same(named(await page({ name: "metro" })), ["br-t/metro", "ce-t/metro"]);
  t.throws(() => rulesCommand(daemon()).run({ limit: 0 }), { code: "usage" });
});

test("what follows for every kind of rule", async (t) => {
  const { rules } = await page({ domain: "br-two" });
  t.match(rules, [
    { mode: "address", portsPerCe: 65536, rangesPerCe: 1, excludedPorts: 0, sharingRatio: 1 },
    { mode: "prefix", ceCount: 256, rule: { eaLen: 8 }, endUserPrefixLen: 48 },
  ]);
});

/** What `ip -json address show` gives, shortened. */
const IP_ROWS = [
  { ifname: "lo", flags: ["LOOPBACK", "UP"], mtu: 65536, addr_info: [] },
  {
    ifname: "mapt1",
    flags: ["POINTOPOINT", "NOARP", "UP", "LOWER_UP"],
    mtu: 1500,
    addr_info: [
      { family: "inet", local: "192.0.0.2", prefixlen: 32, scope: "global" },
      { family: "inet6", local: "2001:db8::1", prefixlen: 64, scope: "global" },
    ],
  },
  { ifname: "mapt0", flags: ["POINTOPOINT"], mtu: 1400, addr_info: [] },
  {},
];

const LINKS: ReadonlyMap<string, Link> = linksOf(IP_ROWS);

test("what the kernel says of devices", async (t) => {
  t.same([...LINKS.keys()], ["lo", "mapt1", "mapt0"]);
  const command = interfacesCommand(daemon(), async () => LINKS);
  const { interfaces } = (await command.run({})) as InterfacesDocument;
  t.match(interfaces, [
    { name: "mapt0", link: { up: false, mtu: 1400 }, sides: [{ addresses: [] }, {}] },
    { name: "mapt7", link: null, sides: [{ addresses: null }, { addresses: null }] },
    {
      name: "mapt1",
      link: { up: true, mtu: 1500 },
      sides: [{ addresses: ["192.0.0.2/32"] }, { addresses: ["2001:db8::1/64"] }],
    },
  ]);
});

test("a BR of many rules takes the fewest prefixes that cover them", async (t) => {
  const halves = BR_T.replace("[metro]", "[low, high]");
  const one = controlledDaemon(daemonOf([]), [controlled(viewOf(domainOf(halves)))]);
  const command = interfacesCommand(one, async () => LINKS);
  const { interfaces } = (await command.run({})) as InterfacesDocument;
  t.same(interfaces[0]?.sides[0]?.takes, ["198.51.100.0/24"]);
});
