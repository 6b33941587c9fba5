/**
 * Texts that the configuration and the command line take apart: addresses, prefixes, ports.
 * Each parser gives the value, or says what is wrong with the text.
 */
import { z } from "zod";
import {
  checkIpv4Prefix,
  checkIpv6Prefix,
  formatIpv4Prefix,
  formatIpv6Prefix,
} from "../../src/map/prefix.js";
import type { Checked, Ipv4Prefix, Ipv6Prefix, Words6 } from "../../src/map/types.js";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../../src/wire/address.js";

const MAX_PORT = 65535;

export const absolutePath = z.string().regex(/^\//, "must be an absolute path");

export interface Refusal {
  /** Stable code of the diagnostic. */
  readonly code: string;
  readonly message: string;
  readonly rfc: string;
}

export type Parsed<T> = { readonly value: T } | { readonly refusal: Refusal };

function refuse(code: string, message: string, rfc = ""): { readonly refusal: Refusal } {
  return { refusal: { code, message, rfc } };
}

export function readIpv4(text: string): Parsed<number> {
  const value = parseIpv4(text);
  if (value !== null) return { value };
  return refuse("bad-ipv4-address", `"${text}" is not an IPv4 address`);
}

export function readIpv6(text: string): Parsed<Words6> {
  const value = parseIpv6(text);
  if (value !== null) return { value };
  if (text.includes("/") && parseIpv6(text.slice(0, text.indexOf("/"))) !== null) {
    return refuse("bad-ipv6-address", `"${text}" is a prefix; an address has no "/"`);
  }
  return refuse("bad-ipv6-address", `"${text}" is not an IPv6 address`);
}

/** The text checks of `src/map` name a path of their own; here the schema knows it. */
function fromChecked<T>(checked: Checked<T>): Parsed<T> {
  if (checked.ok) return { value: checked.value };
  const [first] = checked.diagnostics;
  return refuse(first?.code ?? "bad-value", first?.message ?? "is not valid", first?.rfc);
}

export function readIpv4Prefix(text: string): Parsed<Ipv4Prefix> {
  return fromChecked(checkIpv4Prefix(text, ""));
}

export function readIpv6Prefix(text: string): Parsed<Ipv6Prefix> {
  return fromChecked(checkIpv6Prefix(text, ""));
}

/** Whole decimal number 0..65535 without sign or leading zeros; -1 where it is none. */
export function readPort(text: string): number {
  if (!/^(0|[1-9][0-9]{0,4})$/.test(text)) return -1;
  const port = Number(text);
  return port <= MAX_PORT ? port : -1;
}

/** `HOST:PORT` with an IPv6 address in brackets. */
export function readHostPort(text: string): Parsed<HostPort> {
  const bracketed = /^\[([^\]]*)\]:([0-9]+)$/.exec(text);
  const plain = /^([^:[\]\s]+):([0-9]+)$/.exec(text);
  const host = bracketed?.[1] ?? plain?.[1];
  const port = readPort(bracketed?.[2] ?? plain?.[2] ?? "");
  const problem = `"${text}" is not HOST:PORT; an IPv6 address goes in brackets: [::1]:9464`;
  if (host === undefined || port < 0) return refuse("bad-host-port", problem);
  if (bracketed !== null && parseIpv6(host) === null) return refuse("bad-host-port", problem);
  // A host of digits and dots alone is meant as an address, never as a name.
  if (bracketed === null && /^[0-9.]+$/.test(host) && parseIpv4(host) === null) {
    return refuse("bad-host-port", `"${host}" is not an IPv4 address`);
  }
  return { value: { host, port } };
}

export interface ForwardTarget {
  readonly address: number;
  readonly port: number;
}

/** `IPV4:PORT` with a port from 1. */
export function readForwardTarget(text: string): Parsed<ForwardTarget> {
  const colon = text.lastIndexOf(":");
  const address = parseIpv4(text.slice(0, Math.max(colon, 0)));
  const port = readPort(text.slice(colon + 1));
  if (colon < 0 || address === null || port < 1) {
    return refuse("bad-forward-target", `"${text}" is not IPV4:PORT, such as 192.168.1.10:22`);
  }
  return { value: { address, port } };
}

export type PortRange = readonly [number, number];

/** `5000` or `5000-5003`. */
export function readPortRange(text: string): Parsed<PortRange> {
  const dash = text.indexOf("-");
  const first = readPort(dash < 0 ? text : text.slice(0, dash));
  const last = dash < 0 ? first : readPort(text.slice(dash + 1));
  if (first < 0 || last < 0) {
    return refuse("bad-port-range", `"${text}" is not a port or a range such as 5000-5003`);
  }
  if (first > last) return refuse("bad-port-range", `the range "${text}" runs backwards`);
  return { value: [first, last] };
}

type TextField<T> = z.ZodPipe<z.ZodString, z.ZodTransform<T, string>>;

/** How a value goes back to what the file says, by the transform that it came through. */
const WRITERS = new WeakMap<z.core.$ZodType, (value: never) => string | number>();

/** What `schema`, a field of this file, reads as `value`; undefined where the schema is no such field. */
export function writeField(schema: z.core.$ZodType, value: unknown): unknown {
  if (!(schema instanceof z.ZodPipe)) return undefined;
  return WRITERS.get(schema.def.out)?.(value as never);
}

function textField<T>(
  read: (text: string) => Parsed<T>,
  write: (value: T) => string,
): TextField<T> {
  const field = z.string().transform((text, context): T => {
    const parsed = read(text);
    if ("value" in parsed) return parsed.value;
    const { code, message, rfc } = parsed.refusal;
    context.addIssue({ code: "custom", message, input: text, params: { code, rfc } });
    return z.NEVER;
  });
  WRITERS.set(field.def.out, write);
  return field;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

function formatHostPort({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

export const ipv4Address = (): TextField<number> => textField(readIpv4, formatIpv4);
export const ipv6Address = (): TextField<Words6> => textField(readIpv6, formatIpv6);
export const ipv4Prefix = (): TextField<Ipv4Prefix> => textField(readIpv4Prefix, formatIpv4Prefix);
export const ipv6Prefix = (): TextField<Ipv6Prefix> => textField(readIpv6Prefix, formatIpv6Prefix);
export const hostPort = (): TextField<HostPort> => textField(readHostPort, formatHostPort);
export const forwardTarget = (): TextField<ForwardTarget> =>
  textField(readForwardTarget, ({ address, port }) => `${formatIpv4(address)}:${port}`);

function onePort(): z.ZodPipe<z.ZodInt, z.ZodTransform<PortRange, number>> {
  const field = z
    .int()
    .min(0)
    .max(MAX_PORT)
    .transform((port): PortRange => [port, port]);
  WRITERS.set(field.def.out, ([port]: PortRange) => port);
  return field;
}

/** A port as a number, or a port or range as text. */
export const portRange = (): z.ZodUnion<
  readonly [z.ZodPipe<z.ZodInt, z.ZodTransform<PortRange, number>>, TextField<PortRange>]
> =>
  z.union([onePort(), textField(readPortRange, ([first, last]) => `${first}-${last}`)], {
    error: "must be a port or a range such as 5000-5003",
  });
