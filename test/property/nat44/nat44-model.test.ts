/**
 * The NAT against the slow, obvious one in worlds that are always short of something.
 * MAPD_SEED repeats a run, MAPD_STEPS says how many steps to take in all worlds together.
 */
import { test } from "tap";
import {
  NAT44_FILTERED,
  NAT44_HOST_QUOTA,
  NAT44_NO_FREE_PORT,
  NAT44_NO_MAPPING,
  NAT44_TABLE_FULL,
} from "../../../src/verdict.js";
import { HOST_A } from "../../support/nat44-fixture.js";
import { ModelRun, type World } from "../../support/nat44-model-run.js";

const SEED = Number(process.env.MAPD_SEED ?? Date.now() % 0x7fff_ffff);
const STEPS = Number(process.env.MAPD_STEPS ?? 200_000);
const CHECK_EVERY = 1000;

const forwards = [
  { protocol: "both", externalPort: 5536, insideAddress: HOST_A, insidePort: 5536 },
  { protocol: "tcp", externalPort: 13_728, insideAddress: HOST_A + 1, insidePort: 22 },
  { protocol: "udp", externalPort: 13_729, insideAddress: HOST_A + 1, insidePort: 53 },
] as const;

const filterings = [
  { filtering: "endpoint-independent" },
  { filtering: "address-dependent" },
  { filtering: "address-and-port-dependent" },
] as const;

const worlds: readonly World[] = [
  {
    name: "252 ports, address-dependent, any filtering afterwards",
    set: [6, 8, 0x34],
    settings: {},
    changes: filterings,
    spread: [6, 70, 5, 3],
    codes: [NAT44_FILTERED, NAT44_NO_FREE_PORT, NAT44_NO_MAPPING],
  },
  {
    name: "240 ports, endpoint-independent, quotas",
    set: [4, 8, 0x5a],
    settings: {
      filtering: "endpoint-independent",
      maxPortsPerHost: 30,
      maxSessionsPerHost: 120,
    },
    spread: [9, 60, 4, 4],
    codes: [NAT44_HOST_QUOTA, NAT44_NO_MAPPING, NAT44_NO_FREE_PORT],
  },
  {
    name: "240 ports, address-and-port-dependent, forwards and reserve",
    set: [4, 8, 0x5a],
    settings: {
      filtering: "address-and-port-dependent",
      reserve: [[5536, 9642]],
      forwards,
    },
    changes: [{ forwards: forwards.slice(1) }, { reserve: [[13_728, 17_834]] }, { reserve: [] }],
    spread: [6, 60, 3, 3],
    codes: [NAT44_FILTERED, NAT44_NO_FREE_PORT, NAT44_NO_MAPPING],
  },
  {
    name: "few sessions",
    set: [6, 6, 21],
    settings: { maxSessions: 90, maxMappings: 400, tcpPortReuse: "always" },
    spread: [3, 30, 6, 2],
    codes: [NAT44_FILTERED, NAT44_TABLE_FULL, NAT44_NO_MAPPING],
  },
  {
    name: "few mappings",
    set: [6, 6, 21],
    settings: { maxMappings: 40, filtering: "endpoint-independent", tcpPortReuse: "always" },
    spread: [3, 30, 3, 2],
    codes: [NAT44_TABLE_FULL, NAT44_NO_MAPPING],
  },
  {
    name: "63 odd ports, TCP reused when exhausted",
    set: [6, 10, 0x101],
    settings: { tcpPortReuse: "when-exhausted" },
    changes: [{ tcpPortReuse: "never" }, { tcpPortReuse: "always" }, ...filterings],
    spread: [4, 40, 4, 4],
    codes: [NAT44_FILTERED, NAT44_NO_FREE_PORT, NAT44_NO_MAPPING],
  },
  {
    name: "15 ports, TCP reused when exhausted, quotas and forwards",
    set: [4, 12, 0x5a0],
    settings: {
      filtering: "endpoint-independent",
      tcpPortReuse: "when-exhausted",
      maxPortsPerHost: 4,
      maxSessionsPerHost: 60,
    },
    changes: [
      {
        forwards: [
          { protocol: "tcp", externalPort: 5536, insideAddress: HOST_A, insidePort: 40_003 },
          { protocol: "both", externalPort: 9632, insideAddress: HOST_A + 1, insidePort: 80 },
        ],
      },
      { maxPortsPerHost: null, reserve: [[9632, 9632]] },
    ],
    spread: [5, 20, 5, 4],
    codes: [NAT44_HOST_QUOTA, NAT44_NO_FREE_PORT, NAT44_NO_MAPPING],
  },
  {
    name: "63 ports, TCP reused always",
    set: [6, 10, 0x101],
    settings: { tcpPortReuse: "always", filtering: "address-and-port-dependent" },
    changes: [{ tcpPortReuse: "when-exhausted" }, { reserve: [[2000, 20_000]] }],
    spread: [4, 40, 3, 2],
    codes: [NAT44_FILTERED, NAT44_NO_FREE_PORT, NAT44_NO_MAPPING],
  },
  {
    name: "from port 0 on",
    set: [0, 10, 0],
    settings: { tcpPortReuse: "when-exhausted" },
    spread: [4, 60, 3, 2],
    codes: [NAT44_FILTERED, NAT44_NO_FREE_PORT, NAT44_NO_MAPPING],
  },
  {
    name: "a whole address",
    set: [6, 0, 0],
    settings: {
      filtering: "endpoint-independent",
      tcpPortReuse: "when-exhausted",
      reserve: [[1064, 65_534]],
    },
    spread: [4, 40, 2, 2],
    codes: [NAT44_NO_FREE_PORT, NAT44_NO_MAPPING],
  },
];

for (const [index, world] of worlds.entries()) {
  test(`agrees with the slow NAT: ${world.name}`, (t) => {
    const steps = Math.ceil(STEPS / worlds.length);
    t.comment(`MAPD_SEED=${SEED}, ${steps} steps`);
    const run = new ModelRun(world, SEED + index);
    let trouble: string | null = null;
    let step = 0;
    for (; step < steps && trouble === null; step++) {
      trouble = run.step();
      if (trouble === null && step % CHECK_EVERY === 0) trouble = run.compareAll();
    }
    t.equal(trouble, null, `step ${step} of MAPD_SEED=${SEED}`);
    t.same([...run.codes].sort(), [...world.codes].sort(), "every outcome came up");
    t.equal(run.compareAll(), null, `end of MAPD_SEED=${SEED}`);
    t.equal(
      run.bound > 0,
      (world.settings.tcpPortReuse ?? "never") !== "never",
      "connections had mappings of their own",
    );
    t.end();
  });
}
