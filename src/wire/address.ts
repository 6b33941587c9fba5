/**
 * Addresses as text and as numbers. An IPv4 address is an unsigned 32-bit number; an IPv6 address
 * is four of them, most significant first. For configuration and display, never for the packet path.
 */

/** An IPv6 address as four unsigned 32-bit words, most significant first. */
export type Ipv6Words = readonly [number, number, number, number];

const HEXTETS = 8;
const [ZERO, NINE, DOT, COLON] = [0x30, 0x39, 0x2e, 0x3a];
const [LOWER_A, LOWER_F, CASE] = [0x61, 0x66, 0x20];

/**
 * Reads a dotted quad of four decimal octets; null where the text is anything else. Like the others, character by
 * character: a configuration may have a million of them.
 */
export function parseIpv4(text: string): number | null {
  let address = 0;
  let at = 0;
  for (let octets = 0; octets < 4; octets++) {
    if (octets > 0 && text.charCodeAt(at++) !== DOT) return null;
    const from = at;
    let octet = 0;
    for (; isDigit(text.charCodeAt(at)) && octet <= 255; at++) {
      octet = octet * 10 + text.charCodeAt(at) - ZERO;
    }
    if (at === from || octet > 255) return null;
    // No leading zeros: "010" is 8 to some readers and 10 to others (RFC 6943 §3.1.1).
    if (at > from + 1 && text.charCodeAt(from) === ZERO) return null;
    address = address * 256 + octet;
  }
  return at === text.length ? address : null;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
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
  const hextets: number[] = [];
  /** Groups before the "::". */
  let gap = text.startsWith("::") ? 0 : -1;
  for (let at = gap === 0 ? 2 : 0; at < text.length; ) {
    const end = groupEnd(text, at);
    if (text.charCodeAt(end) === DOT) {
      const ipv4 = parseIpv4(text.slice(at));
      if (ipv4 === null) return null;
      hextets.push(ipv4 >>> 16, ipv4 & 0xffff);
      break;
    }
    if (end === at || end > at + 4) return null;
    hextets.push(Number.parseInt(text.slice(at, end), 16));
    if (end === text.length) break;
    if (text.charCodeAt(end) !== COLON) return null;
    at = end + 1;
    if (text.charCodeAt(at) === COLON) {
      if (gap >= 0) return null;
      gap = hextets.length;
      at++;
    } else if (at === text.length) {
      return null;
    }
  }
  const missing = HEXTETS - hextets.length;
  // "::" stands for at least one group.
  if (gap < 0 ? missing !== 0 : missing < 1) return null;
  if (gap >= 0) hextets.splice(gap, 0, ...ZEROS.slice(0, missing));
  return wordsOf(hextets);
}

const ZEROS: readonly number[] = new Array(HEXTETS).fill(0);

/** Where the hexadecimal digits from `at` on end. */
function groupEnd(text: string, at: number): number {
  let end = at;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    const lower = code | CASE;
    if (!isDigit(code) && (lower < LOWER_A || lower > LOWER_F)) break;
  }
  return end;
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
