/** mapctl as a user meets it: real processes, documents, text, and exit statuses. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { CALC, calcOf, PREFIX, RULE } from "./calc-document.js";
import { documentIn, MAPCTL, runMapctl, spawnMapctl } from "./run.js";

test("calc prints the document of the contract, byte for byte", async (t) => {
  const outcome = await spawnMapctl("calc", RULE, "--end-user-prefix", PREFIX, "--json");
  t.equal(outcome.status, 0);
  t.equal(outcome.stdout, `${JSON.stringify(calcOf("rule"))}\n`);
  t.equal(outcome.stderr, "");
});

const SAME_CE = [
  { name: "the index", words: [RULE, "--index", "4660"] },
  { name: "the index in hexadecimal", words: [RULE, "--index", "0x1234"] },
  { name: "address and PSID", words: [RULE, "--ipv4", "192.0.2.18", "--psid", "0x34"] },
  { name: "a seven-part rule", words: ["x|2001:db8::|40|192.0.2.0|24|16|6", "--index", "4660"] },
  {
    name: "a seven-part rule as it is saved",
    words: ["x|2001:DB8::|40|192.0.2.0|24|16|6 (IPs-256, SHR-256)", "--index", "4660"],
  },
  { name: "a rule without defaults", words: ["2001:db8::/40  192.0.2.0/24 16", "--index", "4660"] },
];

for (const { name, words } of SAME_CE) {
  test(`calc finds the same CE by ${name}`, async (t) => {
    const name = words[0]?.startsWith("x|") ? "x" : "rule";
    t.same(documentIn(await runMapctl("--json", "calc", ...words)), calcOf(name));
  });
}

test("calc without a CE has none", async (t) => {
  const { ce, ...rest } = calcOf("rule");
  t.strictSame(documentIn(await runMapctl("calc", RULE, "--json")), rest, `without ${ce.ipv4}`);
});

test("a 1:1 rule's own PSID is used", async (t) => {
  const rule = {
    "rule-ipv6-prefix": "2001:db8:12:3400::/56",
    "rule-ipv4-prefix": "192.0.2.18/32",
    "ea-len": 0,
    "psid-len": 8,
    psid: 52,
  };
  const folder = t.testdir({ "mapd.yaml": JSON.stringify({ rules: { single: rule } }) });
  const config = ["--config", join(folder, "mapd.yaml"), "--json"];
  const calc = documentIn(await runMapctl("calc", "single", "--ipv4", "192.0.2.18", ...config));
  t.match(calc, { rule: { psid: 52 }, ce: { psid: 52, mapIpv6: CALC.ce.mapIpv6 } });
  const other = await runMapctl("reverse", "single", "192.0.2.18:1236", ...config);
  t.match(documentIn(other), { forwardable: false, psid: 53, mapIpv6: null });
});

test("--iid changes the identifier", async (t) => {
  const words = [RULE, "--index", "4660", "--iid", "draft-03", "--json"];
  t.match(documentIn(await runMapctl("calc", ...words)), {
    rule: { iid: "draft-03" },
    ce: { mapIpv6: "2001:db8:12:3400:c0:2:1200:3400" },
  });
});

test("reverse says which ports nobody gets", async (t) => {
  const outcome = await spawnMapctl("reverse", RULE, "192.0.2.18:208", "--json");
  t.equal(outcome.status, 0);
  t.match(documentIn(outcome), {
    schema: "mapd.reverse/1",
    forwardable: false,
    psid: 52,
    endUserIpv6Prefix: null,
    mapIpv6: null,
    diagnostics: [{ code: "port-excluded" }],
  });
});

const REVERSE = [
  { address: "192.0.2.18", forwardable: false, code: "port-required" },
  { address: "192.0.3.18:1232", forwardable: false, code: "ipv4-outside-rule" },
  { address: "192.0.2.18:1232", forwardable: true, code: undefined },
];

for (const { address, forwardable, code } of REVERSE) {
  test(`reverse of ${address}`, async (t) => {
    const document = documentIn(await runMapctl("reverse", RULE, address, "--json"));
    t.equal(document.forwardable, forwardable);
    const [first] = document.diagnostics as readonly { code: string }[];
    t.equal(first?.code, code);
    t.equal(document.endUserIpv6Prefix, forwardable ? PREFIX : null);
  });
}

const MAP6 = "2001:db8:12:3400:0:c000:212:34";
const DRAFT6 = "2001:db8:12:3400:c0:2:1200:3400";

const ANALYSE = [
  { name: "a MAP address", words: [MAP6], iid: "rfc7597", consistent: true },
  { name: "a port of the set", words: [MAP6, "--port", "1232"], iid: "rfc7597", consistent: true },
  {
    name: "a port beside the set",
    words: [MAP6, "--port", "1236"],
    iid: "rfc7597",
    consistent: false,
  },
  { name: "a draft-03 address", words: [DRAFT6], iid: "draft-03", consistent: true },
  {
    name: "a draft-03 address where the RFC's was asked for",
    words: [DRAFT6, "--iid", "rfc7597"],
    iid: "draft-03",
    consistent: false,
  },
  {
    name: "a PSID padded on the wrong side",
    words: ["2001:db8:12:3400:0:c000:212:3400"],
    iid: "right-padded",
    consistent: false,
  },
  {
    name: "another PSID in the identifier",
    words: ["2001:db8:12:3400:0:c000:212:35"],
    iid: null,
    consistent: false,
  },
];

for (const { name, words, iid, consistent } of ANALYSE) {
  test(`analyse of ${name}`, async (t) => {
    const document = documentIn(await runMapctl("analyse", RULE, ...words, "--json"));
    t.match(document, { ipv4: "192.0.2.18", ipv4PrefixLen: 32, psid: 52 });
    t.equal(document.iid, iid);
    t.equal(document.consistent, consistent);
  });
}

test("analyse of an address outside the rule", async (t) => {
  const document = documentIn(await runMapctl("analyse", RULE, "2001:db9::1", "--json"));
  t.match(document, {
    ipv4: null,
    psid: null,
    iid: null,
    consistent: false,
    diagnostics: [{ code: "ipv6-outside-rule" }],
  });
});

const TEXTS = [
  {
    words: ["calc", RULE, "--end-user-prefix", PREFIX],
    lines: [
      "sharing ratio           256 : 1",
      "PSID                   52 (0x34, 00110100)",
      "  62672-62675  63696-63699  64720-64723",
    ],
  },
  { words: ["reverse", RULE, "192.0.2.18:1232"], lines: ["forwardable           yes"] },
  { words: ["analyse", RULE, MAP6], lines: ["IPv4                  192.0.2.18/32"] },
  {
    words: ["dmr", "2001:db8:ffff::/64", "10.2.3.4"],
    lines: ["IPv6          2001:db8:ffff:0:a:203:400:0"],
  },
];

for (const { words, lines } of TEXTS) {
  test(`${words[0]} without --json is aligned text`, async (t) => {
    const { status, stdout } = await spawnMapctl(...words);
    t.equal(status, 0);
    const printed = stdout.split("\n");
    for (const line of lines) t.ok(printed.includes(line), `${line}\n${stdout}`);
  });
}

interface Failure {
  readonly name: string;
  readonly words: readonly string[];
  readonly status: number;
  readonly says: RegExp;
}

const FAILURES: readonly Failure[] = [
  { name: "no command", words: [], status: 2, says: /no command/ },
  { name: "an unknown command", words: ["cal"], status: 2, says: /did you mean "calc"\?/ },
  { name: "an unknown option", words: ["calc", RULE, "--idx", "1"], status: 2, says: /--idx/ },
  { name: "no rule", words: ["calc"], status: 2, says: /missing required argument/ },
  {
    name: "one argument too many",
    words: ["calc", RULE, "x"],
    status: 2,
    says: /too many arguments/,
  },
  { name: "an unknown style", words: ["calc", RULE, "--iid", "x"], status: 2, says: /draft-03/ },
  {
    name: "two CEs at once",
    words: ["calc", RULE, "--index", "1", "--ipv4", "192.0.2.1", "--psid", "2"],
    status: 2,
    says: /index 1 is the CE .* leave one of them out/,
  },
  {
    name: "a PSID alone",
    words: ["calc", RULE, "--psid", "1"],
    status: 2,
    says: /a PSID names no CE; give/,
  },
  {
    name: "an index that is no number",
    words: ["calc", RULE, "--index", "-1"],
    status: 2,
    says: /index/,
  },
  {
    name: "an address that is none",
    words: ["reverse", RULE, "192.0.2"],
    status: 2,
    says: /not an IPv4 address/,
  },
  {
    name: "a port that is none",
    words: ["reverse", RULE, "192.0.2.1:65536"],
    status: 2,
    says: /65535/,
  },
  {
    name: "an IPv6 address that is none",
    words: ["analyse", RULE, "2001:db8"],
    status: 2,
    says: /not an IPv6 address/,
  },
  { name: "a name without --config", words: ["calc", "metro"], status: 2, says: /--config/ },
  {
    name: "a rule cut short",
    words: ["calc", "2001:db8::/40 192.0.2.0/24"],
    status: 5,
    says: /V6-PREFIX/,
  },
  {
    name: "a seven-part rule of six",
    words: ["calc", "x|2001:db8::|40|192.0.2.0|24|16"],
    status: 5,
    says: /6 parts/,
  },
  {
    name: "a rule with words",
    words: ["calc", "2001:db8::/40 192.0.2.0/24 many"],
    status: 5,
    says: /ea-len: "many"/,
  },
  {
    name: "an index past the last CE",
    words: ["calc", RULE, "--index", "65536"],
    status: 5,
    says: /0\.\.65535/,
  },
  {
    name: "a PSID past the last",
    words: ["calc", RULE, "--ipv4", "192.0.2.1", "--psid", "256"],
    status: 5,
    says: /0\.\.255/,
  },
  {
    name: "a private address behind the well-known prefix",
    words: ["dmr", "64:ff9b::/96", "10.0.0.1"],
    status: 5,
    says: /RFC 6052 §3\.1/,
  },
  {
    name: "an address behind another prefix",
    words: ["dmr", "2001:db8:ffff::/64", "2001:db8::1"],
    status: 5,
    says: /not behind/,
  },
  {
    name: "a file that is not there",
    words: ["calc", "metro", "--config", "/nonexistent"],
    status: 5,
    says: /cannot read/,
  },
];

for (const { name, words, status, says } of FAILURES) {
  test(`${name} ends with ${status}, as text and as a document`, async (t) => {
    const text = await runMapctl(...words);
    t.equal(text.status, status);
    t.match(text.stderr, says);
    t.equal(text.stdout, "");
    const json = await runMapctl(...words, "--json");
    t.equal(json.status, status);
    t.match(documentIn(json), { schema: "mapd.error/1", diagnostics: [{ severity: "error" }] });
  });
}

test("everything wrong with a rule is reported at once", async (t) => {
  const rule = "2001:db8::1/40 192.0.2.1/24 49 16";
  const document = documentIn(await runMapctl("calc", rule, "--json"));
  const rows = document.diagnostics as readonly { code: string; path: string }[];
  t.same(rows.map(({ code, path }) => `${code} ${path}`).sort(), [
    "ea-len-range ea-len",
    "ipv4-host-bits rule-ipv4-prefix",
    "ipv6-host-bits rule-ipv6-prefix",
    "psid-offset-range psid-offset",
  ]);
});

test("a rule that the configuration lacks ends with 6", async (t) => {
  const folder = t.testdir({ "mapd.yaml": JSON.stringify({ rules: { metro: {} } }) });
  const file = join(folder, "mapd.yaml");
  const outcome = await spawnMapctl("calc", "metor", "--config", file);
  t.equal(outcome.status, 6);
  t.match(outcome.stderr, 'did you mean "metro"?');
  const faulty = await spawnMapctl("calc", "metro", "--config", file);
  t.equal(faulty.status, 5);
  t.match(faulty.stderr, "error: rules.metro.ea-len: is required");
});

test("check is --check", async (t) => {
  const folder = t.testdir({ "mapd.yaml": "domains: []\n" });
  const outcome = await spawnMapctl("check", join(folder, "mapd.yaml"), "--json");
  t.equal(outcome.status, 5);
  t.match(documentIn(outcome), {
    schema: "mapd.error/1",
    diagnostics: [{ code: "out-of-range", path: "domains" }],
  });
});

test("a reader that stops early is no failure", async (t) => {
  const words = [process.execPath, MAPCTL, "calc", "2001:db8::/40 192.0.2.0/24 16", "--index", "7"];
  for (const more of [[], ["--json"]]) {
    const quoted = [...words, ...more].map((word) => `'${word}'`).join(" ");
    // The reader is gone before the first line is written.
    const script = `set -o pipefail; (sleep 0.5; ${quoted}) | true`;
    const { status, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
    t.same({ status, stderr }, { status: 0, stderr: "" });
  }
});

test("an answer that cannot be written is a failure in one line", async (t) => {
  const full = openSync("/dev/full", "w");
  t.teardown(() => closeSync(full));
  const words = [MAPCTL, "calc", "2001:db8::/40 192.0.2.0/24 16"];
  const stdio = ["ignore", full, "pipe"] as const;
  const { status, stderr } = spawnSync(process.execPath, words, {
    stdio: [...stdio],
    encoding: "utf8",
  });
  t.equal(status, 1);
  t.match(stderr, /^error: cannot write the answer: ENOSPC[^\n]*\n$/);
});
