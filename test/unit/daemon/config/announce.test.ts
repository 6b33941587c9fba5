/** What is announced for which domain, and how long a drain takes. */
import { test } from "tap";
import { effectiveDocument } from "../../../../daemon/config/effective.js";
import { accept, BR_E, BR_T, CE_T, check, documentOf, outline } from "./documents.js";

const announces = (document: unknown) => accept(document).domains.map(({ announce }) => announce);

test("nothing is announced unless it is asked for, and then nothing is waited for", async (t) => {
  const config = accept(documentOf([BR_T]));
  t.equal(config.domains[0]?.announce, null);
  t.equal(config.drainTimeoutMs, 0);
  t.equal(config.drainFile, null);
});

test("what is said at the top holds for every BR, and for no CE", async (t) => {
  const common = { announce: {} };
  const settings = { table: 464, holdMs: 10_000 };
  t.same(announces(documentOf([BR_T, CE_T], common)), [settings, null]);
  t.equal(accept(documentOf([BR_T, CE_T], common)).drainTimeoutMs, 5000);
  t.equal(accept(documentOf([CE_T], common)).drainTimeoutMs, 0);
});

test("a domain may say otherwise, or nothing", async (t) => {
  const one = { ...BR_T, announce: { table: 465, hold: 0 } };
  const other = { ...BR_E, rules: ["full"], announce: null };
  t.same(announces(documentOf([one, other], { announce: { table: 466 } })), [
    { table: 465, holdMs: 0 },
    null,
  ]);
});

test("how long a drain takes can be said", async (t) => {
  const document = documentOf([BR_T], { announce: {}, "drain-timeout": 0 });
  t.equal(accept(document).drainTimeoutMs, 0);
});

test("the configuration in force says it all, and means the same when it is read again", async (t) => {
  const domains = [
    { ...BR_T, announce: { table: 465 } },
    { ...CE_T, announce: null },
  ];
  const config = accept(documentOf(domains, { announce: { hold: 3 }, "drain-file": "/run/d" }));
  const written = effectiveDocument(config);
  t.match(written, {
    announce: { method: "kernel-route", table: 464, hold: 3 },
    "drain-timeout": 5,
    "drain-file": "/run/d",
  });
  t.equal(accept(written).hash, config.hash);
});

const refused = [
  { name: "main", announce: { table: 254 }, found: "error kernel-table announce.table" },
  { name: "local", announce: { table: 255 }, found: "error kernel-table announce.table" },
  { name: "no table", announce: { table: 0 }, found: "error out-of-range announce.table" },
  { name: "a method", announce: { method: "bgp" }, found: "error bad-value announce.method" },
];

for (const { name, announce, found } of refused) {
  test(`refused: ${name}`, async (t) => {
    t.same(outline(check(documentOf([BR_T], { announce })).diagnostics), [found]);
  });
}

test("refused: the kernel's table in a domain, and a CE that is announced", async (t) => {
  const domains = [
    { ...BR_T, announce: { table: 253 } },
    { ...CE_T, announce: {} },
  ];
  t.same(outline(check(documentOf(domains)).diagnostics), [
    "error kernel-table domains[0].announce.table",
    "error not-allowed domains[1].announce",
  ]);
});

test("refused: a drain file by a path that depends on the folder", async (t) => {
  const document = documentOf([BR_T], { "drain-file": "drain", "drain-timeout": 3601 });
  t.same(
    check(document).diagnostics.map(({ path }) => path),
    ["drain-timeout", "drain-file"],
  );
});
