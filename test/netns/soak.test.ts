/*
 * The short form of `npm run soak`: the lab under traffic, scraped ten times a second, reloaded each second, asked by
 * mapctl. What takes longer to show, above all the memory, is for the long form.
 */
import "./sandboxed.js";
import { test } from "tap";
import { LAB_MODES } from "../../lab/plan.js";
import { faultsOf, textOf } from "../soak/report.js";
import { soak } from "../soak/soak.js";

const SECONDS = 10;

for (const mode of LAB_MODES) {
  test(`${mode}: scrapes, reloads and calls lose no packet`, { timeout: 80_000 }, async (t) => {
    const report = await soak({ mode, seconds: SECONDS, seed: 1 });
    t.comment(textOf(report));
    t.same(faultsOf(report), []);
    for (const { sent } of Object.values(report.udp)) t.ok(sent > SECONDS * 200, `${sent} sent`);
    for (const { scrapes } of Object.values(report.scrapes)) t.ok(scrapes > SECONDS * 5);
    for (const { done } of Object.values(report.reloads)) t.ok(done > SECONDS / 3);
  });
}
