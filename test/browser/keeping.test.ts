/* What outlives a moment: links, saved rules, language, theme, paper. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import tap, { test } from "tap";
import { FILE_URL, fact, facts, openPage, startBrowser, waitForHash } from "./page.js";

const browser = await startBrowser();
tap.teardown(() => browser.close());

const ONE_TO_ONE =
  "#/calculator?rule=one|2001:db8:12:3400::|56|192.0.2.18|32|0|6&psid-len=8&psid=52&iid=draft-03&fmr=1&port=7&mode=map-e&br=2001:db8::77&with=x|2001:db8::|40|192.0.2.0|24|16|4";

test("a link restores everything that can be entered, and is what the address bar says", async (t) => {
  const { page, complaints } = await openPage(browser, ONE_TO_ONE);
  await waitForHash(page, ONE_TO_ONE);
  t.same(await facts(page, "psid", "port", "mapIpv6"), {
    psid: "52",
    port: "2259",
    mapIpv6: "2001:db8:12:3400:c0:2:1200:3400",
  });
  t.equal(await page.locator('select[name="iid"]').inputValue(), "draft-03");
  t.equal(await page.locator('input[name="forwarding"]').isChecked(), true);
  t.equal(
    await page.locator('input[name="other"]').inputValue(),
    "x|2001:db8::|40|192.0.2.0|24|16|4",
  );
  const line = page.locator('input[name="rule-string"]');
  const text = await line.inputValue();
  await line.fill(text.replace("one|", "two|"));
  t.equal(await fact(page, "psid"), "52", "what a rule string does not say stays");
  await line.fill(text);
  await page.getByRole("link", { name: "DHCPv6" }).click();
  t.equal(await page.locator('select[name="mode"]').inputValue(), "map-e");
  t.equal(await page.locator('input[name="br"]').inputValue(), "2001:db8::77");
  const link = ONE_TO_ONE.replace("calculator", "dhcp");
  await waitForHash(page, link);
  await page.reload();
  t.ok(page.url().endsWith(link), page.url());
  await page.getByRole("link", { name: "Calculator" }).click();
  await waitForHash(page, ONE_TO_ONE);
  t.same(complaints, []);
  await page.context().close();
});

test("a link that is opened while the page is open is followed", async (t) => {
  const { page } = await openPage(browser);
  await page.evaluate('location.hash = "#/calculator?rule=b|2001:db8::|40|192.0.2.0|24|16|5&ce=7"');
  await page.waitForFunction('document.querySelector("input[name=name]").value === "b"');
  t.same(await facts(page, "ea", "portsPerCe"), { ea: "7", portsPerCe: "248" });
  await page.evaluate('location.hash = "#/nowhere?rule=broken"');
  t.equal(
    await page.locator('input[name="name"]').inputValue(),
    "b",
    "what is no rule changes nothing",
  );
  await page.context().close();
});

async function saveAs(page: Page, name: string): Promise<string> {
  await page.locator('input[name="name"]').fill(name);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  return (await page.locator("[data-saved-message]").textContent()) ?? "";
}

test("saved rules are kept in the browser, told apart by whole names, loaded, compared and removed", async (t) => {
  // The reference refuses test1 after test10, and offset 1 after offset 10.
  const { page } = await openPage(browser, "#/calculator?rule=a|2001:db8::|40|192.0.2.0|24|14|10");
  t.equal(await saveAs(page, "test10"), 'Saved "test10".');
  await page.locator('input[name="psidOffset"]').fill("1");
  t.equal(await saveAs(page, "test1"), 'Saved "test1".');
  t.match(await saveAs(page, "test10"), /named "test10" is saved already/);
  t.match(await saveAs(page, "again"), /saved already, as "test1"/);
  await page.reload();
  const lines = await page.locator("[data-saved] .mono").allTextContents();
  t.same(lines, [
    "test10|2001:db8::|40|192.0.2.0|24|14|10 (IPs-256, SHR-64, USRS-16384, PTS-1023, XPTS-64)",
    "test1|2001:db8::|40|192.0.2.0|24|14|1 (IPs-256, SHR-64, USRS-16384, PTS-512, XPTS-32768)",
  ]);
  await page.locator('[data-saved="test10"] .saved-load').click();
  t.equal(await fact(page, "portsPerCe"), "1023");
  await page.getByRole("button", { name: "Compare with test1", exact: true }).click();
  t.equal(
    await page.locator('input[name="other"]').inputValue(),
    "test1|2001:db8::|40|192.0.2.0|24|14|1",
  );
  await page.getByRole("button", { name: "Remove test10" }).click();
  t.equal(await page.locator("[data-saved]").count(), 1);
  await page.context().close();
});

test("saved rules leave as a file and come back from it, and from lines of the reference", async (t) => {
  const { page, complaints } = await openPage(browser, ONE_TO_ONE, { acceptDownloads: true });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  const file = join(t.testdir({}), "rules.json");
  await (await waiting).saveAs(file);
  const { schema, rules } = JSON.parse(readFileSync(file, "utf8"));
  t.equal(schema, "mapd.saved-rules/1");
  t.equal(rules.length, 1);
  await page.getByRole("button", { name: "Remove one" }).click();
  const input = page.locator('input[type="file"]');
  await input.setInputFiles(file);
  await page.locator('[data-saved="one"]').waitFor();
  t.match(await page.locator("[data-saved-message]").textContent(), "1 rules imported, 0 left out");
  await page.locator('input[name="rule-string"]').fill("z|2001:db8::|40|192.0.2.0|24|16|6");
  await page.locator('[data-saved="one"] .saved-load').click();
  // With all that a rule string cannot say.
  await waitForHash(page, ONE_TO_ONE);
  const lines =
    "l1|2001:db8::|46|192.168.0.0|24|14|6 (IPs-256, SHR-64)\nno rule\nl1|2001:db8::|46|192.168.0.0|24|14|5\n";
  writeFileSync(file, lines);
  await input.setInputFiles(file);
  await page.locator('[data-saved="l1"]').waitFor();
  t.match(await page.locator("[data-saved-message]").textContent(), "1 rules imported, 2 left out");
  t.same(complaints, []);
  await page.context().close();
});

test("two rules stand side by side, what differs is said, and what it means for CEs", async (t) => {
  const { page } = await openPage(browser, "#/calculator?rule=a|2001:db8::|40|192.0.2.0|24|16|6");
  const other = page.locator('input[name="other"]');
  await other.fill("b|2001:db8::|40|192.0.2.0|24|16|4");
  const row = async (key: string): Promise<string[]> =>
    await page.locator(`[data-compare="${key}"] td`).allTextContents();
  t.same(await row("psidOffset"), ["6", "4", "≠ changed"]);
  t.same(await row("portsPerCe"), ["252", "240", "≠ changed"]);
  t.same(await row("ceCount"), ["65536", "65536", "= same"]);
  t.match(await page.locator(".effects").textContent(), /none of them keeps its ports/);
  await page.getByRole("button", { name: "Take this rule" }).click();
  t.equal(await fact(page, "portsPerCe"), "240");
  await other.fill("b|2001:db8::|40");
  t.match(
    await page.locator('[data-card="compare"] [role="alert"]').textContent(),
    "no rule string yet",
  );
  await page.context().close();
});

test("every number of why has its formula filled in and its section", async (t) => {
  const { page } = await openPage(
    browser,
    "#/calculator?rule=a|2001:db8::|40|192.0.2.0|24|16|6&ce=4660",
  );
  const row = async (key: string): Promise<string[]> =>
    await page.locator(`[data-reason="${key}"] td`).allTextContents();
  t.same(await row("endUserPrefixLen"), ["n + o", "40 + 16", "/56", "RFC 7597 §5.2"]);
  t.same((await row("mapIpv6")).slice(2), ["2001:db8:12:3400:0:c000:212:34", "RFC 7597 §6"]);
  await page.context().close();
});

test("the examples step as the reference does, and begin again after 256", async (t) => {
  const { page } = await openPage(browser);
  const line = page.locator('input[name="rule-string"]');
  await page.getByRole("button", { name: "Example", exact: true }).click();
  t.equal(await line.inputValue(), "example_1|2001:db8::|46|192.168.0.0|24|14|6");
  await page.getByRole("button", { name: "Next example" }).click();
  t.equal(await line.inputValue(), "example_2|2001:db8:4::|46|192.168.1.0|24|14|6");
  await page.evaluate(`(async () => {
    const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Next example");
    for (let i = 2; i < 257; i++) { button.click(); await new Promise((resolve) => setTimeout(resolve)); }
  })()`);
  await page.locator(".examples [role='status']").waitFor();
  t.equal(await line.inputValue(), "example_1|2001:db8::|46|192.168.0.0|24|14|6");
  const choose = page.locator('select[name="example"]');
  const count = await choose.locator("option").count();
  for (let index = 1; index < count; index++) {
    await choose.selectOption({ index });
    t.equal(await page.locator(".not-current").count(), 0, await line.inputValue());
  }
  await page.getByRole("button", { name: "Clear" }).click();
  t.equal(await line.inputValue(), "example_1|2001:db8::|40|192.0.2.0|24|16|6");
  await page.context().close();
});

test("language and theme are chosen, and kept for the next visit", async (t) => {
  const { page } = await openPage(browser, "", { fromFile: true, colorScheme: "light" });
  const ground = async (): Promise<string> =>
    await page.evaluate("getComputedStyle(document.body).backgroundColor");
  const light = await ground();
  await page.getByLabel("Theme").selectOption("dark");
  const dark = await ground();
  t.not(dark, light);
  await page.getByLabel("Language").selectOption("ja");
  t.equal(await page.locator("html").getAttribute("lang"), "ja");
  t.match(await page.locator('[data-card="result"] h2').textContent(), "結果");
  await page.goto("about:blank");
  await page.goto(FILE_URL);
  t.match(await page.locator('[data-card="result"] h2').textContent(), "結果");
  t.equal(await ground(), dark);
  await page.getByLabel("配色").selectOption("auto");
  t.equal(await ground(), light, "as the machine has it");
  await page.context().close();
});

test("a Japanese browser gets Japanese at once", async (t) => {
  const { page } = await openPage(browser, "", { locale: "ja-JP" });
  t.equal(await page.locator("html").getAttribute("lang"), "ja");
  await page.context().close();
});

test("what a button copies can be pasted", async (t) => {
  const hash = "#/calculator?rule=metro|2001:db8::|40|192.0.2.0|24|16|6&ce=4660";
  const { page } = await openPage(browser, hash);
  const copied: string[] = [];
  for (const what of ["Copy: Rule string", "Copy: Source NAT for nftables"]) {
    await page.getByRole("button", { name: what }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    await page.getByRole("link", { name: "Tools" }).click();
    await page.locator('textarea[name="import"]').fill("");
    await page.locator('textarea[name="import"]').press("Control+v");
    copied.push(await page.locator('textarea[name="import"]').inputValue());
    await page.getByRole("link", { name: "Calculator" }).click();
  }
  t.equal(copied[0], "metro|2001:db8::|40|192.0.2.0|24|16|6");
  t.match(copied[1], "62 : 192.0.2.18 . 64720-64723,");
  await page.context().close();
});

test("on paper stand the results, without what can only be clicked", async (t) => {
  const { page } = await openPage(browser);
  await page.evaluate("window.print = () => { document.title = 'printed'; }");
  await page.getByRole("button", { name: "Print" }).click();
  t.equal(await page.title(), "printed");
  await page.emulateMedia({ media: "print" });
  for (const [selector, isShown] of [
    [".page-header", false],
    [".rule-form", false],
    [".stepper >> nth=0", false],
    ['[data-fact="mapIpv6"]', true],
    [".reasons >> nth=0", true],
  ] as const) {
    t.equal(await page.locator(selector).isVisible(), isShown, selector);
  }
  await page.context().close();
});
