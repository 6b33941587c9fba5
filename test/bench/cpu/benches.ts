/** All in-process benches, by name. */
import { CALCULATOR_BENCHES } from "./calculator-bench.js";
import { LOOKUP_BENCHES } from "./lookup-bench.js";
import { MANY_RULES_BENCHES } from "./many-rules-bench.js";
import type { CpuBench } from "./measured.js";
import { NAT44_BENCHES } from "./nat44-bench.js";
import { PATH_BENCHES } from "./path-benches.js";

export const CPU_BENCHES: readonly CpuBench[] = [
  ...PATH_BENCHES,
  ...NAT44_BENCHES,
  ...LOOKUP_BENCHES,
  ...MANY_RULES_BENCHES,
  ...CALCULATOR_BENCHES,
];

/** One name a bench for the command line. */
export function cpuId({ name }: CpuBench): string {
  return `cpu/${name.replaceAll(/[ ,]+/g, "-")}`;
}

const SMOKE = ["map-t-br up, udp 18", "map-t-ce down, tcp 1400", "map-e-br up, tcp 1400, merged"];
const SMOKE_TABLES = [
  "nat44, hits",
  "nat44, misses",
  "lookup among 100",
  "reverse",
  "list of 65536",
];

export function smokeBenches(): readonly CpuBench[] {
  return CPU_BENCHES.filter(({ name }) => [...SMOKE, ...SMOKE_TABLES].includes(name));
}
