/* The live view over made-up domains: what it shows, in both languages, themes and widths, and who may see it. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pino } from "pino";
import tap, { type Test, test } from "tap";
import type { HttpSettings } from "../../daemon/config/types.js";
import { controlCommands } from "../../daemon/control/commands.js";
import { operateCommands } from "../../daemon/control/operate/commands.js";
import { traceCommands } from "../../daemon/control/trace/commands.js";
import { PAGE_FOLDER, PageFiles } from "../../daemon/http/page-files.js";
import { HttpServer } from "../../daemon/http/server.js";
import { Tracer } from "../../daemon/trace/tracer.js";
import { counterIndex, dropIndex } from "../../src/counters.js";
import { PORT_FORWARD, PORT_RESERVED, PORT_USED } from "../../src/nat44/records.js";
import { NAT44_NO_MAPPING, TOO_BIG } from "../../src/verdict.js";
import { controlled, controlledDaemon, type FakeDomain } from "../unit/daemon/fake-nat44.js";
import { folderOf, LOOPBACK, partsOf } from "../unit/daemon/http/rig.js";
import { BR_E, CE_T, configOf, daemonOf, viewOf } from "../unit/daemon/samples.js";
import { connection, openLive, startBrowser, until, valueAt, violations } from "./live-page.js";

const SILENT = pino({ level: "silent" });
const PAGE = PageFiles.read(PAGE_FOLDER);
const TOKEN = "0123456789abcdef0123456789abcdef";
const SERIES = '[data-plot="packets"] [data-series="0"]';
const REASONS = ["net.ipv4.ip_forward is 0: sysctl -w net.ipv4.ip_forward=1"];

const browser = await startBrowser();
tap.teardown(() => browser.close());

/** A CE whose traffic grows with each look, and a BR without any. */
function domains(): readonly FakeDomain[] {
  const [ce, br] = configOf(CE_T, BR_E.replace("[metro]", "[whole]")).domains;
  if (ce === undefined || br === undefined) throw new Error("no domains");
  let looks = 0;
  const grown = (index: number): number => {
    if (index === counterIndex("in_ipv4_packets")) return 100 * looks++;
    if (index === counterIndex("in_ipv4_bytes")) return 125_000 * looks;
    if (index === counterIndex("nat44_sessions")) return 2;
    if (index === dropIndex(NAT44_NO_MAPPING, 6)) return 41;
    return index === dropIndex(TOO_BIG, 4) ? 7 : 0;
  };
  const edge = controlled(viewOf(ce, grown));
  const { nat44 } = edge;
  for (const port of [1232, 1233, 2257]) nat44.set(nat44.tcp, port, PORT_USED);
  nat44.set(nat44.tcp, 1234, PORT_FORWARD);
  nat44.set(nat44.tcp, 1235, PORT_RESERVED);
  const host = { address: 0xc0a8010a, tcpPorts: 2, udpPorts: 0, icmpIds: 0, sessions: 2 };
  nat44.hosts = [host];
  nat44.sessions = [443, 80].map((remotePort, index) => ({
    protocol: 6,
    insideAddress: host.address,
    insidePort: 50_000 + index,
    externalPort: 1232 + index,
    remoteAddress: 0xc6336409,
    remotePort,
    tcpState: "established" as const,
    shared: false,
    remainingMs: 90_000,
  }));
  return [edge, controlled(viewOf(br))];
}

interface Served {
  readonly origin: string;
  readonly stop: () => Promise<void>;
}

async function serve(
  t: Test,
  settings: HttpSettings = LOOPBACK,
  reasons: readonly string[] = [],
): Promise<Served> {
  const all = domains();
  const startedMs = performance.now();
  const daemon = controlledDaemon(daemonOf(all, reasons), all);
  Object.defineProperty(daemon, "uptimeSeconds", {
    get: () => 90_000 + (performance.now() - startedMs) / 1000,
  });
  const never = (): Promise<never> => Promise.reject(new Error("an action"));
  const readiness = { phase: "ready", ready: true, reasons, announced: [], drain: null } as const;
  const commands = [
    ...controlCommands(daemon, "1.2.3"),
    ...operateCommands(
      { readiness, drain: never, undrain: never },
      { compare: never, reload: never },
    ),
    ...traceCommands({ tracer: new Tracer(() => [], SILENT), domains: [] }),
  ];
  const server = new HttpServer(
    partsOf({ settings: () => settings, commands, page: PAGE }),
    SILENT,
  );
  await server.listen();
  t.teardown(() => server.close());
  return { origin: `http://127.0.0.1:${server.port}`, stop: () => server.close() };
}

test("what the domains are and do is all there", async (t) => {
  const { origin } = await serve(t);
  const { page, complaints } = await openLive(browser, origin);
  await connection(page, "live");
  await page.waitForSelector('[data-drops="ipv6"]');
  const facts = ["phase", "version", "config-hash", "workers", "ipv4", "psid", "map", "dmr"];
  const values = await Promise.all(facts.map((one) => valueAt(page, `[data-fact="${one}"]`)));
  t.same(values, [
    "ready",
    "1.2.3",
    "0123456789ab",
    "2",
    "192.0.2.18",
    "52",
    "2001:db8:12:3400:0:c000:212:34",
    "2001:db8:ffff::/64",
  ]);
  const reasons = await page.locator("[data-reason]").allInnerTexts();
  t.same(
    reasons.map((text) => text.split("\t")),
    [
      ["nat44_no_mapping", "0", "41", "No NAT44 mapping for the destination port", "RFC 4787 §5"],
      [
        "too_big",
        "7",
        "0",
        "Larger than the MTU of the other side and not to be fragmented",
        "RFC 7915 §4.1",
      ],
    ],
  );
  t.same(complaints, []);
  await page.context().close();
});

test("rates are those of the counters, on the plots and in the table", async (t) => {
  const { origin } = await serve(t);
  const { page } = await openLive(browser, origin);
  // Two documents a second are made of the counters, so that they grow by 200 packets a second.
  await until(page, `Number(document.querySelector('${SERIES}')?.getAttribute("value")) > 0`);
  const rate = Number(await valueAt(page, SERIES));
  t.ok(rate > 100 && rate < 400, `${rate} packets a second`);
  const picture = (): Promise<unknown> =>
    page.evaluate(`document.querySelector('[data-plot="packets"] canvas').toDataURL()`);
  const before = await picture();
  await page.waitForTimeout(1100);
  t.not(await picture(), before, "the plot moves");
  await page.context().close();
});

test("another domain is chosen by keyboard; a BR has neither ports nor hosts", async (t) => {
  const { origin } = await serve(t);
  const { page, complaints } = await openLive(browser, origin);
  await page.waitForSelector('[data-card="port-use"]');
  await page.locator('[data-domain="ce-t"] input').focus();
  await page.keyboard.press("ArrowDown");
  await page.waitForSelector('[data-fact="br"]');
  t.equal(await valueAt(page, '[data-fact="br"]'), "2001:db8:ffff::1");
  t.equal(await page.locator('[data-card="port-use"], [data-card="hosts"]').count(), 0);
  t.same(complaints, []);
  await page.context().close();
});

test("the port map tells of each port, and shows its sessions", async (t) => {
  const { origin } = await serve(t);
  const { page, complaints } = await openLive(browser, origin);
  const card = page.locator('[data-card="port-use"]');
  const readout = card.locator("[data-readout]");
  await readout.waitFor();
  const told = [await readout.textContent()];
  await card.locator("canvas").focus();
  for (let n = 0; n < 4; n++) {
    await page.keyboard.press("ArrowRight");
    told.push(await readout.textContent());
  }
  t.same(told, [
    "Port 1232: in use",
    "Port 1233: in use",
    "Port 1234: forwarded",
    "Port 1235: reserved",
    "Port 1236: not in the set",
  ]);
  t.equal(await valueAt(page, '[data-used="tcp"]'), "3");
  t.match(await card.locator(".range-list li").first().textContent(), /1232–1235\s*4 of 4/);
  for (let n = 0; n < 4; n++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  const rows = card.locator("[data-sessions-table] tbody tr");
  await rows.first().waitFor();
  t.same(
    (await rows.allInnerTexts()).map((text) => text.split("\t")),
    [["TCP", "192.168.1.10:50000", "1232", "198.51.100.9:443", "established", "90 s"]],
  );
  await card.locator("select").selectOption("udp");
  await until(page, `document.querySelector("[data-readout]").textContent === "Port 1232: free"`);
  t.same(complaints, []);
  await page.context().close();
});

test("a host opens to its sessions, and shuts again", async (t) => {
  const { origin } = await serve(t);
  const { page } = await openLive(browser, origin);
  const host = page.locator('[data-host="192.168.1.10"] button');
  await host.click();
  const rows = page.locator('[data-card="hosts"] [data-sessions-table] tbody tr');
  await rows.nth(1).waitFor();
  t.equal(await rows.count(), 2);
  t.equal(await host.getAttribute("aria-expanded"), "true");
  await host.click();
  await rows.first().waitFor({ state: "detached" });
  await page.context().close();
});

test("a rule leads to the calculator, with the CE that this is", async (t) => {
  const { origin } = await serve(t);
  const { page, complaints } = await openLive(browser, origin);
  await page.locator('[data-card="rules"] a').first().click();
  await page.waitForSelector('[data-fact="endUserIpv6Prefix"]');
  t.equal(await valueAt(page, '[data-fact="endUserIpv6Prefix"]'), "2001:db8:12:3400::/56");
  t.equal(await valueAt(page, '[data-fact="psid"]'), "52");
  t.same(complaints, []);
  await page.context().close();
});

test("a daemon that is not ready says why", async (t) => {
  const { origin } = await serve(t, LOOPBACK, REASONS);
  const { page } = await openLive(browser, origin);
  await page.waitForSelector(".why-list");
  t.same(await page.locator(".why-list li").allInnerTexts(), REASONS);
  t.equal(await valueAt(page, '[data-fact="phase"]'), "degraded");
  await page.context().close();
});

test("nobody is asked while nobody looks", async (t) => {
  const { origin } = await serve(t);
  const { page } = await openLive(browser, origin);
  await connection(page, "live");
  let asked = 0;
  page.on("request", () => asked++);
  const hide = (isHidden: boolean): Promise<unknown> =>
    page.evaluate(`
      Object.defineProperty(document, "hidden", { value: ${isHidden}, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    `);
  await hide(true);
  await connection(page, "paused");
  asked = 0;
  await page.waitForTimeout(2500);
  t.equal(asked, 0);
  await hide(false);
  await connection(page, "live");
  await page.context().close();
});

test("the token is asked for, judged, kept until the tab is closed, and forgotten", async (t) => {
  const tokenFile = join(folderOf(t, { token: TOKEN }), "token");
  const { origin } = await serve(t, { ...LOOPBACK, tokenFile });
  const { page, complaints } = await openLive(browser, origin);
  await connection(page, "token");
  const text = page.locator('[data-connection="token"] p');
  t.match(await text.textContent(), /wants the token/);
  t.equal(await page.locator(".card").count(), 0, "nothing is shown");
  await page.locator('[name="token"]').fill("not-the-token-of-this-mapd");
  await page.keyboard.press("Enter");
  await until(page, "/does not take/.test(document.body.innerText)");
  await page.locator('[name="token"]').fill(TOKEN);
  await page.locator(".token-form button").click();
  await connection(page, "live");
  await page.reload();
  await connection(page, "live");
  t.same(await page.evaluate("Object.keys(localStorage)"), ["mapd.settings"]);
  await page.locator(".connection button").click();
  await connection(page, "token");
  t.equal(await page.evaluate("sessionStorage.length"), 0);
  // The browser tells of each 401 itself; nothing else complains.
  t.same(
    complaints.filter((one) => !one.includes("401")),
    [],
  );
  await page.context().close();
});

test("where the API is shut, the page says what mapd says", async (t) => {
  const settings = { ...LOOPBACK, listen: { host: "0.0.0.0", port: 0 } };
  const { origin } = await serve(t, settings);
  const { page } = await openLive(browser, origin);
  await connection(page, "refused");
  t.match(await page.locator(".connection").textContent(), /set http\.token-file/);
  await page.context().close();
});

test("from a file the page says where the live view is", async (t) => {
  const page = await browser.newPage();
  await page.goto(`${pathToFileURL(join(PAGE_FOLDER, "index.html")).href}#/live`);
  const card = page.locator('[data-card="from-file"]');
  t.match(await card.textContent(), /http:\/\/127\.0\.0\.1:9464\//);
  t.same(await violations(page), []);
  await page.close();
});

const looks = [
  { locale: "en-US", colorScheme: "light", width: 1280 },
  { locale: "ja-JP", colorScheme: "dark", width: 1280 },
  { locale: "ja-JP", colorScheme: "light", width: 390 },
  { locale: "en-US", colorScheme: "dark", width: 390 },
] as const;

for (const { locale, colorScheme, width } of looks) {
  test(`nothing is in anybody's way: ${locale}, ${colorScheme}, ${width} pixels`, async (t) => {
    const { origin } = await serve(t, LOOPBACK, REASONS);
    const options = { locale, colorScheme, viewport: { width, height: 900 } };
    const { page, complaints } = await openLive(browser, origin, options);
    await page.locator("[data-host] button").click();
    await page.waitForSelector("[data-sessions-table] tbody tr");
    t.same(await violations(page), []);
    t.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
    t.equal(await page.evaluate("document.documentElement.lang"), locale.slice(0, 2));
    t.same(complaints, []);
    await page.context().close();
  });
}
