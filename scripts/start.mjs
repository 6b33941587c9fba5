// `npm start`: makes the checkout ready, then runs the lab. `npm start -- --help` shows the options.
import { followParent } from "./lib/follow-parent.mjs";
import { setupOrExit } from "./setup.mjs";

followParent();
await setupOrExit();
await import("../dist/lab/main.js");
