/** Whose each port of a CE's address is, and how it is painted. */
import { isExcludedPort, psidOfPort } from "../../src/map/port-set.js";
import type { Rule } from "../../src/map/types.js";
import { type Paint, PORTS } from "../ui/port-grid.js";

const WELL_KNOWN = 1024;

/** Rows of PAINTS: excluded, this CE, neighbours of even and of odd PSID; the same once more for system ports. */
const EXCLUDED = 0;
const OWN = 1;
const EVEN = 2;
const ODD = 3;
const SYSTEM = 4;

export const PAINTS: readonly Paint[] = [
  { color: "--port-excluded", pattern: "hatched" },
  { color: "--port-own", pattern: "solid" },
  { color: "--port-even", pattern: "lined" },
  { color: "--port-odd", pattern: "lined" },
  { color: "--port-excluded", pattern: "dotted" },
  { color: "--port-own", pattern: "dotted" },
  { color: "--port-even", pattern: "dotted" },
  { color: "--port-odd", pattern: "dotted" },
];

/** For the legend: name, row of PAINTS. */
export const LEGEND = [
  ["paint-own", OWN],
  ["paint-even", EVEN],
  ["paint-odd", ODD],
  ["paint-excluded", EXCLUDED],
  ["paint-well-known", SYSTEM],
] as const;

export function paintPorts({ psidOffset: a, psidLen: k }: Rule, psid: number | null): Uint8Array {
  const cells = new Uint8Array(PORTS);
  for (let port = 0; port < PORTS; port++) {
    cells[port] = ownerPaint(port, a, k, psid) + (port < WELL_KNOWN ? SYSTEM : 0);
  }
  return cells;
}

function ownerPaint(port: number, a: number, k: number, psid: number | null): number {
  if (isExcludedPort(port, a, k)) return EXCLUDED;
  const owner = psidOfPort(port, a, k);
  if (owner === (psid ?? 0)) return OWN;
  return owner % 2 === 0 ? EVEN : ODD;
}
