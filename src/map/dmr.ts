/**
 * Default mapping rule: an IPv4 address behind an IPv6 prefix (RFC 7599 §5.1, layout of RFC 6052 §2.2).
 * Bits 64..71 (u) stay zero at every length, so a shorter prefix has the address in two parts:
 *
 *   len    bits of the IPv4 address
 *    32    32..63
 *    40    40..63   72..79
 *    48    48..63   72..87
 *    56    56..63   72..95
 *    64             72..103
 *    96             96..127
 */
import { NON_GLOBAL_IPV4 } from "../verdict.js";
import { maskOf6 } from "./prefix.js";
import type { Ipv6Prefix } from "./types.js";

export const DMR_LENGTHS: readonly number[] = [32, 40, 48, 56, 64, 96];

/** Hot: embeds, matches and extracts without allocating. */
export class Dmr {
  readonly #len: number;
  readonly #prefix: Uint32Array;
  readonly #mask: Uint32Array;
  readonly #isWellKnown: boolean;

  /** `prefix` has passed `checkDmr()`; a length outside the six throws a RangeError. */
  constructor(prefix: Ipv6Prefix) {
    if (!DMR_LENGTHS.includes(prefix.len)) throw new RangeError(`no DMR of length ${prefix.len}`);
    this.#len = prefix.len;
    this.#prefix = Uint32Array.from(prefix.address);
    this.#mask = Uint32Array.from(maskOf6(prefix.len));
    const [first, ...rest] = prefix.address;
    this.#isWellKnown =
      prefix.len === 96 && first === 0x0064ff9b && rest.every((word) => word === 0);
  }

  /** Writes the address that stands for `addr4`. Returns 0, or NON_GLOBAL_IPV4 with `out` untouched. */
  embed(addr4: number, out: Uint32Array): number {
    if (!this.admits(addr4)) return NON_GLOBAL_IPV4;
    const prefix = this.#prefix;
    out[0] = prefix[0]!;
    out[1] = prefix[1]!;
    out[2] = prefix[2]!;
    out[3] = prefix[3]!;
    switch (this.#len) {
      case 32:
        out[1] = addr4;
        break;
      case 40:
        out[1] = prefix[1]! | (addr4 >>> 8);
        out[2] = (addr4 & 0xff) << 16;
        break;
      case 48:
        out[1] = prefix[1]! | (addr4 >>> 16);
        out[2] = (addr4 & 0xffff) << 8;
        break;
      case 56:
        out[1] = prefix[1]! | (addr4 >>> 24);
        out[2] = addr4 & 0xffffff;
        break;
      case 64:
        out[2] = addr4 >>> 8;
        out[3] = addr4 << 24;
        break;
      default:
        out[3] = addr4;
    }
    return 0;
  }

  /** True where the address lies behind this prefix; u and suffix bits are not looked at (RFC 6052 §2.2). */
  matches(address: Uint32Array): boolean {
    const prefix = this.#prefix;
    const mask = this.#mask;
    return (
      ((address[0]! ^ prefix[0]!) & mask[0]!) === 0 &&
      ((address[1]! ^ prefix[1]!) & mask[1]!) === 0 &&
      ((address[2]! ^ prefix[2]!) & mask[2]!) === 0 &&
      ((address[3]! ^ prefix[3]!) & mask[3]!) === 0
    );
  }

  /** The IPv4 address, signed 32-bit, in an address that `matches()`; ask `admits()` before translating it. */
  extract(address: Uint32Array): number {
    switch (this.#len) {
      case 32:
        return address[1]! | 0;
      case 40:
        return (address[1]! << 8) | ((address[2]! >>> 16) & 0xff);
      case 48:
        return (address[1]! << 16) | ((address[2]! >>> 8) & 0xffff);
      case 56:
        return (address[1]! << 24) | (address[2]! & 0xffffff);
      case 64:
        return (address[2]! << 8) | (address[3]! >>> 24);
      default:
        return address[3]! | 0;
    }
  }

  /** False for a non-global address behind 64:ff9b::/96, which must not stand there (RFC 6052 §3.1). */
  admits(addr4: number): boolean {
    return !this.#isWellKnown || !isNonGlobal(addr4);
  }
}

/**
 * Special-purpose blocks of RFC 6890 §2.2.2 that are not globally reachable. The three blocks for documentation are
 * left out: RFC 6052 §2.4 itself puts 192.0.2.33 behind the well-known prefix.
 */
function isNonGlobal(addr4: number): boolean {
  const octet = addr4 >>> 24;
  const half = addr4 >>> 16;
  return (
    octet === 0 ||
    octet === 10 ||
    octet === 127 ||
    octet >= 224 ||
    addr4 >>> 22 === 0x191 || // 100.64.0.0/10
    half === 0xa9fe || // 169.254.0.0/16
    addr4 >>> 20 === 0xac1 || // 172.16.0.0/12
    half === 0xc0a8 || // 192.168.0.0/16
    addr4 >>> 8 === 0xc00000 || // 192.0.0.0/24
    addr4 >>> 17 === 0x6309 // 198.18.0.0/15
  );
}
