// Runs test files one after the other in this one process: `node tap-several.mjs FILE ...`. What they share is loaded
// once. Before the tests of a file its name stands in the TAP, as a comment.
import { once } from "node:events";
import { pathToFileURL } from "node:url";

// Each finds itself the one script of the process: tap calls folders after it.
const paths = process.argv.splice(2);
const { default: tap } = await import("tap");

for (const path of paths) {
  process.argv[1] = path;
  tap.comment(`file ${path}`);
  await import(pathToFileURL(path));
  if (!tap.idle) await once(tap, "idle");
}
