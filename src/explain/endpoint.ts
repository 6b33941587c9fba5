/** An end of a conversation as people write it: `192.0.2.18:1232`, `2001:db8::1`, `[2001:db8::1]:443`. */
import { formatAddress, type IpAddress, parseAddress } from "./addresses.js";

export interface Endpoint {
  readonly address: IpAddress;
  /** Port or ICMP identifier; null where none is named. */
  readonly port: number | null;
}

const BRACKETED = /^\[([^\]]+)\](?::([0-9]+))?$/;
const MAX_PORT = 65535;

/** Null where the text is no such end. */
export function parseEndpoint(text: string): Endpoint | null {
  const bracketed = BRACKETED.exec(text);
  if (bracketed !== null) return endpointOf(bracketed[1] ?? "", bracketed[2]);
  const [address = "", port, ...rest] = text.split(":");
  // More colons than one: an IPv6 address alone.
  return rest.length > 0 || port === undefined
    ? endpointOf(text, undefined)
    : endpointOf(address, port);
}

function endpointOf(text: string, portText: string | undefined): Endpoint | null {
  const address = parseAddress(text);
  if (address === null) return null;
  if (portText === undefined) return { address, port: null };
  const port = /^[0-9]{1,5}$/.test(portText) ? Number(portText) : MAX_PORT + 1;
  return port > MAX_PORT ? null : { address, port };
}

export function formatEndpoint({ address, port }: Endpoint): string {
  const text = formatAddress(address);
  if (port === null) return text;
  return address.family === 4 ? `${text}:${port}` : `[${text}]:${port}`;
}
