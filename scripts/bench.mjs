// `npm run bench`: makes the checkout ready, installs what only the bench compares with, and measures.
// `npm run bench -- --list` shows the cases and how long they take, `-- --help` the options. docs/performance.md says
// how the figures are to be read.

import { installMissingPackages } from "./lib/debian.mjs";
import { followParent } from "./lib/follow-parent.mjs";
import { setupOrExit } from "./setup.mjs";

/** Peers, which neither `npm test` nor `npm start` needs. */
const PEERS = [{ program: "tayga", package: "tayga", why: "the bench compares with it" }];

const MEASURES_NOTHING = ["--list", "--smoke", "--table", "--help"];

function say(text) {
  process.stderr.write(`bench: ${text}\n`);
}

followParent();
await setupOrExit();
const words = process.argv.slice(2);
const hasPeers = !words.some((word) => MEASURES_NOTHING.includes(word));
try {
  if (hasPeers) installMissingPackages(say, PEERS);
} catch (error) {
  // The others are measured all the same, and the result names what failed.
  say(error.message);
}
await import("../dist/test/bench/main.js");
