import "./sandboxed.js";

import { transferTests } from "./path-transfer.js";

await transferTests("map-t", { offload: "auto", clamps: ["auto", "off"] });
