/** Choosing ports for servers out of those that are free: always the same ones for the same port set. */

/**
 * `count` ports, as many of different ranges of the port set as possible, or as many as there are:
 * what one range loses to a neighbour that guesses well, another still has.
 */
export function spreadPorts(blocks: readonly (readonly number[])[], count: number): number[] {
  const filled = blocks.filter((block) => block.length > 0);
  const chosen: number[] = [];
  for (let level = 0; chosen.length < count; level++) {
    const left = filled.filter((block) => block.length > level);
    const wanted = Math.min(count - chosen.length, left.length);
    if (wanted === 0) break;
    for (let i = 0; i < wanted; i++) {
      chosen.push(left[Math.floor((i * left.length) / wanted)]![level]!);
    }
  }
  return chosen.sort((a, b) => a - b);
}

/** The first `count` ports in a row, or where there is no such run the longest that there is. */
export function contiguousPorts(blocks: readonly (readonly number[])[], count: number): number[] {
  let longest: number[] = [];
  for (const block of blocks) {
    let run: number[] = [];
    for (const port of block) {
      if (run.length > 0 && run[run.length - 1] !== port - 1) run = [];
      run.push(port);
      if (run.length > longest.length) longest = [...run];
      if (longest.length === count) return longest;
    }
  }
  return longest;
}

/** `1232, 2256-2257`, from ascending ports. */
export function rangesText(ports: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const port of ports) {
    const last = ranges[ranges.length - 1];
    if (last !== undefined && last[1] === port - 1) last[1] = port;
    else ranges.push([port, port]);
  }
  return ranges
    .map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`))
    .join(", ");
}
