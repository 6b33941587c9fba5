/** The calculator's commands: ways to name a CE, steps, rule sets, lists, plans, comparisons. Vectors are in vectors.test.ts. */

import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { test } from "tap";
import { main } from "../../../../daemon/cli/program.js";
import { documentIn, type Outcome, runMapctl } from "./run.js";

const RULE = "2001:db8::/40 192.0.2.0/24 16 6";
const CE = { psid: 52, ipv4: "192.0.2.18", index: 4660, port: 1232 };

async function runWithInput(text: string, ...words: readonly string[]): Promise<Outcome> {
  const stdin = new PassThrough();
  stdin.end(text);
  const stdout = new PassThrough({ encoding: "utf8" });
  const stderr = new PassThrough({ encoding: "utf8" });
  const status = await main(words, { environment: {}, stdin, stdout, stderr });
  return { status, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

const WAYS = [
  ["--end-user-prefix", "2001:db8:12:3400::/56"],
  ["--ipv6", "2001:db8:12:34ff::1"],
  ["--index", "4660"],
  ["--ea", "0x1234"],
  ["--ipv4", "192.0.2.18", "--psid", "52"],
  ["--ipv4", "192.0.2.18", "--port", "1232"],
  ["--host", "18", "--psid", "0x34"],
  ["--host", "18", "--port", "1232"],
  ["--index", "4660", "--ipv4", "192.0.2.18", "--port", "1232"],
];

for (const words of WAYS) {
  test(`calc finds the CE by ${words.join(" ")}`, async (t) => {
    const outcome = await runMapctl("calc", RULE, ...words, "--json");
    t.match(documentIn(outcome), { ce: CE });
  });
}

const STEPS: readonly (readonly [readonly string[], object])[] = [
  [["--next", "ce"], { psid: 53, ipv4: "192.0.2.18", step: { carried: false, wrapped: false } }],
  [["--next", "psid", "--by", "204"], { psid: 0, ipv4: "192.0.2.19", step: { carried: true } }],
  [["--previous", "host"], { psid: 52, ipv4: "192.0.2.17", step: { axis: "host" } }],
  [["--last", "psid"], { psid: 255, ipv4: "192.0.2.18" }],
  [["--last", "ce"], { psid: 255, ipv4: "192.0.2.255" }],
  [["--first", "host"], { psid: 52, ipv4: "192.0.2.0" }],
  [["--next", "port", "--by", "10"], { ...CE, port: 3282, portIndex: 10 }],
  [["--previous", "port"], { port: 64723, portIndex: 251, step: { wrapped: true } }],
];

for (const [words, ce] of STEPS) {
  test(`calc steps ${words.join(" ")}`, async (t) => {
    const outcome = await runMapctl("calc", RULE, "--index", "4660", ...words, "--json");
    t.match(documentIn(outcome), { ce });
  });
}

test("calc past the last CE is at the first, and says so", async (t) => {
  const { stdout } = await runMapctl("calc", RULE, "--index", "65535", "--next", "ce");
  t.match(stdout, /^end-user IPv6 prefix {3}2001:db8::\/56$/m);
  t.match(stdout, /^the step led to another address\nthe step went past the end/m);
});

test("calc shows bits with a letter for each field", async (t) => {
  const { stdout } = await runMapctl("calc", RULE, "--index", "4660", "--bits");
  const lines = stdout.split("\n");
  const at = lines.indexOf("MAP address 2001:db8:12:3400:0:c000:212:34");
  t.same(lines.slice(at, at + 12), [
    "MAP address 2001:db8:12:3400:0:c000:212:34",
    "  0010000000000001:0000110110111000:0000000000010010:0011010000000000",
    "  6666666666666666 6666666666666666 66666666hhhhhhhh ppppppppssssssss",
    "interface identifier",
    "  0000000000000000:1100000000000000:0000001000010010:0000000000110100",
    "  ................ 4444444444444444 44444444hhhhhhhh ........pppppppp",
    "IPv4 192.0.2.18/32",
    "  11000000 00000000 00000010 00010010",
    "  44444444 44444444 44444444 hhhhhhhh",
    "port 1232 of 192.0.2.18",
    "  0000 0100 1101 0000",
    "  AAAA AApp pppp ppjj",
  ]);
});

test("calc --why gives every number with its formula and section", async (t) => {
  const words = ["calc", RULE, "--index", "4660", "--why"];
  const { stdout } = await runMapctl(...words);
  t.match(
    stdout,
    /^s +subnet bits of a CE +64 - \(n \+ o\) +64 - \(40 \+ 16\) +8 +RFC 7597 §5\.2$/m,
  );
  const document = documentIn(await runMapctl(...words, "--json"));
  const why = document.why as Record<"rule" | "ce", { key: string }[]>;
  t.same([why.rule.length, why.ce.length], [25, 10]);
});

test("calc lists neighbours on the address", async (t) => {
  const words = ["calc", RULE, "--index", "4660", "--neighbours", "2"];
  const document = documentIn(await runMapctl(...words, "--json"));
  t.same(document.neighbours, [
    {
      endUserIpv6Prefix: "2001:db8:12::/56",
      ipv4: "192.0.2.18",
      ipv4PrefixLen: 32,
      psid: 0,
      mapIpv6: "2001:db8:12::c000:212:0",
    },
    {
      endUserIpv6Prefix: "2001:db8:12:100::/56",
      ipv4: "192.0.2.18",
      ipv4PrefixLen: 32,
      psid: 1,
      mapIpv6: "2001:db8:12:100:0:c000:212:1",
    },
  ]);
  t.match(
    (await runMapctl(...words)).stdout,
    /^ {3}1 {2}2001:db8:12:100::\/56 {2}2001:db8:12:100:/m,
  );
});

const LIST = "wide|2001:db8::|40|192.0.2.0|24|16|6\nnarrow|2001:db8:f0::|44|192.0.2.128|25|15|6\n";

test("a rule comes from standard input, from a file of rules and from a configuration", async (t) => {
  const one = await runWithInput(`# one\n${RULE}\n`, "calc", "-", "--index", "4660", "--json");
  t.match(documentIn(one), { ce: CE });
  const config = `rules:\n  m:\n    rule-ipv6-prefix: 2001:db8::/40\n    rule-ipv4-prefix: 192.0.2.0/24\n    ea-len: 16\n`;
  const folder = t.testdir({ "rule.txt": RULE, "mapd.yaml": config });
  for (const file of ["rule.txt", "mapd.yaml"]) {
    const outcome = await runMapctl("calc", join(folder, file), "--index", "4660", "--json");
    t.match(documentIn(outcome), { ce: CE }, file);
  }
  const bare = await runWithInput("domains: []\n", "calc", "-");
  t.match(bare, { status: 5, stderr: /the configuration has no rules/ });
  const faulty = await runWithInput(config.replace("16", "x"), "calc", "-");
  t.match(faulty, { status: 5, stderr: /^error: rules\.m\.ea-len: / });
  const missing = await runMapctl("calc", join(folder, "none.txt"));
  t.match(missing, { status: 6, stderr: /cannot read the rule/ });
  const empty = await runWithInput("", "calc", "-");
  t.match(empty, { status: 5, stderr: /no rule here/ });
});

test("of several rules the longest match answers; what needs one names them", async (t) => {
  const reverse = await runWithInput(LIST, "reverse", "-", "192.0.2.200:1232", "--json");
  t.match(documentIn(reverse), { rule: "narrow", psid: 52 });
  const wide = await runWithInput(LIST, "reverse", "-", "192.0.2.18:1232");
  t.match(wide.stdout, /^rule +wide\n/);
  const analyse = await runWithInput(LIST, "analyse", "-", "2001:db8:f1::1", "--json");
  t.match(documentIn(analyse), { rule: "narrow" });
  const calc = await runWithInput(LIST, "calc", "-", "--ipv6", "2001:db8:12:3400::", "--json");
  t.match(documentIn(calc), { ce: CE });
  const outside = await runWithInput(LIST, "reverse", "-", "203.0.113.1:1232");
  t.match(outside, { status: 5, stderr: /none of the 2 rules covers/ });
  const both = await runWithInput(LIST, "list", "-");
  t.match(both, { status: 2, stderr: /holds 2 rules, and this needs one: wide, narrow; name it/ });
  const twice = await runWithInput(
    LIST.replace("narrow", "wide"),
    "reverse",
    "-",
    "192.0.2.1:1232",
  );
  t.match(twice, { status: 5, stderr: /two rules are named "wide"/ });
});

test("reverse says which range of the set the port is in", async (t) => {
  const document = documentIn(await runMapctl("reverse", RULE, "192.0.2.18:2257", "--json"));
  t.same(document.place, { portIndex: 5, range: [2256, 2259], rangeNumber: 2, ranges: 63 });
  const { stdout } = await runMapctl("reverse", RULE, "192.0.2.18:2257");
  t.match(stdout, /^port range {12}2256-2259, 2 of 63$/m);
});

test("analyse holds a PSID against the address, and knows it in the form of option 93", async (t) => {
  const address = "2001:db8:12:3400:0:c000:212:34";
  const of = async (psid: string): Promise<unknown> =>
    documentIn(await runMapctl("analyse", RULE, address, "--psid", psid, "--json")).diagnostics;
  t.same(await of("0x34"), []);
  t.match(await of("53"), [{ code: "psid-claim", message: /the EA bits say PSID 52, not 53/ }]);
  t.match(await of("0x3400"), [{ code: "psid-claim", rfc: "RFC 7598 §4.5" }]);
  const odd = documentIn(
    await runMapctl("analyse", RULE, "2001:db8:12:3400:0:c000:212:35", "--json"),
  );
  t.match(odd, { iid: null, iidIpv4: "192.0.2.18", iidPsid: 53, consistent: false });
  t.match(odd.diagnostics, [
    { code: "iid-mismatch", message: /it says 192\.0\.2\.18 and PSID 53/ },
  ]);
});

test("dmr shows where the IPv4 address is, at all six lengths", async (t) => {
  const words = ["dmr", "2001:db8:122:344::/64", "192.0.2.33", "--lengths", "--json"];
  const document = documentIn(await runMapctl(...words));
  t.same(document.bits, [[72, 103]]);
  const rows = document.lengths as { prefix: string; ipv6: string }[];
  t.same(
    rows.map(({ prefix, ipv6 }) => `${prefix} ${ipv6}`),
    [
      "2001:db8::/32 2001:db8:c000:221::",
      "2001:db8:100::/40 2001:db8:1c0:2:21::",
      "2001:db8:122::/48 2001:db8:122:c000:2:2100::",
      "2001:db8:122:300::/56 2001:db8:122:3c0:0:221::",
      "2001:db8:122:344::/64 2001:db8:122:344:c0:2:2100:0",
      "2001:db8:122:344::/96 2001:db8:122:344::c000:221",
    ],
  );
  const stray = await runMapctl("dmr", "2001:db8:122:344::/64", "2001:db8:122:344:ffc0:2:2100:1");
  t.match(stray, { status: 0, stdout: /192\.0\.2\.33/, stderr: /u octet/ });
});

const PORT_SETS: readonly (readonly [readonly string[], object])[] = [
  [["--psid", "0x34"], { psid: 52, count: 252, usable: 252, excludedPorts: 1024, nth: null }],
  [["--index", "4660", "--nth", "251"], { psid: 52, nth: { index: 251, port: 64723 } }],
  [["--port", "1232"], { psid: 52, port: { port: 1232, index: 0, psid: 52 } }],
  [["--psid", "0", "--port", "1232"], { psid: 0, port: { port: 1232, index: null, psid: 52 } }],
  [["--psid", "0", "--port", "5"], { port: { port: 5, index: null, psid: null } }],
];

for (const [words, expected] of PORT_SETS) {
  test(`ports of a rule: ${words.join(" ")}`, async (t) => {
    const outcome = await runMapctl("ports", RULE, ...words, "--json");
    t.match(documentIn(outcome), { schema: "mapd.port-set/1", ...expected });
  });
}

test("ports of a rule as text, and what cannot be asked", async (t) => {
  const { stdout } = await runMapctl("ports", "2001:db8:ce::/51 192.0.2.0/24 13 0", "--psid", "0");
  t.equal(
    stdout,
    "PSID      0 (0x00)\nports     2048 in 1 range\nusable    2047; port 0 is not\nexcluded  0\n  0-2047\n",
  );
  const refusals: readonly (readonly [readonly string[], number, RegExp])[] = [
    [[RULE], 2, /whose ports\? give --psid 0\.\.255/],
    [[RULE, "--psid", "256"], 5, /PSID 256 is not in 0\.\.255/],
    [[RULE, "--port", "80"], 5, /port 80 is below 1024/],
    [[RULE, "--psid", "1", "--nth", "252"], 2, /not in 0\.\.251/],
    [["--nth", "1"], 2, /--nth needs a RULE/],
  ];
  for (const [words, status, stderr] of refusals) {
    t.match(await runMapctl("ports", ...words), { status, stderr });
  }
});

test("list gives rows in every format, from anywhere", async (t) => {
  const words = ["list", RULE, "--from", "0x1234", "--count", "2"];
  t.equal(
    (await runMapctl(...words, "--format", "csv")).stdout,
    "index,ipv4,psid,endUserIpv6Prefix,mapIpv6,firstRange\n4660,192.0.2.18,52,2001:db8:12:3400::/56,2001:db8:12:3400:0:c000:212:34,1232-1235\n4661,192.0.2.18,53,2001:db8:12:3500::/56,2001:db8:12:3500:0:c000:212:35,1236-1239\n",
  );
  const rows = (await runMapctl(...words, "--format", "ndjson")).stdout.trimEnd().split("\n");
  const document = documentIn(await runMapctl(...words, "--json"));
  t.match(document, { schema: "mapd.list/1", from: 4660, count: 2 });
  t.same(
    document.ces,
    rows.map((row) => JSON.parse(row)),
  );
  const text = (await runMapctl(...words)).stdout.split("\n");
  t.same(
    text.map((line) => line.indexOf("192.0.2.18")),
    [-1, 16, 16, -1],
  );
  t.match(await runMapctl("list", RULE, "--from", "65536"), { status: 2, stderr: /65535/ });
  const last = documentIn(
    await runMapctl("list", RULE, "--from", "65535", "--count", "9", "--json"),
  );
  t.equal(last.count, 1);
});

/** Takes a chunk a turn of the event loop, and remembers how much waited for it. */
class SlowReader extends Writable {
  rows = 0;
  mostWaiting = 0;

  constructor() {
    super({ highWaterMark: 16 * 1024 });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.mostWaiting = Math.max(this.mostWaiting, this.writableLength);
    for (const byte of chunk) if (byte === 0x0a) this.rows++;
    void setImmediate().then(done);
  }
}

test("list waits for a slow reader, and ends with one that goes", async (t) => {
  const stderr = new PassThrough();
  const streams = { environment: {}, stdin: new PassThrough(), stderr };
  const words = ["list", "2001:db8::/40 192.0.2.0/24 16 6", "--format", "ndjson"];
  const slow = new SlowReader();
  t.equal(await main(words, { ...streams, stdout: slow }), 0);
  slow.end();
  t.equal(slow.rows, 65536);
  t.ok(slow.mostWaiting <= 2 * 64 * 1024, `${slow.mostWaiting} bytes waited`);
  const gone = new SlowReader();
  gone.once("drain", () => gone.destroy());
  t.equal(await main(words, { ...streams, stdout: gone }), 0);
  t.ok(gone.rows < 10_000, `${gone.rows} rows went to a reader that had gone`);
});

test("plan ranks choices and writes the rules of the best", async (t) => {
  const words = ["plan", "--subscribers", "12000", "--ports", "250", "--ipv6", "2001:db8::/36"];
  const pools = ["--ipv4", "192.0.2.0/24,198.51.100.0/24", "--delegated", "/56"];
  const text = await runMapctl(...words, ...pools);
  t.match(text.stdout, /^k +a +PD +CEs\/address .*\n8 +6 +\/56 +256 +252 +4 +1024 +64 +16384 /);
  t.match(text.stdout, /and \d+ more: --all shows them/);
  t.match(text.stdout, /rules of the first choice:\n {2}2001:db8::\/42 192\.0\.2\.0\/26 14 6\n$/);
  const document = documentIn(await runMapctl(...words, ...pools, "--all", "--json"));
  t.match(document, { schema: "mapd.plan/1", addresses: 512 });
  t.equal((document.choices as object[]).length, document.choiceCount);
  const few = await runMapctl(...words, "--ipv4", "192.0.2.0/28");
  t.match(few, { status: 5, stderr: /needs 47 addresses, and the pools have 16/ });
  t.match(await runMapctl("plan", "--ports", "1"), { status: 2, stderr: /is required/ });
  t.match(await runMapctl(...words, "--ipv4", "192.0.2.1/24"), {
    status: 2,
    stderr: /beyond its length/,
  });
});

test("plan solve finds lengths, and explains contradictions", async (t) => {
  const words = ["plan", "solve", "--ipv4-len", "24"];
  const found = documentIn(
    await runMapctl(...words, "--ports", "250", "--end-user-prefix-len", "56", "--json"),
  );
  const [first] = found.solutions as object[];
  t.match(first, { ipv6Len: 40, ipv4Len: 24, eaLen: 16, psidOffset: 6, psidLen: 8 });
  const clash = await runMapctl(...words, "--ea-len", "16", "--sharing-ratio", "64");
  t.match(clash, { status: 5, stderr: /needs 6 bits of PSID/ });
});

test("diff says what changes, and for how many CEs", async (t) => {
  const other = "2001:db8::/40 192.0.2.0/24 16 4";
  const { stdout } = await runMapctl("diff", RULE, other);
  t.match(stdout, /^\* {2}PSID offset, bits +6 +4$/m);
  t.match(
    stdout,
    /65536 CEs, .* are in both rules\neach of them keeps its IPv4 address\nnone of them keeps its ports\neach of them keeps its MAP address\n$/,
  );
  const document = documentIn(await runMapctl("diff", RULE, other, "--json"));
  t.match(document, {
    schema: "mapd.diff/1",
    same: false,
    ces: { common: 65536, sameIpv4: 65536, samePorts: 0, sameMapIpv6: 65536 },
  });
  t.match(await runMapctl("diff", RULE, RULE), { status: 0, stdout: /^the rules are the same\n/ });
  const shifted = await runMapctl("diff", RULE, "2001:db8::/44 192.0.2.0/24 16 6");
  t.match(
    shifted.stdout,
    /end-user prefixes are \/56 and \/60: the DHCPv6 server must delegate anew/,
  );
});

test("diff of two files goes by the names of their rules", async (t) => {
  const folder = t.testdir({
    "old.txt": LIST,
    "new.txt": `${LIST.replace("|25|15|6", "|25|15|4").replace("wide", "broad")}`,
  });
  const words = ["diff", join(folder, "old.txt"), join(folder, "new.txt")];
  const { stdout } = await runMapctl(...words);
  t.match(stdout, /^- wide\|2001:db8::\|40\|.*\n\+ broad\|2001:db8::\|40\|.*\n\nnarrow\n/);
  t.match(stdout, /\n32768 CEs, .*\n\n1 added, 1 removed, 1 changed, 0 as before\n$/s);
  const document = documentIn(await runMapctl(...words, "--json"));
  t.match(document, {
    same: false,
    added: [{ name: "broad", psidOffset: 6 }],
    removed: [{ name: "wide" }],
    changed: [{ name: "narrow", ces: { common: 32768, samePorts: 0 } }],
    unchanged: 0,
  });
  const same = documentIn(await runMapctl("diff", words[1] ?? "", words[1] ?? "", "--json"));
  t.match(same, { same: true, changed: [], unchanged: 2 });
});

test("selftest calculates the RFCs' examples", async (t) => {
  const document = documentIn(await runMapctl("selftest", "--json"));
  t.match(document, { schema: "mapd.selftest/1", passed: true, count: 21 });
  const { status, stdout } = await runMapctl("selftest");
  t.equal(status, 0);
  t.match(stdout, /^ok {6}example 1: .*\(RFC 7597 App\. A\)$/m);
  t.match(stdout, /^21 examples, 0 failed$/m);
});

test("analyse holds a PSID against the address only where one is claimed", async (t) => {
  const words = ["analyse", "2001:db8::/40 192.0.2.0/24 8", "2001:db8:12::c000:212:0"];
  t.same((await runMapctl(...words)).stderr, "");
  t.match((await runMapctl(...words, "--psid", "3")).stderr, /there is no PSID, not 3/);
});
