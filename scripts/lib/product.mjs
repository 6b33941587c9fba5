// What belongs to a package of mapd: the files that package.json names, and the npm packages that they need.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Runs a program to its end; its standard output. Throws with all that it said where it fails. */
export function run(command, args, options = {}) {
  const settings = { encoding: "utf8", maxBuffer: 64 * 1024 * 1024, ...options };
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, settings);
  if (status === 0) return stdout;
  const reason = error?.message ?? `ended with ${signal ?? `status ${status}`}`;
  throw new Error(`${command} ${args.join(" ")}: ${reason}\n${stdout ?? ""}${stderr ?? ""}`);
}

export function manifest(root) {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
}

/** Paths in the tarball, as npm itself decides them from "files" of package.json; sorted. */
export function productFiles(root) {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts", "--loglevel=error"];
  const [{ files }] = JSON.parse(run("npm", args, { cwd: root }));
  return files.map(({ path }) => path).sort();
}

/** The npm packages that the product loads, as folders below `root`, by the lock file. */
export function productionPackages(root) {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries(packages)
    .filter(
      ([path, { dev, devOptional, optional }]) => path !== "" && !(dev || devOptional || optional),
    )
    .map(([path]) => path)
    .sort();
}
