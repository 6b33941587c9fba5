/** Option 93, whose two traps cost subscribers their ports: where the PSID stands, and clients that do not read it. */
import { warning } from "../map/diagnostic.js";
import { isExcludedPort, PortSet, psidOfPort } from "../map/port-set.js";
import type { Diagnostic } from "../map/types.js";

const PORT_BITS = 16;
/** RFC 7597 §5.1; what a client takes that finds no option 93, or does not look for it. */
export const DEFAULT_OFFSET = 6;

/** The PSID in its left-justified field (RFC 7598 §4.5). */
export function psidOfField(field: number, psidLen: number): number {
  return field >>> (PORT_BITS - psidLen);
}

export function fieldOfPsid(psid: number, psidLen: number): number {
  return (psid << (PORT_BITS - psidLen)) & 0xffff;
}

export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** What a PSID field is whose bits are not where they belong, or null. */
export function checkAlignment(field: number, psidLen: number, path: string): Diagnostic | null {
  const extra = field & (2 ** (PORT_BITS - psidLen) - 1);
  if (psidLen === 0) {
    if (field === 0) return null;
    const message = `the PSID field is ${hex(field, 4)}, but psid-len 0 says that there is no PSID; a receiver ignores it`;
    return warning("s46-psid-alignment", path, message, "RFC 7598 §4.5");
  }
  if (extra === 0) return null;
  const read = psidOfField(field, psidLen);
  const isRight = field < 2 ** psidLen;
  const meant = isRight
    ? `it looks right-justified; PSID ${hex(field, 2)} of ${psidLen} bits is written ${hex(fieldOfPsid(field, psidLen), 4)}`
    : `write ${hex(fieldOfPsid(read, psidLen), 4)} if ${hex(read, 2)} is meant`;
  const message = `the PSID field ${hex(field, 4)} has bits beyond its first ${psidLen}; it is left-justified, so a receiver reads PSID ${hex(read, 2)}: ${meant}`;
  return warning("s46-psid-alignment", path, message, "RFC 7598 §4.5");
}

export interface SharedPorts {
  readonly psidOffset: number;
  readonly psidLen: number;
  /** null: each CE has its own from its EA bits. */
  readonly psid: number | null;
}

const SHOWN = 3;

/**
 * What becomes of the ports where a client does not read option 93 and takes the default offset (seen in the field:
 * a provider that announces offset 0); null where it makes no difference.
 */
export function checkIgnored(ports: SharedPorts, path: string): Diagnostic | null {
  const { psidOffset, psidLen } = ports;
  if (psidLen === 0 || psidOffset === DEFAULT_OFFSET) return null;
  const psid = ports.psid ?? Math.min(1, 2 ** psidLen - 1);
  const code = "s46-portparams-ignored";
  const rfc = "RFC 7597 §5.1";
  if (DEFAULT_OFFSET + psidLen > PORT_BITS) {
    const message = `a client that ignores option 93 would use offset ${DEFAULT_OFFSET}, which leaves no room for ${psidLen} bits of PSID in 16: it has no ports at all`;
    return warning(code, path, message, rfc);
  }
  const ranges = new PortSet(DEFAULT_OFFSET, psidLen, psid).ranges().slice(0, SHOWN);
  const shown = ranges.map(([first, last]) => `${first}-${last}`).join(", ");
  const firsts = ranges.map(([first]) => first);
  const free = firsts.filter((port) => isExcludedPort(port, psidOffset, psidLen)).length;
  const owners = new Set(
    firsts
      .filter((port) => !isExcludedPort(port, psidOffset, psidLen))
      .map((port) => hex(psidOfPort(port, psidOffset, psidLen), 2)),
  );
  const whose = [
    ...(owners.size > 0 ? [`the ports of PSID ${[...owners].join(", ")}`] : []),
    ...(free > 0 ? ["ports that belong to nobody"] : []),
  ].join(" and ");
  const message = `a client that ignores option 93 would use offset ${DEFAULT_OFFSET}: with PSID ${hex(psid, 2)} it would send from ${shown}, ..., here ${whose}; check that the clients read option 93`;
  return warning(code, path, message, rfc);
}

/** No option 93 where addresses are shared: nothing but the default offset is possible. */
export function checkMissing(psidLen: number, path: string): Diagnostic | null {
  if (psidLen === 0) return null;
  const message = `there is no option 93 (S46_PORTPARAMS) in this rule, so clients use offset ${DEFAULT_OFFSET}; a domain with another offset, 0 included, must say so`;
  return warning("s46-portparams-missing", path, message, "RFC 7598 §4.5");
}
