/** Entry of the thread that reads a large configuration. */
import { parentPort, workerData } from "node:worker_threads";
import { loadHere } from "./load.js";
import { packed } from "./load-apart.js";

const path: string = workerData;
parentPort?.postMessage(packed(await loadHere(path)));
