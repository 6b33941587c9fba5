// `npm run pack`: the npm tarball in release/, with the addon for x64 and arm64 inside, so that it installs without
// a compiler and without install scripts. The other architecture needs Debian's cross compiler.
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./lib/product.mjs";
import { buildProduct } from "./setup.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const ARCHITECTURES = ["x64", "arm64"];

async function main(words) {
  const output = resolve(ROOT, words[0] ?? "release");
  await buildProduct();
  for (const arch of ARCHITECTURES) {
    const script = join(ROOT, "scripts/build-native.mjs");
    run(process.execPath, [script, `--arch=${arch}`], { stdio: ["ignore", "pipe", 2] });
  }
  mkdirSync(output, { recursive: true });
  const args = ["pack", "--json", "--ignore-scripts", "--loglevel=error"];
  const [{ filename }] = JSON.parse(
    run("npm", [...args, `--pack-destination=${output}`], { cwd: ROOT }),
  );
  process.stdout.write(`${join(output, filename)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`pack: ${error.message}\n`);
  process.exitCode = 1;
}
