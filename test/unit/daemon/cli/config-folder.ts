/** Configurations in files, as commands are given them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";

/** A folder that goes with the test: `0.yaml` and so on. */
export function folderWith(t: Test, ...configs: readonly unknown[]): string {
  const folder = mkdtempSync(join(tmpdir(), "mapd-cli-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  configs.forEach((config, i) => {
    writeFileSync(join(folder, `${i}.yaml`), JSON.stringify(config));
  });
  return folder;
}
