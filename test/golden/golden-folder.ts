import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderName, type GoldenCase } from "./golden-case.js";

/** The folder of the package: the nearest one above with a package.json named mapd. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (isPackageRoot(folder)) return folder;
    if (folder === dirname(folder)) throw new Error("no package.json of mapd above this file");
  }
}

function isPackageRoot(folder: string): boolean {
  try {
    const text = readFileSync(join(folder, "package.json"), "utf8");
    return (JSON.parse(text) as { name?: string }).name === "mapd";
  } catch {
    return false;
  }
}

export function goldenFolder(): string {
  return join(packageRoot(), "test", "golden");
}

/** Names of the case folders: those that hold a case.json. */
export function caseFolders(): string[] {
  return readdirSync(goldenFolder(), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => readdirSync(join(goldenFolder(), name)).includes("case.json"))
    .sort();
}

/** Case folders that no case describes. */
export function staleFolders(cases: readonly GoldenCase[]): string[] {
  const described = new Set(cases.map(({ name }) => folderName(name)));
  return caseFolders().filter((name) => !described.has(name));
}
