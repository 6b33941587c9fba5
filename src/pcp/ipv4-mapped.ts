/** IPv4 addresses in the 128-bit fields of PCP: ::ffff:a.b.c.d (RFC 6887 §5). */

/** The IPv4 address at `at`, unsigned 32-bit; null where the field holds an IPv6 address. */
export function readIpv4Mapped(view: DataView, at: number): number | null {
  const isMapped =
    view.getUint32(at) === 0 && view.getUint32(at + 4) === 0 && view.getUint32(at + 8) === 0xffff;
  return isMapped ? view.getUint32(at + 12) : null;
}

export function writeIpv4Mapped(view: DataView, at: number, address: number): void {
  view.setUint32(at, 0);
  view.setUint32(at + 4, 0);
  view.setUint32(at + 8, 0xffff);
  view.setUint32(at + 12, address);
}

/** True for `::`, with which a client that thinks in IPv6 says that it has no wish. */
export function isUnspecified(view: DataView, at: number): boolean {
  for (let word = 0; word < 16; word += 4) if (view.getUint32(at + word) !== 0) return false;
  return true;
}
