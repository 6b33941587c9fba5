import "./sandboxed.js";

import { hostileTests } from "./hostile.js";

await hostileTests("map-t");
