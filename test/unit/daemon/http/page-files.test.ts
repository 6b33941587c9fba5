/** The files of the page: what is there is served, as small as the browser takes it, and nothing else is. */
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { test } from "tap";
import { PageFiles } from "../../../../daemon/http/page-files.js";
import { folderOf, get, serve } from "./rig.js";

const SCRIPT = "export const text = 'again and again and again and again';\n".repeat(40);

const FILES = {
  "secret.txt": "not of the page\n",
  "web/index.html": "<!doctype html><title>mapd</title>\n",
  "web/page.js": SCRIPT,
  "web/page.js.map": "{}",
  "web/style/page.css": "body { color: black }\n",
  "web/icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>\n",
  "web/.hidden": "x",
};

const served = [
  { path: "/", type: "text/html; charset=utf-8", body: FILES["web/index.html"] },
  { path: "/?live", type: "text/html; charset=utf-8", body: FILES["web/index.html"] },
  { path: "/index.html", type: "text/html; charset=utf-8", body: FILES["web/index.html"] },
  { path: "/page.js", type: "text/javascript; charset=utf-8", body: SCRIPT },
  { path: "/style/page.css", type: "text/css; charset=utf-8", body: FILES["web/style/page.css"] },
  { path: "/icon.svg", type: "image/svg+xml", body: FILES["web/icon.svg"] },
];

test("each file has its type", async (t) => {
  const server = await serve(t, { page: PageFiles.read(join(folderOf(t, FILES), "web")) });
  for (const { path, type, body } of served) {
    const { status, headers, text } = await get(server, path);
    t.same([status, headers["content-type"], text], [200, type, body], path);
  }
});

const outside = [
  "/../secret.txt",
  "/..%2fsecret.txt",
  "/%2e%2e/secret.txt",
  "/style/../../secret.txt",
  "//secret.txt",
  "/./page.js",
  "/page.js/",
  "/page.js%00.html",
  "/style",
  "/style/",
  "/page.js.map",
  "/.hidden",
  "/__proto__",
  "/constructor",
];

test("no path leads to anything that is not a file of the page", async (t) => {
  const server = await serve(t, { page: PageFiles.read(join(folderOf(t, FILES), "web")) });
  for (const path of outside) {
    const { status, text } = await get(server, path);
    t.same([status, text], [404, `there is no ${path}; the page is at /\n`]);
  }
});

const encodings = [
  { accept: "gzip, deflate, br, zstd", encoding: "br", unpack: brotliDecompressSync },
  { accept: "gzip;q=1.0, br;q=0", encoding: "gzip", unpack: gunzipSync },
  { accept: "gzip", encoding: "gzip", unpack: gunzipSync },
  { accept: "", encoding: undefined, unpack: (body: Buffer) => body },
  { accept: "zstd", encoding: undefined, unpack: (body: Buffer) => body },
];

test("a file is sent as small as the browser takes it, and not again while it is the same", async (t) => {
  const server = await serve(t, { page: PageFiles.read(join(folderOf(t, FILES), "web")) });
  for (const { accept, encoding, unpack } of encodings) {
    const first = await get(server, "/page.js", { "Accept-Encoding": accept });
    t.equal(first.headers["content-encoding"], encoding, accept);
    t.equal(first.headers["content-length"], String(first.body.length));
    t.equal(unpack(first.body).toString(), SCRIPT);
    if (encoding !== undefined) t.ok(first.body.length < SCRIPT.length / 4);
    t.match(first.headers, { vary: "Accept-Encoding", "cache-control": "no-cache" });
    const { etag = "" } = first.headers;
    const conditional = { "Accept-Encoding": accept, "If-None-Match": `"other", W/${etag}` };
    const second = await get(server, "/page.js", conditional);
    t.same([second.status, second.text, second.headers.etag], [304, "", etag]);
    t.notOk("content-length" in second.headers);
  }
});

test("another version has another tag", async (t) => {
  const tags = new Set<string | undefined>();
  for (const text of ["one", "two"]) {
    const server = await serve(t, { page: PageFiles.read(folderOf(t, { "page.js": text })) });
    tags.add((await get(server, "/page.js")).headers.etag);
  }
  t.equal(tags.size, 2);
});

test("a HEAD of a file gives its length alone", async (t) => {
  const server = await serve(t, { page: PageFiles.read(join(folderOf(t, FILES), "web")) });
  const { status, headers, body } = await get(server, "/page.js", {}, "HEAD");
  t.same(
    [status, headers["content-length"], body.length],
    [200, String(Buffer.byteLength(SCRIPT)), 0],
  );
});
