// `npm run build:ts`: compiles everything in TypeScript to dist/, and binds the modules of src/ to each other.
import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bindModules } from "./lib/bind-modules.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

const { status } = spawnSync(process.execPath, [TSC, "-p", "tsconfig.json"], {
  cwd: ROOT,
  stdio: "inherit",
});
bindModules(join(ROOT, "dist/src"));
process.exitCode = status ?? 1;
