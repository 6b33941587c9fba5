/* What the npm tarball holds. That it installs and runs is in test/install. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "tap";
import { z } from "zod";
import { ROOT, run } from "./checkout.js";

const PACKED = z.tuple([
  z.object({ files: z.array(z.object({ path: z.string(), mode: z.number() })) }),
]);

const packed = PACKED.parse(
  JSON.parse(run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts", "--loglevel=error"])),
)[0].files;
const paths = packed.map(({ path }) => path);

function below(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)));
}

test("all that runs is in the tarball, with its documents", async (t) => {
  const binary = below(`native/prebuilds/${process.platform}-${process.arch}`, /\.node$/);
  t.equal(binary.length, 1);
  const wanted = [
    ...below("dist/src", /\.js$/),
    ...below("dist/daemon", /\.js$/),
    ...below("dist/page", /./),
    ...below("docs", /./),
    ...below("config", /./),
    ...below("completion", /./),
    ...below("systemd", /\.service$/),
    ...binary,
  ];
  t.same(
    wanted.filter((path) => !paths.includes(path)),
    [],
  );
});

test("nothing else is in the tarball", async (t) => {
  const allowed =
    /^(dist\/(src|daemon)\/.+\.js|dist\/src\/((wire|map|dhcp|convert|lint)\/.+|drops|verdict)\.d\.ts|dist\/page\/[a-z]+\.(html|js|css|txt)|native\/prebuilds\/linux-[^/]+\/[^/]+\.node|(completion|config|docs|systemd)\/.+|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
  t.same(
    paths.filter((path) => !allowed.test(path)),
    [],
  );
});

test("no file of the tarball is for others to write", async (t) => {
  t.same(
    packed.filter(({ mode }) => (mode & 0o022) !== 0),
    [],
  );
});

test("no package that the tarball needs runs a script when it is installed", async (t) => {
  const lock = z
    .object({
      packages: z.record(
        z.string(),
        z.object({ dev: z.boolean().optional(), hasInstallScript: z.boolean().optional() }),
      ),
    })
    .parse(JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")));
  const scripted = Object.entries(lock.packages)
    .filter(([, { dev, hasInstallScript }]) => dev !== true && hasInstallScript === true)
    .map(([path]) => path);
  t.same(scripted, []);
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));
  t.same(
    Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare|uninstall)$/.test(name)),
    [],
  );
});

test("every import of the product leads to a file of the tarball", async (t) => {
  const missing = paths
    .filter((path) => path.endsWith(".js"))
    .flatMap((path) => {
      const text = readFileSync(join(ROOT, path), "utf8");
      const imports = [...text.matchAll(/(?:from|import)\s*\(?"(\.[^"]+)"/g)];
      return imports.map(([, specifier = ""]) => join(dirname(path), specifier));
    })
    .filter((target) => !paths.includes(target));
  t.same(missing, []);
});
