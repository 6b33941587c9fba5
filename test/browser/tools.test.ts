/* DHCPv6 and tools: options both ways, addresses, packets, other programs' rules, plans. */
import type { Page } from "playwright-core";
import tap, { test } from "tap";
import { TEXTS } from "../unit/convert/texts.js";
import { fact, facts, openPage, startBrowser } from "./page.js";

const browser = await startBrowser();
tap.teardown(() => browser.close());

const STATE = "?rule=r|2001:db8::|40|192.0.2.0|24|16|6&ce=4660";

/** Of RFC 7598 §4, written down octet by octet: container 95 with rule 89 (port parameters 93) and DMR 91. */
const MAP_T_HEX = [
  "005f0026", // S46_CONT_MAPT, 38
  "00590015", // S46_RULE, 21
  "001018c0000200", // flags, ea-len 16, prefix4-len 24, 192.0.2.0
  "2820010db800", // prefix6-len 40, 2001:db8::
  "005d000406000000", // S46_PORTPARAMS, 4: offset 6
  "005b00094020010db8ffff0000", // S46_DMR, 9: 64, 2001:db8:ffff::
].join("");

async function codes(page: Page, card: string): Promise<string[]> {
  return await page
    .locator(`[data-card="${card}"] [data-code]`)
    .evaluateAll((items) => items.map((item) => String(item.getAttribute("data-code"))));
}

test("the rule's options are written for MAP-T and MAP-E, with the FMR flag and without option 93", async (t) => {
  const { page, complaints } = await openPage(browser, `#/dhcp${STATE}`);
  t.equal(await fact(page, "dhcpHex"), MAP_T_HEX);
  await page.locator('[data-card="encode"] input[name="forwarding"]').check();
  t.equal(await fact(page, "dhcpHex"), MAP_T_HEX.replace("001018", "011018"));
  await page.locator('input[name="port-params"]').uncheck();
  t.notMatch(await fact(page, "dhcpHex"), "005d0004");
  // Fault 3 of the reference: a length that is no multiple of eight.
  await page.locator('input[name="dmr"]').fill("2001:db8:ffff:fff0::/60");
  t.equal(await page.locator('[data-card="encode"] [data-code="dmr-length"]').count(), 1);
  await page.locator('input[name="dmr"]').fill("10.0.0.0/8");
  t.equal(await page.locator('[data-card="encode"] [data-code="ipv6-prefix-syntax"]').count(), 1);
  t.equal(await page.locator('[data-fact="dhcpHex"]').count(), 0, "no octets for what is no DMR");
  await page.locator('[data-card="encode"] select[name="mode"]').selectOption("map-e");
  await page.locator('input[name="br"]').fill("2001:db8::1/64");
  t.equal(await page.locator('[data-code="br-syntax"]').count(), 1);
  await page.locator('input[name="br"]').fill("2001:db8:ffff::1");
  t.match(await fact(page, "dhcpHex"), /^005e.*005a001020010db8ffff00000000000000000001$/);
  await page.locator('[data-details="snippets"] summary').click();
  t.match(await page.locator(".snippet pre").first().textContent(), '"option-data"');
  t.match(await page.locator(".snippet pre").last().textContent(), "option dhcp6.");
  t.same(complaints, []);
  await page.context().close();
});

test("options are taken apart octet by octet, with their traps, and their rule can be shown", async (t) => {
  const { page } = await openPage(browser, `#/dhcp${STATE}`);
  await page.getByRole("button", { name: "Take the octets above" }).click();
  const text = page.locator('textarea[name="decode"]');
  t.equal(await text.inputValue(), MAP_T_HEX);
  t.match(
    await page.locator('[data-container="map-t"]').textContent(),
    "A client accepts the MAP-T container",
  );
  const offset = page.locator('[data-card="decode"] [data-span="25"]');
  t.same((await offset.locator("td, th").allTextContents()).slice(0, 4), [
    "06",
    "S46_PORTPARAMS",
    "offset",
    "6",
  ]);
  await text.fill(
    MAP_T_HEX.replace("2001018", "2001018")
      .replace("0006000000", "0004000000")
      .replace("000406", "000404"),
  );
  t.ok(
    (await codes(page, "decode")).length > 0,
    "offset 4: who ignores option 93 uses other ports",
  );
  await page.getByRole("button", { name: /in the calculator/ }).click();
  await page.locator('[data-card="result"]').waitFor();
  t.equal(
    await page.locator('input[name="rule-string"]').inputValue(),
    "dhcp_1|2001:db8::|40|192.0.2.0|24|16|4",
  );
  await page.getByRole("link", { name: "DHCPv6" }).click();
  await page.locator('textarea[name="decode"]').fill("005f00");
  t.ok((await codes(page, "decode")).length > 0);
  await page.locator('textarea[name="decode"]').fill("not hex");
  t.match((await codes(page, "decode"))[0], /^hex-/);
  await page.context().close();
});

test("any IPv4 address has its place behind the DMR, and comes back from it", async (t) => {
  const { page } = await openPage(browser, `#/dhcp${STATE}`);
  t.equal(await fact(page, "dmrIpv6"), "2001:db8:ffff:0:c6:3364:700:0");
  const address = page.locator('input[name="dmr-address"]');
  await address.fill("2001:db8:ffff:0:c0:2:2100:0");
  t.equal(await fact(page, "dmrIpv4"), "192.0.2.33");
  await page.locator('input[name="dmr-prefix"]').fill("2001:db8:100::/40");
  await address.fill("192.0.2.33");
  t.equal(await fact(page, "dmrIpv6"), "2001:db8:1c0:2:21::", "RFC 6052 §2.4");
  await address.fill("nothing");
  t.same(await codes(page, "dmr"), ["address-syntax"]);
  await page.context().close();
});

test("any address is taken apart by prefix and by identifier, odd forms are named", async (t) => {
  const { page } = await openPage(browser, `#/tools${STATE}`);
  t.same(await facts(page, "byPrefix", "byIid", "style", "consistent"), {
    byPrefix: "192.0.2.18/32, PSID 52 = 0x34",
    byIid: "192.0.2.18, PSID 52 = 0x0034",
    style: "rfc7597",
    consistent: "true",
  });
  const address = page.locator('input[name="analyse-address"]');
  await address.fill("2001:db8:12:3400:0:c000:212:3400");
  t.same(await facts(page, "style"), { style: "right-padded" });
  t.same(await codes(page, "analyse"), ["iid-style"]);
  await address.fill("2001:db8:12:3400:0:c000:212:34");
  await page.locator('input[name="analyse-port"]').fill("1236");
  t.equal(await fact(page, "consistent"), "false");
  t.same(await codes(page, "analyse"), ["port-not-in-set"]);
  await address.fill("2001:db8:13:aa00::1");
  await page.locator('[data-card="analyse"] button').click();
  await page.locator('[data-card="result"]').waitFor();
  t.equal(await fact(page, "endUserIpv6Prefix"), "2001:db8:13:aa00::/56");
  await page.context().close();
});

test("a packet walks through CE and BR and back, or the page says where it ends", async (t) => {
  const { page, complaints } = await openPage(browser, `#/tools${STATE}`);
  const steps = page.locator("[data-step]");
  t.same(await steps.evaluateAll((items) => items.map((item) => item.getAttribute("data-step"))), [
    "ce-out",
    "br-out",
    "br-back",
    "ce-back",
  ]);
  t.equal(await page.locator('[data-walk="walk-answered"]').count(), 1);
  t.match(
    await steps.first().textContent(),
    /IPv6 2001:db8:12:3400:0:c000:212:34 > 2001:db8:ffff:0:c6:3364:100:0/,
  );
  await page.locator('input[name="walk-length"]').fill("1490");
  t.equal(await page.locator('[data-walk="walk-lost"]').count(), 1);
  t.match(await page.locator('[data-walk="walk-lost"]').textContent(), "1480 bytes");
  await page.locator('input[name="walk-to"]').fill("somewhere");
  t.same(await codes(page, "walk"), ["endpoint-syntax"]);
  t.same(complaints, []);
  await page.context().close();
});

/** One code for each of the six inconsistencies of the vendor guide's example, and more for some. */
const GUIDE_CODES = [
  "inside-customer-prefix",
  "link-in-rule-prefix",
  "link-edge-addresses",
  "br-not-an-address",
  "br-not-configured",
  "map-not-enabled",
  "no-ce-side",
  "no-forwarding-rules",
];

test("a Japanese reader has walk and plan in Japanese", async (t) => {
  const { page } = await openPage(browser, `#/tools${STATE}`, { locale: "ja" });
  const first = page.locator("[data-step]").first();
  t.equal(await first.locator("p").first().textContent(), "IPv6 として転送");
  t.match(
    await page.locator('[data-choice="0"]').textContent(),
    "サブネット 8 ビット、IPv4 アドレス数が最少、各アドレスで 1024 ポートを除外、IPv6 ブロックの 1.56 %",
  );
  await page.locator('input[name="walk-length"]').fill("1490");
  t.match(await page.locator('[data-step="ce-out"]').textContent(), /MTU より大き/);
  await page.context().close();
});

test("rules of other programs are read, linted and shown", async (t) => {
  const { page } = await openPage(browser, `#/tools${STATE}`);
  const text = page.locator('textarea[name="import"]');
  await text.fill("a|2001:db8::|40|192.0.2.0|24|16|6\nb|2001:db8::|40|198.51.100.0|24|16|6\n");
  t.equal(await page.locator('[data-import-format="rule-string"]').count(), 1);
  t.ok((await codes(page, "import")).includes("duplicate-ipv6-prefix"));
  await page.getByRole("button", { name: "Show b in the calculator" }).click();
  await page.locator('[data-card="result"]').waitFor();
  t.equal(await fact(page, "ceIpv4"), "198.51.100.0/32");
  await page.getByRole("link", { name: "Tools" }).click();
  await text.fill("what is this");
  t.match(await page.locator('[data-card="import"] .wrong').textContent(), "none of the forms");
  await text.fill(TEXTS.ASTERNOS_EXAMPLE ?? "");
  t.equal(await page.locator('[data-import-format="asternos"]').count(), 1);
  const found = await codes(page, "import");
  t.same(
    GUIDE_CODES.filter((code) => !found.includes(code)),
    [],
    "the guide's inconsistencies",
  );
  await page.context().close();
});

test("the rule is written as other programs have it, for both roles", async (t) => {
  const { page } = await openPage(browser, `#/tools${STATE}`);
  const format = page.locator('select[name="export-format"]');
  const options = await format.locator("option").allTextContents();
  t.ok(options.length >= 7, options.join(" "));
  for (const role of ["br", "ce"]) {
    await page.locator('select[name="export-role"]').selectOption(role);
    for (const option of options) {
      await format.selectOption(option);
      const written = await page.locator('[data-fact="exported"]').textContent();
      const findings = await codes(page, "export");
      t.ok(/2001:?0?db8/i.test(written ?? "") || findings.length > 0, `${option}, ${role}`);
    }
  }
  await page.context().close();
});

test("plans and lengths come with reasons, and their rules can be shown", async (t) => {
  const { page } = await openPage(browser, `#/tools${STATE}`);
  const first = page.locator('[data-choice="0"]');
  t.match(await first.textContent(), /k=6 a=6.*1008.*fewest IPv4 addresses/);
  await page.locator('input[name="plan-subscribers"]').fill("1000000");
  t.ok((await codes(page, "plan")).length > 0, "too many for the pool");
  await page.locator('input[name="plan-pools"]').fill("192.0.2.0/24 198.51.100.0/22");
  await page.locator('input[name="plan-subscribers"]').fill("20000");
  await first.getByRole("button").first().click();
  await page.locator('[data-card="result"]').waitFor();
  t.match(await page.locator('input[name="rule-string"]').inputValue(), /^plan_1\|2001:db8::/);
  await page.getByRole("link", { name: "Tools" }).click();
  t.match(await page.locator("[data-solution]").first().textContent(), "402416566825625263 × 4");
  await page.locator('input[name="solve-sharingRatio"]').fill("100");
  t.same(await codes(page, "solve"), ["ratio-no-power"]);
  await page.context().close();
});
