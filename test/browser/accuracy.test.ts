/* The page computes what the command line computes: random rules, every value that both show. */
import fc from "fast-check";
import type { Page } from "playwright-core";
import tap, { test } from "tap";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import { ruleFacts } from "../../src/map/rule.js";
import { formatRuleString } from "../../src/map/rule-text.js";
import type { Rule } from "../../src/map/types.js";
import { anyRule } from "../support/arbitrary-rule.js";
import { documentIn, runMapctl } from "../unit/daemon/cli/run.js";
import { openPage, startBrowser } from "./page.js";

const RULES = 1000;
const BATCH = 100;
/** Enough to see what is wrong. */
const MOST_SHOWN = 3;
/** Ranges that the page shows before it is asked for all. */
const FIRST_RANGES = 63;

// Chromium takes more than 200 links in 10 s for an attack.
const browser = await startBrowser("--disable-ipc-flooding-protection");
tap.teardown(() => browser.close());

interface Subject {
  readonly rule: Rule;
  readonly index: number;
}

const subjects: fc.Arbitrary<Subject> = anyRule
  .map((rule) => ({ ...rule, name: "r" }))
  .chain((rule) =>
    fc.record({
      rule: fc.constant(rule),
      index: fc.integer({ min: 0, max: ruleFacts(rule).ceCount - 1 }),
    }),
  );

test(`${RULES} random rules have the same values on the page and in mapctl calc`, async (t) => {
  const given = process.env.MAPD_TEST_SEED;
  const seed = given === undefined ? Date.now() & 0x7fffffff : Number(given);
  t.comment(`MAPD_TEST_SEED=${seed}`);
  const samples = fc.sample(subjects, { seed, numRuns: RULES });
  const { page, complaints } = await openPage(browser);
  await page.evaluate(READ_RULES);
  // Values are read, not pixels: nothing needs to be painted a thousand times.
  await page.evaluate('document.querySelector("main").style.display = "none"');
  let same = 0;
  let differing = 0;
  for (let at = 0; at < RULES; at += BATCH) {
    const batch = samples.slice(at, at + BATCH);
    const shown = await readFromPage(page, batch);
    for (const [i, subject] of batch.entries()) {
      const said = await valuesOfCli(subject);
      if (JSON.stringify(shown[i]) === JSON.stringify(said)) same++;
      else if (differing++ < MOST_SHOWN) t.same(shown[i], said, formatRuleString(subject.rule));
    }
    if (differing >= MOST_SHOWN) break;
  }
  t.equal(same, RULES);
  t.same(complaints, []);
  await page.context().close();
});

function hashOf({ rule, index }: Subject): string {
  const { psid, psidLen, iid } = rule;
  const own = psid === null ? "" : `&psid-len=${psidLen}&psid=${psid}`;
  return `#/calculator?rule=${formatRuleString(rule)}${own}&iid=${iid}&ce=${index}`;
}

type Values = Readonly<Record<string, string>>;

const FACTS = [
  "kind",
  "endUserPrefixLen",
  "ceCount",
  "sharingRatio",
  "portsPerCe",
  "excludedPorts",
  "addressCount",
  "rangesPerCe",
  "endUserIpv6Prefix",
  "ceIpv4",
  "psid",
  "ea",
  "mapIpv6",
  "mapIpv6-rfc7597",
  "mapIpv6-draft-03",
  "ipv4Share",
  "ipv6Share",
  "delegate",
];

/** Follows a link as a reader would, and takes what stands on the page as soon as it shows that rule and that CE. */
const READ_RULES = `
  const valueOf = (name) => document.querySelector('input[name="' + name + '"]').value;
  const factOf = (name) => document.querySelector('[data-fact="' + name + '"]').getAttribute("value");
  window.readRule = async (hash, rule, index) => {
    location.hash = hash;
    for (let turn = 0; turn < 50 && (valueOf("rule-string") !== rule || valueOf("ce") !== index); turn++) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    return {
      ...Object.fromEntries(${JSON.stringify(FACTS)}.map((name) => [name, factOf(name)])),
      ranges: [...document.querySelectorAll('[data-fact="ranges"] li')].map((item) => item.textContent).join(" "),
      rule: valueOf("rule-string"),
    };
  };`;

async function readFromPage(page: Page, batch: readonly Subject[]): Promise<readonly Values[]> {
  const wanted = batch.map((subject) => [
    hashOf(subject),
    formatRuleString(subject.rule),
    String(subject.index),
  ]);
  return await page.evaluate(`(async () => {
    const all = [];
    for (const one of ${JSON.stringify(wanted)}) all.push(await window.readRule(...one));
    return all;
  })()`);
}

/** The same values out of the document of \`mapctl calc --json\`. */
async function valuesOfCli({ rule, index }: Subject): Promise<Values> {
  const { ipv6, ipv4, eaLen, psidOffset, psidLen, psid, iid } = rule;
  const own = psid === null ? "" : ` ${psidLen} ${psid}`;
  const text = `${formatIpv6Prefix(ipv6)} ${formatIpv4Prefix(ipv4)} ${eaLen} ${psidOffset}${own}`;
  const words = ["calc", text, "--iid", iid, "--index", String(index), "--json"];
  const calc = documentIn(await runMapctl(...words));
  const derived = Object(calc.derived);
  const ce = Object(calc.ce);
  const ranges: readonly (readonly [number, number])[] = ce.portRanges;
  return {
    kind: String(calc.mode),
    endUserPrefixLen: String(calc.endUserPrefixLen),
    ceCount: String(calc.ceCount),
    sharingRatio: String(calc.sharingRatio),
    portsPerCe: String(calc.portsPerCe),
    excludedPorts: String(calc.excludedPorts),
    addressCount: String(derived.addressCount),
    rangesPerCe: String(derived.rangesPerCe),
    endUserIpv6Prefix: ce.endUserIpv6Prefix,
    ceIpv4: `${ce.ipv4}/${ce.ipv4PrefixLen}`,
    psid: ce.psid === null ? "none" : String(ce.psid),
    ea: String(ce.index),
    mapIpv6: ce.mapIpv6,
    "mapIpv6-rfc7597": ce.addresses.rfc7597,
    "mapIpv6-draft-03": ce.addresses.draft03,
    ipv4Share: String(derived.ipv4Share),
    ipv6Share: String(derived.ipv6Share),
    delegate: `${derived.delegate.count} ${derived.delegate.len} ${derived.delegate.from}`,
    ranges: ranges
      .slice(0, FIRST_RANGES)
      .map(([first, last]) => (first === last ? String(first) : `${first}–${last}`))
      .join(" "),
    rule: formatRuleString(rule),
  };
}
