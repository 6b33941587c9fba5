/** The bearer token of the API (RFC 6750 §2.1): who has it may look. */
import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync, statSync } from "node:fs";

/** Shorter ones can be guessed. */
const MIN_LEN = 16;
const MAX_LEN = 1024;

/** What RFC 6750 §2.1 lets a token consist of. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** Set where others than the file's owner and group may read it. */
const OTHERS_READ = 0o004;

export type Token = { readonly digest: Buffer } | { readonly problem: string };

/** Reads the file; what is wrong with it is said in a form that the operator can act on. */
export function readToken(path: string): Token {
  try {
    const file = statSync(path);
    // To read from a pipe would stop the daemon; what is longer than a token and its line ends is none.
    if (!file.isFile() || file.size > 2 * MAX_LEN) {
      return { problem: `${path} is no file with a token in it` };
    }
    if ((file.mode & OTHERS_READ) !== 0) {
      return { problem: `everybody may read ${path}; chmod o-r ${path}` };
    }
    const text = readFileSync(path, "utf8").trim();
    if (text.length < MIN_LEN || text.length > MAX_LEN || !TOKEN.test(text)) {
      const remedy = `openssl rand -hex 32 > ${path}`;
      return {
        problem: `${path} is no token of ${MIN_LEN} to ${MAX_LEN} letters, digits and ._~+/-: ${remedy}`,
      };
    }
    return { digest: digestOf(text) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** In a time that does not depend on how much of it is right. */
export function isToken(digest: Buffer, authorization: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";
  return timingSafeEqual(digest, digestOf(given));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
