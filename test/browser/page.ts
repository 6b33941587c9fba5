/** The built page in Debian's Chromium: one browser a test file, a fresh context a test. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** As mapd serves it; the same page from a file has no policy at all. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const BUILT = join(dirname(fileURLToPath(import.meta.url)), "../../page");
export const FILE_URL = pathToFileURL(join(BUILT, "index.html")).href;
/** No such host: every request is answered from the built files below, or fails. */
export const SERVED_URL = "http://page.test/";

/** For what does not appear; a machine under load is slow, but not that slow. */
const PATIENCE_MS = 10_000;

const TYPES: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "licenses.txt": "text/plain; charset=utf-8",
};

export async function startBrowser(...args: readonly string[]): Promise<Browser> {
  return await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", ...args],
  });
}

/** Until the address bar says so: it follows the rule with a little delay. */
export async function waitForHash(page: Page, hash: string): Promise<void> {
  await page.waitForURL((url) => url.href.endsWith(hash));
}

export interface OpenPage {
  readonly page: Page;
  /** Console errors and warnings, uncaught exceptions, and requests for anything but the page's own files. */
  readonly complaints: readonly string[];
}

/** Opens the page with `hash` (`#/calculator?…`), under the policy and without any network. */
export async function openPage(
  browser: Browser,
  hash = "",
  options: BrowserContextOptions & { readonly fromFile?: boolean } = {},
): Promise<OpenPage> {
  const { fromFile = false, ...rest } = options;
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: "en",
    ...rest,
  });
  const complaints: string[] = [];
  await context.route("http://page.test/**", async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1) || "index.html";
    const contentType = TYPES[name];
    if (contentType === undefined) {
      complaints.push(`request for ${route.request().url()}`);
      return await route.fulfill({ status: 404, body: "" });
    }
    const headers = { "content-security-policy": POLICY };
    return await route.fulfill({ body: readFileSync(join(BUILT, name)), contentType, headers });
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const isOwn = [SERVED_URL, FILE_URL.replace(/index\.html$/, ""), "data:", "blob:"];
    if (!isOwn.some((start) => request.url().startsWith(start))) complaints.push(request.url());
  });
  await page.goto((fromFile ? FILE_URL : SERVED_URL) + hash);
  await page.waitForSelector("main > *");
  return { page, complaints };
}

/** The value behind a fact on the page, as programs read it. */
export async function fact(page: Page, name: string): Promise<string | null> {
  return await page.locator(`[data-fact="${name}"]`).first().getAttribute("value");
}

/** Several at once. */
export async function facts(
  page: Page,
  ...names: readonly string[]
): Promise<Record<string, string | null>> {
  const entries = names.map(async (name) => [name, await fact(page, name)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
