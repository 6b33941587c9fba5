/* For everybody, and at once: axe on every screen, both widths, both themes and languages; size and time of the first load. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import tap, { test } from "tap";
import { z } from "zod";
import { BUILT, openPage, startBrowser } from "./page.js";

const browser = await startBrowser();
tap.teardown(() => browser.close());

const AXE = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
/** Offset 4 has something to say on the DHCPv6 tab; another rule is compared. */
const STATE =
  "?rule=r|2001:db8::|40|192.0.2.0|24|16|4&ce=4660&with=x|2001:db8::|40|192.0.2.0|24|16|6";
/** Findings, wrong fields and the message about both. */
const WRONG = "?rule=r|2001:db8::|40|192.0.2.0|24|16|12";
const SCREENS = [
  `calculator${STATE}`,
  `calculator${WRONG}`,
  `dhcp${STATE}`,
  `tools${STATE}`,
  "live",
];
const WIDTHS = [1280, 390];

const VIOLATIONS = z.array(z.object({ id: z.string(), html: z.array(z.string()) }));

async function violations(page: Page): Promise<unknown> {
  return VIOLATIONS.parse(
    await page.evaluate(`axe.run().then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, html: nodes.slice(0, 3).map(({ html }) => html) })))`),
  );
}

for (const [colorScheme, locale] of [
  ["light", "en"],
  ["dark", "ja"],
] as const) {
  test(`no screen has a barrier that axe finds or is wider than its window, ${colorScheme}, ${locale}`, async (t) => {
    const { page } = await openPage(browser, "", { colorScheme, locale });
    await page.evaluate(AXE);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 844 });
      for (const screen of SCREENS) {
        await page.evaluate(`location.hash = "#/${screen}"`);
        await page
          .locator(`nav [aria-current="page"][href^="#/${screen.split("?")[0]}"]`)
          .waitFor();
        t.same(await violations(page), [], `${screen}, ${width} px`);
        const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        t.ok(Number(overflow) <= 0, `${screen} fits ${width} px`);
      }
    }
    await page.context().close();
  });
}

test("everything can be reached by keyboard alone, in the order of the page", async (t) => {
  const { page } = await openPage(browser);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  t.equal(
    await page.evaluate("document.activeElement.id"),
    "content",
    "past the header in one step",
  );
  const names: string[] = [];
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press("Tab");
    names.push(
      String(
        await page.evaluate("document.activeElement.name || document.activeElement.ariaLabel"),
      ),
    );
  }
  t.same(names, [
    "Copy: Copy link",
    "Print",
    "rule-string",
    "Copy: Rule string",
    "name",
    "ipv6",
    "ipv4",
    "IPv6 length, 0–128",
    "ipv6Len",
    "IPv4 length, 0–32",
    "ipv4Len",
    "EA bits, 0–48",
  ]);
  await page.context().close();
});

test("the first load is below 200 kB compressed", async (t) => {
  const sizes = ["index.html", "page.js", "page.css"].map(
    (name) => gzipSync(readFileSync(join(BUILT, name)), { level: 9 }).length,
  );
  const sum = sizes.reduce((one, other) => one + other, 0);
  t.comment(`index.html, page.js, page.css: ${sizes.join(", ")}, together ${sum} bytes`);
  t.ok(sum < 200_000, `${sum} bytes`);
});

test("the page is there and answers in less than a second", async (t) => {
  const times: number[] = [];
  for (let load = 0; load < 3; load++) {
    const { page } = await openPage(browser);
    // The script is deferred, so it has rendered the page when the document is ready.
    const ready = await page.evaluate(
      'performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd',
    );
    times.push(Math.round(Number(ready)));
    t.equal(await page.locator('[data-fact="ceCount"]').count(), 1);
    await page.context().close();
  }
  t.comment(`milliseconds from the start of the navigation: ${times.join(", ")}`);
  t.ok(Math.min(...times) < 1000, `${times.join(", ")} ms`);
});

test("the page names the licences of the code that it holds", async (t) => {
  const text = readFileSync(join(BUILT, "licenses.txt"), "utf8");
  t.match(text, /^preact \d+\.\d+\.\d+$/m);
  t.match(text, /^uplot \d+\.\d+\.\d+$/m);
  t.equal(text.match(/Permission is hereby granted/g)?.length, 2);
  const html = readFileSync(join(BUILT, "index.html"), "utf8");
  t.notMatch(html, /<style|\sstyle=|\son\w+=|<script>|type="module"|https?:\/\/(?!www\.w3\.org)/);
});
