/**
 * The state file: what the NAT44 of every CE domain needs to go on in the next mapd. Numbers are little-endian.
 *
 *   +0   magic, 8 bytes
 *   +8   version:32
 *   +12  length of the header:32
 *   +16  header: JSON, one row a domain with the length of its state
 *        the states, in the order of the rows
 *        SHA-256 of all before
 *
 * A file is read whole or not at all.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Nat44State } from "../runtime/nat44-questions.js";

const MAGIC = Buffer.from("MAPDNAT\n");
const VERSION = 1;
const VERSION_AT = MAGIC.length;
const HEADER_LEN_AT = VERSION_AT + 4;
const HEADER_AT = HEADER_LEN_AT + 4;
const DIGEST_LEN = 32;

/** The state of one domain's NAT44. */
export interface DomainState extends Nat44State {
  readonly name: string;
  /** Unix time in milliseconds at which it was taken. */
  readonly takenAt: number;
}

export type Decoded =
  | { readonly ok: true; readonly domains: readonly DomainState[] }
  | { readonly ok: false; readonly reason: string };

const uint32 = z.int().min(0).max(0xffffffff);

const rowSchema = z.strictObject({
  name: z.string(),
  takenAt: z.number().min(0),
  identity: z.strictObject({
    address: uint32,
    psid: z.int().min(0).max(0xffff).nullable(),
    psidOffset: z.int().min(0).max(15),
    psidLen: z.int().min(0).max(16),
  }),
  length: uint32,
});

const headerSchema = z.strictObject({ domains: z.array(rowSchema) });

export function encodeState(domains: readonly DomainState[]): Uint8Array {
  const rows = domains.map(({ name, takenAt, identity, state }) => {
    return { name, takenAt, identity, length: state.length };
  });
  const header = Buffer.from(JSON.stringify({ domains: rows }));
  const start = Buffer.alloc(HEADER_AT);
  MAGIC.copy(start);
  start.writeUInt32LE(VERSION, VERSION_AT);
  start.writeUInt32LE(header.length, HEADER_LEN_AT);
  const body = Buffer.concat([start, header, ...domains.map(({ state }) => state)]);
  return Buffer.concat([body, digestOf(body)]);
}

/** Never throws, whatever the bytes are; what it gives is checked but for the states themselves. */
export function decodeState(bytes: Uint8Array): Decoded {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) return refuse("it is no state file of mapd");
  if (file.length < HEADER_AT + DIGEST_LEN) return refuse("it is cut short");
  const version = file.readUInt32LE(VERSION_AT);
  if (version !== VERSION) {
    return refuse(`it is of version ${version}, and this mapd reads version ${VERSION}`);
  }
  const bodyEnd = file.length - DIGEST_LEN;
  const body = file.subarray(0, bodyEnd);
  if (!digestOf(body).equals(file.subarray(bodyEnd))) {
    return refuse("its checksum is wrong, so it is damaged or cut short");
  }
  const headerEnd = HEADER_AT + file.readUInt32LE(HEADER_LEN_AT);
  const header = headerSchema.safeParse(parseJson(body.subarray(HEADER_AT, headerEnd)));
  if (!header.success || headerEnd > bodyEnd) return refuse("its header makes no sense");
  return cut(body.subarray(headerEnd), header.data.domains);
}

/** Hands every row its bytes; they must be exactly as many as there are. */
function cut(states: Buffer, rows: z.output<typeof headerSchema>["domains"]): Decoded {
  const domains: DomainState[] = [];
  let at = 0;
  for (const { length, ...row } of rows) {
    // A copy of its own, so that it can cross to a worker without the rest of the file.
    domains.push({ ...row, state: Uint8Array.from(states.subarray(at, at + length)) });
    at += length;
  }
  return at === states.length ? { ok: true, domains } : refuse("its lengths contradict each other");
}

function refuse(reason: string): Decoded {
  return { ok: false, reason };
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}
