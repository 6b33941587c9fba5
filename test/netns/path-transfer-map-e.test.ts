import "./sandboxed.js";

import { transferTests } from "./path-transfer.js";

await transferTests("map-e", { offload: "auto", clamps: ["auto", "off"] });
