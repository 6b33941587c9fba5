/** mapctl import, export and config export: files, standard input, exit statuses, documents. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { type Test, test } from "tap";
import { exportCommand } from "../../../../daemon/cli/export.js";
import { main } from "../../../../daemon/cli/program.js";
import { TEXTS } from "../../convert/texts.js";
import { runCommand } from "./live-daemon.js";
import { documentIn, type Outcome, runMapctl } from "./run.js";

const RULE = "metro|2001:db8::|40|192.0.2.0|24|16|6\n";

const CONFIGURATION = `rules:
  metro: { rule-ipv6-prefix: "2001:db8::/40", rule-ipv4-prefix: 192.0.2.0/24, ea-len: 16 }
domains:
  - { name: relay, mode: map-e, role: br, tun: { name: mape0 }, rules: [metro], br-ipv6-addr: "2001:db8:ffff::1" }
`;

function folderFor(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), "mapd-convert-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

function fileFor(t: Test, text: string): string {
  const path = join(folderFor(t), "source");
  writeFileSync(path, text);
  return path;
}

async function fromInput(text: string, ...words: readonly string[]): Promise<Outcome> {
  const stdin = new PassThrough();
  const stdout = new PassThrough({ encoding: "utf8" });
  const stderr = new PassThrough({ encoding: "utf8" });
  stdin.end(text);
  const status = await main(words, { environment: {}, stdin, stdout, stderr });
  return { status, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

test("import reads standard input and writes the configuration to standard output", async (t) => {
  const outcome = await fromInput(RULE, "import", "--br", "2001:db8:ffff::1");
  t.strictSame(outcome, {
    status: 0,
    stdout: `# Imported from rule strings of IP_MAP_Calculator by mapctl import; check it before use.

rules:
  # line 1: 65536 CEs, 256 on an address, 252 ports each
  metro:
    rule-ipv6-prefix: 2001:db8::/40
    rule-ipv4-prefix: 192.0.2.0/24
    ea-len: 16
    psid-offset: 6
domains:
  - name: imported
    mode: map-e
    role: br
    tun:
      name: mape0
    rules:
      - metro
    br-ipv6-addr: 2001:db8:ffff::1
`,
    stderr: "",
  });
});

test("import --output writes a file that mapctl check accepts, and none over another", async (t) => {
  const source = fileFor(t, TEXTS.UCI_LW4O6);
  const output = join(folderFor(t), "mapd.yaml");
  const words = ["import", source, "--end-user-prefix", "2001:db8:12:3400::/56", "-o", output];
  t.strictSame(await runMapctl(...words), { status: 0, stdout: "", stderr: "" });
  t.strictSame(await runMapctl("check", output), { status: 0, stdout: "", stderr: "" });
  const text = readFileSync(output, "utf8");
  const again = await runMapctl(...words);
  t.strictSame(again, {
    status: 1,
    stdout: "",
    stderr: `error: cannot write ${output}: it exists; remove it, or name another\n`,
  });
  t.equal(readFileSync(output, "utf8"), text, "unchanged");
});

test("import --json is one document with configuration and diagnostics", async (t) => {
  const outcome = await runMapctl("import", fileFor(t, TEXTS.NAT46_BR), "--json");
  const { configuration, diagnostics, ...rest } = documentIn(outcome);
  t.strictSame(rest, { schema: "mapd.import/1", format: "nat46", valid: true });
  t.match(configuration, /^rules:$/m);
  t.strictSame(
    (diagnostics as { code: string }[]).map(({ code }) => code),
    ["system-ports", "dmr-not-64"],
  );
  t.strictSame([outcome.status, outcome.stderr], [0, ""]);
});

test("import of a CE without its end-user prefix gives a draft, status 5 and the reason", async (t) => {
  const outcome = await runMapctl("import", fileFor(t, TEXTS.UCI_SHOW));
  t.equal(outcome.status, 5);
  t.match(outcome.stdout, /^ {2}- name: map$/m, "the draft is there all the same");
  t.equal(
    outcome.stderr,
    `warning: line 2: the source does not hold the prefix that the provider delegates to "map"; give --end-user-prefix (RFC 7597 §5)
error: domains[0].end-user-ipv6-prefix: is required with role ce (RFC 7597 §5)
the configuration is a draft: mapd refuses it as it is
`,
  );
});

test("import --role makes a BR of a CE's configuration, and says so", async (t) => {
  const source = fileFor(t, TEXTS.UCI_SHOW);
  const outcome = await runMapctl("import", source, "--role", "br", "--json");
  const { valid, diagnostics } = documentIn(outcome);
  t.strictSame(
    [outcome.status, valid, (diagnostics as { code: string }[]).map(({ code }) => code)],
    [0, true, ["role-changed"]],
  );
});

test("import refuses what it cannot read, recognise or use", async (t) => {
  const rows: readonly (readonly [string, number, RegExp, ...string[]])[] = [
    ["no such file", 6, /cannot read \/nowhere\/x/, "/nowhere/x"],
    ["a text of no format", 5, /in none of the formats/, fileFor(t, "hello\n")],
    ["another format than named", 5, /this is no JSON/, fileFor(t, RULE), "--from", "hb46pp"],
    ["an unknown format", 2, /Allowed choices are/, fileFor(t, RULE), "--from", "cisco"],
    ["a prefix that is none", 2, /is not an IPv6 prefix/, fileFor(t, RULE), "--dmr", "x"],
    ["rules without a mode", 5, /give --br ADDRESS or --dmr PREFIX/, fileFor(t, RULE)],
  ];
  for (const [name, status, message, ...words] of rows) {
    const outcome = await runMapctl("import", ...words);
    t.equal(outcome.status, status, name);
    t.match(outcome.stderr, message, name);
  }
});

test("import says which options nothing had use for", async (t) => {
  const source = fileFor(t, TEXTS.NAT46_BR);
  const outcome = await runMapctl("import", source, "--end-user-prefix", "2001:db8:12:3400::/56");
  t.match(outcome.stderr, /--end-user-prefix 2001:db8:12:3400::\/56 is not used/);
  t.equal(outcome.status, 0);
});

test("export writes a file's rules, and what it cannot say to standard error", async (t) => {
  const file = fileFor(t, CONFIGURATION);
  const expected =
    "map add domain ip4-pfx 192.0.2.0/24 ip6-pfx 2001:db8::/40 ip6-src 2001:db8:ffff::1 ea-bits-len 16 psid-offset 6 psid-len 8 mtu 1500 tag metro\nmap params fragment outer honor-df\nmap params icmp6 unreachables on\nmap params security-check on\n";
  t.strictSame(await runMapctl("export", "--format", "vpp", "--config", file), {
    status: 0,
    stdout: expected,
    stderr: "warning: domains[0]: on the interfaces of both sides: map interface NAME\n",
  });
  const json = await runMapctl("export", "--format", "vpp", "--config", file, "--json");
  const { diagnostics, ...rest } = documentIn(json);
  t.strictSame(rest, { schema: "mapd.export/1", format: "vpp", text: expected });
  t.equal((diagnostics as unknown[]).length, 1);
});

test("export without a file writes what the running daemon has", async (t) => {
  const { status, output } = await runCommand(t, exportCommand, { format: "rule-string" }, false);
  t.strictSame([status, output], [0, "metro|2001:db8::|40|192.0.2.0|24|16|6\n"]);
});

test("config export --yang is RFC 8676 as JSON, which import takes again", async (t) => {
  const file = fileFor(t, CONFIGURATION);
  const exported = await runMapctl("config", "export", "--yang", "--config", file);
  t.strictSame([exported.status, exported.stderr], [0, ""]);
  const instance = {
    name: "metro",
    enable: true,
    "br-ipv6-addr": "2001:db8:ffff::1",
    "ea-len": 16,
    "rule-ipv6-prefix": "2001:db8::/40",
    "rule-ipv4-prefix": "192.0.2.0/24",
    forwarding: false,
    "port-set": { "psid-offset": 6, "psid-len": 8, psid: 0 },
  };
  t.strictSame(JSON.parse(exported.stdout), {
    "ietf-softwire-br:br-instances": { algorithm: { "algo-instance": [instance] } },
  });
  const imported = await fromInput(exported.stdout, "import");
  t.strictSame([imported.status, imported.stderr], [0, ""]);
});

test("export refuses what makes no sense", async (t) => {
  const file = fileFor(t, CONFIGURATION);
  const rows: readonly (readonly [number, RegExp, ...string[]])[] = [
    [2, /name a format/, "--config", file],
    [
      6,
      /no domain is named "rely"; did you mean "relay"/,
      "--format",
      "uci",
      "--config",
      file,
      "--domain",
      "rely",
    ],
    [5, /no such file/, "--format", "uci", "--config", "/nowhere/x"],
    [3, /\/nowhere\/s/, "--format", "uci", "--socket", "/nowhere/s"],
  ];
  for (const [status, message, ...words] of rows) {
    const outcome = await runMapctl("export", ...words);
    t.equal(outcome.status, status, words.join(" "));
    t.match(outcome.stderr, message, words.join(" "));
  }
});
