/**
 * The files of the page. All of them are read when the daemon starts, so that a request can name one of them or nothing:
 * no path of a request is ever one of the file system.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Reply } from "./reply.js";

/** Beside the compiled daemon, in a checkout as in packages. */
export const PAGE_FOLDER = fileURLToPath(new URL("../../page/", import.meta.url));

/** What the page consists of; a file with another name is none of it. */
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};

/** Packed already. */
const PACKED = new Set([".png", ".woff2"]);

/** Good enough, and quick enough to be done while somebody waits. */
const BROTLI_QUALITY = 9;

type Encoding = "br" | "gzip" | "identity";

const compress: Readonly<Record<Encoding, (body: Buffer) => Promise<Buffer>>> = {
  br: (body) =>
    promisify(brotliCompress)(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
    }),
  gzip: promisify<Buffer, Buffer>(gzip),
  identity: async (body) => body,
};

class PageFile {
  readonly #contentType: string;
  readonly #packed: boolean;
  readonly #hash: string;
  /** By encoding, made when first asked for. */
  readonly #bodies = new Map<Encoding, Promise<Buffer>>();

  constructor(name: string, body: Buffer) {
    const extension = extname(name);
    this.#contentType = TYPES[extension] ?? "";
    this.#packed = PACKED.has(extension);
    this.#hash = createHash("sha256").update(body).digest("base64url").slice(0, 22);
    this.#bodies.set("identity", Promise.resolve(body));
  }

  async reply(acceptEncoding: string, ifNoneMatch: string): Promise<Reply> {
    const encoding = this.#packed ? "identity" : encodingOf(acceptEncoding);
    const tag = `"${this.#hash}-${encoding}"`;
    const headers = {
      ETag: tag,
      // Asked for anew each time, and most often not sent: a new version is there at once.
      "Cache-Control": "no-cache",
      Vary: "Accept-Encoding",
      ...(encoding === "identity" ? {} : { "Content-Encoding": encoding }),
    };
    const contentType = this.#contentType;
    if (ifNoneMatch.split(",").some((one) => one.trim().replace(/^W\//, "") === tag)) {
      return { status: 304, contentType, body: "", headers };
    }
    return { status: 200, contentType, body: await this.#body(encoding), headers };
  }

  #body(encoding: Encoding): Promise<Buffer> {
    const made = this.#bodies.get(encoding);
    if (made !== undefined) return made;
    const making = this.#body("identity").then(compress[encoding]);
    this.#bodies.set(encoding, making);
    return making;
  }
}

export class PageFiles {
  /** By path of the request. */
  readonly #files: ReadonlyMap<string, PageFile>;

  private constructor(files: ReadonlyMap<string, PageFile>) {
    this.#files = files;
  }

  /** Every file of the folder; none where it is missing, as in a checkout whose page is not built. */
  static read(folder: string): PageFiles {
    const files = namesIn(folder).map((name): readonly [string, PageFile] => {
      return [`/${name}`, new PageFile(name, readFileSync(join(folder, name)))];
    });
    const byPath = new Map(files);
    const index = byPath.get("/index.html");
    if (index !== undefined) byPath.set("/", index);
    return new PageFiles(byPath);
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  async reply(path: string, acceptEncoding: string, ifNoneMatch: string): Promise<Reply | null> {
    return (await this.#files.get(path)?.reply(acceptEncoding, ifNoneMatch)) ?? null;
  }
}

/** Relative to the folder. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => Object.hasOwn(TYPES, extname(name)))
      .filter((name) => statSync(join(folder, name)).isFile());
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "code") === "ENOENT") return [];
    throw error;
  }
}

/** The better one of those that the client takes (RFC 9110 §12.5.3). */
function encodingOf(accept: string): Encoding {
  const taken = new Set(
    accept
      .split(",")
      .map((one) => one.trim().toLowerCase())
      .filter((one) => !/;\s*q=0(\.0*)?$/.test(one))
      .map((one) => one.replace(/\s*;.*$/, "")),
  );
  if (taken.has("br")) return "br";
  return taken.has("gzip") ? "gzip" : "identity";
}
