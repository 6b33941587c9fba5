/**
 * Addresses as text and as numbers. An IPv4 address is an unsigned 32-bit number; an IPv6 address
 * is four of them, most significant first. For configuration and display, never for the packet path.
 */

/** An IPv6 address as four unsigned 32-bit words, most significant first. */
export type Ipv6Words = readonly [number, number, number, number];

// No leading zeros: "010" is 8 to some readers and 10 to others (RFC 6943 §3.1.1).
const OCTET = /^(?:0|[1-9][0-9]{0,2})$/;
const HEXTET = /^[0-9a-f]{1,4}$/i;
const HEXTETS = 8;

/** Reads a dotted quad of four decimal octets; null where the text is anything else. */
export function parseIpv4(text: string): number | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let address = 0;
  for (const part of parts) {
    if (!OCTET.test(part)) return null;
    const octet = Number(part);
    if (octet > 255) return null;
    address = address * 256 + octet;
  }
  return address;
}

export function formatIpv4(address: number): string {
  return [address >>> 24, (address >>> 16) & 0xff, (address >>> 8) & 0xff, address & 0xff].join(
    ".",
  );
}

/**
 * Reads the text forms of RFC 4291 §2.2, with a dotted quad at the end if there is one; null where the
 * text is anything else. A zone (`%eth0`), brackets or a prefix length are something else.
 */
export function parseIpv6(text: string): Ipv6Words | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const hasGap = halves.length === 2;
  const head = parseHextets(halves[0] ?? "", !hasGap);
  const tail = hasGap ? parseHextets(halves[1] ?? "", true) : [];
  if (head === null || tail === null) return null;
  const missing = HEXTETS - head.length - tail.length;
  // "::" stands for at least one group.
  if (hasGap ? missing < 1 : missing !== 0) return null;
  return wordsOf([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

/** RFC 5952 §4: lower case, no leading zeros, `::` for the first longest run of two or more zero groups. */
export function formatIpv6(words: ArrayLike<number>): string {
  const hextets = hextetsOf(words);
  let bestAt = -1;
  let bestLen = 1;
  for (let at = 0; at < HEXTETS; at++) {
    let len = 0;
    while (at + len < HEXTETS && hextets[at + len] === 0) len++;
    if (len > bestLen) {
      bestAt = at;
      bestLen = len;
    }
  }
  const text = hextets.map((hextet) => hextet.toString(16));
  if (bestAt < 0) return text.join(":");
  return `${text.slice(0, bestAt).join(":")}::${text.slice(bestAt + bestLen).join(":")}`;
}

/** Groups of one side of a "::"; the empty side has none. Null where one is malformed. */
function parseHextets(text: string, ipv4Allowed: boolean): number[] | null {
  if (text === "") return [];
  const hextets: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (HEXTET.test(part)) {
      hextets.push(Number.parseInt(part, 16));
      continue;
    }
    const ipv4 = ipv4Allowed && index === parts.length - 1 ? parseIpv4(part) : null;
    if (ipv4 === null) return null;
    hextets.push(ipv4 >>> 16, ipv4 & 0xffff);
  }
  return hextets;
}

function hextetsOf(words: ArrayLike<number>): number[] {
  const hextets: number[] = [];
  for (let at = 0; at < 4; at++) {
    const word = words[at] ?? 0;
    hextets.push(word >>> 16, word & 0xffff);
  }
  return hextets;
}

function wordsOf(hextets: readonly number[]): Ipv6Words {
  const word = (at: number): number => (((hextets[at] ?? 0) << 16) | (hextets[at + 1] ?? 0)) >>> 0;
  return [word(0), word(2), word(4), word(6)];
}
