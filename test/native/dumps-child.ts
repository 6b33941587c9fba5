/** Run as a program: forbids dumps, tells so, and waits for the signal that would otherwise leave a core file. */
import { readFileSync } from "node:fs";
import { loadNativeSystem } from "../../daemon/native-loader.js";

const result = loadNativeSystem().forbidDumps();
const limits = readFileSync("/proc/self/limits", "utf8");
const [, soft, hard] = /^Max core file size\s+(\S+)\s+(\S+)/m.exec(limits) ?? [];
process.stdout.write(`${JSON.stringify({ result, soft, hard })}\n`);
setInterval(() => undefined, 60_000);
