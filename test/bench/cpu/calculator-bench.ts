/** The calculator: questions a second to the library, and how long and in how much memory a whole rule is listed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ceFromIpv4Port } from "../../../src/map/ce.js";
import { RuleTable } from "../../../src/map/rule-table.js";
import type { Rule } from "../../../src/map/types.js";
import { type CpuBench, keep, type Measured, nsEach } from "./measured.js";

const MAPCTL = fileURLToPath(new URL("../../../daemon/mapctl.js", import.meta.url));
/** 192.0.2.0, of the example of RFC 7597 App. A. */
const IPV4 = 0xc0000200;
const FIRST_PORT = 1024;
const BATCH = 64;
const LIST_SIZES = [2 ** 16, 2 ** 24];

const RULE: Rule = {
  name: "bench",
  ipv6: { address: [0x20010db8, 0, 0, 0], len: 40 },
  ipv4: { address: IPV4, len: 24 },
  eaLen: 16,
  psidOffset: 6,
  psidLen: 8,
  psid: null,
  iid: "rfc7597",
  forwarding: false,
};

function addressAt(index: number): number {
  return IPV4 + (index & 0xff);
}

function portAt(index: number): number {
  return FIRST_PORT + ((index * 7) % (65536 - FIRST_PORT));
}

/** `ask` answers the question with this number, as a number. */
function measureReverse(ms: number, how: string, ask: (index: number) => number): Measured[] {
  let next = 0;
  const ns = nsEach(ms, () => {
    for (let i = 0; i < BATCH; i++) keep(ask(next + i));
    next += BATCH;
    return BATCH;
  });
  return [
    { load: how, quantity: "time", unit: "ns", value: ns },
    { load: how, quantity: "rate", unit: "million/s", value: 1e3 / ns },
  ];
}

function askForObject(index: number): number {
  const found = ceFromIpv4Port(RULE, addressAt(index), portAt(index));
  return found.ok ? found.value.mapIpv6[3] : -1;
}

async function measureReverses(ms: number): Promise<readonly Measured[]> {
  const table = RuleTable.compile([RULE], "map-e");
  const out = new Uint32Array(4);
  const askForNumbers = (index: number): number => {
    const [addr4, port] = [addressAt(index), portAt(index)];
    const rule = table.lookup4(addr4, port);
    return rule >= 0 && table.mapAddress(rule, addr4, port, out) === 0 ? out[3]! : -1;
  };
  return [
    ...measureReverse(ms, "a CE as an object", askForObject),
    ...measureReverse(ms, "an address as numbers", askForNumbers),
  ];
}

/** Says at the end how much memory it had at most, in kilobytes. */
const SAY_MEMORY =
  'data:text/javascript,process.on("exit",()=>process.stderr.write(String(process.resourceUsage().maxRSS)))';

/** Rows through a pipe to a reader that takes them at once. */
async function measureList(count: number): Promise<readonly Measured[]> {
  const eaLen = Math.log2(count);
  const rule = `2001:db8::/32 10.0.0.0/${40 - eaLen} ${eaLen} 6`;
  const before = performance.now();
  const words = ["--import", SAY_MEMORY, MAPCTL, "list", rule, "--format", "csv"];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  let bytes = 0;
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await once(child, "close");
  const seconds = (performance.now() - before) / 1000;
  const kilobytes = Number(said);
  if (child.exitCode !== 0 || bytes < count || !(kilobytes > 0))
    throw new Error(`no list: ${said}`);
  const load = "CSV through a pipe";
  return [
    { load, quantity: "time", unit: "s", value: seconds },
    { load, quantity: "memory", unit: "MB", value: (kilobytes * 1024) / 1e6 },
    { load, quantity: "rows", unit: "million", value: count / 1e6 },
  ];
}

export const CALCULATOR_BENCHES: readonly CpuBench[] = [
  { name: "reverse", run: measureReverses },
  ...LIST_SIZES.map((count) => ({ name: `list of ${count}`, run: () => measureList(count) })),
];
