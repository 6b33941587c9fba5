/** mapctl dhcp, lint and convert: words in, documents, texts and exit statuses out. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { type Test, test } from "tap";
import { main } from "../../../../daemon/cli/program.js";
import { EXPORT_FORMATS } from "../../../../src/convert/formats.js";
import { TEXTS } from "../../convert/texts.js";
import { documentIn, type Outcome, runMapctl } from "./run.js";

const METRO = "2001:db8::/40 192.0.2.0/24 16 6";
const OPTION_95 =
  "(005f0026)00590015001018c00002002820010db800005d000406000000005b00094020010db8ffff0000";

async function fromInput(text: string, ...words: readonly string[]): Promise<Outcome> {
  const stdin = new PassThrough();
  const stdout = new PassThrough({ encoding: "utf8" });
  const stderr = new PassThrough({ encoding: "utf8" });
  stdin.end(text);
  const status = await main(words, { environment: {}, stdin, stdout, stderr });
  return { status, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

function fileFor(t: Test, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "mapd-workbench-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "source");
  writeFileSync(path, text);
  return path;
}

test("dhcp encode prints the octets and what each says", async (t) => {
  const { status, stdout, stderr } = await runMapctl(
    ...["dhcp", "encode", METRO, "--dmr", "2001:db8:ffff::/64"],
  );
  t.strictSame([status, stderr], [0, ""]);
  const lines = stdout.split("\n");
  t.strictSame(lines.slice(0, 4), [
    OPTION_95,
    "",
    "Octet  Hex               Option              Field        Value            Meaning",
    "    0  005f              S46_CONT_MAPT       code         95               S46_CONT_MAPT: container of MAP-T: rules and one DMR",
  ]);
  t.equal(lines.length, 23);
});

test("dhcp encode --json holds octets, rows, and lines for servers; its octets decode again", async (t) => {
  const words = ["dhcp", "encode", "2001:db8:12:3400::/56 192.0.2.18/32 0 6", "--psid", "0x34"];
  const more = ["--psid-len", "8", "--br", "2001:db8:ffff::1,2001:db8:ffff::2", "--json"];
  const encoded = documentIn(await runMapctl(...words, ...more));
  const { spans, isc, kea, ...rest } = encoded;
  const hex =
    "005e004300590017000020c00002123820010db8001234005d000406083400005a001020010db8ffff00000000000000000001005a001020010db8ffff00000000000000000002";
  t.strictSame(rest, { schema: "mapd.dhcp-encode/1", mode: "map-e", hex, diagnostics: [] });
  t.strictSame(kea, [
    { name: "s46-cont-mape", "csv-format": false, data: hex.slice(8).toUpperCase() },
  ]);
  t.match(isc, /^option dhcp6\.s46-cont-mape code 94 = string;\n/);
  const decoded = documentIn(await runMapctl("dhcp", "decode", hex, "--json"));
  t.strictSame(decoded.spans, spans);
  t.strictSame(decoded.containers, [
    {
      mode: "map-e",
      outcome: "accept",
      rules: [
        {
          ruleIpv6Prefix: "2001:db8:12:3400::/56",
          ruleIpv4Prefix: "192.0.2.18/32",
          eaLen: 0,
          psidOffset: 6,
          psidLen: 8,
          psid: 52,
        },
      ],
      brAddresses: ["2001:db8:ffff::1", "2001:db8:ffff::2"],
      dmr: null,
      binding: null,
    },
  ]);
});

test("dhcp encode --kea and --isc print what a server's file takes, and nothing else", async (t) => {
  const words = ["dhcp", "encode", METRO, "--br", "2001:db8:ffff::1", "--fmr"];
  const kea = await runMapctl(...words, "--kea");
  t.strictSame(JSON.parse(kea.stdout), {
    "option-data": [
      { name: "s46-cont-mape" },
      {
        space: "s46-cont-mape-options",
        name: "s46-rule",
        data: "1, 16, 24, 192.0.2.0, 2001:db8::/40",
      },
      { space: "s46-cont-mape-options", name: "s46-br", data: "2001:db8:ffff::1" },
      { space: "s46-rule-options", name: "s46-portparams", data: "6, 0/0" },
    ],
  });
  const isc = await runMapctl(...words, "--isc");
  t.equal(isc.stdout.split("\n")[0], "option dhcp6.s46-cont-mape code 94 = string;");
});

test("dhcp encode refuses what no container holds, and what makes no sense", async (t) => {
  const rows: readonly (readonly [number, RegExp, ...string[]])[] = [
    [5, /map-e needs a BR address/, METRO],
    [5, /dmr: only MAP-T has a DMR/, METRO, "--mode", "map-e", "--dmr", "2001:db8:ffff::/64"],
    [5, /a binding is a 1:1 rule/, METRO, "--mode", "lw4o6", "--br", "2001:db8:ffff::1"],
    [5, /psid 52 is fixed/, METRO, "--psid", "52", "--br", "2001:db8:ffff::1"],
    [2, /"x" is not an IPv6 address/, METRO, "--br", "x"],
  ];
  for (const [status, message, ...words] of rows) {
    const outcome = await runMapctl("dhcp", "encode", ...words);
    t.equal(outcome.status, status, words.join(" "));
    t.match(outcome.stderr, message, words.join(" "));
  }
});

test("dhcp encode takes a DMR with its length, in IPv6, that an address fits behind, and no other", async (t) => {
  const rows: readonly (readonly [string, number, RegExp])[] = [
    ["10.0.0.0/8", 2, /is not an IPv6 prefix/],
    ["2001:db8::1", 2, /is not an IPv6 prefix/],
    ["::/0", 5, /no place behind a prefix of length 0/],
    ["2001:db8::/44", 5, /no place behind a prefix of length 44/],
    ["2001:db8::/97", 5, /leaves no room for an IPv4 address/],
    ["2001:db8::1/64", 5, /has bits set beyond its length/],
  ];
  for (const [dmr, status, message] of rows) {
    const outcome = await runMapctl("dhcp", "encode", METRO, "--dmr", dmr);
    t.strictSame([outcome.status, outcome.stdout], [status, ""], dmr);
    t.match(outcome.stderr, message, dmr);
  }
});

test("dhcp decode takes words, files and standard input; status 5 where a client would not take it", async (t) => {
  const expected = await runMapctl("dhcp", "decode", OPTION_95);
  t.equal(expected.status, 0);
  t.match(expected.stdout, /\nmap-t: a client takes it\n$/);
  t.strictSame(await runMapctl("dhcp", "decode", fileFor(t, OPTION_95)), expected);
  t.strictSame(await fromInput(OPTION_95, "dhcp", "decode"), expected);
  const hook = OPTION_95.slice(10).replace(/../g, "$&:").slice(0, -1);
  const inside = await runMapctl("dhcp", "decode", hook, "--inside", "map-t");
  t.strictSame([inside.status, inside.stderr], [0, ""]);
  const broken = await runMapctl("dhcp", "decode", OPTION_95.slice(0, -2));
  t.equal(broken.status, 5);
  t.match(broken.stdout, /\nmap-t: a client discards it \(RFC 7598 §8\)\n$/);
  t.match(broken.stderr, /error: s46-cont-mapt: the option claims 38 octets, but 37 are left/);
  const odd = await runMapctl("dhcp", "decode", "005f0");
  t.strictSame([odd.status, odd.stdout], [5, ""]);
  t.match(odd.stderr, /5 hexadecimal digits are no whole number of octets/);
  const none = await runMapctl("dhcp", "decode", "/nowhere/x");
  t.equal(none.status, 6);
});

test("lint: the vendor guide's example as text and as a document; --strict makes warnings count", async (t) => {
  const file = fileFor(t, TEXTS.ASTERNOS_EXAMPLE);
  const outcome = await runMapctl("lint", file);
  t.equal(outcome.status, 0);
  t.equal(outcome.stderr, "asternos: 1 rules, 0 errors, 12 warnings\n");
  t.match(
    outcome.stdout,
    /^warning link-in-rule-prefix: line 9: .* \(RFC 7597 §5\)\n {2}fix: number the link from elsewhere$/m,
  );
  t.equal((await runMapctl("lint", file, "--strict")).status, 1);
  const { schema, format, ruleCount, match, diagnostics } = documentIn(
    await runMapctl("lint", file, "--json"),
  );
  t.strictSame([schema, format, ruleCount, match], ["mapd.lint/1", "asternos", 1, null]);
  t.strictSame(
    (diagnostics as { code: string }[]).map(({ code }) => code),
    [
      "br-not-an-address",
      "br-not-configured",
      "inside-customer-prefix",
      "link-in-rule-prefix",
      "link-edge-addresses",
      "inside-customer-prefix",
      "map-not-enabled",
      "not-imported",
      "not-imported",
      "no-ce-side",
      "no-forwarding-rules",
      "no-subnet-bits",
    ],
  );
  for (const one of diagnostics as object[]) {
    t.strictSame(Object.keys(one), ["code", "severity", "path", "message", "rfc", "fix"]);
  }
});

const CONFIGURATION = `rules:
  metro: { rule-ipv6-prefix: "2001:db8::/40", rule-ipv4-prefix: 192.0.2.0/24, ea-len: 16 }
  inner: { rule-ipv6-prefix: "2001:db8:12::/48", rule-ipv4-prefix: 198.51.100.0/24, ea-len: 16 }
domains:
  - { name: relay, mode: map-e, role: br, tun: { name: mape0 }, rules: [metro, inner], br-ipv6-addr: "2001:db8:ffff::1" }
`;

test("lint of a configuration: what --check says, and more; the rule of a prefix", async (t) => {
  const words = ["lint", "--end-user-prefix", "2001:db8:12:3400::/64", "--json"];
  const { format, match, diagnostics } = documentIn(await fromInput(CONFIGURATION, ...words));
  t.equal(format, "mapd");
  t.strictSame(
    (diagnostics as { code: string; path: string }[]).map(({ code, path }) => `${code} ${path}`),
    ["no-subnet-bits rules.inner.ea-len", "rule-overlap-ipv6 rules.inner.rule-ipv6-prefix"],
  );
  t.match(match, { name: "inner", path: "rules.inner", ipv4: "198.51.100.52", psid: 0 });
  const broken = await fromInput(CONFIGURATION.replace("ea-len: 16", "ea-len: 60"), "lint");
  t.equal(broken.status, 5);
  t.match(broken.stdout, /^error ea-len-range: rules\.metro\.ea-len: .*\n {2}fix: use at most 48/m);
  const outside = await fromInput(CONFIGURATION, "lint", "--end-user-prefix", "2001:db9::/56");
  t.equal(outside.status, 5);
  t.match(outside.stdout, /no rule covers 2001:db9::\/56/);
});

test("lint of rules on standard input, sound and not", async (t) => {
  t.strictSame(await fromInput(METRO, "lint", "--strict"), {
    status: 0,
    stdout: "",
    stderr: "rule: 1 rules, 0 errors, 0 warnings\n",
  });
  t.equal((await fromInput("2001:db8::/40 192.0.2.0/24 60", "lint")).status, 5);
  const unknown = await fromInput("hello", "lint");
  t.equal(unknown.status, 5);
  t.match(unknown.stderr, /in none of the formats that mapctl knows/);
});

test("convert: rules need neither mode nor peer where the target has none", async (t) => {
  t.strictSame(
    await fromInput("metro|2001:DB8::|40|192.0.2.0|24|16|6\n", "convert", "--to", "rule"),
    {
      status: 0,
      stdout: "2001:db8::/40 192.0.2.0/24 16 6 8\n",
      stderr: "",
    },
  );
  const uci = await fromInput(METRO, "convert", "--to", "uci");
  t.strictSame([uci.status, uci.stdout], [5, ""]);
  t.match(uci.stderr, /give --br ADDRESS or --dmr PREFIX/);
});

test("convert: what the source says and the target cannot is said, and nothing is made up", async (t) => {
  const file = fileFor(t, TEXTS.VPP);
  const outcome = await runMapctl("convert", file, "--to", "csv");
  t.strictSame(outcome.status, 0);
  t.equal(
    outcome.stdout,
    `name,rule-ipv6-prefix,rule-ipv4-prefix,ea-len,psid-offset,psid-len,psid,iid,forwarding,mode,role,dmr,br
metro,2001:db8::/40,192.0.2.0/24,16,6,8,,rfc7597,false,map-e,br,,2001:db8:ffff::1
rule-1-52,2001:db8:77:3400:0:cb00:7112:34/128,203.0.113.18/32,0,6,8,52,rfc7597,false,map-e,br,,2001:db8:ffff::1
`,
  );
  for (const lost of ["fragmentation", "traffic-class", "mss-clamp", "icmp.ipv4-sources"]) {
    t.match(outcome.stderr, `${lost}: has no counterpart there`);
  }
  t.match(outcome.stderr, "mapd checks the source of every packet, always");
});

test("convert: through a configuration and back, rules and peers are the same", async (t) => {
  const words = ["--end-user-prefix", "2001:db8:12:3400::/56"];
  const file = fileFor(t, TEXTS.NAT46_BR);
  const own = await runMapctl("convert", file, "--to", "mapd");
  t.equal(own.status, 0);
  const again = await fromInput(own.stdout, "convert", "--to", "nat46");
  t.equal(again.status, 0);
  const direct = await runMapctl("convert", file, "--to", "nat46");
  t.equal(again.stdout, direct.stdout);
  const octets = await fromInput(METRO, "convert", "--to", "dhcp", "--dmr", "2001:db8:ffff::/64");
  t.equal(octets.stdout, `${OPTION_95}\n`);
  const back = await fromInput(octets.stdout, "convert", "--to", "uci", ...words);
  t.match(back.stdout, "option peeraddr '2001:db8:ffff::/64'");
});

const TWO_MODES = `
rules:
  metro: { rule-ipv6-prefix: "2001:db8::/40", rule-ipv4-prefix: 192.0.2.0/24, ea-len: 16 }
  city: { rule-ipv6-prefix: "2001:db8:4000::/40", rule-ipv4-prefix: 198.51.100.0/24, ea-len: 16 }
domains:
  - { name: metro, mode: map-t, role: br, tun: { name: mapt0 }, rules: [metro], dmr-ipv6-prefix: "2001:db8:ffff::/64" }
  - { name: city, mode: map-e, role: br, tun: { name: mape0 }, rules: [city], br-ipv6-addr: "2001:db8:fffe::1" }
`;

test("convert: where nothing can be written it fails, and says why of each; of a mixture the rest is written", async (t) => {
  const words = ["--dmr", "2001:db8:ffff::/64"];
  const none = await fromInput(METRO, "convert", "--to", "map-rules", ...words);
  t.equal(none.status, 5);
  t.equal(none.stdout, "");
  t.match(none.stderr, /is map-t, and that program does map-e only/);
  t.match(none.stderr, /nothing of it can be written in this format/);
  const asJson = await fromInput(METRO, "convert", "--to", "map-rules", "--json", ...words);
  t.equal(asJson.status, 5);
  t.match(documentIn(asJson), { schema: "mapd.error/1" });
  const file = fileFor(t, TWO_MODES);
  const mixed = await runMapctl("convert", file, "--to", "map-rules");
  t.equal(mixed.status, 0);
  t.match(mixed.stderr, /"metro" is map-t, and that program does map-e only/);
  t.equal(JSON.parse(mixed.stdout).basicMapRules.length, 1);
  const left = await runMapctl(
    "export",
    "--config",
    file,
    "--domain",
    "metro",
    "--format",
    "map-rules",
  );
  t.equal(left.status, 5);
  t.match(left.stderr, /nothing of it can be written/);
});

/** What the source has is MAP-E. */
const MAP_T_ONLY: readonly string[] = ["jool", "nat46"];

test("convert: --json, --output, and every target takes a configuration that it has words for", async (t) => {
  const file = fileFor(t, CONFIGURATION);
  const document = documentIn(await runMapctl("convert", file, "--to", "rule", "--json"));
  const { diagnostics, ...rest } = document;
  t.strictSame(rest, {
    schema: "mapd.convert/1",
    from: "mapd",
    to: "rule",
    text: "2001:db8::/40 192.0.2.0/24 16 6 8\n2001:db8:12::/48 198.51.100.0/24 16 6 8\n",
  });
  t.equal((diagnostics as unknown[]).length, 1);
  const output = join(fileFor(t, ""), "../out");
  const written = await runMapctl("convert", file, "--to", "rule", "-o", output);
  t.strictSame([written.status, written.stdout], [0, ""]);
  t.equal(readFileSync(output, "utf8"), rest.text);
  t.equal((await runMapctl("convert", file, "--to", "rule", "-o", output)).status, 1);
  for (const target of ["mapd", ...Object.keys(EXPORT_FORMATS)]) {
    const status = MAP_T_ONLY.includes(target) ? 5 : 0;
    t.equal((await runMapctl("convert", file, "--to", target)).status, status, target);
  }
  t.equal((await runMapctl("convert", file)).status, 2);
});
