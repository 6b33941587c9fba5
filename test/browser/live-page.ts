/** The live view in a browser: opened where a daemon is, with everything that it complains about. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const ARGS = ["--no-sandbox"];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** In the network namespace of this process. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGS });
}

/** In another one; `script` is a file that may be written for it. */
export function startBrowserIn(namespace: string, script: string): Promise<Browser> {
  writeFileSync(script, `#!/bin/sh\nexec ip netns exec ${namespace} ${CHROMIUM} "$@"\n`);
  chmodSync(script, 0o755);
  return chromium.launch({ executablePath: script, args: ARGS });
}

export interface LivePage {
  readonly page: Page;
  /** Console errors and warnings, exceptions, and requests for anything but this server. */
  readonly complaints: string[];
}

/** Opens the live view of the server at `origin` (`http://127.0.0.1:9464`). */
export async function openLive(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<LivePage> {
  const viewport = { width: 1280, height: 900 };
  const context = await browser.newContext({ viewport, locale: "en-US", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    const isMeant = ["error", "warning"].includes(message.type());
    if (isMeant) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) complaints.push(url);
  });
  await page.goto(`${origin}/#/live`);
  return { page, complaints };
}

/** Waits until the page says that it is in this state. */
export async function connection(page: Page, state: string): Promise<void> {
  await page.waitForSelector(`[data-connection="${state}"]`, { timeout: 10_000 });
}

/** Waits until an expression holds in the page; the page's policy forbids to wait inside of it. */
export async function until(page: Page, expression: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await page.evaluate(expression))) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${expression}`);
    await page.waitForTimeout(50);
  }
}

/** What `selector` holds as its value, for programs. */
export async function valueAt(page: Page, selector: string): Promise<string | null> {
  return await page.locator(selector).first().getAttribute("value");
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe-core finds wrong with the page as it is. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Through the debugger, past the policy that keeps other scripts out of the page.
  await page.evaluate(AXE);
  const found: Violation[] = await page.evaluate(
    'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations)',
  );
  return found.map(({ id, nodes }) => {
    const [first] = nodes;
    return `${id}: ${first?.html} ${first?.failureSummary ?? ""}`;
  });
}
