/**
 * Writes test/golden/<case>/ from test/golden/source: `npm run build:ts && node dist/test/golden/generate.js`.
 * The expected packets come from the independent builder in test/support; nothing of src/ runs here.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filesOf, folderName } from "./golden-case.js";
import { goldenFolder, staleFolders } from "./golden-folder.js";
import { CASES } from "./source/all.js";

for (const golden of CASES) {
  const folder = join(goldenFolder(), folderName(golden.name));
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of filesOf(golden)) writeFileSync(join(folder, name), bytes);
}
const stale = staleFolders(CASES);
process.stdout.write(`${CASES.length} golden cases written\n`);
if (stale.length > 0) {
  process.stdout.write(`no case describes: ${stale.join(", ")} (remove these folders)\n`);
  process.exitCode = 1;
}
