/** Addresses as bytes, for building packets by hand. Independent of src/wire, and only for valid text. */

export function ipv4Bytes(text: string): Uint8Array {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) {
    throw new Error(`not an IPv4 address: ${text}`);
  }
  return Uint8Array.from(parts);
}

function groups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").map((group) => {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) throw new Error(`not an IPv6 group: ${group}`);
    return Number.parseInt(group, 16);
  });
}

/** Accepts `2001:db8::1` and full forms; no dotted quad. */
export function ipv6Bytes(text: string): Uint8Array {
  const halves = text.split("::");
  const head = groups(halves[0] ?? "");
  const tail = groups(halves[1] ?? "");
  const missing = 8 - head.length - tail.length;
  if (halves.length > 2 || (halves.length === 1 ? missing !== 0 : missing < 1)) {
    throw new Error(`not an IPv6 address: ${text}`);
  }
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
