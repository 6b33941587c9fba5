/** Runs one in-process bench, `child.js NAME MS`, and writes what it measured as JSON. */
import { tuneEngine } from "../../../daemon/runtime/engine.js";
import { CPU_BENCHES } from "./benches.js";
import { keptValue } from "./measured.js";

// As in a worker of mapd.
tuneEngine();
const [name = "", ms = ""] = process.argv.slice(2);
const bench = CPU_BENCHES.find((candidate) => candidate.name === name);
if (bench === undefined) throw new Error(`no bench ${name}`);
const measured = await bench.run(Number(ms));
process.stdout.write(`${JSON.stringify({ measured, kept: keptValue() })}\n`);
