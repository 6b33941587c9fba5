/** Two packets side by side, for the message of a failed comparison. */

const ROW_LEN = 16;

function hex(bytes: Uint8Array, from: number): string {
  const row = [...bytes.subarray(from, from + ROW_LEN)];
  return row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

function marks(expected: Uint8Array, actual: Uint8Array, from: number): string {
  let line = "";
  for (let i = from; i < from + ROW_LEN; i++) line += expected[i] === actual[i] ? "   " : "^^ ";
  return line.trimEnd();
}

/** Only the rows that differ, each with its offset and a line of marks; empty when the packets are equal. */
export function hexDiff(expected: Uint8Array, actual: Uint8Array): string {
  const lines: string[] = [];
  if (expected.length !== actual.length) {
    lines.push(`expected ${expected.length} bytes, got ${actual.length}`);
  }
  const len = Math.max(expected.length, actual.length);
  for (let from = 0; from < len; from += ROW_LEN) {
    const mark = marks(expected, actual, from);
    if (mark === "") continue;
    const offset = from.toString(16).padStart(4, "0");
    lines.push(`${offset}  expected ${hex(expected, from)}`);
    lines.push(`      actual   ${hex(actual, from)}`);
    lines.push(`               ${mark}`);
  }
  return lines.join("\n");
}
