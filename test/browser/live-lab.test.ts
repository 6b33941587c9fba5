/*
 * The live view of a real CE with real traffic: its plots move, its numbers are mapctl's, its trace says what becomes of
 * packets, and it comes back when the daemon does.
 */
import "../netns/sandboxed.js";
import type { Page } from "playwright-core";
import tap, { type Test, test } from "tap";
import type { PortsDocument, SessionsDocument } from "../../daemon/control/nat44/documents.js";
import type { CountersDocument, StatusDocument } from "../../daemon/runtime/status.js";
import { type Adjust, Daemon, withKeys } from "../../lab/daemons.js";
import { LAN_HOST, LAN_PREFIX, METRICS_PORT, SERVER, SHARED_IPV4 } from "../../lab/plan.js";
import { bringUp } from "../../lab/round.js";
import { Flows } from "../netns/flows.js";
import { connection, openLive, startBrowserIn, until, valueAt, violations } from "./live-page.js";

const ORIGIN = `http://127.0.0.1:${METRICS_PORT}`;
const ECHO_PORT = 7007;
const IPERF_PORT = 5201;
/** A port of the CE's that is kept from everybody inside. */
const UNMAPPED = 2257;
const MEGABITS = 8;

const ADJUST: Adjust = withKeys({
  ce1: {
    "local-ipv4-prefixes": [LAN_PREFIX],
    nat44: {
      forwards: [{ protocol: "tcp", "external-port": 1232, to: `${LAN_HOST}:22` }],
      reserve: [2256, 2257],
    },
  },
});

const network = await bringUp("map-t", ADJUST);
const { topology, daemons } = network;
const flows = await Flows.start(topology, "lan1");
const browser = await startBrowserIn(topology.namespace("ce1"), "/run/chromium-ce1");
tap.teardown(async () => {
  flows.stop();
  await browser.close();
  await network.down();
});

async function fromServer(port: number, count: number): Promise<void> {
  const shell = `for n in $(seq ${count}); do echo x > /dev/udp/${SHARED_IPV4}/${port}; done`;
  await topology.run("srv", ["bash", "-c", shell]);
}

/** The one domain's row of each reason that occurred, as mapctl has it. */
async function drops(): Promise<Readonly<Record<string, string>>> {
  const { domains } = (await daemons.ce1.mapctl("counters")) as CountersDocument;
  const rows = Object.entries(domains[0]?.drops ?? {});
  const some = rows.filter(([, { ipv4, ipv6 }]) => ipv4 + ipv6 > 0);
  return Object.fromEntries(some.map(([name, { ipv4, ipv6 }]) => [name, `${ipv4} ${ipv6}`]));
}

/** Likewise, as the page shows it. */
function shownDrops(page: Page): Promise<unknown> {
  return page.evaluate(`Object.fromEntries([...document.querySelectorAll("[data-reason]")].map((row) => [
    row.dataset.reason,
    [...row.querySelectorAll("[data-drops]")].map((one) => one.value).join(" "),
  ]))`);
}

test("while traffic runs the plots move, and show how much it is", async (t) => {
  const { page, complaints } = await openLive(browser, ORIGIN);
  await connection(page, "live");
  const picture = (): Promise<unknown> =>
    page.evaluate(`document.querySelector('[data-plot="bits"] canvas').toDataURL()`);
  const iperf = topology.run("lan1", [
    ...["iperf3", "-c", SERVER, "-p", String(IPERF_PORT), "-t", "4"],
    ...["-u", "-b", `${MEGABITS}M`, "-l", "1000"],
  ]);
  const near = MEGABITS * 1e6;
  const shown = `Number(document.querySelector('[data-plot="bits"] [data-series="0"]').value)`;
  await until(page, `${shown} > ${0.8 * near} && ${shown} < ${1.4 * near}`);
  const before = await picture();
  await page.waitForTimeout(1500);
  t.not(await picture(), before);
  await iperf;
  await until(page, `${shown} < ${0.1 * near}`);
  t.same(complaints, []);
  await page.context().close();
});

test("every number is mapctl's", async (t) => {
  await flows.udp(SERVER, ECHO_PORT, 30);
  await flows.tcp([SERVER], ECHO_PORT, 20);
  await fromServer(UNMAPPED, 3);
  const { page, complaints } = await openLive(browser, ORIGIN);
  await page.waitForSelector("[data-readout]");
  const status = (await daemons.ce1.mapctl("status")) as StatusDocument;
  const [domain] = status.domains;
  const facts = { version: status.version, "config-hash": status.configHash, phase: "ready" };
  for (const [name, value] of Object.entries(facts)) {
    t.equal(await valueAt(page, `[data-fact="${name}"]`), value, name);
  }
  const ce = {
    ipv4: domain?.ce?.ipv4,
    map: domain?.ce?.mapIpv6,
    prefix: domain?.ce?.endUserIpv6Prefix,
  };
  for (const [name, value] of Object.entries(ce)) {
    t.equal(await valueAt(page, `[data-fact="${name}"]`), value, name);
  }
  // What ends by itself meanwhile ends for both: asked until they agree.
  await agree(t, "drops", drops, () => shownDrops(page));
  await agree(
    t,
    "ports in use",
    async () => {
      const { protocols } = (await daemons.ce1.mapctl("ports")) as PortsDocument;
      return [protocols.tcp.used, protocols.udp.used, protocols.icmp.used].map(String);
    },
    () => page.evaluate(`[...document.querySelectorAll("[data-used]")].map((one) => one.value)`),
  );
  await page.locator(`[data-host="${LAN_HOST}"] button`).click();
  await agree(
    t,
    "sessions of the host",
    async () => {
      const document = await daemons.ce1.mapctl("sessions", "--host", LAN_HOST);
      const { sessions } = document as SessionsDocument;
      return sessions.map((row) => `${row.protocol} ${row.insidePort} ${row.externalPort}`).sort();
    },
    () =>
      page.evaluate(`[...document.querySelectorAll("[data-sessions-table] tbody tr")].map((row) => {
        const cells = [...row.cells].map((cell) => cell.textContent);
        return [cells[0].toLowerCase(), cells[1].split(":")[1], cells[2]].join(" ");
      }).sort()`),
  );
  t.same(complaints, []);
  await page.context().close();
});

const AGREE_MS = 10_000;

/** Both sides are asked anew until they say the same, or for too long. */
async function agree(
  t: Test,
  what: string,
  said: () => Promise<unknown>,
  shown: () => Promise<unknown>,
): Promise<void> {
  const deadline = Date.now() + AGREE_MS;
  let pair = [await said(), await shown()];
  while (JSON.stringify(pair[0]) !== JSON.stringify(pair[1]) && Date.now() < deadline) {
    pair = [await said(), await shown()];
  }
  t.same(pair[1], pair[0], what);
  t.ok(JSON.stringify(pair[0]).length > 10, `${what}: there are some`);
}

test("the trace says what becomes of packets, and ends with the reader", async (t) => {
  const { page, complaints } = await openLive(browser, ORIGIN);
  const card = page.locator('[data-card="trace"]');
  const filter = card.locator('[name="trace-filter"]');
  await filter.fill("prt 7");
  await page.keyboard.press("Enter");
  await until(page, `/begins no term/.test(document.querySelector(".card-trace").innerText)`);
  await filter.fill(`port ${UNMAPPED}`);
  await card.locator(".check input").check();
  await card.locator("button.primary").click();
  await card.locator(".trace-list").waitFor({ state: "attached" });
  const lines = card.locator("[data-verdict]");
  // The trace has begun when the first packet is seen.
  while ((await lines.count()) === 0) await fromServer(UNMAPPED, 1);
  const line = await lines.first().textContent();
  t.match(line, `.${UNMAPPED}: UDP`);
  t.match(line, "dropped: nat44_no_mapping");
  t.equal(await lines.first().getAttribute("data-verdict"), "dropped");
  t.same(await violations(page), []);
  await card.locator(".trace-form button").first().click();
  const log = (): Promise<string> => daemons.ce1.log();
  while (!/"a trace ends"/.test(await log())) await page.waitForTimeout(50);
  t.same(
    complaints.filter((one) => !one.includes("400")),
    [],
  );
  await page.context().close();
});

test("when the daemon goes the page says so, and when it is back all is well", async (t) => {
  const { page } = await openLive(browser, ORIGIN);
  await connection(page, "live");
  const uptime = (): Promise<string | null> => valueAt(page, '[data-fact="uptime"]');
  const before = await uptime();
  await daemons.ce1.stop();
  await connection(page, "gone");
  t.match(await page.locator(".connection").textContent(), /does not answer since/);
  t.equal(await valueAt(page, '[data-fact="ipv4"]'), SHARED_IPV4, "what it said last is there");
  const again = await Daemon.start(topology, "ce1", ADJUST);
  t.teardown(() => again.stop());
  await connection(page, "live");
  const after = await uptime();
  t.ok((after ?? "") < (before ?? ""), `another one: up for ${after}, not for ${before}`);
  await page.context().close();
});
