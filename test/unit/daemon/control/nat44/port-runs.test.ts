/** Every port that is in use, as the page's port map wants it. */
import { test } from "tap";
import type { PortsDocument } from "../../../../../daemon/control/nat44/documents.js";
import { portCommands } from "../../../../../daemon/control/nat44/ports.js";
import { PORT_FORWARD, PORT_RESERVED, PORT_USED } from "../../../../../src/nat44/records.js";
import { controlled, controlledDaemon } from "../../fake-nat44.js";
import { CE_T, daemonOf, domainOf, viewOf } from "../../samples.js";

test("ports that follow one another in a block and are the same are one run", async (t) => {
  const domain = controlled(viewOf(domainOf(CE_T)));
  const { tcp, udp } = domain.nat44;
  for (const port of [1232, 1233, 1235, 2256]) domain.nat44.set(tcp, port, PORT_USED);
  domain.nat44.set(tcp, 1234, PORT_FORWARD);
  for (const port of [64720, 64721, 64722, 64723]) domain.nat44.set(udp, port, PORT_RESERVED);
  const commands = portCommands(controlledDaemon(daemonOf([domain]), [domain]));
  const ask = async (given: object): Promise<PortsDocument> =>
    (await commands.find(({ name }) => name === "ports")?.run(given)) as PortsDocument;
  const { runs } = await ask({ each: true });
  t.same(runs, {
    tcp: [
      [1232, 1233, "used"],
      [1234, 1234, "forward"],
      [1235, 1235, "used"],
      [2256, 2256, "used"],
    ],
    udp: [[64720, 64723, "reserved"]],
    icmp: [],
  });
  t.equal((await ask({})).runs, undefined, "not unless it is asked for");
});
