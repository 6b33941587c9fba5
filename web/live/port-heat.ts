/** What each external port is and was: the port map's cells. */
import type { PortBlock, PortRun, PortUse } from "./documents.js";

export const USES = ["outside", "free", "recent", "used", "forward", "reserved"] as const;
export type CellUse = (typeof USES)[number];

/** By the order of USES. */
export const PAINTS = [
  { color: "--heat-outside", pattern: "solid" },
  { color: "--heat-free", pattern: "solid" },
  { color: "--heat-recent", pattern: "dotted" },
  { color: "--heat-used", pattern: "solid" },
  { color: "--heat-forward", pattern: "hatched" },
  { color: "--heat-reserved", pattern: "hatched" },
] as const;

const PORTS = 65_536;

const CELLS: Readonly<Record<CellUse, number>> = {
  outside: 0,
  free: 1,
  recent: 2,
  used: 3,
  forward: 4,
  reserved: 5,
};

/** `before`: the cells of a moment ago, whose ports in use are recent ones now. */
export function cellsOf(
  blocks: readonly PortBlock[],
  runs: readonly PortRun[],
  before: Uint8Array | null,
): Uint8Array {
  const cells = new Uint8Array(PORTS);
  for (const { first, last } of blocks) cells.fill(CELLS.free, first, last + 1);
  if (before !== null) {
    for (let port = 0; port < PORTS; port++) {
      const was = before[port];
      const isWarm = was === CELLS.used || was === CELLS.recent;
      if (isWarm && cells[port] === CELLS.free) cells[port] = CELLS.recent;
    }
  }
  for (const [first, last, what] of runs) cells.fill(cellOf(what), first, last + 1);
  return cells;
}

function cellOf(what: PortUse): number {
  return CELLS[what];
}

export function stateAt(cells: Uint8Array, port: number): CellUse {
  return USES[cells[port] ?? 0] ?? "outside";
}
