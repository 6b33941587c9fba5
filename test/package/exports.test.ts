/** The library as others have it: from the tarball, by the package's name, in Node and with its types. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import { ROOT, run } from "./checkout.js";

const PROGRAM = `
import { convertText, detectFormat } from "mapd/convert";
import { encode, formatHex } from "mapd/dhcp";
import { lintRules } from "mapd/lint";
import { ceFromEndUserPrefix, checkRule, formatIpv6, parseIpv6Prefix, readRuleText, selftest } from "mapd/map";

const input = readRuleText("2001:db8::/40 192.0.2.0/24 16 6");
const rule = input.ok ? checkRule(input.value, "") : input;
const prefix = parseIpv6Prefix("2001:db8:12:3400::/56");
if (!rule.ok || prefix === null) throw new Error("refused");
const ce = ceFromEndUserPrefix(rule.value, prefix);
const address: string = ce.ok ? formatIpv6(ce.value.mapIpv6) : "none";
if (address !== "2001:db8:12:3400:0:c000:212:34") throw new Error(address);
const dmr = parseIpv6Prefix("2001:db8:ffff::/64");
const option = encode({ mode: "map-t", rules: [rule.value], dmr, brAddresses: [] });
if (!option.ok || !formatHex(option.value).startsWith("005f")) throw new Error("no option 95");
const faults = lintRules({ rules: input.ok ? [{ input: { ...input.value, psidLen: 4 }, path: "rule" }] : [] });
if (faults[0]?.code !== "psid-len-mismatch" || faults[0].fix === "") throw new Error("no fix");
const format = detectFormat("metro|2001:db8::|40|192.0.2.0|24|16|6");
if (format === null || !convertText("metro|2001:db8::|40|192.0.2.0|24|16|6", format, "csv", {}).ok) throw new Error("not converted");
if (!selftest().every(({ passed }) => passed)) throw new Error("selftest");
`;

/** A browser's: no types of Node, and none of the DOM. */
const OPTIONS = {
  compilerOptions: {
    strict: true,
    target: "ES2022",
    lib: ["ES2023"],
    module: "NodeNext",
    types: [],
    skipLibCheck: false,
  },
  files: ["program.mts"],
};

test("a program imports the packed library by name, with its types", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mapd-exports-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const home = join(folder, "node_modules/mapd");
  mkdirSync(home, { recursive: true });
  const args = ["pack", "--json", "--ignore-scripts", "--loglevel=error"];
  const [packed] = JSON.parse(run("npm", [...args, `--pack-destination=${folder}`]));
  run("tar", ["-xzf", join(folder, packed.filename), "--strip-components=1", "-C", home]);
  writeFileSync(join(folder, "program.mts"), PROGRAM);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(OPTIONS));
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  t.equal(run(process.execPath, [compiler, "-p", folder]), "");
  t.equal(run(process.execPath, [join(folder, "program.mjs")], { cwd: folder }), "");
});

test("what is not the library's cannot be imported by the package's name", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mapd-exports-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const home = join(folder, "node_modules/mapd");
  mkdirSync(home, { recursive: true });
  run("cp", [join(ROOT, "package.json"), home]);
  const program = 'await import("mapd/dist/daemon/mapd.js")';
  const words = ["--input-type=module", "-e", program];
  t.throws(() => run(process.execPath, words, { cwd: folder }), /ERR_PACKAGE_PATH_NOT_EXPORTED/);
});
