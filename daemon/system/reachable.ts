/** Whether files can be used by their modes alone, without root's privilege to pass over them: path_resolution(7). */
import { realpathSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";

export const READ = 4;
export const WRITE = 2;
export const SEARCH = 1;

export interface Who {
  readonly uid: number;
  readonly gids: readonly number[];
}

export function ownIdentity(): Who {
  const gids = [process.getegid?.() ?? 0, ...(process.getgroups?.() ?? [])];
  return { uid: process.geteuid?.() ?? 0, gids };
}

/** True also where nothing is there: then no privilege helps. `wanted` is of READ, WRITE and SEARCH. */
export function isUsable(path: string, wanted: number, who: Who): boolean {
  try {
    const real = realpathSync(path);
    return permits(statSync(real), wanted, who) && isSearchable(dirname(real), who);
  } catch {
    return true;
  }
}

function isSearchable(folder: string, who: Who): boolean {
  if (!permits(statSync(folder), SEARCH, who)) return false;
  return folder === dirname(folder) || isSearchable(dirname(folder), who);
}

/** An owner has the owner's bits, also where those of others give more. */
export function permits(
  stat: Pick<Stats, "mode" | "uid" | "gid">,
  wanted: number,
  who: Who,
): boolean {
  const shift = stat.uid === who.uid ? 6 : who.gids.includes(stat.gid) ? 3 : 0;
  return ((stat.mode >> shift) & wanted) === wanted;
}
