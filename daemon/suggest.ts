/** "Did you mean ...?" for keys, rule names and commands. */

/** Edits that turn one text into the other: insert, delete, replace, swap two neighbours. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

/** `psidOffset`, `psid_offset` and `PSID-OFFSET` are the same word. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** The candidate that was probably meant, or null. */
export function nearest(typed: string, candidates: readonly string[]): string | null {
  const word = plain(typed);
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const other = plain(candidate);
    // A name that is a part of the other (`dmr`, `br-addr`) is one edit away.
    const part = word.length >= 3 && (other.includes(word) || word.includes(other));
    const distance = word === other ? 0 : part ? 1 : editDistance(word, other);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `; did you mean "x"?`, or nothing. */
export function didYouMean(typed: string, candidates: readonly string[]): string {
  const name = nearest(typed, candidates);
  return name === null ? "" : `; did you mean "${name}"?`;
}
