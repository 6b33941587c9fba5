import "./sandboxed.js";

import { LAB_MODES } from "../../lab/plan.js";
import { transferTests } from "./path-transfer.js";

for (const mode of LAB_MODES) await transferTests(mode, { offload: "off", clamps: ["off"] });
