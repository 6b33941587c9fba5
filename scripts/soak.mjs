// `npm run soak -- --minutes N`: makes the checkout ready, then keeps the lab under traffic while it is scraped,
// reloaded and asked. test/soak says what is held against what.
import { followParent } from "./lib/follow-parent.mjs";
import { setupOrExit } from "./setup.mjs";

followParent();
await setupOrExit();
process.argv[1] = new URL("../dist/test/soak/main.js", import.meta.url).pathname;
await import("../dist/test/soak/main.js");
