/* The calculator: fields, sliders, rulers, steps, map and history, by mouse and by keyboard. */
import type { Page } from "playwright-core";
import tap, { test } from "tap";
import { fact, facts, openPage, startBrowser, waitForHash } from "./page.js";

const browser = await startBrowser();
tap.teardown(() => browser.close());

const RULE = "#/calculator?rule=rfc|2001:db8::|40|192.0.2.0|24|16|6";
/** CE 0x1234: host 18, PSID 0x34. */
const CE = `${RULE}&ce=4660`;

test("the results of a rule are all there", async (t) => {
  const { page, complaints } = await openPage(browser, CE);
  t.same(
    await facts(page, "addressCount", "sharingRatio", "ceCount", "portsPerCe", "excludedPorts"),
    {
      addressCount: "256",
      sharingRatio: "256",
      ceCount: "65536",
      portsPerCe: "252",
      excludedPorts: "1024",
    },
  );
  t.same(await facts(page, "kind", "endUserPrefixLen", "subnetBits", "rangesPerCe"), {
    kind: "shared",
    endUserPrefixLen: "56",
    subnetBits: "8",
    rangesPerCe: "63",
  });
  t.equal(await fact(page, "letters"), "n 40 r 24 o 16 p 8 k 8 a 6 m 2 s 8");
  t.same(
    await facts(
      page,
      "endUserIpv6Prefix",
      "ceIpv4",
      "psid",
      "mapIpv6",
      "mapIpv6-draft-03",
      "source",
    ),
    {
      endUserIpv6Prefix: "2001:db8:12:3400::/56",
      ceIpv4: "192.0.2.18/32",
      psid: "52",
      mapIpv6: "2001:db8:12:3400:0:c000:212:34",
      "mapIpv6-draft-03": "2001:db8:12:3400:c0:2:1200:3400",
      source: "[2001:db8:12:3400:0:c000:212:34]:1232",
    },
  );
  t.same(complaints, []);
  await page.context().close();
});

test("prefixes and address stand in hex and binary, EA bits under their place", async (t) => {
  const { page } = await openPage(browser, CE);
  await page.locator('[data-details="hex-binary"] summary').click();
  const row = async (name: string): Promise<string[]> =>
    await page.locator(`[data-hex="${name}"] td`).allTextContents();
  t.same(await row("rulePrefix"), [
    "2001:0db8:0000:0000:0000:0000:0000:0000/40",
    "0010000000000001:0000110110111000:0000000000000000:0000000000000000",
  ]);
  t.same(await row("userPrefix"), [
    "2001:0db8:0012:3400:0000:0000:0000:0000/56",
    "0010000000000001:0000110110111000:0000000000010010:0011010000000000",
  ]);
  t.same(await row("eaBits"), [
    "0x1234",
    "................:................:........00010010:00110100",
  ]);
  t.same(await row("ipv4"), ["192.0.2.18/24", "11000000.00000000.00000010.00010010"]);
  const [, bits = ""] = await row("mapAddress");
  t.equal(bits.replaceAll(":", "").length, 128);
  await page.context().close();
});

test("a slider moves field, rule string, results and address bar together", async (t) => {
  const { page } = await openPage(browser, RULE);
  const slider = page.locator('input[type="range"]').nth(3);
  await slider.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  t.equal(await page.locator('input[name="psidOffset"]').inputValue(), "4");
  t.equal(
    await page.locator('input[name="rule-string"]').inputValue(),
    "rfc|2001:db8::|40|192.0.2.0|24|16|4",
  );
  t.same(await facts(page, "portsPerCe", "excludedPorts", "port"), {
    portsPerCe: "240",
    excludedPorts: "4096",
    port: "4096",
  });
  await waitForHash(page, "?rule=rfc|2001:db8::|40|192.0.2.0|24|16|4");
  await page.context().close();
});

test("invalid input keeps the last good result, says what to do, and a click does it", async (t) => {
  const { page } = await openPage(browser, RULE);
  await page.locator('input[name="psidOffset"]').fill("12");
  t.equal(
    await page.locator('input[type="range"]').nth(3).inputValue(),
    "12",
    "slider and field agree",
  );
  t.equal(await fact(page, "portsPerCe"), "252");
  t.match(await page.locator(".not-current").textContent(), "2001:db8::/40 192.0.2.0/24 16 6");
  const finding = page.locator('[data-code="offset-plus-psid-len"]');
  t.match(
    await finding.textContent(),
    /need 20 bits of 16; use psid-offset at most 8.*RFC 7597 §5\.1/,
  );
  t.equal(await page.locator('input[name="psidOffset"]').getAttribute("aria-invalid"), "true");
  await finding.getByRole("button", { name: "Fix: 8" }).click();
  t.equal(await fact(page, "portsPerCe"), "255");
  await page.locator('input[name="ipv6"]').fill("2001:db8:0:1::");
  await page.getByRole("button", { name: "Fix: 2001:db8::" }).click();
  t.equal(await page.locator('input[name="ipv6"]').inputValue(), "2001:db8::");
  await page.locator('input[name="eaLen"]').fill("x");
  t.match(
    await page.locator('[data-code="rule-syntax"]').textContent(),
    /"x" is not a whole number/,
  );
  await page.getByRole("button", { name: "Back to the last valid rule" }).click();
  t.equal(await page.locator('input[name="eaLen"]').inputValue(), "16");
  t.equal(await page.locator(".not-current").count(), 0);
  await page.context().close();
});

test("any rule string can be pasted, a saved line's comment and the spaced form, too", async (t) => {
  const { page } = await openPage(browser);
  const line = page.locator('input[name="rule-string"]');
  await line.fill(
    "example_1|2001:db8::|46|192.168.0.0|24|14|6 (IPs-256, SHR-64, USRS-16384, PTS-1008, XPTS-1024)",
  );
  t.same(await facts(page, "addressCount", "sharingRatio", "ceCount", "portsPerCe"), {
    addressCount: "256",
    sharingRatio: "64",
    ceCount: "16384",
    portsPerCe: "1008",
  });
  await line.fill("2001:db8:8000::/40 203.0.113.0/24 8");
  t.same(await facts(page, "kind", "portsPerCe"), { kind: "address", portsPerCe: "65536" });
  await line.fill("240b:10::|31|106.72.0.0|15|25|4");
  t.match(await page.locator(".rule-line .wrong").textContent(), "no rule string yet");
  await line.fill("v6|240b:10::|31|106.72.0.0|15|25|4");
  t.equal(await page.locator('input[name="ipv6Len"]').inputValue(), "31", "no slider rewrites it");
  t.equal(await fact(page, "ceCount"), "33554432");
  await page.context().close();
});

test("a click or an arrow key turns a bit, and everything follows", async (t) => {
  const { page } = await openPage(browser, CE);
  const bit = (ruler: string, at: number) =>
    page.locator(`[data-ruler="${ruler}"] [data-bit="${at}"]`);
  await bit("map-address", 55).click();
  t.same(await facts(page, "psid", "mapIpv6"), {
    psid: "53",
    mapIpv6: "2001:db8:12:3500:0:c000:212:35",
  });
  await page.keyboard.press("ArrowUp");
  t.equal(await fact(page, "psid"), "52");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowDown");
  t.equal(await fact(page, "psid"), "53", "the PSID's last bit in the identifier is the same bit");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  t.match(await page.evaluate("document.activeElement.ariaLabel"), "bit 2: 1, rule IPv6 prefix");
  await page.keyboard.press("Space");
  t.equal(
    await page.locator('input[name="ipv6"]').inputValue(),
    "1:db8::",
    "the rule's own prefix follows",
  );
  await bit("ipv4", 31).click();
  t.equal(await fact(page, "ceIpv4"), "192.0.2.19/32");
  await bit("ipv4", 0).click();
  t.equal(await page.locator('input[name="ipv4"]').inputValue(), "64.0.2.0");
  t.equal(
    await bit("map-address", 60).getAttribute("aria-disabled"),
    "true",
    "subnet bits are fixed",
  );
  await bit("port", 15).click();
  t.equal(await fact(page, "port"), "1237");
  await page.context().close();
});

test("steps go to the first, previous, next, last and any CE, host, PSID and port, and stop at the ends", async (t) => {
  const { page } = await openPage(browser, CE);
  const press = async (stepper: string, name: string): Promise<void> =>
    await page.locator(`[data-stepper="${stepper}"] button[title="${name}"]`).click();
  const isOff = async (stepper: string, name: string): Promise<boolean> =>
    await page.locator(`[data-stepper="${stepper}"] button[title="${name}"]`).isDisabled();
  await press("psid", "Last");
  t.equal(await fact(page, "endUserIpv6Prefix"), "2001:db8:12:ff00::/56");
  await press("ce", "Next");
  t.same(
    await facts(page, "ceIpv4", "psid"),
    { ceIpv4: "192.0.2.19/32", psid: "0" },
    "carried into the host",
  );
  await press("host", "Previous");
  t.equal(await fact(page, "ceIpv4"), "192.0.2.18/32");
  await press("ce", "Last");
  t.equal(await fact(page, "endUserIpv6Prefix"), "2001:db8:ff:ff00::/56");
  t.same(
    [await isOff("ce", "Next"), await isOff("ce", "Last"), await isOff("ce", "First")],
    [true, true, false],
  );
  await press("ce", "First");
  t.equal(await isOff("ce", "Previous"), true);
  await page.locator('[data-stepper="ce"] input').fill("0x1234");
  t.equal(await fact(page, "endUserIpv6Prefix"), "2001:db8:12:3400::/56");
  await page.locator('[data-stepper="ce"] input').fill("65536");
  t.equal(await page.locator('[data-stepper="ce"] input').getAttribute("aria-invalid"), "true");
  t.equal(await fact(page, "endUserIpv6Prefix"), "2001:db8:12:3400::/56", "nothing was changed");
  await press("port", "+100");
  await press("port", "+10");
  await press("port", "Next");
  t.equal(await fact(page, "port"), String((((111 + 4) >> 2) << 10) | (0x34 << 2) | 3));
  await press("port", "Last");
  t.equal(await fact(page, "port"), "64723");
  t.match(await page.locator("[data-port-text]").textContent(), "111111-00110100-11 = 64723");
  await press("port", "−100");
  await press("port", "First");
  t.equal(await fact(page, "port"), "1232");
  await page.context().close();
});

test("a CE is found by whatever is known of it, or the page says why not", async (t) => {
  const { page } = await openPage(browser, RULE);
  const field = page.locator('input[name="find"]');
  for (const [text, prefix, port] of [
    ["192.0.2.18:1232", "2001:db8:12:3400::/56", "1232"],
    ["192.0.2.18 0x35", "2001:db8:12:3500::/56", "1236"],
    ["2001:db8:12:3400::/56", "2001:db8:12:3400::/56", "1232"],
    ["2001:db8:13:aaff::1", "2001:db8:13:aa00::/56", "1704"],
    ["0xffff", "2001:db8:ff:ff00::/56", "2044"],
  ] as const) {
    await field.fill(text);
    await field.press("Enter");
    t.same(
      await facts(page, "endUserIpv6Prefix", "port"),
      { endUserIpv6Prefix: prefix, port },
      text,
    );
  }
  for (const [text, code] of [
    ["192.0.2.18:80", "port-excluded"],
    ["198.51.100.1:2000", "ipv4-outside-rule"],
    ["2001:db9::1", "ipv6-outside-rule"],
    ["192.0.2.18", "psid-required"],
    ["nobody", "find-syntax"],
  ] as const) {
    await field.fill(text);
    await page.getByRole("button", { name: "Go", exact: true }).click();
    t.equal(await page.locator(`[data-card="ce"] [data-code="${code}"]`).count(), 1, text);
    t.equal(await fact(page, "endUserIpv6Prefix"), "2001:db8:ff:ff00::/56", "the last one stays");
  }
  await page.context().close();
});

test("the port map tells for every port its PSID and CE, by pointer and by keyboard", async (t) => {
  const { page } = await openPage(browser, CE);
  const map = page.getByRole("slider", { name: "Map of all 65,536 ports" });
  const readout = page.locator("[data-readout]");
  t.equal(await readout.textContent(), "Port 1232: this CE, PSID 52, 2001:db8:12:3400::/56");
  await map.focus();
  await page.keyboard.press("Home");
  t.equal(await map.getAttribute("aria-valuetext"), "Port 0: excluded, no CE may use it");
  await page.keyboard.press("PageDown");
  t.equal(await readout.textContent(), "Port 4096: PSID 0, 2001:db8:12::/56");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  t.same(await facts(page, "psid", "port"), { psid: "1", port: "4100" });
  const box = await map.boundingBox();
  if (box === null) throw new Error("the map is not shown");
  const cell = box.width / 256;
  await page.mouse.move(box.x + 208.5 * cell, box.y + 4.5 * cell);
  t.equal(await readout.textContent(), "Port 1232: PSID 52, 2001:db8:12:3400::/56");
  await page.getByRole("button", { name: "Show this CE" }).click();
  t.equal(await fact(page, "psid"), "52");
  await page.mouse.click(box.x + 0.5 * cell, box.y + 0.5 * cell);
  t.equal(await fact(page, "psid"), "52", "an excluded port leads nowhere");
  await page.context().close();
});

test("the map's colours are whose the ports are", async (t) => {
  const { page } = await openPage(browser, CE);
  // Own, own again far below, a neighbour of even and one of odd PSID.
  const colours = await coloursOf(page, [5328, 64720, 5336, 5332]);
  t.equal(colours[0], colours[1]);
  t.equal(new Set(colours).size, 3);
  await page.context().close();
});

/** The canvas after its next frame. */
async function coloursOf(page: Page, ports: readonly number[]): Promise<readonly string[]> {
  await page.evaluate("new Promise(requestAnimationFrame)");
  return await page.evaluate(`(() => {
    const canvas = document.querySelector(".port-grid");
    const scale = canvas.width / 256;
    const data = (port) =>
      canvas.getContext("2d").getImageData((port % 256) * scale, Math.floor(port / 256) * scale, 1, 1).data;
    return [${ports.join()}].map((port) => [...data(port)].join());
  })()`);
}

test("all ranges are there as text, however many", async (t) => {
  const { page } = await openPage(browser, CE);
  const ranges = page.locator('[data-fact="ranges"] li');
  t.equal(await ranges.count(), 63);
  t.same(
    [await ranges.first().textContent(), await ranges.last().textContent()],
    ["1232–1235", "64720–64723"],
  );
  await page.locator('input[name="psidOffset"]').fill("8");
  await page.getByRole("button", { name: "Show all 255" }).click();
  t.equal(await ranges.count(), 255);
  t.equal(await ranges.last().textContent(), "65332");
  t.match(await page.locator('[data-details="ranges"]').textContent(), "Excluded: 0–255");
  await page.context().close();
});

test("undo and redo go through the rules one gesture at a time", async (t) => {
  const { page } = await openPage(browser, RULE);
  const undo = page.getByRole("button", { name: "Undo" });
  t.equal(await undo.isDisabled(), true);
  await page.locator('input[name="name"]').fill("other");
  await page.locator('input[name="psidOffset"]').fill("5");
  await page.locator('input[name="psidOffset"]').fill("4");
  await undo.click();
  t.equal(
    await page.locator('input[name="rule-string"]').inputValue(),
    "other|2001:db8::|40|192.0.2.0|24|16|6",
  );
  await undo.click();
  t.equal(await page.locator('input[name="name"]').inputValue(), "rfc");
  await page.getByRole("button", { name: "Redo" }).click();
  await page.getByRole("button", { name: "Redo" }).click();
  t.equal(await page.locator('input[name="psidOffset"]').inputValue(), "4");
  await page.context().close();
});
