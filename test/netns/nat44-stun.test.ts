import "./sandboxed.js";

import { test } from "tap";
import { type Adjust, withKeys } from "../../lab/daemons.js";
import { LAB_MODES } from "../../lab/plan.js";
import { bringUp } from "../../lab/round.js";
import { askStun, startStunServer } from "./stun.js";

// Debian's coturn and a client after RFC 5780 see the behaviour that the configuration selects.

const filtering = (setting: string): Adjust => withKeys({ ce1: { nat44: { filtering: setting } } });

for (const mode of LAB_MODES) {
  const network = await bringUp(mode);
  const { topology, daemons } = network;
  const stopStun = await startStunServer(topology);

  for (const [setting, seen] of [
    ["auto", "address-dependent"],
    ["endpoint-independent", "endpoint-independent"],
    ["address-dependent", "address-dependent"],
    ["address-and-port-dependent", "address-and-port-dependent"],
  ] as const) {
    await test(`${mode}: filtering ${setting}`, { timeout: 60_000 }, async (t) => {
      if (setting !== "auto") await daemons.ce1.reload(filtering(setting));
      t.same(await askStun(topology, "lan1"), {
        mapping: "endpoint-independent",
        filtering: seen,
        hairpin: "external-source",
      });
    });
  }
  await stopStun();
  await network.down();
}
