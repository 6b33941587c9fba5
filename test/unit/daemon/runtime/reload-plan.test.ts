import { test } from "tap";
import { formatDiagnostic } from "../../../../daemon/errors.js";
import { planReload } from "../../../../daemon/runtime/reload-plan.js";
import { BR_E, BR_T, CE_T, configOf } from "../samples.js";

const names = (domains: readonly { settings: { name: string } }[]) =>
  domains.map((domain) => domain.settings.name);

const live = [
  { name: "nothing", before: [BR_T], after: [BR_T], changed: [], added: [], removed: [] },
  {
    name: "rules",
    before: [BR_T],
    after: [BR_T.replace("[metro]", "[metro, whole]")],
    changed: ["br-t"],
    added: [],
    removed: [],
  },
  {
    name: "MTU, hairpin and traffic class",
    before: [BR_T],
    after: [`${BR_T}    mtu: { ipv6: 1480 }\n    hairpin: false\n    traffic-class: 0\n`],
    changed: ["br-t"],
    added: [],
    removed: [],
  },
  {
    name: "a CE's prefix (renumbering) and timeouts",
    before: [CE_T],
    after: [`${CE_T.replace("3400::/56", "3500::/56")}    nat44: { timeouts: { udp: 400 } }\n`],
    changed: ["ce-t"],
    added: [],
    removed: [],
  },
  {
    name: "a domain comes",
    before: [BR_T],
    after: [BR_T, CE_T],
    changed: [],
    added: ["ce-t"],
    removed: [],
  },
  {
    name: "a domain goes, another stays",
    before: [BR_T, CE_T],
    after: [BR_T],
    changed: [],
    added: [],
    removed: ["ce-t"],
  },
];

for (const c of live) {
  test(`live: ${c.name}`, async (t) => {
    const plan = planReload(configOf(...c.before), configOf(...c.after));
    t.same(plan.refusals, []);
    t.same(names(plan.changed), c.changed);
    t.same(names(plan.added), c.added);
    t.same(plan.removed, c.removed);
  });
}

const refused = [
  {
    name: "device name",
    before: [BR_T],
    after: [BR_T.replace("mapt0", "mapt9")],
    key: /domains\.br-t\.tun\.name: cannot change.*restart/,
  },
  {
    name: "queues",
    before: [BR_T],
    after: [BR_T.replace("name: mapt0", "name: mapt0, queues: 2")],
    key: /domains\.br-t\.tun\.queues/,
  },
  {
    name: "offload",
    before: [BR_T],
    after: [BR_T.replace("name: mapt0", "name: mapt0, offload: off")],
    key: /domains\.br-t\.tun\.offload/,
  },
  {
    name: "mode",
    before: [BR_T],
    after: [BR_E.replace("br-e", "br-t").replace("mape0", "mapt0")],
    key: /domains\.br-t\.mode/,
  },
  {
    name: "role",
    before: [BR_T],
    after: [CE_T.replace("ce-t", "br-t").replace("mapt1", "mapt0")],
    key: /domains\.br-t\.role/,
  },
  {
    name: "a renamed domain on the same device",
    before: [BR_T],
    after: [BR_T.replace("br-t", "br-new")],
    key: /domains\.br-new\.tun\.name: mapt0 belongs to domain br-t/,
  },
];

for (const c of refused) {
  test(`refused: ${c.name}`, async (t) => {
    const plan = planReload(configOf(...c.before), configOf(...c.after));
    const refusals = plan.refusals.map(formatDiagnostic);
    t.equal(refusals.length, 1, refusals.join("\n"));
    t.match(refusals[0], c.key);
  });
}
