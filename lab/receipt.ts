/** What the receiver of a transfer knows of it. */
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";

/** Header of HTTP with the SHA-256 of the body, lower-case hexadecimal. */
export const DIGEST_HEADER = "x-sha256";

export interface Receipt {
  readonly bytes: number;
  readonly sha256: string;
  /** The longest that nothing came, milliseconds. */
  readonly longestGapMs: number;
}

/** Reads a stream to its end. */
export async function receive(stream: Readable): Promise<Receipt> {
  const hash = createHash("sha256");
  let bytes = 0;
  let longestGapMs = 0;
  let last = performance.now();
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const now = performance.now();
    longestGapMs = Math.max(longestGapMs, now - last);
    last = now;
    bytes += chunk.length;
    hash.update(chunk);
  }
  return { bytes, sha256: hash.digest("hex"), longestGapMs: Math.round(longestGapMs) };
}
