/**
 * Who a request says that it is for. A page of somebody else's can make a browser ask this server under a name of its own
 * that suddenly leads here (DNS rebinding); the browser then lets that page read the answer. What it cannot do is to
 * change the name in the Host header, so that a name that is not ours is refused.
 */
import { isIPv4, isIPv6 } from "node:net";

export interface OwnNames {
  /** Where the server listens, as configured. */
  readonly host: string;
  /** `http.hosts`: names of the operator's. */
  readonly hosts: readonly string[];
  /** Address that the connection arrived at. */
  readonly localAddress: string;
}

/**
 * True for the names and addresses of loopback, the address that is listened on, the one that the connection came in at,
 * and the names of the configuration. The port says nothing: a tunnel (ssh -L) has its own.
 */
export function isOwnHost(header: string | undefined, own: OwnNames): boolean {
  const host = hostOf(header ?? "");
  if (host === "") return false;
  if (isLoopback(host)) return true;
  const names = [own.host, withoutMapping(own.localAddress), ...own.hosts];
  return names.some((name) => name.toLowerCase() === host);
}

/** `localhost`, or an address of loopback. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/** In lower case, without port and brackets and the dot of a full name; empty where the header makes no sense. */
function hostOf(header: string): string {
  const bracketed = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/i.exec(header)?.[1];
  if (bracketed !== undefined) return isIPv6(bracketed) ? bracketed.toLowerCase() : "";
  const plain = /^([a-z0-9_.-]+?)\.?(?::\d{1,5})?$/i.exec(header)?.[1];
  return plain?.toLowerCase() ?? "";
}

/** A socket for both families has IPv4 addresses in IPv6's clothes. */
function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
